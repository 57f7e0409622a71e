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
import type { ContainerEngine } from './container-engine.ts';
import { execute } from './execute.ts';

const Manifest = Type.Tuple([
  Type.Object({ Config: Type.String(), Layers: Type.Array(Type.String()) }),
]);
const Config = Type.Object({
  history: Type.Array(Type.Object({ created_by: Type.Optional(Type.String()) })),
  rootfs: Type.Object({ diff_ids: Type.Array(Type.String()) }),
});

export interface Layer {
  /** Digest of the uncompressed content. */
  readonly diffId: string;
  /** Paths of the regular files and links in it, without a leading slash. */
  readonly files: readonly string[];
  readonly bytes: number;
  /** As a registry stores and sends it: gzip at its default level. */
  readonly compressedBytes: number;
}

export interface ImageContent {
  /** From the base up. */
  readonly layers: readonly Layer[];
  /** The image's configuration and history, as JSON. */
  readonly configJson: string;
}

/** Unpacks an image into its layers and measures them. */
export async function readImage(engine: ContainerEngine, image: string): Promise<ImageContent> {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  try {
    const archive = join(folder, 'image.tar');
    await engine.save(image, archive);
    await execute('tar', ['-xf', archive, '-C', folder]);
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    const [{ Config: configName, Layers: names }] = Value.Parse(
      Manifest,
      JSON.parse(read('manifest.json')),
    );
    const configJson = read(configName);
    const { rootfs } = Value.Parse(Config, JSON.parse(configJson));
    const layers: Layer[] = [];
    for (const [index, name] of names.entries()) {
      layers.push(await readLayer(join(folder, name), rootfs.diff_ids[index] ?? ''));
    }
    return { layers, configJson };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function readLayer(path: string, diffId: string): Promise<Layer> {
  let bytes = 0;
  let compressedBytes = 0;
  await pipeline(
    createReadStream(path),
    // Docker's containerd store keeps layers as they were pulled.
    isGzip(path) ? createGunzip() : new PassThrough(),
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
  const list = await execute('tar', ['-tf', path]);
  const files = list
    .split('\n')
    .filter((name) => name !== '' && !name.endsWith('/'))
    .map((name) => name.replace(/^(\.?\/)+/, ''));
  return { diffId, files, bytes, compressedBytes };
}

function isGzip(path: string): boolean {
  const file = openSync(path, 'r');
  const start = Buffer.alloc(2);
  readSync(file, start);
  closeSync(file);
  return start.equals(Buffer.from([0x1f, 0x8b]));
}
