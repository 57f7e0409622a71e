import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { docker, type ImageConfig, imageConfig } from '../../script/image/lib/docker.ts';
import {
  type ImageContent,
  type LayerSize,
  measureImage,
  readImage,
} from '../../script/image/lib/image-archive.ts';
import { MALLOC_ENVIRONMENT, NODE_ARGUMENTS } from '../../service/contract/node-arguments.ts';
import { ENVIRONMENT } from '../../service/contract/variables.ts';

const ARCHITECTURE = process.arch;

/** Every file that may be in the image besides those of its base. */
const ALLOWED = [
  /^app\/(package\.json|LICENSE|NOTICE|sbom\.cdx\.json|third-party-licenses\.txt)$/,
  /^app\/dist\/[\w-]+\.js$/,
  /^app\/dist\/language-data-\w+\.bin$/,
  /^app\/dist\/lua\/[\w-]+\.lua$/,
  /^app\/dist\/swagger-ui\/[\w.-]+\.(js|css|html|json|png|svg)$/,
  /^app\/dist\/web\/(index\.html|assets\/[\w-]+\.(js|css|svg)(\.br|\.gz)?)$/,
  /^app\/models\/manifest\.json$/,
  /^app\/models\/minilm-tweet-sentiment\/(model\.onnx|golden(-arm64)?\.jsonl|config\.json|tokenizer(_config)?\.json)$/,
  /^app\/node_modules\/onnxruntime-node\/(package\.json|dist\/\w+\.js)$/,
  /^app\/node_modules\/onnxruntime-common\/(package\.json|dist\/cjs\/([\w-]+\.js|package\.json))$/,
  new RegExp(`^app/node_modules/onnxruntime-node/bin/napi-v\\d/linux/${ARCHITECTURE}/`),
];

const ENGINE = `node_modules/onnxruntime-node/bin/napi-v6/linux/${ARCHITECTURE}/libonnxruntime.so.1`;

/** One for the packages, one for the model, one for the code. */
const OWN_LAYERS = 3;

let content: ImageContent;
let config: ImageConfig;
let sizes: LayerSize[];

beforeAll(async () => {
  const image = process.env.SERVICE_IMAGE!;
  content = await readImage(image);
  config = await imageConfig(image);
  sizes = await measureImage(image);
});

describe('the image', () => {
  const ownFiles = () => content.layers.slice(-OWN_LAYERS).flat();

  it('adds nothing to its base but the bundle, its licenses and parts list, one engine, one model', () => {
    const unexpected = ownFiles().filter((file) => !ALLOWED.some((pattern) => pattern.test(file)));
    expect(unexpected).toEqual([]);
    const needed = ['app/dist/main.js', 'app/sbom.cdx.json', 'app/third-party-licenses.txt'];
    expect(ownFiles()).toEqual(expect.arrayContaining(needed));
  });

  it('holds native code for its own platform only', () => {
    const native = ownFiles().filter((file) => /\.(node|dll|dylib|so[.\d]*)$/.test(file));
    const binding = ENGINE.replace('libonnxruntime.so.1', 'onnxruntime_binding.node');
    expect(native.sort()).toEqual([`app/${ENGINE}`, `app/${binding}`]);
  });

  it('names the packages of the page in its license texts and its parts list, too', async () => {
    const read = (file: string) => docker('run', '--rm', process.env.SERVICE_IMAGE!, 'cat', file);
    expect(await read('third-party-licenses.txt')).toContain('=== chart.js/LICENSE');
    const { components } = JSON.parse(await read('sbom.cdx.json')) as {
      components: { readonly name: string }[];
    };
    const names = components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['chart.js', 'fastify']));
    expect(names).not.toContain('esbuild');
  });

  it('is, compressed, at most 1.15 of its base, the model and the engine together', () => {
    const sum = (layers: readonly LayerSize[]) =>
      layers.reduce((total, { compressedBytes }) => total + compressedBytes, 0);
    const needed = [ENGINE, 'models/minilm-tweet-sentiment/model.onnx'].map(
      (path) => gzipSync(readFileSync(path)).length,
    );
    const least = needed.reduce((total, bytes) => total + bytes, sum(sizes.slice(0, -OWN_LAYERS)));
    expect(sum(sizes) / least).toBeLessThan(1.15);
  });

  it('keeps packages, model and code in separate layers', () => {
    const [packages, model, code] = content.layers.slice(-OWN_LAYERS);
    expect(packages?.every((file) => !/^app\/(dist|models)\//.test(file))).toBe(true);
    expect(model?.every((file) => file.startsWith('app/models/'))).toBe(true);
    expect(code?.every((file) => file.startsWith('app/dist/'))).toBe(true);
  });

  it('runs as a numbered user that is not root, and ends on SIGTERM', () => {
    expect(config.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(config.stopSignal).toBe('SIGTERM');
    // Node itself is process 1: a shell or npm in between would swallow the signal.
    expect([config.entrypoint, config.command]).toEqual([
      [],
      ['node', ...NODE_ARGUMENTS, 'dist/main.js'],
    ]);
  });

  it('sets no secret and no variable that the service does not know', () => {
    const ofTheBase = ['PATH', 'NODE_EXTRA_CA_CERTS', 'NODE_VERSION', 'YARN_VERSION', 'NODE_ENV'];
    const known = [...ofTheBase, ...Object.keys(MALLOC_ENVIRONMENT)];
    const names = config.environment.map((variable) => variable.split('=')[0] ?? '');
    for (const name of names.filter((candidate) => !known.includes(candidate))) {
      expect(ENVIRONMENT).toHaveProperty(name);
      expect(ENVIRONMENT[name as keyof typeof ENVIRONMENT]).not.toHaveProperty('secret');
    }
  });

  it('says what it is', () => {
    expect(config.labels).toMatchObject({
      'org.opencontainers.image.title': 'tweet-sentiment-service',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.revision': expect.any(String),
    });
  });
});
