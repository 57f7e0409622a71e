import type { Status } from '../http/routes/status/schemas.ts';
import { call } from './api.ts';
import { ApiProblem } from './api-problem.ts';
import { byId, element } from './dom.ts';
import { count, duration, percent } from './format.ts';
import { languageNames } from './languages.ts';
import { showProblem } from './panel.ts';
import { repeatWhileVisible } from './repeat.ts';
import { showSampleNotice } from './sample-notice.ts';

const REFRESH_MS = 10_000;

/**
 * Keeps the state of the service up to date. Calls `onNewData` when the service has scored or read
 * further tweets since the last time.
 */
export function startStatePanel(onNewData: () => void): void {
  const list = byId('state', HTMLDListElement);
  const problem = byId('state-problem', HTMLDivElement);
  const health = byId('health', HTMLParagraphElement);
  const languages = byId('model-languages', HTMLSpanElement);

  let known: string | undefined;

  const load = async () => {
    try {
      const status = await call<Status>('/v1/status');
      list.replaceChildren(...factsOf(status).map(fact));
      problem.replaceChildren();
      sayLanguages(languages, status.model.languages);
      showSampleNotice(status.featureStore.sample);
      say(health, status.status, `${status.status} · v${status.version}`);
      const now = progressOf(status);
      if (known !== undefined && known !== now) onNewData();
      known = now;
      return true;
    } catch (error) {
      showProblem(problem, error, () => void load());
      const isReachable = error instanceof ApiProblem && error.code !== 'unreachable';
      say(health, 'failed', isReachable ? 'no answer yet' : 'not reachable');
      return false;
    } finally {
      list.removeAttribute('aria-busy');
    }
  };
  repeatWhileVisible(load, REFRESH_MS);
}

/** Changes with the data: instances behind one address differ in it too, which does no harm. */
function progressOf({ startedAt, engine, featureStore }: Status): string {
  return [startedAt, engine.predictions, featureStore.misses].join(' ');
}

/** Written only when it is news, so that a screen reader says it once. */
function say(health: HTMLElement, state: string, words: string): void {
  const text = health.lastElementChild;
  health.dataset.state = state;
  if (text && text.textContent !== words) text.textContent = words;
}

/** Beside the box for texts, before the first one is typed. */
function sayLanguages(place: HTMLElement, codes: readonly string[]): void {
  const names = languageNames(codes);
  const words = names === null ? '' : `The model reads ${names}.`;
  if (place.textContent !== words) place.textContent = words;
}

function factsOf({ uptimeSeconds, model, featureStore, tweetSource, engine, requests }: Status) {
  const { hitRate } = featureStore;
  const failures = Object.values(requests.failuresByCode).reduce((sum, each) => sum + each, 0);
  return [
    ['Requests', count(requests.total), `${count(failures)} failed`],
    ['Predictions', count(engine.predictions), `${count(engine.shed)} requests refused`],
    [
      'Hit rate',
      hitRate === null ? '–' : percent(hitRate),
      `${count(featureStore.hits)} of ${count(featureStore.hits + featureStore.misses)}`,
    ],
    ['Workers busy', percent(engine.saturation), `${count(engine.workers)} in all`],
    ['Feature store', featureStore.kind, `${count(featureStore.errors)} errors`],
    ['Tweet source', tweetSource.kind, `${count(tweetSource.readsSpentToday)} paid reads today`],
    ['Model', model.name, `revision ${model.revision}`],
    ['Up for', duration(uptimeSeconds), ''],
  ] as const;
}

function fact([name, value, note]: readonly [string, string, string]): HTMLElement {
  const values = [element('dd', { class: 'value' }, value)];
  if (note !== '') values.push(element('dd', { class: 'note' }, note));
  const kind = name === 'Model' ? 'fact wide' : 'fact';
  return element('div', { class: kind }, element('dt', {}, name), ...values);
}
