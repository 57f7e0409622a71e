import type { TweetSentiment } from '../http/routes/tweets/schemas.ts';
import { call } from './api.ts';
import { allowAsking } from './api-key.ts';
import { byId, element } from './dom.ts';
import { time } from './format.ts';
import { showProblem } from './panel.ts';
import { questionOf } from './question.ts';
import { scoreText } from './score-text.ts';
import { type Verdict, verdictOf } from './verdict.ts';

const EXAMPLES = [
  'I love this phone',
  'Train canceled again. Third time this week.',
  'The meeting has moved to Thursday at 10.',
];

/** The box that takes a text or a tweet URL, and the verdict of the model. */
export function startTryPanel(): void {
  const form = byId('try-form', HTMLFormElement);
  const input = byId('try-input', HTMLTextAreaElement);
  const result = byId('try-result', HTMLDivElement);
  let latest = 0;

  const analyze = async () => {
    const mine = ++latest;
    if (input.value.trim() === '') {
      input.focus();
      result.removeAttribute('aria-busy');
      result.replaceChildren(element('p', { class: 'hint' }, 'Type a text or paste a tweet URL.'));
      return;
    }
    result.setAttribute('aria-busy', 'true');
    try {
      const verdict = await ask(input.value);
      // A question asked since then has its own answer.
      if (mine === latest) result.replaceChildren(verdictOf(verdict));
    } catch (error) {
      if (mine === latest) {
        result.replaceChildren();
        showProblem(result, error, () => void analyze());
      }
    }
    if (mine === latest) result.removeAttribute('aria-busy');
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    allowAsking();
    void analyze();
  });
  input.addEventListener('keydown', (event) => {
    // Safari ends a composition before the key that confirms it, which then has the code 229.
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key !== 'Enter' || event.shiftKey || isComposing) return;
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
    const { result, model } = await scoreText(question.text);
    return { ...result, text: question.text, facts: [`model ${model.name}`] };
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
