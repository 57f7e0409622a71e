import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import Type from 'typebox';
import Value from 'typebox/value';
import { docker } from './docker.ts';
import { execute } from './execute.ts';

const Manifest = Type.Tuple([
  Type.Object({ Config: Type.String(), Layers: Type.Array(Type.String()) }),
]);

export interface ImageContent {
  /** Of each layer, from the base up: its files and links, without a leading slash. */
  readonly layers: readonly (readonly string[])[];
  /** Configuration and history, as JSON. */
  readonly configJson: string;
}

export interface LayerSize {
  readonly bytes: number;
  /** As a registry stores and sends it: gzip at its default level. */
  readonly compressedBytes: number;
}

/** Lists what an image holds. */
export async function readImage(image: string): Promise<ImageContent> {
  return withArchive(image, async (layers, configJson) => ({
    layers: await Promise.all(layers.map(filesOf)),
    configJson,
  }));
}

/** Sizes of an image's layers, from the base up. */
export async function measureImage(image: string): Promise<LayerSize[]> {
  return withArchive(image, async (layers) => {
    const sizes: LayerSize[] = [];
    for (const layer of layers) sizes.push(await measureLayer(layer));
    return sizes;
  });
}

async function withArchive<Result>(
  image: string,
  use: (layers: string[], configJson: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  try {
    const archive = join(folder, 'image.tar');
    await docker('save', '--output', archive, image);
    await execute('tar', ['-xf', archive, '-C', folder]);
    rmSync(archive);
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    const [{ Config, Layers }] = Value.Parse(Manifest, JSON.parse(read('manifest.json')));
    return await use(
      Layers.map((name) => join(folder, name)),
      read(Config),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function filesOf(layer: string): Promise<string[]> {
  const list = await execute('tar', ['-tf', layer]);
  return list
    .split('\n')
    .filter((name) => name !== '' && !name.endsWith('/'))
    .map((name) => name.replace(/^(\.?\/)+/, ''));
}

async function measureLayer(layer: string): Promise<LayerSize> {
  let bytes = 0;
  let compressedBytes = 0;
  await pipeline(
    createReadStream(layer),
    // Docker's containerd store keeps layers as they were pulled.
    isGzip(layer) ? createGunzip() : new PassThrough(),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        yield chunk;
      }
    },
    createGzip(),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) compressedBytes += chunk.length;
    },
  );
  return { bytes, compressedBytes };
}

function isGzip(path: string): boolean {
  const file = openSync(path, 'r');
  const start = Buffer.alloc(2);
  readSync(file, start);
  closeSync(file);
  return start.equals(Buffer.from([0x1f, 0x8b]));
}
