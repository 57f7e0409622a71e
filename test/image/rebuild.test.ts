import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { copyBuildContext } from '../../script/image/lib/build-context.ts';
import { changeCode, changeModel } from '../../script/image/lib/change-context.ts';
import { buildImage, imageConfig, removeImage } from '../../script/image/lib/docker.ts';
import { execute } from '../../script/image/lib/execute.ts';

const TAG = 'tweet-sentiment-service:rebuilt';
const BUILD_TIMEOUT_MS = 540_000;

let context: string;
beforeEach(() => {
  context = copyBuildContext();
});
afterEach(() => rmSync(context, { recursive: true }));

/** The layers, from the base up, in which the image of the changed context is another one. */
async function changedLayers(): Promise<number[]> {
  const { layers } = await imageConfig(process.env.SERVICE_IMAGE!);
  await buildImage({ tag: TAG, context });
  try {
    const rebuilt = (await imageConfig(TAG)).layers;
    expect(rebuilt).toHaveLength(layers.length);
    const fromTheTop = layers.map((_, index) => index - layers.length);
    return fromTheTop.filter((index) => rebuilt.at(index) !== layers.at(index));
  } finally {
    await removeImage(TAG);
  }
}

describe('a rebuilt image', () => {
  it(
    'is the same, byte by byte, from a checkout that was made under umask 077',
    async () => {
      await execute('chmod', ['-R', 'go=', context]);
      expect(await changedLayers()).toEqual([]);
    },
    BUILD_TIMEOUT_MS,
  );

  it(
    'has a new code layer, and no other, when the code has changed',
    async () => {
      changeCode(context);
      expect(await changedLayers()).toEqual([-1]);
    },
    BUILD_TIMEOUT_MS,
  );

  it(
    'has a new model layer, and no other, when the model has changed',
    async () => {
      await changeModel(context);
      expect(await changedLayers()).toEqual([-2]);
    },
    BUILD_TIMEOUT_MS,
  );
});
