import { describe, expect, it } from '@jest/globals';
import { ApiProblem } from '../../../service/web/api-problem.ts';
import { FileScoring } from '../../../service/web/file-scoring.ts';

const MODEL = { name: 'a-model', revision: '0123456789ab' };
const NEXT_MODEL = { ...MODEL, revision: 'ba9876543210' };
const RESULT = {
  status: 'ok' as const,
  sentimentAnalyst: 'positive' as const,
  scores: { negative: 0, neutral: 0.1, positive: 0.9 },
  certain: true,
  truncated: false,
  tokens: 3,
  language: 'en',
  languageSupported: true,
};

/**
 * Scoring by a service that refuses the text "long", and first gives the listed refusals. Its
 * answers are those of the listed models in turn.
 */
function aScoring(texts: readonly string[], refusals: ApiProblem[] = [], models = [MODEL]) {
  const sizes: number[] = [];
  const pauses: number[] = [];
  const shown: number[] = [];
  const controller = new AbortController();
  const scoring = new FileScoring(
    {
      texts,
      send: async (sent) => {
        const refusal = refusals.shift();
        if (refusal) throw refusal;
        if (sent.includes('long')) throw new ApiProblem('text_too_long', 'too long');
        const model = models[sizes.length % models.length] ?? MODEL;
        sizes.push(sent.length);
        return { results: sent.map(() => RESULT), model };
      },
      pause: async (ms, signal) => {
        pauses.push(ms);
        signal.throwIfAborted();
      },
      onProgress: ({ done }) => shown.push(done),
    },
    new Map(texts.flatMap((text, index) => (text === '' ? [[index, 'no text'] as const] : []))),
  );
  return { scoring, sizes, pauses, shown, controller, run: () => scoring.run(controller.signal) };
}

const busy = (retryAfterSeconds?: number) =>
  new ApiProblem(
    'overloaded',
    'busy',
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  );

describe('the rows of a file', () => {
  it('are scored in batches of 64, without those that have a fault', async () => {
    const { scoring, sizes, run } = aScoring([...Array(130).fill('good'), '']);
    await run();
    expect(sizes).toEqual([64, 64, 2]);
    expect(scoring.results.at(-1)).toEqual({ fault: 'no text' });
    expect(scoring.done).toBe(131);
  });

  it('keep the model that scored them, also where a release changes it in between', async () => {
    const { scoring, run } = aScoring(Array(130).fill('good'), [], [MODEL, NEXT_MODEL]);
    await run();
    expect([0, 64, 128].map((index) => scoring.results[index])).toEqual([
      { ...RESULT, model: MODEL },
      { ...RESULT, model: NEXT_MODEL },
      { ...RESULT, model: MODEL },
    ]);
  });

  it('wait as long as the service says, and longer each time where it says nothing', async () => {
    const { pauses, run } = aScoring(['good'], [busy(7), busy(), busy(), busy(3_600)]);
    await run();
    expect(pauses).toEqual([7_000, 2_000, 4_000, 60_000]);
  });

  it('stop after nine refusals in a row, and go on from there', async () => {
    const { scoring, run, sizes } = aScoring(
      ['good', 'fine'],
      Array.from({ length: 9 }, () => busy(1)),
    );
    await expect(run()).rejects.toThrow('busy');
    expect(scoring.done).toBe(0);
    await run();
    expect([scoring.done, sizes]).toEqual([2, [2]]);
  });

  it('that the service refuses are found among the others', async () => {
    const { scoring, run } = aScoring(['a', 'b', 'long', 'd', 'e']);
    await run();
    expect(scoring.results[2]).toEqual({ fault: 'This text is too long. Shorten it.' });
    expect(scoring.results.filter((result) => result && 'scores' in result)).toHaveLength(4);
  });

  it('are sent in halves, after the pauses that the service asks for, until it answers in time', async () => {
    const late = () =>
      new ApiProblem('overloaded', 'late', { exceedsDeadline: true, retryAfterSeconds: 3 });
    const { scoring, sizes, pauses, run } = aScoring(Array(8).fill('good'), [late(), late()]);
    await run();
    expect([scoring.done, sizes, pauses]).toEqual([8, [2, 2, 4], [3_000, 3_000]]);
  });

  it('show their progress after each half', async () => {
    const { shown, run } = aScoring(['a', 'b', 'c', 'long']);
    await run();
    expect(shown).toEqual([2, 3, 4]);
  });

  it('are not sent in halves when the service cannot be reached', async () => {
    const lost = new ApiProblem('unreachable', 'no answer');
    const { sizes, pauses, run } = aScoring(Array(8).fill('good'), [lost]);
    await run();
    expect([sizes, pauses]).toEqual([[8], [1_000]]);
  });

  it('wait for the service where one alone exceeds the deadline', async () => {
    const late = new ApiProblem('overloaded', 'late', { exceedsDeadline: true });
    const { scoring, pauses, run } = aScoring(['good'], [late]);
    await run();
    expect([scoring.done, pauses]).toEqual([1, [1_000]]);
  });

  it('do not wait after a refusal that arrives when the visitor has canceled', async () => {
    const { scoring, pauses, run, controller } = aScoring(['good'], [busy(60)]);
    controller.abort();
    await expect(run()).rejects.toMatchObject({ name: 'AbortError' });
    expect([scoring.done, pauses]).toEqual([0, []]);
  });

  it('end with the problem that no waiting can help', async () => {
    const { run, pauses } = aScoring(['good'], [new ApiProblem('forbidden', 'wrong key')]);
    await expect(run()).rejects.toThrow('wrong key');
    expect(pauses).toEqual([]);
  });
});
