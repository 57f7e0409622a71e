import type { TextsResponse } from '../http/routes/texts/schemas.ts';
import type { TweetSentiment } from '../http/routes/tweets/schemas.ts';
import { ApiProblem, call } from './api.ts';
import { allowAsking } from './api-key.ts';
import { byId, element } from './dom.ts';
import { percent, time } from './format.ts';
import { LABELS, NAMES, swatch } from './labels.ts';
import { languageName } from './languages.ts';
import { scroller, showProblem } from './panel.ts';
import { questionOf } from './question.ts';

const EXAMPLES = [
  'I love this phone',
  'Train cancelled again. Third time this week.',
  'The meeting has moved to Thursday at 10.',
];

type Shown = 'scores' | 'sentimentAnalyst' | 'truncated' | 'language' | 'languageSupported';

interface Verdict extends Pick<TweetSentiment, Shown> {
  readonly text: string | undefined;
  /** What else is known, in a few words each. */
  readonly facts: readonly string[];
}

/** The box that takes a text or a tweet URL, and what the model says of it. */
export function startTryPanel(): void {
  const form = byId('try-form', HTMLFormElement);
  const input = byId('try-input', HTMLTextAreaElement);
  const result = byId('try-result', HTMLDivElement);
  let latest = 0;

  const analyse = async () => {
    if (input.value.trim() === '') {
      input.focus();
      result.replaceChildren(element('p', { class: 'hint' }, 'Type a text or paste a tweet URL.'));
      return;
    }
    const mine = ++latest;
    result.setAttribute('aria-busy', 'true');
    try {
      const verdict = await ask(input.value);
      // A question asked since then has its own answer.
      if (mine === latest) result.replaceChildren(verdictOf(verdict));
    } catch (error) {
      if (mine === latest) {
        result.replaceChildren();
        showProblem(result, error, () => void analyse());
      }
    }
    if (mine === latest) result.removeAttribute('aria-busy');
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    allowAsking();
    void analyse();
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  for (const example of EXAMPLES) {
    const chip = element('button', { type: 'button', class: 'chip' }, example);
    chip.addEventListener('click', () => {
      input.value = example;
      form.requestSubmit();
    });
    byId('try-examples', HTMLUListElement).append(element('li', {}, chip));
  }
}

async function ask(typed: string): Promise<Verdict> {
  const question = questionOf(typed);
  if (question.kind === 'text') {
    const { results, model } = await call<TextsResponse>('/v1/inference', {
      texts: [question.text],
    });
    const [answer] = results;
    if (!answer) throw new Error('The service answered without a result.');
    if (answer.status === 'error') {
      throw new ApiProblem(answer.problem.code, answer.problem.detail);
    }
    return { ...answer, text: question.text, facts: [`model ${model.name}`] };
  }
  const path = `/v1/inference?${new URLSearchParams({ tweetUrl: question.tweetUrl })}`;
  const tweet = await call<TweetSentiment>(path);
  const { author, featureStore } = tweet;
  return {
    ...tweet,
    text: tweet.textInput,
    facts: [
      ...(author.username === null ? [] : [`@${author.username}`]),
      time(tweet.tweetCreatedAt),
      `feature store: ${featureStore}`,
      `model ${tweet.model.name}`,
    ],
  };
}

function verdictOf(verdict: Verdict): HTMLElement {
  const { scores, sentimentAnalyst, truncated, text, facts } = verdict;
  const bars = LABELS.map((label) => {
    const fill = element('span', { class: `fill ${label}` });
    fill.style.width = `${scores[label] * 100}%`;
    const isTop = label === sentimentAnalyst;
    return element(
      'li',
      { class: isTop ? 'score top-score' : 'score' },
      element('span', { class: 'score-name' }, NAMES[label]),
      element('span', { class: 'track', 'aria-hidden': 'true' }, fill),
      element('span', { class: 'score-value' }, percent(scores[label])),
    );
  });
  const shown = element('div', { class: 'verdict' });
  shown.append(
    element(
      'p',
      { class: 'verdict-label' },
      swatch(sentimentAnalyst),
      element('strong', {}, NAMES[sentimentAnalyst]),
    ),
  );
  const warning = languageWarning(verdict);
  if (warning !== null) shown.append(element('p', { class: 'notice' }, warning));
  if (text !== undefined) shown.append(scroller('Text', element('blockquote', {}, text)));
  shown.append(element('ul', { class: 'scores', 'aria-label': 'Scores' }, ...bars));
  const notes = truncated ? [...facts, 'the end was not read: too long'] : facts;
  shown.append(element('p', { class: 'hint' }, notes.join(' · ')));
  return shown;
}

/** Null unless the model does not read the language of the text. */
function languageWarning({ language, languageSupported }: Verdict): string | null {
  if (languageSupported !== false || language === null) return null;
  return `This looks ${languageName(language)}, a language that the model does not read: the scores mean nothing.`;
}
