import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildImage, docker, imageConfig, removeImage } from '../../script/image/lib/docker.ts';

const TAG = 'tweet-sentiment-service:arm64';
const LIBRARIES = 'node_modules/onnxruntime-node/bin/napi-v6/linux/arm64';
const BUILD_TIMEOUT_MS = 600_000;

const folder = mkdtempSync(join(tmpdir(), 'arm64-image-'));
const image = process.env.SERVICE_IMAGE!;

beforeAll(async () => {
  const { labels } = await imageConfig(image);
  // The stand-in for the base exists for one platform, and the other stages need only the argument.
  const target =
    'stand-in' in labels
      ? { buildArguments: { TARGETARCH: 'arm64' } }
      : { platform: 'linux/arm64' };
  await buildImage({ tag: TAG, ...target });
}, BUILD_TIMEOUT_MS);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await removeImage(TAG);
});

/** Copies the service's folder out of an image. @returns the copy's files */
async function copyService(from: string, to: string): Promise<string[]> {
  const container = (await docker('create', from)).trim();
  try {
    await docker('cp', `${container}:/app`, to);
  } finally {
    await docker('rm', container);
  }
  return globSync('**', { cwd: to }).toSorted();
}

describe('the image for linux/arm64, built on this machine', () => {
  it('has the layers of model and code of the image for this machine', async () => {
    const layersOf = async (name: string) => (await imageConfig(name)).layers.slice(-2);
    expect(await layersOf(TAG)).toEqual(await layersOf(image));
  });

  it('has the same files, but the native libraries that the arm64 tier runs', async () => {
    const own = await copyService(image, join(folder, 'own'));
    const copy = join(folder, 'arm64');
    const files = await copyService(TAG, copy);
    const expected = own.map((file) => file.replace(`/linux/${process.arch}`, '/linux/arm64'));
    expect(files).toEqual(expected.toSorted());
    const libraries = files.filter((file) => file.startsWith(`${LIBRARIES}/`));
    expect(libraries.length).toBeGreaterThan(1);
    for (const file of libraries) {
      expect(readFileSync(join(copy, file)).equals(readFileSync(file))).toBe(true);
    }
  });
});
