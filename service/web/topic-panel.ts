import type { TopicSentiment, UserSentiment } from '../http/routes/features/schemas.ts';
import { ApiProblem, call } from './api.ts';
import { allowAsking } from './api-key.ts';
import { donut, LiveChart, timeline } from './charts.ts';
import { byId, element } from './dom.ts';
import { count, percent, share, shortDate } from './format.ts';
import { LABELS, NAMES, swatch } from './labels.ts';
import { othersNote } from './languages.ts';
import { chartBox, emptyNote, figures, folded, repeatWhileVisible, showProblem } from './panel.ts';
import { aggregatePath } from './question.ts';

type Aggregate = TopicSentiment | UserSentiment;

const FIRST_TOPIC = '#bitcoin';
const REFRESH_MS = 30_000;

/** The share and the timeline of a topic or user. Returns what shows another one. */
export function startTopicPanel(): (subject: string) => void {
  const form = byId('topic-form', HTMLFormElement);
  const input = byId('topic-input', HTMLInputElement);
  const days = byId('topic-days', HTMLSelectElement);
  const body = byId('topic', HTMLDivElement);
  const said = byId('topic-said', HTMLParagraphElement);
  const view = new AggregateView(body);
  let asked = { subject: FIRST_TOPIC, days: Number(days.value) };
  let latest = 0;

  const load = async (isAsked: boolean) => {
    const { subject, days } = asked;
    const mine = ++latest;
    let summary = '';
    let succeeded = true;
    if (isAsked) body.setAttribute('aria-busy', 'true');
    try {
      const answer = await call<Aggregate>(aggregatePath(subject, days, Date.now()));
      if (mine !== latest) return true;
      view.show(subject, answer);
      const others = othersNote(answer.otherLanguages);
      summary = [`${subject}: ${count(answer.total)} tweets.`, others ?? ''].join(' ').trim();
    } catch (error) {
      if (mine !== latest) return true;
      if (error instanceof ApiProblem && error.code === 'entity_not_found') {
        summary = `Nothing is known of ${subject}.`;
        view.showNote(summary, ...howToRead(subject));
      } else {
        succeeded = false;
        view.forget();
        showProblem(body, error, () => void load(true));
      }
    }
    body.removeAttribute('aria-busy');
    if (isAsked) said.textContent = summary;
    return succeeded;
  };

  const ask = () => {
    asked = { subject: input.value.trim() || FIRST_TOPIC, days: Number(days.value) };
    input.value = asked.subject;
    allowAsking();
    void load(true);
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    ask();
  });
  days.addEventListener('change', ask);
  input.value = FIRST_TOPIC;
  repeatWhileVisible(() => load(false), REFRESH_MS);

  return (subject) => {
    input.value = subject;
    ask();
    byId('topic-title', HTMLHeadingElement).scrollIntoView({ block: 'nearest' });
  };
}

/** One aggregate: a donut with its figures, and a timeline with its own. */
class AggregateView {
  readonly #body: HTMLElement;
  readonly #share = chartBox('donut');
  readonly #days = chartBox('timeline');
  readonly #donut = new LiveChart<'doughnut'>(this.#share.canvas);
  readonly #timeline = new LiveChart<'bar'>(this.#days.canvas);
  readonly #total = element('p', { class: 'donut-total', 'aria-hidden': 'true' });
  #shown = '';

  constructor(body: HTMLElement) {
    this.#body = body;
    this.#share.box.append(this.#total);
  }

  /** What is shown next is new, whatever it is. */
  forget(): void {
    this.#shown = '';
  }

  showNote(title: string, ...lines: readonly (Node | string)[]): void {
    if (title === this.#shown) return;
    this.#shown = title;
    this.#body.replaceChildren(emptyNote(title, ...lines));
  }

  show(subject: string, aggregate: Aggregate): void {
    const others = othersNote(aggregate.otherLanguages);
    if (aggregate.total === 0) {
      const remedy = others ?? 'Choose a longer time.';
      this.showNote(`Nothing about ${subject} in these days.`, remedy);
      return;
    }
    const now = JSON.stringify([subject, aggregate]);
    if (now === this.#shown) return;
    this.#shown = now;
    const { total, counts, timeline: days } = aggregate;
    const dates = days.map(({ date }) => shortDate(date));
    this.#total.replaceChildren(
      element('strong', {}, count(total)),
      total === 1 ? 'tweet' : 'tweets',
    );
    this.#share.canvas.setAttribute(
      'aria-label',
      `Share of each label of ${subject}: ${inWords(aggregate)}.`,
    );
    this.#days.canvas.setAttribute(
      'aria-label',
      `Tweets about ${subject} a day by label, ${dates[0]} to ${dates.at(-1)}. The table below has all figures.`,
    );
    const table = folded('Figures of each day', daysTable(aggregate));
    table.open = this.#body.querySelector('details')?.open ?? false;
    const overview = element('div', { class: 'overview' }, this.#share.box, labelsTable(aggregate));
    const notes = others === null ? [] : [element('p', { class: 'hint others' }, others)];
    this.#body.replaceChildren(overview, ...notes, this.#days.box, table);
    this.#donut.show(() => donut(counts));
    this.#timeline.show(() =>
      timeline(
        dates,
        days.map((day) => day.counts),
      ),
    );
  }
}

function labelsTable({ total, counts, meanScores }: Aggregate): HTMLTableElement {
  const rows = LABELS.map((label) => [
    element('span', { class: 'named' }, swatch(label), NAMES[label]),
    count(counts[label]),
    percent(share(counts[label], total)),
    meanScores === null ? '–' : percent(meanScores[label]),
  ]);
  return figures('Tweets by label', ['Label', 'Tweets', 'Share', 'Mean score'], rows);
}

function daysTable({ timeline: days }: Aggregate): HTMLTableElement {
  const rows = days
    .toReversed()
    .map(({ date, counts }) => [date, ...LABELS.map((label) => count(counts[label]))]);
  return figures(
    'Tweets a day by label',
    ['Date (UTC)', ...LABELS.map((label) => NAMES[label])],
    rows,
  );
}

function inWords({ total, counts }: Aggregate): string {
  return LABELS.map((label) => `${NAMES[label]} ${percent(share(counts[label], total))}`).join(
    ', ',
  );
}

/** What the visitor can do about a subject that nothing is known of. */
function howToRead(subject: string): (Node | string)[] {
  const option = subject.startsWith('@') ? `--user ${subject.slice(1)}` : `--topic "${subject}"`;
  return [
    'Read it from X into the feature store with',
    element('code', {}, `npm run populate -- ${option}`),
  ];
}
