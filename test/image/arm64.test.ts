import { describe, expect, it } from '@jest/globals';
import { containerEngine } from '../../script/image/lib/detect-engine.ts';
import { readImage } from '../../script/image/lib/image-archive.ts';

const TAG = 'tweet-sentiment-service:arm64';

describe('the image for linux/arm64, built on this machine', () => {
  it('holds the same files, but the native code of the other architecture', async () => {
    const engine = await containerEngine();
    const ownFiles = async (image: string) =>
      (await readImage(engine, image)).layers.slice(-3).flat().sort();
    await engine.build({ tag: TAG, platform: 'linux/arm64' });
    try {
      const here = await ownFiles(process.env.SERVICE_IMAGE!);
      const there = here.map((file) => file.replace(`/linux/${process.arch}/`, '/linux/arm64/'));
      expect(await ownFiles(TAG)).toEqual(there.sort());
    } finally {
      await engine.remove(TAG);
    }
  }, 180_000);
});
