import { describe, expect, it } from '@jest/globals';
import { bundleReadme } from '../../../cli/models/bundle-readme.ts';
import { readManifest } from '../../../service/inference/bundle/manifest.ts';

describe("an added model's README", () => {
  it('names source, license, labels and figures, whatever the source calls itself', async () => {
    const [embedded] = (await readManifest('models')).models;
    const bundle = {
      ...embedded!,
      source: { repository: 'acme/x', revision: null },
      licence: 'mine | <b>\nyours',
      preprocessing: [],
    };
    const comparison = { texts: 130, agreement: 0.992, difference: 0.0123 };
    const trial = { golden: [], batchInvariant: true, batchDifference: 2.4e-7, comparison };
    const lines = bundleReadme(bundle, trial).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '| source | acme/x |',
        '| license | mine \\| \\<b\\> yours |',
        '| labels, in the order of the logits | negative, neutral, positive |',
        '| languages | en |',
        '| preprocessing | none |',
        '| largest change of a probability in a batch | 2.4e-7 |',
        '| labels as in FP32, of 130 texts | 99.2 % |',
        '| largest difference of a probability from FP32 | 0.0123 |',
      ]),
    );
  });
});
