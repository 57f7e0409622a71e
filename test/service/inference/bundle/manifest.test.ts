import { readdirSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StartupError } from '../../../../service/domain/errors.ts';
import {
  bundleRevision,
  describeFiles,
} from '../../../../service/inference/bundle/bundle-files.ts';
import { findBundle, readManifest } from '../../../../service/inference/bundle/manifest.ts';
import { EMBEDDED_MODEL, GOLDENS, MODELS_DIR } from '../helpers/golden.ts';
import { TinyModels } from '../helpers/tiny-bundle.ts';

describe('the manifest of the repository', () => {
  it('matches size, hash and revision of the files', async () => {
    for (const { name, files, preprocessing, revision } of (await readManifest(MODELS_DIR))
      .models) {
      const names = files.map((file) => file.name);
      expect(await describeFiles(join(MODELS_DIR, name), names)).toEqual(files);
      expect(bundleRevision(files, preprocessing)).toBe(revision);
    }
  });

  it("holds the model card's hashes", async () => {
    const { files } = findBundle(await readManifest(MODELS_DIR), EMBEDDED_MODEL);
    expect(
      files.map(({ name, bytes, sha256 }) => `${name} ${bytes} ${sha256.slice(0, 8)}`),
    ).toEqual([
      'config.json 402 11210b97',
      'golden.jsonl 164631 92f905c2',
      'model.onnx 23648159 9f54eb1d',
      'tokenizer.json 518153 82739541',
      'tokenizer_config.json 206 8012fe7e',
    ]);
  });

  it('checks about a dozen texts at every start, the longest window among them', async () => {
    const { golden, maxTokens } = findBundle(await readManifest(MODELS_DIR), EMBEDDED_MODEL);
    const lengths = golden.startUpLines.map((line) => GOLDENS[line]!.ids.length);
    expect(lengths).toHaveLength(12);
    expect(Math.max(...lengths)).toBe(maxTokens);
  });

  it('belongs to files without special modes', () => {
    const folder = join(MODELS_DIR, EMBEDDED_MODEL);
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).mode & 0o111).toBe(0);
    }
  });
});

describe('a revision', () => {
  const file = (name: string, digit: string) => ({ name, bytes: 1, sha256: digit.repeat(64) });

  it('is the beginning of the SHA-256 over the hashes in the order of the names', () => {
    // hashlib.sha256(('0' * 64 + '1' * 64).encode()).hexdigest()[:12]
    const expected = '2c5a757af655';
    expect(bundleRevision([file('a', '0'), file('b', '1')])).toBe(expected);
    expect(bundleRevision([file('b', '1'), file('a', '0')])).toBe(expected);
  });

  it('changes with a file and with the order of its hashes', () => {
    const revisions = [
      bundleRevision([file('a', '0'), file('b', '1')]),
      bundleRevision([file('a', '1'), file('b', '0')]),
      bundleRevision([file('a', '0'), file('b', '2')]),
    ];
    expect(new Set(revisions).size).toBe(3);
  });
});

describe('the revision of a bundle that names its preprocessing', () => {
  const files = [
    { name: 'a', bytes: 1, sha256: '0'.repeat(64) },
    { name: 'b', bytes: 1, sha256: '1'.repeat(64) },
  ];

  it('covers the hashes, a line feed and the steps', () => {
    // hashlib.sha256(('0' * 64 + '1' * 64 + '\nunescape-html,mask-users-and-links').encode())
    const revision = bundleRevision(files, ['unescape-html', 'mask-users-and-links']);
    expect(revision).toBe('0ccdeaf24be8');
  });

  it('differs between absent, empty and different lists of steps', () => {
    const revisions = [
      bundleRevision(files),
      bundleRevision(files, []),
      bundleRevision(files, ['unescape-html']),
      bundleRevision(files, ['nfd-drop-marks']),
      bundleRevision(files, ['unescape-html', 'nfd-drop-marks']),
    ];
    expect(new Set(revisions).size).toBe(5);
  });

  it('does not depend on the order of the steps in the manifest', () => {
    expect(bundleRevision(files, ['nfd-drop-marks', 'unescape-html'])).toBe(
      bundleRevision(files, ['unescape-html', 'nfd-drop-marks']),
    );
  });
});

describe('reading a manifest', () => {
  let models: TinyModels;
  beforeEach(async () => {
    models = await TinyModels.create();
  });
  afterEach(() => models.remove());

  it('accepts a valid manifest', async () => {
    expect((await readManifest(models.dir)).models).toEqual([models.bundle]);
  });

  it.each([
    [[]],
    [['nfd-drop-marks']],
    [['unescape-html', 'mask-users-and-links']],
    [['nfd-drop-marks', 'mask-users-and-links', 'unescape-html']],
  ])('accepts the preprocessing steps %j', async (preprocessing) => {
    await models.writeManifest({ preprocessing });
    expect((await readManifest(models.dir)).models).toEqual([{ ...models.bundle, preprocessing }]);
  });

  it.each([
    ['revision', { revision: 'main' }, /\/models\/0\/revision must match pattern/],
    ['a hash', { files: [{ name: 'a', bytes: 1, sha256: 'x' }] }, /\/models\/0\/files\/0\/sha256/],
    ['labels', { labels: ['good', 'bad'] }, /\/models\/0\/labels/],
    ['a label twice', { labels: ['negative', 'negative', 'positive'] }, /\/models\/0\/labels/],
    [
      'an unknown preprocessing version',
      { preprocessingVersion: 99 },
      /\/models\/0\/preprocessingVersion/,
    ],
    ['an unknown step', { preprocessing: ['lowercase'] }, /\/models\/0\/preprocessing\/0/],
    [
      'a repeated step',
      { preprocessing: ['nfd-drop-marks', 'nfd-drop-marks'] },
      /\/models\/0\/preprocessing must not have duplicate items/,
    ],
    ['preprocessing that is not a list', { preprocessing: 'none' }, /\/models\/0\/preprocessing/],
    ['a file that is none', { graph: 'other.onnx' }, /refers to "other.onnx"/],
    ['a path out of the folder', { graph: '../model.onnx' }, /\/models\/0\/graph must match/],
    ['a hidden path out of it', { graph: 'a/../../b' }, /\/models\/0\/graph must match/],
    ['an absolute path', { tokenizer: '/etc/passwd' }, /\/models\/0\/tokenizer must match/],
    ['a name that is a path', { name: '../tiny' }, /\/models\/0\/name must match/],
  ])('rejects %s, naming the field', async (_, changes, message) => {
    await models.writeManifest(changes);
    const reading = readManifest(models.dir);
    await expect(reading).rejects.toThrow(StartupError);
    await expect(reading).rejects.toThrow(message);
  });

  it('names every invalid field', async () => {
    await models.writeManifest({ padId: -1, maxTokens: 0 });
    await expect(readManifest(models.dir)).rejects.toThrow(/maxTokens.*padId/);
  });

  it('rejects a file that is not JSON', async () => {
    await writeFile(join(models.dir, 'manifest.json'), '{');
    await expect(readManifest(models.dir)).rejects.toThrow(/manifest\.json is not JSON/);
  });

  it('names the missing path and MODELS_DIR', async () => {
    const reading = readManifest(join(models.dir, 'nowhere'));
    await expect(reading).rejects.toThrow(/nowhere\/manifest\.json cannot be read; MODELS_DIR/);
  });

  it('lists the available models when asked for an unknown one', async () => {
    const manifest = await readManifest(models.dir);
    expect(() => findBundle(manifest, 'huge')).toThrow(
      new StartupError('There is no model "huge"; available: tiny'),
    );
  });
});
