import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HubSource } from '../../../../cli/models/hub-source.ts';
import { BlobServer, sha256 } from '../../../helpers/blob-server.ts';
import { HUB_COMMIT, HubStub } from '../../../helpers/hub-stub.ts';
import { EMBEDDED, ModelsFolder } from '../../../helpers/run-models.ts';
import { wordModelFiles } from '../../../helpers/word-model.ts';

const REPOSITORY = 'acme/tweets';
const GRAPH = 'onnx/model_quantized.onnx';

/** An unknown field of no length: the ONNX file that it ends is another, and still valid. */
const PROTOBUF_FIELD = Buffer.from([0xfa, 0x3f, 0x00]);

let folder: ModelsFolder;
let hub: HubStub;

beforeEach(async () => {
  folder = new ModelsFolder();
  hub = await HubStub.start({
    name: REPOSITORY,
    files: wordModelFiles(),
    license: 'mit',
    language: ['multilingual', 'en', 'de'],
  });
});

afterEach(async () => {
  await hub.close();
  rmSync(folder.path, { recursive: true });
});

const models = (...words: string[]) => folder.run(words, { HF_ENDPOINT: hub.url });

describe('models add, from the hub', () => {
  it('downloads a model, tries it and locks what it got at which commit', async () => {
    const { code, stdout } = await models('add', REPOSITORY);
    expect([code, stdout]).toEqual([0, expect.stringContaining('MODEL_NAME=tweets serves it')]);
    const [, added] = folder.manifest.models;
    expect(added).toMatchObject({
      name: 'tweets',
      source: { repository: REPOSITORY, revision: HUB_COMMIT },
      licence: 'mit',
      languages: ['en', 'de'],
      graph: GRAPH,
      labels: ['negative', 'neutral', 'positive'],
      maxTokens: 256,
      padId: 0,
      batchInvariant: true,
    });
    expect(added?.files.map(({ name }) => name)).toEqual([
      'config.json',
      'golden.jsonl',
      GRAPH,
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect((await models('verify')).code).toBe(0);
    expect((await models('list')).stdout).toMatch(
      /tweets .*present +mit +acme\/tweets@0123456789ab/,
    );
  });

  it('goes on where a download broke, as often as it takes', async () => {
    hub.store.breakNext(GRAPH, 5_000_000);
    hub.store.breakNext(GRAPH, 3_000_000);
    const { code } = await models('add', REPOSITORY);
    expect(code).toBe(0);
    const starts = hub.store.requests.map(({ headers }) =>
      Number(/\d+/.exec(headers.range ?? 'bytes=0-')?.[0]),
    );
    expect(starts).toHaveLength(3);
    expect(starts[1]).toBeGreaterThan(0);
    expect(starts[2]).toBeGreaterThan(starts[1]!);
    expect(hub.store.requests[1]?.headers['if-range']).toMatch(/^"[0-9a-f]{64}"$/);
    expect((await models('verify')).code).toBe(0);
  });

  it('goes on with what an earlier run, killed, has left behind', async () => {
    hub.store.breakNext(GRAPH, 12_000_000, 'silence');
    await folder
      .start(['add', REPOSITORY], { HF_ENDPOINT: hub.url })
      .killWhen(/quantized\.onnx .* 50 %/);
    expect(folder.manifest.models).toHaveLength(1);
    expect((await models('add', REPOSITORY)).code).toBe(0);
    const [, resumed] = hub.store.requests;
    expect(Number(/\d+/.exec(resumed?.headers.range ?? '')?.[0])).toBeGreaterThan(1_000_000);
    expect((await models('verify')).code).toBe(0);
  });

  it('is ended at once by SIGINT, says so, and keeps what it has downloaded', async () => {
    hub.store.breakNext(GRAPH, 12_000_000, 'silence');
    const adding = folder.start(['add', REPOSITORY], { HF_ENDPOINT: hub.url });
    const { stderr } = await adding.killWhen(/quantized\.onnx .* 50 %/, 'SIGINT');
    expect(adding.child.signalCode).toBe('SIGINT');
    expect(stderr).toMatch(/\nStopped; downloads are kept, and the same command resumes them\.\n$/);
    expect(folder.files('.downloads/tweets')).toContain('onnx/model_quantized.onnx.part');
  });

  it('begins again when the file has changed meanwhile', async () => {
    hub.store.breakNext(GRAPH, 12_000_000, 'silence');
    await folder
      .start(['add', REPOSITORY], { HF_ENDPOINT: hub.url })
      .killWhen(/quantized\.onnx .* 50 %/);
    const { files } = hub.repository;
    files.set(GRAPH, Buffer.concat([files.get(GRAPH)!, PROTOBUF_FIELD]));
    expect((await models('add', REPOSITORY)).code).toBe(0);
    expect(hub.store.requests[1]?.headers.range).toBeDefined();
    expect(hub.store.requests).toHaveLength(2);
    const locked = folder.manifest.models[1]?.files.find(({ name }) => name === GRAPH);
    expect(locked?.sha256).toBe(sha256(files.get(GRAPH)!));
  });

  it('gives up after some attempts, and says what broke', async () => {
    for (let attempt = 0; attempt < 6; attempt++) hub.store.breakNext(GRAPH, 1_000_000);
    const { code, stderr } = await models('add', REPOSITORY);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^The download of .*model_quantized\.onnx broke/m),
    ]);
    expect(hub.store.requests).toHaveLength(6);
  });

  it('refuses content that does not hash to what the hub says, and locks nothing', async () => {
    const bytes = hub.repository.files.get(GRAPH)!;
    const wrong = Buffer.from(bytes);
    wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1;
    hub.store.replaceNext(GRAPH, wrong);
    const { code, stderr } = await models('add', REPOSITORY);
    expect(code).toBe(1);
    expect(stderr).toContain(`expected ${sha256(bytes)}`);
    expect(folder.manifest.models.map(({ name }) => name)).toEqual([EMBEDDED]);
  });

  it('says that the hub answered with a pointer of Git LFS, and fetches the file the next time', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n';
    hub.store.replaceNext(GRAPH, Buffer.from(pointer));
    const { code, stderr } = await models('add', REPOSITORY);
    const message = `${GRAPH} is a Git LFS pointer, not the file itself; the hub answered with the pointer. Give the command again`;
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect((await models('add', REPOSITORY)).code).toBe(0);
  });

  it('says of a repository that is not there, or private, how to get in', async () => {
    const { code, stderr } = await models('add', 'acme/other');
    expect(code).toBe(1);
    expect(stderr).toMatch(/404.*acme\/other.*HF_TOKEN/);
  });

  it('says of a revision that is not there which one it is', async () => {
    const { code, stderr } = await models('add', REPOSITORY, '--revision', 'v9');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`${REPOSITORY} at v9 does not exist`),
    ]);
  });

  it('says which file the commit lacks', async () => {
    const { name: repository } = hub.repository;
    const endpoint = hub.url;
    const source = await HubSource.open({
      repository,
      revision: 'main',
      endpoint,
      token: undefined,
    });
    await expect(
      source.open('onnx/model.onnx', undefined, new AbortController().signal),
    ).rejects.toThrow(`${REPOSITORY} has no onnx/model.onnx at ${HUB_COMMIT}`);
  });

  it('wants the order of labels that config.json does not name', async () => {
    renameLabels('LABEL_0', 'LABEL_1', 'LABEL_2');
    const { code, stderr } = await models('add', REPOSITORY);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/LABEL_0.*--labels/s)]);
    const named = await models('add', REPOSITORY, '--labels', 'negative,neutral,positive');
    expect(named.code).toBe(0);
  });

  it('gives a model that is added again with other labels another revision', async () => {
    renameLabels('LABEL_0', 'LABEL_1', 'LABEL_2');
    const revisionOf = async (labels: string) => {
      await models('add', REPOSITORY, '--labels', labels, '--force');
      const { revision } = folder.manifest.models[1]!;
      await models('remove', 'tweets');
      return revision;
    };
    const wrong = await revisionOf('positive,neutral,negative');
    expect(await revisionOf('negative,neutral,positive')).not.toBe(wrong);
  });

  it('refuses a model that calls praise negative', async () => {
    renameLabels('positive', 'neutral', 'negative');
    const { code, stderr } = await models('add', REPOSITORY);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/calls "I love this phone" negative/),
    ]);
    expect(folder.manifest.models).toHaveLength(1);
  });

  it('refuses a file that is not an ONNX graph', async () => {
    hub.repository.files.set(GRAPH, Buffer.from('not a model'));
    const { code, stderr } = await models('add', REPOSITORY);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${GRAPH} is not an ONNX graph`)]);
    expect(folder.manifest.models).toHaveLength(1);
  });

  it('names the graphs to choose from when none has a usual name', async () => {
    const { files } = hub.repository;
    files.set('special.onnx', files.get(GRAPH)!);
    files.delete(GRAPH);
    expect((await models('add', REPOSITORY)).stderr).toContain(
      '--file which graph to take: special.onnx',
    );
    expect((await models('add', REPOSITORY, '--file', 'special.onnx')).code).toBe(0);
  });

  function renameLabels(...labels: string[]): void {
    const { files } = hub.repository;
    const config = JSON.parse(files.get('config.json')!.toString()) as Record<string, unknown>;
    config.id2label = Object.fromEntries(labels.entries());
    delete config.label2id;
    files.set('config.json', Buffer.from(JSON.stringify(config)));
  }
});

describe('a graph with a vocabulary in place of tokenizer.json', () => {
  it('is fetched again exactly as locked, with a tokenizer.json that is built again', async () => {
    const { files } = hub.repository;
    const { model } = JSON.parse(String(files.get('tokenizer.json'))) as {
      model: { vocab: Record<string, number> };
    };
    const words = Object.entries(model.vocab).toSorted(([, a], [, b]) => a - b);
    files.set('vocab.txt', Buffer.from(`${words.map(([word]) => word).join('\n')}\n`));
    files.delete('tokenizer.json');
    expect(await models('add', REPOSITORY)).toMatchObject({ code: 0 });
    rmSync(join(folder.path, 'tweets', 'tokenizer.json'));
    expect(await models('pull', 'tweets')).toMatchObject({ code: 0 });
    for (const name of [GRAPH, 'config.json', 'tokenizer.json']) {
      rmSync(join(folder.path, 'tweets', name));
    }
    expect(await models('add', REPOSITORY)).toMatchObject({ code: 0 });
    expect((await models('verify', 'tweets')).code).toBe(0);
    expect(folder.files('.downloads')).toEqual([]);
  });
});

describe('a graph with a tokenizer.json that tokenizer_config.json contradicts', () => {
  it('is locked with the options of tokenizer_config.json, and made again exactly so', async () => {
    const { files } = hub.repository;
    const config = JSON.parse(String(files.get('tokenizer_config.json')));
    const contradicting = JSON.stringify({ ...config, tokenize_chinese_chars: false });
    files.set('tokenizer_config.json', Buffer.from(contradicting));
    const { code, stderr } = await models('add', REPOSITORY);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(
        'tokenizer.json contradicts tokenizer_config.json or the defaults of its tokenizer class, which take ' +
          'precedence in transformers; writing it with handle_chinese_chars false.',
      ),
    ]);
    const tokenizer = join(folder.path, 'tweets', 'tokenizer.json');
    expect(JSON.parse(readFileSync(tokenizer, 'utf8')).normalizer).toMatchObject({
      handle_chinese_chars: false,
      lowercase: true,
    });
    rmSync(tokenizer);
    expect(await models('pull', 'tweets')).toMatchObject({ code: 0 });
    rmSync(join(folder.path, 'tweets', GRAPH));
    rmSync(tokenizer);
    expect(await models('add', REPOSITORY)).toMatchObject({ code: 0 });
    expect((await models('verify', 'tweets')).code).toBe(0);
    expect(folder.files('.downloads')).toEqual([]);
  });
});

describe('a private repository', () => {
  it('is read with the token, which no other host ever sees', async () => {
    await hub.close();
    hub = await HubStub.start({ name: REPOSITORY, files: wordModelFiles(), token: 'hf_secret' });
    expect((await models('add', REPOSITORY)).code).toBe(1);
    const { code, stderr } = await folder.run(['add', REPOSITORY], {
      HF_ENDPOINT: hub.url,
      HF_TOKEN: 'hf_secret',
    });
    expect(code).toBe(0);
    expect(stderr).not.toContain('hf_secret');
    expect(hub.store.requests.length).toBeGreaterThan(0);
    for (const { headers } of hub.store.requests) expect(headers.authorization).toBeUndefined();
  });

  it('is read with the token that `hf auth login` has kept', async () => {
    await hub.close();
    hub = await HubStub.start({ name: REPOSITORY, files: wordModelFiles(), token: 'hf_secret' });
    writeFileSync(join(folder.path, 'token'), 'hf_secret\n');
    const environment = { HF_ENDPOINT: hub.url, HF_HOME: folder.path };
    expect(await folder.run(['add', REPOSITORY], environment)).toMatchObject({ code: 0 });
  });
});

describe('a gated repository', () => {
  it.each([
    ['without a token', {}, 'is gated; ask for access'],
    ['with a token', { HF_TOKEN: 'hf_secret' }, 'the account of the token has no access'],
  ])('says that access is missing, %s', async (_, environment, message) => {
    const gate = await BlobServer.start((_request, response) => {
      response.writeHead(403, { 'x-error-code': 'GatedRepo' }).end();
    });
    try {
      const words = ['add', REPOSITORY];
      const { code, stderr } = await folder.run(words, { HF_ENDPOINT: gate.url, ...environment });
      expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    } finally {
      await gate.close();
    }
  });
});

describe('a locked model', () => {
  beforeEach(async () => {
    await models('add', REPOSITORY);
  });

  it('is fetched again exactly as locked', async () => {
    const locked = folder.manifest;
    rmSync(join(folder.path, 'tweets', GRAPH));
    expect((await models('list')).stdout).toMatch(/tweets .*1 of 5 missing/);
    const { code, stdout } = await models('pull', 'tweets');
    expect([code, stdout]).toEqual([0, expect.stringContaining(GRAPH)]);
    expect((await models('verify', 'tweets')).code).toBe(0);
    expect(folder.manifest).toEqual(locked);
  });

  it('is completed from the locked commit when the branch has moved on', async () => {
    rmSync(join(folder.path, 'tweets', 'config.json'));
    hub.mainCommit = 'f'.repeat(40);
    expect(await models('add', REPOSITORY)).toMatchObject({ code: 0 });
    expect((await models('verify', 'tweets')).code).toBe(0);
  });

  it('is told apart from one whose golden texts are lost, which no repository has', async () => {
    rmSync(join(folder.path, 'tweets', 'golden.jsonl'));
    const { code, stderr } = await models('pull', 'tweets');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`${REPOSITORY} does not hold it; take it from the commit that added`),
    ]);
  });

  it('has its revision in the manifest, so that pull takes one only with --from', async () => {
    const { code, stderr } = await models('pull', 'tweets', '--revision', 'main');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--revision goes with --from')]);
  });

  it('is complete without asking anyone when its files are there', async () => {
    const before = hub.hub.requests.length;
    expect((await models('pull', 'tweets')).stdout).toContain('complete');
    expect(hub.hub.requests).toHaveLength(before);
  });

  it('is not replaced by what the repository holds later', async () => {
    rmSync(join(folder.path, 'tweets', 'config.json'));
    const config = hub.repository.files.get('config.json')!;
    hub.repository.files.set('config.json', Buffer.from(config.toString().replace('bert', 'beta')));
    for (const words of [
      ['pull', 'tweets'],
      ['add', REPOSITORY],
    ]) {
      const { code, stderr } = await models(...words);
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/config\.json has SHA-256 .*expected/),
      ]);
    }
  });

  it('that was changed on disk is found by verify', async () => {
    appendFileSync(join(folder.path, 'tweets', 'config.json'), ' ');
    const { code, stdout } = await models('verify');
    expect(code).toBe(1);
    expect(stdout).toMatch(/minilm-tweet-sentiment: every file/);
    expect(stdout).toMatch(/tweets: .*config\.json has \d+ bytes, the manifest says/);
  });

  it('can be removed; the one that the service needs cannot', async () => {
    expect((await models('remove', 'tweets')).code).toBe(0);
    expect(folder.manifest.models.map(({ name }) => name)).toEqual([EMBEDDED]);
    expect(() => folder.files('tweets')).toThrow('ENOENT');
    expect(await models('remove', EMBEDDED)).toMatchObject({ code: 2 });
    expect((await models('verify')).code).toBe(0);
  });
});
