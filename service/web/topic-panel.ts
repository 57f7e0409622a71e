import { type Aggregate, AggregateView } from './aggregate-view.ts';
import { call } from './api.ts';
import { allowAsking } from './api-key.ts';
import { ApiProblem } from './api-problem.ts';
import { byId, element } from './dom.ts';
import { count } from './format.ts';
import { othersNote } from './languages.ts';
import type { PageView } from './page-view.ts';
import { emptyNote, showProblem } from './panel.ts';
import { populateCommand } from './populate-command.ts';
import { aggregatePath } from './question.ts';
import { RETRY_MS, repeatWhileVisible } from './repeat.ts';
import { DAYS } from './view.ts';

const REFRESH_MS = 30_000;

/** The share and the timeline of a topic or user. */
export interface TopicPanel {
  /** Loads what is shown as soon as possible. */
  refresh(): void;
  /** Shows a topic unless the visitor has chosen one; null if there is none. */
  propose(topic: string | null): void;
}

export function startTopicPanel(view: PageView): TopicPanel {
  const form = byId('topic-form', HTMLFormElement);
  const input = byId('topic-input', HTMLInputElement);
  const daysSelect = byId('topic-days', HTMLSelectElement);
  const body = byId('topic', HTMLDivElement);
  const said = byId('topic-said', HTMLParagraphElement);
  const aggregate = new AggregateView();
  let proposed: string | null = null;
  let shown = '';
  /** Subject and days of what is shown. */
  let answered = '';
  let latest = 0;
  /** True until the answer that the visitor waits for is announced, by whichever load. */
  let isAwaited = false;

  const showNote = (title: string, ...lines: readonly (Node | string)[]) => {
    if (title !== shown) body.replaceChildren(emptyNote(title, ...lines));
    shown = title;
  };
  const show = (subject: string, answer: Aggregate): string => {
    const others = othersNote(answer.otherLanguages);
    if (answer.total === 0) {
      const title = `Nothing about ${subject} in these days.`;
      showNote(title, others ?? 'Choose a longer time.');
      return title;
    }
    const now = JSON.stringify([subject, answer]);
    // Inserted before its charts are drawn, because they need the width of their container.
    if (!body.contains(aggregate.root)) body.replaceChildren(aggregate.root);
    if (now !== shown) aggregate.show(subject, answer);
    shown = now;
    const unit = answer.total === 1 ? 'tweet' : 'tweets';
    return [`${subject}: ${count(answer.total)} ${unit}.`, others ?? ''].join(' ').trim();
  };
  const showUnknown = (subject: string, { didYouMean }: ApiProblem): string => {
    const title = `No data about ${subject}.`;
    const others = didYouMean.map((topic) => {
      const button = element('button', { type: 'button' }, topic);
      button.addEventListener('click', () => view.change({ topic }));
      return button;
    });
    const isUnknown = others.length === 0;
    showNote(title, ...(isUnknown ? howToRead(subject) : ['Did you mean', ...others]));
    return title;
  };

  const showNoTopic = () => {
    isAwaited = false;
    answered = '';
    said.textContent = '';
    body.removeAttribute('aria-busy');
    body.classList.remove('outdated');
    showNote('No topic chosen', 'Type a topic or @user, or choose one in a chart.');
  };

  const load = async (isAsked: boolean): Promise<boolean> => {
    const subject = view.current.topic ?? proposed;
    const mine = ++latest;
    if (subject === null) {
      // Nothing is known of the topics until one is proposed, or none.
      if (isAsked) showNoTopic();
      return true;
    }
    const { days } = view.current;
    const question = JSON.stringify([subject, days]);
    let summary = '';
    let succeeded = true;
    if (isAsked) {
      isAwaited = true;
      body.setAttribute('aria-busy', 'true');
      body.classList.toggle('outdated', question !== answered);
    }
    try {
      const path = aggregatePath(subject, days, Date.now());
      const answer = await call<Aggregate>(path);
      if (mine !== latest) return true;
      summary = show(subject, answer);
    } catch (error) {
      if (mine !== latest) return true;
      if (error instanceof ApiProblem && error.code === 'entity_not_found') {
        summary = showUnknown(subject, error);
      } else {
        succeeded = false;
        shown = '';
        showProblem(body, error, () => void choose());
      }
    }
    answered = question;
    body.removeAttribute('aria-busy');
    body.classList.remove('outdated');
    if (isAwaited) said.textContent = summary;
    isAwaited = false;
    return succeeded;
  };

  /** Loads what the visitor has asked for, and again soon if that fails. */
  const choose = async () => {
    if (!(await load(true))) window.setTimeout(refresh, RETRY_MS);
  };

  const follow = () => {
    input.value = view.current.topic ?? proposed ?? '';
    daysSelect.value = String(view.current.days);
  };
  const ask = () => {
    allowAsking();
    const before = view.current;
    const topic = input.value.trim() || proposed;
    view.change({ topic, days: Number(daysSelect.value) });
    if (view.current === before) void choose();
  };
  daysSelect.append(
    ...DAYS.map((days) => element('option', { value: String(days) }, `Last ${days}`)),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    ask();
  });
  daysSelect.addEventListener('change', () => {
    const typed = input.value.trim();
    // A proposed topic does not become one that the visitor has chosen.
    const isChosen = typed !== '' && typed !== (view.current.topic ?? proposed);
    view.change({ days: Number(daysSelect.value), ...(isChosen && { topic: typed }) });
  });
  let shownView = view.current;
  view.onChange((now) => {
    const { topic, days } = shownView;
    shownView = now;
    // Another view of the same question leaves a name that is being typed as it is.
    if (now.topic === topic && now.days === days) return;
    follow();
    void choose();
  });
  follow();
  const refresh = repeatWhileVisible(() => load(false), REFRESH_MS);

  return {
    refresh,
    propose(topic) {
      if (proposed !== null) return;
      proposed = topic;
      if (view.current.topic !== null) return;
      if (topic === null) {
        showNoTopic();
        return;
      }
      if (input.value === '') follow();
      refresh();
    },
  };
}

/** Instructions to read a subject that nothing is known of. */
function howToRead(subject: string): (Node | string)[] {
  const command = populateCommand(subject, location.origin);
  if (command === null) return [];
  return ['Read it from X into the feature store with', element('code', {}, command)];
}
