import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ContainerEngine } from '../../script/image/lib/container-engine.ts';
import { containerEngine } from '../../script/image/lib/detect-engine.ts';
import { readImage, unpackImage } from '../../script/image/lib/image-archive.ts';
import { describeEmulated, EMULATION_TIMEOUT_MS, EMULATOR } from '../arm64/helpers/emulation.ts';
import { ServiceProcess } from '../helpers/service-process.ts';

const TAG = 'tweet-sentiment-service:arm64';
/** Layers that the Dockerfile adds to its base: runtime packages, model, service. */
const OWN_LAYERS = 3;
/** Limits of the service, for an emulated CPU. */
const SLOW = {
  SINGLE_DEADLINE_MS: '600000',
  BATCH_DEADLINE_MS: '600000',
  INFERENCE_HANG_TIMEOUT_MS: '600000',
};
const BUILD_TIMEOUT_MS = 600_000;

const folder = mkdtempSync(join(tmpdir(), 'arm64-image-'));
let engine: ContainerEngine;

beforeAll(async () => {
  engine = await containerEngine();
  await engine.build({ tag: TAG, platform: 'linux/arm64' });
}, BUILD_TIMEOUT_MS);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await engine.remove(TAG);
});

describe('the image for linux/arm64, built on this machine', () => {
  it('holds the same files, but the native code of the other architecture', async () => {
    const ownFiles = async (image: string) =>
      (await readImage(engine, image)).layers.slice(-OWN_LAYERS).flat().sort();
    const here = await ownFiles(process.env.SERVICE_IMAGE!);
    const there = here.map((file) => file.replace(`/linux/${process.arch}/`, '/linux/arm64/'));
    expect(await ownFiles(TAG)).toEqual(there.sort());
  });
});

describeEmulated("the image's files for linux/arm64, as arm64", () => {
  it(
    'serve: they pass the start-up check and label a text',
    async () => {
      await unpackImage(engine, TAG, OWN_LAYERS, folder);
      const image = { emulator: EMULATOR, folder: join(folder, 'app') };
      const service = await ServiceProcess.start(SLOW, image);
      try {
        const response = await service.post('/v1/inference', { texts: ['I love this phone'] });
        expect(await response.json()).toMatchObject({
          results: [{ sentimentAnalyst: 'positive' }],
        });
      } finally {
        await service.stop();
      }
    },
    EMULATION_TIMEOUT_MS,
  );
});
