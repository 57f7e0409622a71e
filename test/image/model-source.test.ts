import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { copyBuildContext } from '../../script/image/lib/build-context.ts';
import { changeModel } from '../../script/image/lib/change-context.ts';
import { type BuildOptions, buildImage, removeImage } from '../../script/image/lib/docker.ts';
import { readImage } from '../../script/image/lib/image-archive.ts';
import type { Manifest } from '../../service/inference/bundle/manifest.ts';
import { HUB_COMMIT, HubStub } from '../helpers/hub-stub.ts';
import { startS3Stub } from '../helpers/s3-stub.ts';

const TAG = 'tweet-sentiment-service:model';
const NAME = 'minilm-tweet-sentiment';
const GRAPH = 'model.onnx';
const TIMEOUT_MS = 540_000;

let context: string;
let graph: Buffer;

/** A checkout that knows a model, never seen before, but does not have its graph. */
beforeEach(async () => {
  context = copyBuildContext();
  await changeModel(context);
  const path = join(context, 'models', NAME, GRAPH);
  graph = readFileSync(path);
  rmSync(path);
});

afterEach(() => rmSync(context, { recursive: true }));

function changeManifest(change: (bundle: Manifest['models'][number]) => void): void {
  const path = join(context, 'models/manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  change(manifest.models[0]!);
  writeFileSync(path, JSON.stringify(manifest));
}

async function build(options: Partial<BuildOptions>): Promise<void> {
  await buildImage({ tag: TAG, context, target: 'model', ...options });
}

/** Everything in the image's own layers and history, as one text. */
async function everything(): Promise<string> {
  try {
    const { layers, configJson } = await readImage(TAG);
    return [configJson, ...layers.flat()].join('\n');
  } finally {
    await removeImage(TAG);
  }
}

describe('the model of an image', () => {
  it(
    'must be complete in the checkout unless another source is named',
    async () => {
      await expect(build({})).rejects.toThrow(/model\.onnx is missing.*MODEL_SOURCE=hub/s);
    },
    TIMEOUT_MS,
  );

  it(
    'comes from the hub, at the locked revision, with a token that stays outside',
    async () => {
      const files = new Map([[GRAPH, graph]]);
      const hub = await HubStub.start({ name: 'acme/tweets', files, token: 'hf_planted' });
      const secrets = mkdtempSync(join(tmpdir(), 'secrets-'));
      writeFileSync(join(secrets, 'token'), 'hf_planted\n');
      changeManifest((bundle) => {
        bundle.source = { repository: 'acme/tweets', revision: HUB_COMMIT };
      });
      try {
        const buildArguments = { MODEL_SOURCE: 'hub', HF_ENDPOINT: hub.url };
        await expect(build({ buildArguments })).rejects.toThrow(/401/);
        await build({ buildArguments, secrets: { 'hf-token': join(secrets, 'token') } });
        const content = await everything();
        expect(content).toContain(`app/models/${NAME}/${GRAPH}`);
        expect(content).not.toContain('hf_planted');
      } finally {
        await hub.close();
        rmSync(secrets, { recursive: true });
      }
    },
    TIMEOUT_MS,
  );

  it(
    'comes from S3 with credentials that stay outside',
    async () => {
      const s3 = await startS3Stub('models', new Map([[`v1/${GRAPH}`, graph]]), 'AKIDPLANTED');
      const secrets = mkdtempSync(join(tmpdir(), 'secrets-'));
      const file = join(secrets, 'credentials');
      writeFileSync(
        file,
        '[default]\naws_access_key_id = AKIDPLANTED\naws_secret_access_key = planted\n',
      );
      try {
        await build({
          buildArguments: { MODEL_SOURCE: 's3://models/v1', AWS_ENDPOINT_URL: s3.url },
          secrets: { 'aws-credentials': file },
        });
        const content = await everything();
        expect(content).toContain(`app/models/${NAME}/${GRAPH}`);
        expect(content).not.toMatch(/AKIDPLANTED|aws_secret_access_key/);
      } finally {
        await s3.close();
        rmSync(secrets, { recursive: true });
      }
    },
    TIMEOUT_MS,
  );

  it(
    'is refused when it is not what the manifest locks',
    async () => {
      const changed = Buffer.from(graph).fill(0, graph.length - 1);
      writeFileSync(join(context, 'models', NAME, GRAPH), changed);
      await expect(build({})).rejects.toThrow(/model\.onnx has SHA-256 .* the manifest says/);
      await expect(build({ buildArguments: { MODEL_NAME: 'gpt' } })).rejects.toThrow(
        /no model "gpt"; available: minilm-tweet-sentiment/,
      );
    },
    TIMEOUT_MS,
  );
});
