import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildTokenizer } from '../../../../cli/models/tokenizer/build-tokenizer.ts';
import { checkPadding } from '../../../../cli/models/tokenizer/check-padding.ts';
import { openEncoder } from '../../../../cli/models/trial-sequences.ts';
import { byteLevelJson } from '../../../service/inference/helpers/byte-level-definition.ts';
import { EMBEDDED } from '../../../service/inference/helpers/embedded-tokenizer.ts';

const UNIGRAM = 'test/cli/models/tokenizer/fixtures/xlm-roberta';
const DEFINITIONS = {
  WordPiece: async () => EMBEDDED,
  BPE: async () => byteLevelJson(),
  Unigram: () => buildTokenizer(UNIGRAM, 'unigram', 'xlm-roberta', {}),
};

async function check(kind: keyof typeof DEFINITIONS, padId: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(await DEFINITIONS[kind]()));
  const tokenizer = { tokenizer: 'tokenizer.json', maxTokens: 32, preprocessing: [] };
  await checkPadding(padId, await openEncoder(folder, tokenizer));
}

describe('the token from which a network counts positions', () => {
  it.each([
    ['WordPiece', '[PAD]', 0],
    ['WordPiece', '[unused1]', 2],
    ['BPE', '<pad>', 1],
    ['BPE', '<mask>', 4],
    ['Unigram', '<pad>', 1],
    ['Unigram', 'a token that the vocabulary lacks', 1_000_000],
  ] as const)('is accepted if no text has it: %s, %s', async (kind, _, id) => {
    await expect(check(kind, id)).resolves.toBeUndefined();
  });

  it.each([
    ['WordPiece', 101, 'begins or ends every text'],
    ['WordPiece', 100, 'stands for unknown words'],
    ['WordPiece', 2_023, 'is "this", which texts can have'],
    ['BPE', 2, 'begins or ends every text'],
    ['BPE', 5 + 256, 'is "Ġt", which texts can have'],
    ['Unigram', 3, 'stands for unknown words'],
    ['Unigram', 4, 'is ".", which texts can have'],
  ] as const)('is refused for %s if its id is %d, which %s', async (kind, id, use) => {
    await expect(check(kind, id)).rejects.toThrow(
      `config.json has the pad_token_id ${id}, which by tokenizer.json ${use}; give it the id`,
    );
  });
});
