import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkModelFiles } from '../../../cli/doctor/model-files.ts';
import { lockedModels } from '../../../lib/stage-config/locked-models.ts';

const modelName = 'minilm-tweet-sentiment';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('the check of the model files', () => {
  let folder: string;
  const models = lockedModels().map((model) => ({
    ...model,
    files: [{ name: 'model.onnx', bytes: 0, sha256: EMPTY }],
  }));
  const check = (imageUri?: string) => checkModelFiles({ modelName, imageUri }, folder, models);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'model-files-'));
    mkdirSync(join(folder, modelName));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is fine where every file is the one of the manifest', async () => {
    expect(await checkModelFiles({ modelName, imageUri: undefined })).toEqual({
      state: 'ok',
      found: modelName,
    });
    writeFileSync(join(folder, modelName, 'model.onnx'), '');
    expect(await check()).toEqual({ state: 'ok', found: modelName });
  });

  it('fails where one is missing or differs, and names the command that fetches it', async () => {
    const fault = {
      state: 'fail',
      found: expect.stringContaining('model.onnx'),
      remedy: 'Run npx tss models pull minilm-tweet-sentiment.',
    };
    expect(await check()).toEqual(fault);
    writeFileSync(join(folder, modelName, 'model.onnx'), 'other');
    expect(await check()).toEqual(fault);
  });

  it('needs no files for an image that is given', async () => {
    expect(await check('example.org/image:1')).toMatchObject({ state: 'ok' });
  });
});
