import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BlobServer } from '../../../helpers/blob-server.ts';
import { ModelsFolder } from '../../../helpers/run-models.ts';
import { startS3Stub } from '../../../helpers/s3-stub.ts';
import { wordModelFiles } from '../../../helpers/word-model.ts';

const GRAPH = 'onnx/model_quantized.onnx';
const KEY = `tweets/v1/${GRAPH}`;

let folder: ModelsFolder;
let mayList: boolean;
let s3: BlobServer;
let objects: Map<string, Buffer>;

beforeEach(async () => {
  folder = new ModelsFolder();
  objects = new Map(
    [...wordModelFiles()].map(([name, content]) => [`tweets/v1/${name}`, content] as const),
  );
  mayList = true;
  s3 = await startS3Stub('models', objects, 'AKIDTEST', () => mayList);
});

afterEach(async () => {
  await s3.close();
  rmSync(folder.path, { recursive: true });
});

const models = (words: string[], environment: Record<string, string> = {}) =>
  folder.run(words, {
    AWS_ENDPOINT_URL: s3.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDTEST',
    AWS_SECRET_ACCESS_KEY: 'secret',
    ...environment,
  });

describe('models add, from S3', () => {
  it('downloads and locks what lies below a prefix, and fetches it again', async () => {
    const { code, stderr } = await models(['add', 's3://models/tweets/v1/', '--name', 'tweets']);
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    expect(folder.manifest.models[1]?.source).toEqual({
      repository: 's3://models/tweets/v1',
      revision: null,
    });
    rmSync(join(folder.path, 'tweets', GRAPH));
    expect((await models(['pull', 'tweets'])).code).toBe(0);
    expect((await models(['verify'])).code).toBe(0);
  });

  it('fetches a model again without the right to list the bucket', async () => {
    await models(['add', 's3://models/tweets/v1', '--name', 'tweets']);
    rmSync(join(folder.path, 'tweets', GRAPH));
    mayList = false;
    const { code, stderr } = await models(['pull', 'tweets']);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('AccessDenied')]);
    expect((await models(['verify'])).code).toBe(0);
  });

  it('says that the list is refused if a file must be made from others', async () => {
    const config = 'tweets/v1/tokenizer_config.json';
    const options = JSON.parse(String(objects.get(config)));
    const contradicting = JSON.stringify({ ...options, tokenize_chinese_chars: false });
    objects.set(config, Buffer.from(contradicting));
    await models(['add', 's3://models/tweets/v1', '--name', 'tweets']);
    rmSync(join(folder.path, 'tweets', 'tokenizer.json'));
    mayList = false;
    const { code, stderr } = await models(['pull', 'tweets']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /tokenizer\.json has .*s3:\/\/models\/tweets\/v1\/ cannot be read: AccessDenied.*s3:ListBucket/,
      ),
    ]);
  });

  it('takes a model at the root of a bucket, also when it is added again', async () => {
    for (const [name, content] of wordModelFiles()) objects.set(name, content);
    for (const place of ['s3://models/', 's3://models']) {
      expect(await models(['add', place])).toMatchObject({ code: 0 });
    }
    expect(folder.manifest.models[1]?.source.repository).toBe('s3://models');
  });

  it('repeats the list of objects when S3 asks to slow down', async () => {
    s3.refuseNext(503);
    expect(await models(['add', 's3://models/tweets/v1'])).toMatchObject({ code: 0 });
  });

  it.each(['s3://models/tweets/v1', './folder'])('refuses a revision of %s', async (place) => {
    const message = `--revision is for the hub: ${place} has no revisions`;
    for (const words of [
      ['add', place],
      ['pull', 'minilm-tweet-sentiment', '--from', place],
    ]) {
      const { code, stderr } = await models([...words, '--revision', 'v1']);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  it('goes on where a download broke, while the object is the same', async () => {
    s3.breakNext(KEY, 2_000_000);
    expect((await models(['add', 's3://models/tweets/v1', '--name', 'tweets'])).code).toBe(0);
    const resumed = s3.requests.filter(({ headers }) => headers.range !== undefined);
    expect(resumed).toHaveLength(1);
    expect(resumed[0]?.headers['if-match']).toMatch(/^"[0-9a-f]{64}"$/);
    expect((await models(['verify'])).code).toBe(0);
  });

  it('says at once that access is denied, without the key', async () => {
    const before = s3.requests.length;
    const { code, stderr } = await models(['add', 's3://models/tweets/v1', '--name', 'tweets'], {
      AWS_ACCESS_KEY_ID: 'AKIDOTHER',
      AWS_SECRET_ACCESS_KEY: 'planted-secret',
    });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/s3:\/\/models.*AccessDenied/)]);
    expect(stderr).not.toContain('planted-secret');
    expect(s3.requests).toHaveLength(before + 1);
  });

  it('says which form an address must have', async () => {
    const { code, stderr } = await models(['add', 's3://']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^"s3:\/\/" is neither .*, nor s3:\/\/bucket\/prefix, nor a path/),
    ]);
  });
});
