import { describe, expect, it, jest } from '@jest/globals';
import type { RequestContext } from '../../../service/application/request-context.ts';
import { PhaseTimings } from '../../../service/application/request-context.ts';
import { ScoreTexts } from '../../../service/application/score-texts.ts';
import { OverloadedError } from '../../../service/domain/errors.ts';
import { aLanguageCheck, FakeModel, RecordedMetrics } from '../../helpers/fakes.ts';

class RecordingModel extends FakeModel {
  readonly contexts: RequestContext[] = [];

  override predict(texts: readonly string[], context: RequestContext) {
    this.contexts.push(context);
    return super.predict(texts, context);
  }
}

function aUseCase({ unsupportedLanguage = 'score' as 'score' | 'refuse' } = {}) {
  const model = new RecordingModel();
  const metrics = new RecordedMetrics();
  const languages = aLanguageCheck({ metrics });
  const useCase = new ScoreTexts({
    model,
    languages,
    unsupportedLanguage,
    singleDeadlineMs: 1_000_000,
    batchDeadlineMs: 9_000_000,
  });
  return { model, metrics, languages, useCase };
}

const aCaller = () => ({ signal: new AbortController().signal, timings: new PhaseTimings() });

describe('ScoreTexts', () => {
  it('returns one outcome per text in one batch', async () => {
    const { model, useCase } = aUseCase();
    const outcomes = await useCase.score(['good', 'fine'], aCaller());
    const positive = { status: 'ok', prediction: { label: 'positive' } };
    expect(outcomes).toMatchObject([positive, positive]);
    expect(model.asked).toEqual([['good', 'fine']]);
  });

  it.each([
    [1, 1_000_000],
    [2, 9_000_000],
  ])('gives %d texts a deadline of %d ms', async (count, deadlineMs) => {
    const { model, useCase } = aUseCase();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(5_000);
    await useCase.score(Array(count).fill('good'), aCaller());
    clock.mockRestore();
    expect(model.contexts[0]!.deadline).toEqual({ atMs: 5_000 + deadlineMs });
  });

  it.each([
    ['has nothing to score', ' ', 'empty_text'],
    ['gets NaN from the model', 'a banana split', 'model_failed'],
  ])('fails a text that %s, and scores the others', async (_what, text, code) => {
    const outcomes = await aUseCase().useCase.score(['good', text, 'fine'], aCaller());
    expect(outcomes).toMatchObject([
      { status: 'ok' },
      { status: 'error', error: { code } },
      { status: 'ok' },
    ]);
  });

  it('tells the language of each text and whether the model reads it', async () => {
    const outcomes = await aUseCase().useCase.score(['good', 'Spaß', '12:30'], aCaller());
    expect(outcomes).toMatchObject([
      { prediction: { language: 'en', languageSupported: true } },
      { prediction: { language: 'de', languageSupported: false } },
      { prediction: { language: null, languageSupported: null } },
    ]);
  });

  it('refuses a text in a language that the model does not read, where configured so, without scoring it', async () => {
    const { useCase, model, metrics } = aUseCase({ unsupportedLanguage: 'refuse' });
    const outcomes = await useCase.score(['good', 'Spaß', '12:30'], aCaller());
    expect(outcomes).toMatchObject([
      { status: 'ok' },
      {
        status: 'error',
        error: {
          code: 'unsupported_language',
          message: 'The text is in the language "de", which the model does not read; it reads en.',
        },
      },
      { status: 'ok' },
    ]);
    expect(model.asked).toEqual([['good', '12:30']]);
    expect(metrics.sum('OtherLanguageTexts')).toBe(0);
    await useCase.score(['Spaß'], aCaller());
    await useCase.explain(['Spaß'], aCaller());
    expect(model.asked).toHaveLength(1);
  });

  it('passes on the refusal of a full engine', async () => {
    const { model, useCase } = aUseCase();
    model.predict = async () => {
      throw new OverloadedError('full', { retryAfterSeconds: 1 });
    };
    await expect(useCase.score(['good'], aCaller())).rejects.toThrow(OverloadedError);
  });

  it.each(['score', 'explain'] as const)(
    'counts no tokens of texts that an overloaded model refuses: %s',
    async (method) => {
      const { model, useCase } = aUseCase();
      const count = jest.spyOn(model, 'countTokens');
      const whole = () => useCase[method](['good'], aCaller(), { truncate: false });
      await whole();
      expect([count.mock.calls.length, model.held]).toEqual([1, 0]);
      model.refuseWith = new OverloadedError('busy', { retryAfterSeconds: 1 });
      await expect(whole()).rejects.toThrow(OverloadedError);
      expect(count).toHaveBeenCalledTimes(1);
    },
  );

  it('identifies no language before a full engine refuses', async () => {
    const { model, useCase, languages } = aUseCase({ unsupportedLanguage: 'refuse' });
    const identify = jest.spyOn(languages, 'identifyAll');
    model.refuseWith = new OverloadedError('busy', { retryAfterSeconds: 1 });
    await expect(useCase.score(['good'], aCaller())).rejects.toThrow(OverloadedError);
    expect(identify).not.toHaveBeenCalled();
    model.refuseWith = undefined;
    await useCase.score(['good'], aCaller());
    expect(model.held).toBe(0);
  });
});

describe('ScoreTexts, asked for the influence of words', () => {
  /** Positive by as much as the text has of these words. */
  class WordModel extends RecordingModel {
    override async predict(texts: readonly string[], context: RequestContext) {
      await super.predict(texts, context);
      return texts.map((text) => {
        if (text.trim() === '') return null;
        const positive = 0.4 + (text.includes('love') ? 0.5 : 0) - (text.includes('but') ? 0.2 : 0);
        const scores = { negative: 0, neutral: 1 - positive, positive };
        return { label: 'positive' as const, scores, truncated: false, tokens: 4 };
      });
    }
  }

  function anExplainer() {
    const model = new WordModel();
    const useCase = new ScoreTexts({
      model,
      languages: aLanguageCheck(),
      unsupportedLanguage: 'refuse',
      singleDeadlineMs: 1_000_000,
      batchDeadlineMs: 9_000_000,
    });
    return {
      model,
      explain: (...texts: string[]) => useCase.explain(texts, aCaller()),
      explainWhole: (text: string) => useCase.explain([text], aCaller(), { truncate: false }),
    };
  }

  it('scores the text and the text without each word in one batch', async () => {
    const { model, explain } = anExplainer();
    await explain('I love it, but');
    expect(model.asked).toEqual([
      ['I love it, but', 'love it, but', 'I it, but', 'I love , but', 'I love it, '],
    ]);
  });

  it('tells what each word adds to the score of the label, and where the word is', async () => {
    const { explain } = anExplainer();
    const [outcome] = await explain('I love it, but');
    expect(outcome).toMatchObject({
      status: 'ok',
      prediction: {
        label: 'positive',
        words: [
          { text: 'I', start: 0, end: 1, influence: 0 },
          { text: 'love', start: 2, end: 6, influence: expect.closeTo(0.5) },
          { text: 'it', start: 7, end: 9, influence: 0 },
          { text: 'but', start: 11, end: 14, influence: expect.closeTo(-0.2) },
        ],
      },
    });
  });

  it('gives null for the only word of a text', async () => {
    const [outcome] = await anExplainer().explain('love');
    expect(outcome).toMatchObject({ prediction: { words: [{ text: 'love', influence: null }] } });
  });

  it.each([
    ['two texts', ['good', 'fine'], 'takes one text, got 2'],
    ['65 words', [Array(65).fill('good').join(' ')], 'up to 64 words'],
    ['2,001 characters', ['!'.repeat(2_001)], 'up to 2000 characters'],
  ])('refuses %s before anything is scored', async (_what, texts, message) => {
    const { model, explain } = anExplainer();
    await expect(explain(...texts)).rejects.toMatchObject({
      code: 'not_explainable',
      message: expect.stringContaining(message),
    });
    expect(model.asked).toEqual([]);
  });

  it('takes 64 words', async () => {
    const { model, explain } = anExplainer();
    await explain(Array(64).fill('good').join(' '));
    expect(model.asked[0]).toHaveLength(65);
  });

  it('refuses a text longer than the window where the caller does not want it truncated', async () => {
    const { model, explainWhole } = anExplainer();
    model.countTokens = async () => [257];
    const [outcome] = await explainWhole('I love it');
    expect(outcome).toMatchObject({ error: { code: 'text_too_long_for_model' } });
    expect(model.asked).toEqual([]);
  });

  it('explains no text that has a problem in its place', async () => {
    const [outcome] = await anExplainer().explain('Spaß');
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'unsupported_language' } });
  });
});
