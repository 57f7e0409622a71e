import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkTruncation } from '../../../../cli/models/tokenizer/check-truncation.ts';

const LEFT = { truncation: { direction: 'Left', max_length: 512 } };
const RIGHT = { truncation: { direction: 'Right', max_length: 512 } };

function aFolder(tokenizer: object, tokenizerConfig: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'model-'));
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(tokenizerConfig));
  return folder;
}

describe('a tokenizer that keeps the end of a long text', () => {
  it.each([
    ['truncation_side in tokenizer_config.json is "left"', RIGHT, { truncation_side: 'left' }],
    ['truncation.direction in tokenizer.json is "Left"', LEFT, {}],
    ['truncation.direction in tokenizer.json is "Left"', LEFT, { truncation_side: null }],
  ])('is refused: %s', async (reason, tokenizer, config) => {
    await expect(checkTruncation(aFolder(tokenizer, config))).rejects.toThrow(reason);
  });
});

describe('a tokenizer that keeps the start', () => {
  it.each([
    ['says nothing', {}, {}],
    ['sets no truncation', { truncation: null }, {}],
    ['says so in both files', RIGHT, { truncation_side: 'right' }],
    ['says so in the file that takes precedence', LEFT, { truncation_side: 'right' }],
  ])('is taken if it %s', async (_, tokenizer, config) => {
    await expect(checkTruncation(aFolder(tokenizer, config))).resolves.toBeUndefined();
  });
});
