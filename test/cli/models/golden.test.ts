import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CliError } from '../../../cli/kit/errors.ts';
import { type GoldenOptions, makeGolden } from '../../../cli/models/golden.ts';
import { bundleRevision, describeFiles } from '../../../service/inference/bundle/bundle-files.ts';
import { readManifest } from '../../../service/inference/bundle/manifest.ts';
import { loadBundle } from '../../../service/inference/bundle/model-bundle.ts';
import { TinyModels } from '../../service/inference/helpers/tiny-bundle.ts';

const X64 = [
  [0.2, 0.3, 0.5],
  [0.1, 0.2, 0.7],
];
const ARM64 = [
  [0.21, 0.29, 0.5],
  [0.1, 0.2, 0.7],
];
/** Another CPU of that family. */
const ARM64_MAX = [
  [0.21, 0.2801, 0.5099],
  [0.1, 0.2, 0.7],
];

let models: TinyModels;
let said: string;

beforeEach(async () => {
  said = '';
  models = await TinyModels.create();
  const lines = X64.map((probabilities, index) =>
    JSON.stringify({ text: 'a'.repeat(index + 1), probabilities }),
  );
  await writeFile(join(models.bundleDir, 'golden.jsonl'), `${lines.join('\n')}\n`);
  const files = await describeFiles(models.bundleDir, [
    'golden.jsonl',
    'model.onnx',
    'tokenizer.json',
  ]);
  await models.writeManifest({ files, revision: bundleRevision(files) });
});
afterEach(() => models.remove());

async function make(score: NonNullable<GoldenOptions['score']>): Promise<void> {
  const manifest = await readManifest(models.dir);
  await makeGolden({
    modelsDir: models.dir,
    manifest,
    bundle: manifest.models[0]!,
    output: { write: (text: string) => (said += text) } as unknown as GoldenOptions['output'],
    score,
  });
}

describe('tss models golden', () => {
  it('writes the probabilities of the other CPU family and keeps the revision', async () => {
    const before = (await readManifest(models.dir)).models[0]!;
    await make(async (family) => (family === 'x64' ? [X64] : [ARM64, ARM64_MAX]));
    const file = await readFile(join(models.bundleDir, 'golden-arm64.jsonl'), 'utf8');
    expect(file).toBe('{"probabilities":[0.21,0.29,0.5]}\n{"probabilities":[0.1,0.2,0.7]}\n');
    const { bundle, startUpTexts, tolerances } = await loadBundle(models.dir, 'tiny', 'arm64');
    expect([bundle.revision, bundle.files]).toEqual([before.revision, before.files]);
    expect(startUpTexts.map(({ probabilities }) => probabilities)).toEqual(ARM64);
    // Twice the difference between the CPUs of the family.
    expect(tolerances.tolerance).toBe(0.02);
    expect(said).toContain('arm64: up to 0.010000 from golden.jsonl (x64)');
  });

  it('rejects a model that does not reproduce its own golden texts', async () => {
    const making = make(async () => [ARM64]);
    await expect(making).rejects.toThrow(CliError);
    await expect(making).rejects.toThrow(/differ from golden\.jsonl by up to 0\.0100, more than/);
  });

  it('leaves the file of a family as the manifest has it when a later family fails', async () => {
    const { models: bundles } = await readManifest(models.dir);
    const golden = { ...bundles[0]!.golden, family: 'arm64' };
    await models.writeManifest({ ...bundles[0], golden });
    await make(async () => [X64]);
    const making = make(async (family) => {
      if (family === 'arm64') throw new CliError('the emulator was killed');
      return [ARM64_MAX];
    });
    await expect(making).rejects.toThrow('the emulator was killed');
    const { startUpTexts } = await loadBundle(models.dir, 'tiny', 'x64');
    expect(startUpTexts.map(({ probabilities }) => probabilities)).toEqual(X64);
  });

  it('says which CPU family cannot be emulated, and makes the others', async () => {
    await make(async (family) => (family === 'x64' ? undefined : [ARM64]));
    expect(said).toContain('x64 cannot be emulated here; run the command on such a machine, too.');
    const { tolerances } = await loadBundle(models.dir, 'tiny', 'arm64');
    expect(tolerances.tolerance).toBe(0.005);
  });
});
