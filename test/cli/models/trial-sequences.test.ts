import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { trialSequences } from '../../../cli/models/trial-sequences.ts';
import { byteLevelJson } from '../../service/inference/helpers/byte-level-definition.ts';
import { EMBEDDED } from '../../service/inference/helpers/embedded-tokenizer.ts';

const MODEL = { tokenizer: 'tokenizer.json', maxTokens: 32, preprocessing: [] };
const [START, END] = [0, 2];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(changes: object = {}): void {
  const json = byteLevelJson();
  const model = { ...json.model, ...changes };
  writeFileSync(join(folder, MODEL.tokenizer), JSON.stringify({ ...json, model }));
}

describe('what a trial runs through a graph', () => {
  it('is the whole corpus, framed and within the window', async () => {
    write();
    const { corpus } = await trialSequences(folder, MODEL);
    expect(corpus).toHaveLength(2_000);
    for (const { ids } of corpus) {
      expect([ids[0], ids.at(-1)]).toEqual([START, END]);
      expect(ids.length).toBeLessThanOrEqual(MODEL.maxTokens);
    }
  });

  it('has a text for each length bucket of the scheduler, up to the full window', async () => {
    write();
    const { lengths } = await trialSequences(folder, MODEL);
    const counts = lengths.map(({ ids }) => ids.length);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect([counts[0], counts.at(-1)]).toEqual([3, MODEL.maxTokens]);
  });

  it('has the highest id that a text can have', async () => {
    const { vocab } = byteLevelJson().model;
    write({ vocab: { ...vocab, '<extra>': 9_999 } });
    const { highest } = await trialSequences(folder, MODEL);
    expect(highest).toEqual({ text: '<extra>', ids: [START, 9_999, END] });
  });

  it.each([
    ['no vocabulary', { vocab: null }],
    ['no merges', { merges: null }],
    ['merges of unknown tokens', { merges: ['zz zz'] }],
  ])('cannot be made of a tokenizer.json with %s', async (_, changes) => {
    write(changes);
    const sequences = trialSequences(folder, MODEL);
    await expect(sequences).rejects.toThrow(/^tokenizer\.json is damaged: .*; fetch it again$/);
  });

  it('cannot be made of a tokenizer.json that is not supported, which is not called damaged', async () => {
    const token = { id: 40_000, content: '\u200d', special: false, normalized: true };
    const flags = { single_word: false, lstrip: false, rstrip: false };
    const added_tokens = [...EMBEDDED.added_tokens, { ...flags, ...token }];
    writeFileSync(join(folder, MODEL.tokenizer), JSON.stringify({ ...EMBEDDED, added_tokens }));
    await expect(trialSequences(folder, MODEL)).rejects.toThrow(
      /^tokenizer\.json cannot be used: The added token .*, which is not supported$/,
    );
  });
});
