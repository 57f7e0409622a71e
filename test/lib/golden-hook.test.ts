import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { type Golden, goldenFiles, readGolden } from '../../lib/check-functions/golden.ts';
import { runHook } from '../../lib/check-functions/golden-hook.ts';
import { CPU_FAMILIES, type CpuFamily, cpuFamilyOf } from '../../service/contract/cpu-family.ts';
import { ServiceProcess } from '../helpers/service-process.ts';

const MODEL = 'minilm-tweet-sentiment';
/** Of the release, which runs on this machine. */
const FAMILY = cpuFamilyOf(process.arch);
const CHECK_SECRET = 'let-me-in';
const API_KEY = 'first-key';
const TIMEOUT_MS = 5_000;

/** Answers a request of the hook in place of the release; false: the release answers. */
type Interference = (request: IncomingMessage, response: ServerResponse) => boolean;

let service: ServiceProcess;
let front: Server;
/** Seen requests, in order. */
let seen: IncomingMessage[];
let interfere: Interference;
/** Changes the body that the hook sends to the release. */
let alter: (body: string) => string;

beforeAll(async () => {
  service = await ServiceProcess.start({ API_KEYS: `${API_KEY},second-key` });
});
afterAll(() => service.stop());

beforeEach(async () => {
  seen = [];
  interfere = () => false;
  alter = (body) => body;
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  front = createServer((request, response) => void forward(request, response));
  await new Promise<void>((listening) => front.listen(0, '127.0.0.1', listening));
});
afterEach(() => {
  front.closeAllConnections();
  front.close();
  jest.restoreAllMocks();
});

/** The test listener of the load balancer: requests without the header get 404. */
async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  seen.push(request);
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  if (interfere(request, response)) return;
  if (request.headers['x-release-check'] !== CHECK_SECRET) {
    response.writeHead(404).end();
    return;
  }
  const answer = await fetch(service.url + request.url, {
    method: request.method ?? 'GET',
    headers: {
      'content-type': 'application/json',
      'x-api-key': String(request.headers['x-api-key']),
    },
    body: alter(body),
  });
  response.writeHead(answer.status).end(await answer.text());
}

function hook({
  modelsFolder = 'models',
  family = FAMILY as CpuFamily,
  timeoutMs = TIMEOUT_MS,
  secrets = { check: CHECK_SECRET, keys: `${API_KEY},second-key` } as Record<string, string>,
} = {}) {
  const { port } = front.address() as AddressInfo;
  return runHook({
    env: {
      MODEL_NAME: MODEL,
      CPU_FAMILY: family,
      TEST_URL: `http://127.0.0.1:${port}`,
      RELEASE_CHECK_SECRET_ARN: 'check',
      API_KEYS_SECRET_ARN: 'keys',
    },
    readSecret: async (arn) => {
      const secret = secrets[arn];
      if (secret === undefined) throw new Error(`may not read ${arn}`);
      return secret;
    },
    modelsFolder,
    timeoutMs,
    pauseMs: 10,
  });
}

/** The answer of a release whose scores are the golden ones, each changed as given. */
function rightAnswer(
  { model, texts }: Golden,
  change: (score: number) => unknown = (score) => score,
) {
  const results = texts.map(({ truncated, probabilities }) => ({
    sentimentAnalyst: model.labels[probabilities.indexOf(Math.max(...probabilities))],
    truncated,
    scores: Object.fromEntries(
      model.labels.map((label, index) => [label, change(probabilities[index]!)]),
    ),
  }));
  return { model, results };
}

const reason = () => String(jest.mocked(console.error).mock.calls[0]?.[0]);

/** A models folder whose manifest and golden texts are changed. */
function changedModels(change: (file: string, text: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), 'models-'));
  mkdirSync(join(folder, MODEL));
  for (const file of goldenFiles('models', MODEL, FAMILY)) {
    cpSync(join('models', file), join(folder, file));
    writeFileSync(join(folder, file), change(file, readFileSync(join(folder, file), 'utf8')));
  }
  return folder;
}

describe('the golden hook', () => {
  it('lets a release go on whose answers are right', async () => {
    expect([await hook(), jest.mocked(console.error).mock.calls]).toEqual([
      { hookStatus: 'SUCCEEDED' },
      [],
    ]);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.headers).toMatchObject({
      'x-release-check': CHECK_SECRET,
      'x-api-key': API_KEY,
      'user-agent': 'golden-hook',
    });
  });

  it.each(CPU_FAMILIES)(
    'expects the scores of the CPU family that the release runs on: %s',
    async (family) => {
      const golden = readGolden('models', MODEL, family);
      interfere = (_, response) => {
        response.writeHead(200).end(JSON.stringify(rightAnswer(golden)));
        return true;
      };
      expect(await hook({ family })).toEqual({ hookStatus: 'SUCCEEDED' });
    },
  );

  it('expects other scores of each CPU family', () => {
    const [x64, arm64] = CPU_FAMILIES.map((family) =>
      readGolden('models', MODEL, family).texts.map(({ probabilities }) => probabilities),
    );
    expect(arm64).not.toEqual(x64);
  });

  it('asks for texts that a change of preprocessing would show', () => {
    const texts = readGolden('models', MODEL, FAMILY).texts.map(({ text }) => text);
    expect(texts.length).toBeGreaterThanOrEqual(10);
    for (const sign of ['&amp;', '@', 'http', '[SEP]', '😡']) {
      expect(texts.some((text) => text.includes(sign))).toBe(true);
    }
  });

  it('fails a release of another revision', async () => {
    const modelsFolder = changedModels((file, text) =>
      file === 'manifest.json'
        ? text.replace(/"revision": "[0-9a-f]{12}"/, '"revision": "0123456789ab"')
        : text,
    );
    expect(await hook({ modelsFolder })).toEqual({ hookStatus: 'FAILED' });
    expect(reason()).toMatch(
      /^The release serves minilm-tweet-sentiment [0-9a-f]{12}; expected .* 0123456789ab\.$/,
    );
    rmSync(modelsFolder, { recursive: true });
  });

  it('fails a model whose scores are off by little more than the tolerance', async () => {
    const modelsFolder = changedModels((file, text) =>
      file === 'manifest.json'
        ? text
        : text.replaceAll(
            /"probabilities_int8": \[([\d.]+), ([\d.]+)/g,
            (_, first, second) =>
              `"probabilities_int8": [${Number(first) + 0.011}, ${Number(second) - 0.011}`,
          ),
    );
    expect(await hook({ modelsFolder })).toEqual({ hookStatus: 'FAILED' });
    expect(reason()).toContain('within 0.005');
    rmSync(modelsFolder, { recursive: true });
  });

  it('fails a release that does not unescape: wrong preprocessing', async () => {
    // Escaped twice and unescaped once, a text is as a release without unescaping would see it.
    alter = (body) => body.replaceAll('&', '&amp;');
    expect(await hook()).toEqual({ hookStatus: 'FAILED' });
    expect(reason()).toContain('Golden text');
  });

  it('fails a release that keeps what it should drop: wrong preprocessing', async () => {
    alter = (body) => body.replaceAll('[SEP]', ' ');
    expect(await hook()).toEqual({ hookStatus: 'FAILED' });
  });

  it('fails a release that answers 503, after three attempts', async () => {
    interfere = (_, response) => {
      response.writeHead(503).end('{"code":"overloaded"}');
      return true;
    };
    expect(await hook()).toEqual({ hookStatus: 'FAILED' });
    expect(seen).toHaveLength(3);
    expect(reason()).toContain('Status 503 from the service after 3 attempts');
  });

  it('forgives one 503: rules take seconds to reach every node', async () => {
    interfere = (_, response) => {
      if (seen.length > 1) return false;
      response.writeHead(503).end();
      return true;
    };
    expect(await hook()).toEqual({ hookStatus: 'SUCCEEDED' });
  });

  it.each<[string, Interference]>([
    ['hangs', () => true],
    [
      'drips',
      (_, response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write(' '), 20);
        response.once('close', () => clearInterval(drip));
        return true;
      },
    ],
    [
      'breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{');
        setTimeout(() => response.destroy(), 10);
        return true;
      },
    ],
  ])('fails a release that %s', async (_name, interference) => {
    interfere = interference;
    expect(await hook({ timeoutMs: 500 })).toEqual({ hookStatus: 'FAILED' });
    // Not all three: on a busy machine the time of an attempt may end before it arrives.
    expect(seen.length).toBeGreaterThan(0);
    expect(reason()).toContain('No answer from the service after 3 attempts');
  });

  it.each<[string, (score: number) => unknown]>([
    // Near the score in amount: Math.abs() would take them for numbers.
    ['null', (score) => (score < 0.01 ? null : score)],
    ['text', String],
    ['a list', (score) => [score]],
    ['absent', () => undefined],
    ['out of range', () => Number.POSITIVE_INFINITY],
  ])('fails a release with a score that is %s', async (_name, change) => {
    const modelsFolder = changedModels((_, text) =>
      text.replace(/"tolerance": [\d.]+/, '"tolerance": 0.01'),
    );
    const golden = readGolden(modelsFolder, MODEL, FAMILY);
    let changed = 0;
    const changedAnswer = rightAnswer(golden, (score) => {
      const sent = change(score);
      if (sent !== score) changed++;
      return sent;
    });
    // JSON.stringify would write null for it.
    const answer = JSON.stringify(changedAnswer, (_, value) =>
      value === Number.POSITIVE_INFINITY ? 'huge' : value,
    ).replaceAll('"huge"', '1e999');
    interfere = (_, response) => {
      response.writeHead(200).end(answer);
      return true;
    };
    expect(await hook({ modelsFolder })).toEqual({ hookStatus: 'FAILED' });
    rmSync(modelsFolder, { recursive: true });
    expect(changed).toBeGreaterThan(0);
    expect(reason()).toMatch(/have the scores .*; expected/);
  });

  it.each([
    ['nonsense', 'no json'],
    ['nothing in its results', '{"model":{"name":"minilm-tweet-sentiment","revision":"R"}}'],
    ['null', 'null'],
    ['too few results', '{"model":{"name":"minilm-tweet-sentiment","revision":"R"},"results":[]}'],
  ])('fails a release that answers %s', async (_name, answer) => {
    const { revision } = readGolden('models', MODEL, FAMILY).model;
    interfere = (_, response) => {
      response.writeHead(200).end(answer.replace('"R"', `"${revision}"`));
      return true;
    };
    expect(await hook()).toEqual({ hookStatus: 'FAILED' });
    expect(reason()).toMatch(/^(The release's answer (is|has)|No answer|\d+ results)/);
  });

  it.each([
    ['the listener does not let it in', { check: 'wrong', keys: API_KEY }, 'Status 404'],
    [
      'the API key is wrong',
      { check: CHECK_SECRET, keys: 'wrong' },
      'Status 403 from the service after 1 attempt: ',
    ],
    ['it may not read a secret', { keys: API_KEY }, 'may not read check'],
  ])('fails when %s, at once', async (_name, secrets, message) => {
    expect(await hook({ secrets })).toEqual({ hookStatus: 'FAILED' });
    expect(seen.length).toBeLessThanOrEqual(1);
    expect(reason()).toContain(message);
    expect(reason()).not.toContain(CHECK_SECRET);
  });
});

describe('golden texts', () => {
  it('are wanted of a model that the manifest knows', () => {
    expect(() => readGolden('models', 'other', FAMILY)).toThrow(
      'has no model "other", only minilm-tweet-sentiment; add it (npx tss models add SOURCE)',
    );
  });

  it('are wanted at the lines that the manifest names', () => {
    const folder = changedModels((file, text) =>
      file === 'manifest.json'
        ? text.replace(/"startUpLines": \[/, '"startUpLines": [99999,')
        : text,
    );
    expect(() => readGolden(folder, MODEL, FAMILY)).toThrow(
      /has 346 lines and no line 99999 \(from 0\); correct startUpLines/,
    );
    rmSync(folder, { recursive: true });
  });

  it.each<[string, (file: string, text: string) => string, RegExp]>([
    [
      'has no line to ask for',
      (_, text) => text.replace(/"startUpLines": \[[^\]]*\]/, '"startUpLines": []'),
      /golden\/startUpLines is empty, got \[\]/,
    ],
    [
      'has no tolerance',
      (file, text) =>
        file === 'manifest.json' ? text.replace(/"tolerance": [\d.]+/, '"tolerance": null') : text,
      /golden\/tolerance must be a number, got null/,
    ],
    [
      'lacks a probability',
      (_, text) => text.replace(/"probabilities_int8": \[[\d.]+, /, '"probabilities_int8": ['),
      /line 0 \(from 0\): probabilities_int8 is \[.*\]; give one number for each of negative, neutral, positive/,
    ],
  ])('are refused when the model %s: every answer would be right', (_name, change, message) => {
    const folder = changedModels(change);
    expect(() => readGolden(folder, MODEL, FAMILY)).toThrow(message);
    rmSync(folder, { recursive: true });
  });
});
