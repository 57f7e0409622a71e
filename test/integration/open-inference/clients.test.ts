/** The clients of KServe and Triton, as their users call them; clients.py holds the calls. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TextSentiment, TextsResponse } from '../../../service/http/routes/texts/schemas.ts';
import { ServiceProcess } from '../../helpers/service-process.ts';

const FOLDER = '.tools/open-inference';
const PYTHON = resolve(FOLDER, 'bin/python');
const API_KEY = 'key-of-the-test';
const CLIENT_TIMEOUT_MS = 540_000;

/** The texts of clients.py. */
const TEXTS = ['I love this phone', 'It is broken again, I hate it', 'Été à Ōsaka 😀'];

type Outcomes = Readonly<Record<string, unknown>>;

/** The file that script/test leaves after a complete installation is there and current. */
function areInstalled(): boolean {
  const [wanted, installed] = [import.meta.dirname, FOLDER].map((folder) =>
    join(folder, 'requirements.txt'),
  );
  if (!wanted || !installed || !existsSync(installed)) return false;
  return readFileSync(installed, 'utf8') === readFileSync(wanted, 'utf8');
}

const isInstalled = areInstalled();
if (!isInstalled) {
  const reason = `${FOLDER} is missing or of another version; script/test installs it`;
  process.stdout.write(`Skipped: the clients of the Open Inference Protocol. ${reason}\n`);
}
(isInstalled ? describe : describe.skip)('the clients of the Open Inference Protocol', specify);

/** The answer of /v1 in which no text failed. */
interface Answer extends Pick<TextsResponse, 'model'> {
  readonly results: readonly TextSentiment[];
}

function specify(): void {
  let service: ServiceProcess;
  let model: TextsResponse['model'];
  /** Probabilities of TEXTS according to /v1. */
  let expected: number[][];
  beforeAll(async () => {
    service = await ServiceProcess.start({ API_KEYS: API_KEY, TWEET_SOURCE: 'fixture' });
    const headers = { 'x-api-key': API_KEY };
    const answer = await service.post('/v1/inference', { texts: TEXTS }, { headers });
    const body = (await answer.json()) as Answer;
    model = body.model;
    expected = body.results.map(({ scores }) => [scores.negative, scores.neutral, scores.positive]);
  });
  afterAll(() => service?.stop());

  async function runClient(client: 'triton' | 'kserve'): Promise<Outcomes> {
    const script = join(import.meta.dirname, 'clients.py');
    const args = [script, client, service.url, model.name, model.revision, API_KEY];
    const { stdout } = await promisify(execFile)(PYTHON, args, { timeout: CLIENT_TIMEOUT_MS });
    return JSON.parse(stdout);
  }

  function expectProbabilities(outcome: unknown, count = TEXTS.length): void {
    expect(outcome).toMatchObject({ shape: [count, 3], dtype: 'float32' });
    const { data } = outcome as { data: number[][] };
    const differences = data.flatMap((row, text) =>
      row.map((value, label) => Math.abs(value - (expected[text]?.[label] ?? Number.NaN))),
    );
    expect(Math.max(...differences)).toBeLessThan(1e-6);
  }

  /** Failures that both clients must report, with a part of the service's message. */
  const FAILURES = [
    ['an unknown model', 'unknown model', 404, /Unknown model; "[\w-]+" version "\w+" is served/],
    ['another datatype', 'wrong datatype', 400, /datatype of "text" must be BYTES/],
    ['another shape', 'wrong shape', 400, /shape of "text" must be \[n\] or \[n, 1\]/],
    ['a text that is not UTF-8', 'invalid UTF-8', 400, /Element 0 of "text" is not valid UTF-8/],
    ['no API key', 'no key', 401, /X-API-Key/],
    ['a wrong API key', 'wrong key', 403, /API key/],
  ] as const;

  describe('tritonclient', () => {
    let outcomes: Outcomes;
    beforeAll(async () => {
      outcomes = await runClient('triton');
    });

    it('sees that the server and the model are ready', () => {
      expect(outcomes).toMatchObject({
        live: true,
        ready: true,
        'model ready': true,
        'version ready': true,
        'other model ready': false,
      });
    });

    it('reads the metadata of the server and the model', () => {
      expect(outcomes).toMatchObject({
        server: { name: 'tweet-sentiment-service', extensions: ['binary_tensor_data'] },
        model: {
          name: model.name,
          versions: [model.revision],
          inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
          outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 3] }],
        },
      });
    });

    it.each(['binary', 'json', 'default outputs', 'column', 'version'])(
      'reads the same probabilities as /v1 gives: %s',
      (name) => expectProbabilities(outcomes[name]),
    );

    it('scores one text', () => expectProbabilities(outcomes['one text'], 1));

    it('gets its request id back', () => expect(outcomes.binary).toMatchObject({ id: '7' }));

    it.each(FAILURES)('raises its own exception for %s', (_case, name, status, message) => {
      expect(outcomes[name]).toEqual({
        exception: 'InferenceServerException',
        message: expect.stringMatching(new RegExp(`^\\[${status}\\] .*${message.source}`)),
      });
    });

    it('learns that the classification extension is absent', () => {
      expect(outcomes.classification).toMatchObject({
        exception: 'InferenceServerException',
        message: expect.stringContaining('classification is not supported'),
      });
    });
  });

  describe('the REST client of kserve', () => {
    let outcomes: Outcomes;
    beforeAll(async () => {
      outcomes = await runClient('kserve');
    });

    it('sees that the server and the model are ready', () => {
      expect(outcomes).toMatchObject({
        live: true,
        ready: true,
        'model ready': true,
        'other model ready': false,
      });
    });

    it.each(['binary', 'json', 'column'])('reads the same probabilities as /v1 gives: %s', (name) =>
      expectProbabilities(outcomes[name]),
    );

    it('scores one text', () => expectProbabilities(outcomes['one text'], 1));

    it('gets its request id back', () => expect(outcomes.binary).toMatchObject({ id: '7' }));

    it.each(FAILURES)('raises HTTPStatusError for %s', (_case, name, status, message) => {
      expect(outcomes[name]).toEqual({
        exception: 'HTTPStatusError',
        message: expect.stringMatching(new RegExp(`${message.source}.*, '${status} `)),
      });
    });
  });

  describe('docs/open-inference.md', () => {
    const page = readFileSync('docs/open-inference.md', 'utf8');
    const examples = [...page.matchAll(/```python\n(.*?)```/gs)].map(([, code = '']) => code);

    it.each([
      ['tritonclient', 0],
      ['kserve', 1],
    ])('shows how to use %s', async (name, index) => {
      const code = (examples[index] ?? '')
        .replace('http://localhost:3000', service.url)
        .replace('localhost:3000', service.url.replace('http://', ''))
        .replace('YOUR_KEY', API_KEY);
      expect(code).toContain(name);
      const { stdout } = await promisify(execFile)(
        PYTHON,
        ['-c', `import kserve_modules\n${code}`],
        { env: { PYTHONPATH: import.meta.dirname }, timeout: CLIENT_TIMEOUT_MS },
      );
      expect(stdout).toBe('[2 0]\n');
    });
  });
}
