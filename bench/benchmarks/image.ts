import { createReadStream, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { measureImage } from '../../script/image/lib/image-archive.ts';
import type { Bench } from '../bench.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { CannotRun } from '../cannot-run.ts';

const MIB = 2 ** 20;

/** Sizes do not vary: one round. */
async function imageSize({ model }: Bench): Promise<Measurement> {
  const image = process.env.BENCH_IMAGE;
  if (!image) throw new CannotRun('BENCH_IMAGE is not set: the tag of a built image');
  const base = /^ARG NODE_IMAGE=(\S+)$/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1];
  if (!base) throw new Error('the Dockerfile names no NODE_IMAGE');
  const imageBytes = await compressedBytes(image);
  const baseBytes = await compressedBytes(base);
  const modelBytes = await gzippedBytes(
    model.bundle.files.map(({ name }) => join(model.modelsDir, model.bundle.name, name)),
  );
  const runtimeBytes = await gzippedBytes([runtimeLibrary()]);
  return {
    rounds: [imageBytes / (baseBytes + modelBytes + runtimeBytes)],
    details: {
      'image MiB': imageBytes / MIB,
      'base MiB': baseBytes / MIB,
      'model MiB': modelBytes / MIB,
      'library MiB': runtimeBytes / MIB,
    },
  };
}

async function compressedBytes(image: string): Promise<number> {
  try {
    const layers = await measureImage(image);
    return layers.reduce((sum, layer) => sum + layer.compressedBytes, 0);
  } catch (error) {
    throw new CannotRun(`the image ${image} cannot be read: ${String(error).slice(0, 300)}`);
  }
}

/** The native library of this platform. */
function runtimeLibrary(): string {
  const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  return join(folder, 'bin/napi-v6', process.platform, process.arch, 'libonnxruntime.so.1');
}

async function gzippedBytes(paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const path of paths) {
    await pipeline(createReadStream(path), createGzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) bytes += chunk.length;
    });
  }
  return bytes;
}

export const image: readonly Benchmark[] = [
  {
    id: 'B15',
    title: 'compressed image ÷ (slim base + model + one .so)',
    method: 'gzip of the layers, of the files of the bundle and of libonnxruntime; one round',
    better: 'lower',
    floor: 1.15,
    aim: 1.03,
    unit: 'ratio',
    only: 'minilm',
    run: imageSize,
  },
];
