import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { checkSame } from '../../../cli/models/check-same.ts';
import type { ModelSource } from '../../../cli/models/source.ts';
import { type Bundle, parseManifest } from '../../../service/contract/model-manifest.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const [embedded] = parseManifest(readFileSync('models/manifest.json', 'utf8'), 'manifest').models;
const LOCKED: Bundle = {
  ...embedded!,
  name: 'base',
  source: { repository: 'acme/base', revision: COMMIT },
  labels: ['negative', 'neutral', 'positive'],
  preprocessing: ['unescape-html'],
  conversion: { precision: 'int8' },
};

function sourceAt(revision: string): () => Promise<ModelSource> {
  return async () => ({
    origin: { repository: 'acme/base', revision },
    license: undefined,
    pointerRemedy: '',
    list: async () => [],
    open: () => Promise.reject(new Error('nothing is fetched')),
  });
}

describe('adding a model under a name that is taken', () => {
  it.each([
    ['another repository', 'other/base', {}, 'not other/base'],
    ['another commit', 'acme/base', { revision: 'v2' }, 'not the revision v2 (fedc)'],
    [
      'other labels',
      'acme/base',
      { labels: ['positive', 'neutral', 'negative'] },
      'not the labels',
    ],
    ['a graph', 'acme/base', { file: 'model.onnx' }, 'not the graph model.onnx'],
    ['another precision', 'acme/base', { precision: 'fp32' }, 'not weights converted to fp32'],
    ['other preprocessing', 'acme/base', { preprocessing: [] }, 'not the preprocessing none'],
  ] as const)('is refused for %s, with what is locked', async (_what, place, options, message) => {
    const checked = checkSame(LOCKED, place, options, sourceAt('fedc'));
    await expect(checked).rejects.toThrow(message);
    await expect(checked).rejects.toThrow(
      'locks base as acme/base@0123456789ab, weights converted to int8, labels negative,neutral,positive',
    );
  });

  it('is accepted for a language that an earlier version wrote in place of its group', async () => {
    const locked = { ...LOCKED, languages: ['nb', 'in'] };
    await checkSame(locked, 'acme/base', { languages: ['no', 'id'] }, sourceAt('fedc'));
    await expect(
      checkSame(locked, 'acme/base', { languages: ['sv'] }, sourceAt('fedc')),
    ).rejects.toThrow('not the languages sv');
  });

  it('is accepted for the same source, commit, labels, precision and preprocessing', async () => {
    await checkSame(LOCKED, 'acme/base', {}, sourceAt('fedc'));
    await checkSame(
      LOCKED,
      'acme/base',
      {
        revision: 'v1',
        labels: ['negative', 'neutral', 'positive'],
        precision: 'int8',
        preprocessing: ['unescape-html'],
      },
      sourceAt(COMMIT),
    );
  });
});
