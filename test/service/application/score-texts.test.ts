import { describe, expect, it, jest } from '@jest/globals';
import type { RequestContext } from '../../../service/application/request-context.ts';
import { PhaseTimings } from '../../../service/application/request-context.ts';
import { ScoreTexts } from '../../../service/application/score-texts.ts';
import {
  EmptyTextError,
  ModelFailedError,
  OverloadedError,
} from '../../../service/domain/errors.ts';
import { FakeModel } from '../../helpers/fakes.ts';

class RecordingModel extends FakeModel {
  readonly contexts: RequestContext[] = [];

  override predict(texts: readonly string[], context: RequestContext) {
    this.contexts.push(context);
    return super.predict(texts, context);
  }
}

function aUseCase() {
  const model = new RecordingModel();
  const useCase = new ScoreTexts({
    model,
    singleDeadlineMs: 1_000_000,
    batchDeadlineMs: 9_000_000,
  });
  return { model, useCase };
}

const aCaller = () => ({ signal: new AbortController().signal, timings: new PhaseTimings() });

describe('ScoreTexts', () => {
  it('returns one prediction per text in one batch', async () => {
    const { model, useCase } = aUseCase();
    const predictions = await useCase.score(['good', 'fine'], aCaller());
    expect(predictions.map(({ label }) => label)).toEqual(['positive', 'positive']);
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

  it('names the text that has nothing to score', async () => {
    const scored = aUseCase().useCase.score(['good', ' '], aCaller());
    await expect(scored).rejects.toThrow(EmptyTextError);
    await expect(scored).rejects.toThrow('Text 2 of 2');
  });

  it('names the text for which the model gives NaN', async () => {
    const scored = aUseCase().useCase.score(['good', 'a banana split'], aCaller());
    await expect(scored).rejects.toThrow(ModelFailedError);
    await expect(scored).rejects.toThrow('text 2 of 2');
  });

  it('passes on the refusal of a full engine', async () => {
    const { model, useCase } = aUseCase();
    model.predict = async () => {
      throw new OverloadedError('full', { retryAfterSeconds: 1 });
    };
    await expect(useCase.score(['good'], aCaller())).rejects.toThrow(OverloadedError);
  });
});
