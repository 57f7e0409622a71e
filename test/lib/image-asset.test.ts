import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, AssetStaging, Stack } from 'aws-cdk-lib';
import { build } from 'esbuild';
import { serviceImage } from '../../lib/constructs/service-image.ts';
import { readStageConfig } from '../../lib/stage-config.ts';

const TRACKED = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trim().split('\n');
/** Files that the stages of the Dockerfile copy into an image. */
const BUILT_FROM = new RegExp(
  `^(${[
    'Dockerfile|\\.dockerignore|\\.npmrc|LICENSE|NOTICE|package(-lock)?\\.json|tsconfig\\.json',
    'stubs/.*|service/.*|models/.*|cli/models/.*',
    'cli/kit/(archived-tweet|aws-timeouts|content-range|counted|csv-columns|csv-records|environment|errors|exact-json|exit-tasks)\\.ts',
    'cli/kit/(inference-worker|lines|printable|progress|retry|run-lock|s3|start-model|tweet-(?:author|columns|fault|objects|time)|utf8)\\.ts',
    'cli/score/(added-columns|chunks|results-version|scored-chunks|scorer)\\.ts|cli/score/formats/.*',
    'cli/bulk/contract\\.ts|cli/bulk/child/.*',
    'script/build\\.ts|script/lib/(build-page|bundle-options|language-data|pack-ngrams|replace-folder)\\.ts',
    'script/image/(collect-runtime-packages|install-locked|fetch-model\\.ts)',
  ].join('|')})$`,
);
/** Read by people only. */
const isProse = (path: string) => path.endsWith('.md');
const isPart = (path: string) => BUILT_FROM.test(path) && !isProse(path);
const IGNORED = TRACKED.filter((path) => existsSync(path) && !isPart(path));

/** A copy of the repository, to be changed. */
let folder: string;
let before: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'image-asset-'));
  for (const path of TRACKED) {
    if (existsSync(path)) cpSync(path, join(folder, path));
  }
  before = hash();
});
afterAll(() => rmSync(folder, { recursive: true }));

const MODELS = ['minilm-tweet-sentiment', 'another'];

function hash(context: object = {}): string {
  AssetStaging.clearAssetHashCache();
  const app = new App({
    context: { 'aws:cdk:disable-asset-staging': true },
    analyticsReporting: false,
  });
  const config = readStageConfig({ stage: 'dev', ...context }, MODELS);
  return serviceImage(new Stack(app, 'Stack'), config, folder).identity;
}

/** The hash with files changed, or added. */
const hashWith = (...paths: string[]) => withChanged(paths, () => hash());

function withChanged<Result>(paths: readonly string[], use: () => Result): Result {
  const saved = paths.map((path) => {
    const file = join(folder, path);
    const content = existsSync(file) ? readFileSync(file) : undefined;
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, '\n');
    return { file, content };
  });
  try {
    return use();
  } finally {
    for (const { file, content } of saved) {
      if (content) writeFileSync(file, content);
      else rmSync(file);
    }
  }
}

/** By folder, so that a failure says where. */
const groups = Map.groupBy(IGNORED, (path) =>
  path.includes('/') ? path.split('/').slice(0, 2).join('/') : path,
);

it('holds every file that its programs import', async () => {
  const { metafile } = await build({
    entryPoints: [
      'script/image/fetch-model.ts',
      'service/main.ts',
      'cli/bulk/child/score-object.ts',
    ],
    bundle: true,
    format: 'esm',
    metafile: true,
    outdir: 'unused',
    packages: 'external',
    platform: 'node',
    write: false,
  });
  expect(Object.keys(metafile.inputs).filter((path) => !isPart(path))).toEqual([]);
  const [tool] = Object.values(metafile.outputs).filter(({ entryPoint }) =>
    entryPoint?.endsWith('fetch-model.ts'),
  );
  const packages = tool?.imports.map(({ path }) => path);
  expect(packages).toContain('@aws-sdk/client-s3');
  // Bundled in the image's build, which a native library cannot be.
  expect(packages).not.toContain('@xenova/transformers');
  expect(packages).not.toContain('onnxruntime-node');
});

describe('the image', () => {
  it('stays the same when nothing has changed', () => {
    expect(hash()).toBe(before);
  });

  it('is built from none of docs, tests and infrastructure', () => {
    for (const start of ['docs/', 'test/', 'lib/', 'bin/', 'bench/', 'README.md', 'CHANGELOG.md']) {
      expect(IGNORED.some((path) => path.startsWith(start))).toBe(true);
    }
  });

  it.each([...groups])('stays the same when %s changes', (_group, paths) => {
    expect(hashWith(...paths)).toBe(before);
  });

  it.each([
    '.env',
    'dist/main.js',
    'node_modules/some/index.js',
    'cdk.out/manifest.json',
    'coverage/index.html',
    'models/.downloads/model.onnx',
    '.tools/node',
    '.git/HEAD',
  ])('stays the same when %s is there, which is in no repository', (path) => {
    expect(hashWith(path)).toBe(before);
  });

  it.each([
    'service/main.ts',
    'service/web/index.html',
    'service/contract/metrics.ts',
    'cli/models/pull.ts',
    'cli/bulk/child/score-item.ts',
    'cli/score/formats/csv-format.ts',
    'models/manifest.json',
    'models/minilm-tweet-sentiment/model.onnx',
    'models/minilm-tweet-sentiment/tokenizer.json',
    'models/minilm-tweet-sentiment/golden.jsonl',
    'models/minilm-tweet-sentiment/golden-arm64.jsonl',
    'package-lock.json',
    'stubs/sharp/index.js',
    'script/build.ts',
    'script/image/fetch-model.ts',
    'Dockerfile',
  ])('is a new one when %s changes', (path) => {
    expect(hashWith(path)).not.toBe(before);
  });

  // A folder that git ignores, so that it differs by machine.
  it.each([{}, { imageBuild: 'codebuild' }])(
    'depends on the model of the stage and on no other that lies in models/, with %j',
    (context) => {
      const files = ['models/another/model.onnx', 'models/another/golden.jsonl'];
      const hashes = () => [
        hash(context),
        hash({ ...context, modelName: 'another', deployment: 'rolling' }),
      ];
      const [stages, others] = hashes();
      const [after, othersAfter] = withChanged(files, hashes);
      expect(after).toBe(stages);
      expect(othersAfter).not.toBe(others);
      const readme = ['models/minilm-tweet-sentiment/README.md'];
      expect(withChanged(readme, () => hash(context))).toBe(stages);
    },
  );

  it('is a new one for another model or architecture', () => {
    const hashes = [{}, { modelName: 'another' }, { architecture: 'arm64' }].map(hash);
    expect(new Set(hashes).size).toBe(3);
  });
});
