/** The Python of the documents, run with the clients that script/test installs. */
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { ServiceProcess } from '../../helpers/service-process.ts';
import { runTool } from '../../helpers/tool-process.ts';
import { OfflineLog } from '../cli/features/offline-log.ts';

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body?: unknown;
}

const PYTHON = resolve('.tools/open-inference/bin/python');
const API_KEY = 'key-of-the-test';

const isInstalled = hasPackages();
if (!isInstalled) {
  const reason =
    '.tools/open-inference has no pandas, pyarrow or requests; script/test installs them';
  process.stdout.write(`Skipped: the Python examples. ${reason}\n`);
}
(isInstalled ? describe : describe.skip)('the Python examples', specify);

function hasPackages(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import pandas, pyarrow, requests'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The Python blocks of a document, in order. */
function pythonOf(document: string): string[] {
  const text = readFileSync(document, 'utf8');
  return [...text.matchAll(/^```python\n(.*?)^```$/gms)].map(([, code = '']) => code);
}

function specify(): void {
  let service: ServiceProcess;
  let folder: string;
  beforeAll(async () => {
    service = await ServiceProcess.start({ TWEET_SOURCE: 'fixture', API_KEYS: API_KEY });
  });
  afterAll(() => service?.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'python-'));
    const rows = Array.from({ length: 150 }, (_, index) => `${index},I love this ${index}\n`);
    writeFileSync(
      join(folder, 'tweets.csv'),
      `id,text\n1460323737035677698,"I hate it,\nreally"\n2,\n${rows.join('')}`,
    );
  });

  async function python(...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(PYTHON, args, {
      cwd: folder,
      env: { SERVICE_URL: service.url, API_KEY },
    });
    return stdout;
  }

  describe('docs/examples/score_csv.py', () => {
    it('labels the texts of a CSV file, in requests that the service takes', async () => {
      const said = await python(resolve('docs/examples/score_csv.py'), 'tweets.csv', 'scored.csv');
      expect(said).toMatch(/positive +150/);
      const rows: Record<string, string>[] = parse(readFileSync(join(folder, 'scored.csv')), {
        columns: true,
      });
      expect(rows).toHaveLength(152);
      expect(rows[0]).toMatchObject({
        id: '1460323737035677698',
        text: 'I hate it,\nreally',
        label: 'negative',
      });
    });

    it('scores texts beyond the limits of a request by their beginning', async () => {
      const long = ['I love it', 'I hate it'].map(
        (start) => `${start} ${'and so on 😍'.repeat(1_000)}`,
      );
      const rows = Array.from({ length: 60 }, (_, index) => `${index},${long[index % 2]}\n`);
      const longest = `60,${'I love it 😍. '.repeat(3_000)}\n`;
      writeFileSync(join(folder, 'tweets.csv'), `id,text\n${rows.join('')}${longest}`);
      await python(resolve('docs/examples/score_csv.py'), 'tweets.csv', 'scored.csv');
      const scored: Record<string, string>[] = parse(readFileSync(join(folder, 'scored.csv')), {
        columns: true,
      });
      expect(scored).toHaveLength(61);
      expect(scored.filter(({ label }) => !label)).toEqual([]);
      expect(scored[60]?.text).toBe('I love it 😍. '.repeat(3_000));
    });

    it('keeps a carriage return in a text', async () => {
      writeFileSync(join(folder, 'tweets.csv'), 'id,text\n1,"I love\rit"\n2,I hate it\n');
      await python(resolve('docs/examples/score_csv.py'), 'tweets.csv', 'scored.csv');
      const rows: Record<string, string>[] = parse(readFileSync(join(folder, 'scored.csv')), {
        columns: true,
      });
      expect(rows.map(({ text }) => text)).toEqual(['I love\rit', 'I hate it']);
    });

    it('keeps rows without a text, and says how many there are', async () => {
      writeFileSync(
        join(folder, 'tweets.csv'),
        'id,text\n1, \n2,I love it\n3,\ufeff \ufeff\n4,I hate it\n5,\n',
      );
      const said = await python(resolve('docs/examples/score_csv.py'), 'tweets.csv', 'scored.csv');
      expect(said).toContain('not scored: 3 without a text\n');
      const rows: Record<string, string>[] = parse(readFileSync(join(folder, 'scored.csv')), {
        columns: true,
      });
      expect(rows.map(({ id, label, score_neutral }) => [id, label, score_neutral !== ''])).toEqual(
        [
          ['1', '', false],
          ['2', 'positive', true],
          ['3', '', false],
          ['4', 'negative', true],
          ['5', '', false],
        ],
      );
    });

    it('keeps the others when a text cannot be scored, and names it', async () => {
      writeFileSync(join(folder, 'tweets.csv'), 'id,text\n1,I love it\n2,\u0007\n3,I hate it\n');
      const said = await python(resolve('docs/examples/score_csv.py'), 'tweets.csv', 'scored.csv');
      expect(said).toContain(String.raw`not scored: '\x07': The text has nothing to score`);
      const rows: Record<string, string>[] = parse(readFileSync(join(folder, 'scored.csv')), {
        columns: true,
      });
      expect(rows.map(({ label }) => label)).toEqual(['positive', '', 'negative']);
    });

    it('ends when the service asks for a wait of more than a minute, and says for how long', async () => {
      const busy = createServer((request, response) => {
        request.resume();
        response.writeHead(503, { 'retry-after': '512', 'content-type': 'application/json' });
        response.end(JSON.stringify({ code: 'overloaded', detail: 'Too much to do.' }));
      });
      busy.listen(0, '127.0.0.1');
      await once(busy, 'listening');
      const SERVICE_URL = `http://127.0.0.1:${(busy.address() as AddressInfo).port}`;
      const script = resolve('docs/examples/score_csv.py');
      const scored = promisify(execFile)(PYTHON, [script, 'tweets.csv', 'scored.csv'], {
        cwd: folder,
        env: { SERVICE_URL },
        timeout: 540_000,
      });
      await expect(scored).rejects.toMatchObject({
        code: 1,
        stderr: '503: Too much to do. Ask again in 512 s.\n',
      });
      busy.close();
      busy.closeAllConnections();
    });
  });

  describe('score_csv.py with a service that refuses', () => {
    /** Runs the script with a service that gives these answers in turn, the last one again and again. */
    async function scoredBy(...answers: ((texts: readonly string[]) => Answer)[]) {
      const sizes: number[] = [];
      const stub = createServer(async (request, response) => {
        const { texts } = JSON.parse(await text(request));
        const next = answers[Math.min(sizes.push(texts.length), answers.length) - 1];
        const { status, type = 'application/json', body } = next?.(texts) ?? { status: 500 };
        response.writeHead(status, { 'retry-after': '0', 'content-type': type });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
      stub.listen(0, '127.0.0.1');
      await once(stub, 'listening');
      const SERVICE_URL = `http://127.0.0.1:${(stub.address() as AddressInfo).port}`;
      const script = resolve('docs/examples/score_csv.py');
      writeFileSync(join(folder, 'four.csv'), 'text\na\nb\nc\nd\n');
      const { stdout, stderr } = await promisify(execFile)(
        PYTHON,
        [script, 'four.csv', 'scored.csv'],
        { cwd: folder, env: { SERVICE_URL }, timeout: 540_000 },
      ).catch((error) => error);
      stub.close();
      stub.closeAllConnections();
      return { sizes, stdout, stderr };
    }

    const busy = () => ({ status: 503, body: { detail: 'Too much to do.' } });
    const late = () => ({ status: 503, body: { detail: 'Too late.', exceedsDeadline: true } });
    const positive = (texts: readonly string[]) => ({
      status: 200,
      body: { results: texts.map(() => ({ sentimentAnalyst: 'positive', scores: {} })) },
    });

    it('sends texts that take too long in halves, also after the last attempt', async () => {
      const { sizes, stdout } = await scoredBy(busy, busy, busy, busy, late, positive);
      expect(sizes).toEqual([4, 4, 4, 4, 4, 2, 2]);
      expect(stdout).toMatch(/positive +4/);
    });

    it('ends with the status of a proxy that refuses with HTML', async () => {
      const html = () => ({ status: 502, type: 'text/html', body: '<h1>Bad gateway</h1>' });
      const { stderr } = await scoredBy(html);
      expect(stderr).toBe('502: Bad Gateway. Ask again in 0 s.\n');
    });
  });

  describe('the Python of README.md', () => {
    it('scores texts over HTTP', async () => {
      const [code = ''] = pythonOf('README.md');
      const here = code.replace('http://localhost:3000', service.url);
      const keyed = here.replace('timeout=', `headers={"X-API-Key": "${API_KEY}"}, timeout=`);
      expect(await python('-c', keyed)).toMatch(/^positive 0\.9\d+ I love this phone\nnegative /);
    });
  });

  describe('the Python of docs/offline-store.md', () => {
    it('reads a training set with times as times', async () => {
      const [code = ''] = pythonOf('docs/offline-store.md');
      const log = new OfflineLog();
      try {
        const NOON = Date.UTC(2026, 10, 23, 12);
        log.score({ tweetId: '20', eventTimestampMs: NOON - 2, createdTimestampMs: NOON - 1 });
        log.label(['20', NOON, 'up'], ['21', NOON, 'down']);
        const out = log.path('train.parquet');
        expect((await log.run('training-set', '--labels', 'labels.csv', '--out', out)).code).toBe(
          0,
        );
        const said = await python('-c', code.replace('"train.parquet"', JSON.stringify(out)));
        expect(said).toMatch(/2026-11-23 12:00:00\+00:00 +up +0\.\d/);
        expect(said).not.toContain('down');
      } finally {
        log.delete();
      }
    });
  });

  describe('the Python of docs/score.md', () => {
    it('reads what tss score writes', async () => {
      const { code } = await runTool(['score', 'tweets.csv', '--out', 'scored.csv'], { folder });
      expect(code).toBe(3);
      const [snippet = ''] = pythonOf('docs/score.md');
      const said = await python('-c', snippet);
      expect(said).toMatch(/positive +150/);
      expect(said).toContain('1460323737035677698');
    });
  });
}
