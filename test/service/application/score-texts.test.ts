import { describe, expect, it, jest } from '@jest/globals';
import type { RequestContext } from '../../../service/application/request-context.ts';
import { PhaseTimings } from '../../../service/application/request-context.ts';
import { ScoreTexts } from '../../../service/application/score-texts.ts';
import { OverloadedError } from '../../../service/domain/errors.ts';
import { aLanguageCheck, FakeModel } from '../../helpers/fakes.ts';

class RecordingModel extends FakeModel {
  readonly contexts: RequestContext[] = [];

  override predict(texts: readonly string[], context: RequestContext) {
    this.contexts.push(context);
    return super.predict(texts, context);
  }
}

function aUseCase({ unsupportedLanguage = 'score' as 'score' | 'refuse' } = {}) {
  const model = new RecordingModel();
  const useCase = new ScoreTexts({
    model,
    languages: aLanguageCheck(),
    unsupportedLanguage,
    singleDeadlineMs: 1_000_000,
    batchDeadlineMs: 9_000_000,
  });
  return { model, useCase };
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

  it('refuses a text in a language that the model does not read, where configured so', async () => {
    const { useCase } = aUseCase({ unsupportedLanguage: 'refuse' });
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
  });

  it('passes on the refusal of a full engine', async () => {
    const { model, useCase } = aUseCase();
    model.predict = async () => {
      throw new OverloadedError('full', { retryAfterSeconds: 1 });
    };
    await expect(useCase.score(['good'], aCaller())).rejects.toThrow(OverloadedError);
  });
});
