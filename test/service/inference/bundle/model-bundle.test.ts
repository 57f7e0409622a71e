import { readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PreprocessingStep } from '../../../../service/contract/preprocessing.ts';
import { StartupError } from '../../../../service/domain/errors.ts';
import {
  bundleRevision,
  describeFile,
  describeFiles,
} from '../../../../service/inference/bundle/bundle-files.ts';
import { loadBundle } from '../../../../service/inference/bundle/model-bundle.ts';
import { TinyModels } from '../helpers/tiny-bundle.ts';

let models: TinyModels;
let graph: string;
beforeEach(async () => {
  models = await TinyModels.create();
  graph = join(models.bundleDir, 'model.onnx');
});
afterEach(() => models.remove());

async function refusal(): Promise<string> {
  const loading = loadBundle(models.dir, 'tiny');
  await expect(loading).rejects.toThrow(StartupError);
  return loading.then(
    () => '',
    (error: Error) => error.message,
  );
}

describe('loading a bundle', () => {
  it('returns the bundle, its graph, its tokenizer and the golden texts to check', async () => {
    const loaded = await loadBundle(models.dir, 'tiny');
    expect(loaded.bundle).toEqual(models.bundle);
    expect(loaded.graphPath).toBe(graph);
    expect(loaded.tokenizer.model.type).toBe('BPE');
    expect(loaded.startUpTexts).toEqual([
      { line: 0, text: 'the lowing', probabilities: [0.2, 0.3, 0.5] },
      { line: 1, text: 'a', probabilities: [0.2, 0.3, 0.5] },
    ]);
  });

  it('returns the golden probabilities and tolerances of the CPU family', async () => {
    const probabilities = [0.1, 0.3, 0.6];
    const line = JSON.stringify({ probabilities });
    await writeFile(join(models.bundleDir, 'golden-arm64.jsonl'), `${line}\n${line}\n`);
    const described = await describeFile(models.bundleDir, 'golden-arm64.jsonl');
    const families = { arm64: { ...described, tolerance: 0.01 } };
    await models.writeManifest({ golden: { ...models.bundle.golden, families } });
    const arm64 = await loadBundle(models.dir, 'tiny', 'arm64');
    expect(arm64.startUpTexts[0]).toMatchObject({ text: 'the lowing', probabilities });
    expect(arm64.tolerances).toEqual({ tolerance: 0.01, batchTolerance: 0.01 });
    const x64 = await loadBundle(models.dir, 'tiny', 'x64');
    expect(x64.startUpTexts[0]).toMatchObject({ probabilities: [0.2, 0.3, 0.5] });
    expect(x64.bundle.revision).toBe(models.bundle.revision);
  });

  it('rejects golden probabilities of a CPU family that were tampered with', async () => {
    const path = join(models.bundleDir, 'golden-arm64.jsonl');
    await writeFile(path, '{"probabilities":[0.1,0.3,0.6]}');
    const described = await describeFile(models.bundleDir, 'golden-arm64.jsonl');
    const families = { arm64: { ...described, tolerance: 0.01 } };
    await models.writeManifest({ golden: { ...models.bundle.golden, families } });
    await writeFile(path, '{"probabilities":[0.6,0.3,0.1]}');
    expect(await refusal()).toMatch(/golden-arm64\.jsonl has SHA-256/);
  });

  it('rejects a file that was tampered with, by name and with both hashes', async () => {
    const { sha256 } = models.bundle.files.find(({ name }) => name === 'model.onnx')!;
    await writeFile(graph, (await readFile(graph, 'utf8')).toUpperCase());
    const [tampered] = await describeFiles(models.bundleDir, ['model.onnx']);
    expect(await refusal()).toBe(
      `The model file ${graph} has SHA-256 ${tampered!.sha256}, the manifest says ${sha256}; fetch the bundle again`,
    );
  });

  it('rejects a truncated file, by name and with both sizes', async () => {
    await writeFile(graph, 'not really');
    expect(await refusal()).toMatch(/model\.onnx has 10 bytes, the manifest says 18/);
  });

  it('rejects a bundle that lacks a file, by name', async () => {
    await rm(graph);
    expect(await refusal()).toBe(`The model file ${graph} is missing`);
  });

  it('rejects a bundle that is missing', async () => {
    await rm(models.bundleDir, { recursive: true });
    expect(await refusal()).toBe(`The model file ${models.bundleDir} is missing`);
  });

  it('rejects a file that lies outside the bundle', async () => {
    const elsewhere = join(models.dir, 'elsewhere.onnx');
    await rename(graph, elsewhere);
    await symlink(elsewhere, graph);
    expect(await refusal()).toMatch(/model\.onnx lies outside its bundle/);
  });

  it('rejects a revision that its files and preprocessing do not give', async () => {
    await models.writeManifest({ revision: '0123456789ab' });
    expect(await refusal()).toMatch(
      new RegExp(
        `revision 0123456789ab, but its file hashes and preprocessing give ${models.bundle.revision}`,
      ),
    );
  });

  it('rejects other preprocessing steps under the same revision', async () => {
    await models.writeManifest({ preprocessing: ['unescape-html'] });
    const { files } = models.bundle;
    expect(await refusal()).toContain(
      `preprocessing give ${bundleRevision(files, ['unescape-html'])}`,
    );
  });

  it('loads a bundle that names its preprocessing steps', async () => {
    const preprocessing: PreprocessingStep[] = ['unescape-html', 'mask-users-and-links'];
    const revision = bundleRevision(models.bundle.files, preprocessing);
    await models.writeManifest({ preprocessing, revision });
    const { bundle } = await loadBundle(models.dir, 'tiny');
    expect(bundle).toMatchObject({ preprocessing, revision });
  });

  it('rejects golden lines that do not exist', async () => {
    await models.writeManifest({ golden: { ...models.bundle.golden, startUpLines: [7] } });
    expect(await refusal()).toMatch(
      /golden\.jsonl has 3 lines and no line 7 \(from 0\); correct startUpLines of "tiny"/,
    );
  });

  it('rejects an unsupported tokenizer', async () => {
    await writeFile(join(models.bundleDir, 'tokenizer.json'), '{}');
    const files = await describeFiles(
      models.bundleDir,
      models.bundle.files.map(({ name }) => name),
    );
    await models.writeManifest({ files, revision: bundleRevision(files) });
    expect(await refusal()).toMatch(/tokenizer\.json is not a supported tokenizer/);
  });
});
