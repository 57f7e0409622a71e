import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TweetSentimentClient } from '../../../docs/examples/client.mjs';
import { ServiceProcess } from '../../helpers/service-process.ts';
import { settlesWithin } from '../../helpers/settles-within.ts';
import { ToolProcess } from '../../helpers/tool-process.ts';

const ADMIN_TOKEN = 'admin-token-of-the-test';
const API_KEY = 'key-of-the-test';
const LABELS = ['negative', 'neutral', 'positive'] as const;

let service: ServiceProcess;
let client: TweetSentimentClient;

beforeAll(async () => {
  service = await ServiceProcess.start({ ADMIN_TOKEN, API_KEYS: API_KEY, TWEET_SOURCE: 'fixture' });
  const sample = ToolProcess.start(['populate', '--sample', '--url', service.url], {
    environment: { ADMIN_TOKEN },
  });
  expect((await sample.ended).code).toBe(0);
  client = new TweetSentimentClient({ url: service.url, apiKey: API_KEY });
});
afterAll(() => service?.stop());

/** Runs an example as its first lines say, in a new folder. */
async function run(name: string, ...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'example-'));
  const example = spawn(process.execPath, [resolve('docs/examples', name), ...args], {
    cwd: folder,
    env: { SERVICE_URL: service.url, API_KEY },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 540_000,
  });
  const [[code], said] = await Promise.all([once(example, 'close'), text(example.stdout)]);
  return { code, said, read: (file: string) => readFileSync(join(folder, file), 'utf8') };
}

describe('the TypeScript of README.md', () => {
  it('scores texts over HTTP', async () => {
    const readme = readFileSync('README.md', 'utf8');
    const [, code = ''] = /^```ts\n(.*?)^```$/ms.exec(readme) ?? [];
    const here = code.replace('http://localhost:3000', service.url);
    const keyed = here.replace('headers: {', `headers: { 'x-api-key': '${API_KEY}',`);
    const snippet = join(mkdtempSync(join(tmpdir(), 'snippet-')), 'snippet.ts');
    writeFileSync(snippet, keyed);
    const { stdout } = await promisify(execFile)(process.execPath, [snippet]);
    expect(stdout).toMatch(/^positive 0\.9\d+ I love this phone\nnegative /);
  });
});

describe('docs/examples/client.mjs', () => {
  it('prints the sentiment of a text', async () => {
    const { code, said } = await run(
      'client.mjs',
      'I love this phone',
      'It is broken again, I hate it',
    );
    expect([code, said]).toEqual([
      0,
      expect.stringMatching(/^positive \(0\.\d{3}\) {2}I love this phone\nnegative \(/),
    ]);
  });

  it('reads texts, tweets, users and topics', async () => {
    expect(await client.scoreTexts(['I love this'])).toMatchObject([
      { sentimentAnalyst: 'positive' },
    ]);
    const tweet = await client.scoreTweet('https://x.com/i/status/1460323737035677698');
    expect(tweet.tweetId).toBe('1460323737035677698');
    expect(await client.mostActiveUsers(3)).toHaveLength(3);
    expect(await client.mostActiveTopics(3)).toHaveLength(3);
    expect((await client.topicSentiment('#bitcoin')).timeline).toHaveLength(30);
    const day = { from: '2026-01-01', to: '2026-01-01' };
    expect((await client.topicSentiment('#bitcoin', day)).total).toBe(0);
  });

  it('rejects with the code of the problem', async () => {
    await expect(client.topicSentiment('#nobody_knows')).rejects.toMatchObject({
      status: 404,
      code: 'entity_not_found',
    });
    const stranger = new TweetSentimentClient({ url: service.url });
    await expect(stranger.scoreTexts(['a'])).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it.each(['', '/'])('calls a service below a path, given with %j at its end', async (end) => {
    const paths: (string | undefined)[] = [];
    const proxy = createServer((request, response) => {
      paths.push(request.url);
      response.setHeader('content-type', 'application/json').end('{"users":[]}');
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const below = new TweetSentimentClient({ url: `http://127.0.0.1:${port}/sentiment${end}` });
    await below.mostActiveUsers(3);
    proxy.close();
    expect(paths).toEqual(['/sentiment/v1/users?limit=3']);
  });

  it('names the status of a proxy that refuses with HTML', async () => {
    const proxy = createServer((_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const outside = new TweetSentimentClient({ url: `http://127.0.0.1:${port}` });
    await expect(outside.mostActiveUsers()).rejects.toMatchObject({
      message: expect.stringContaining('502'),
      status: 502,
    });
    proxy.close();
  });

  it('retries after the time in Retry-After, a limited number of times', async () => {
    let requests = 0;
    const busy = createServer((_request, response) => {
      requests++;
      response.writeHead(503, { 'retry-after': '1', 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ code: 'overloaded', detail: 'Too much to do.' }));
    });
    busy.listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const { port } = busy.address() as AddressInfo;
    const patient = new TweetSentimentClient({ url: `http://127.0.0.1:${port}`, attempts: 2 });
    await expect(patient.mostActiveUsers()).rejects.toMatchObject({ code: 'overloaded' });
    expect(requests).toBe(2);
    busy.close();
    busy.closeAllConnections();
  });

  it('halves texts that take too long, after the wait that the service asks for', async () => {
    const asked: number[] = [];
    const slow = createServer(async (request, response) => {
      const { texts } = JSON.parse(await text(request));
      asked.push(texts.length);
      const isLate = texts.length > 2;
      response.writeHead(isLate ? 503 : 200, {
        'content-type': 'application/json',
        ...(isLate && { 'retry-after': '1' }),
      });
      const late = { code: 'overloaded', detail: 'Too late.', exceedsDeadline: true };
      response.end(JSON.stringify(isLate ? late : { results: texts }));
    });
    slow.listen(0, '127.0.0.1');
    await once(slow, 'listening');
    const { port } = slow.address() as AddressInfo;
    const waits = jest.spyOn(globalThis, 'setTimeout');
    const halving = new TweetSentimentClient({ url: `http://127.0.0.1:${port}` });
    expect(await halving.scoreTexts(['a', 'b', 'c', 'd'])).toEqual(['a', 'b', 'c', 'd']);
    expect(waits.mock.calls.filter(([, ms]) => ms === 1_000)).toHaveLength(1);
    waits.mockRestore();
    expect(asked).toEqual([4, 2, 2]);
    slow.close();
    slow.closeAllConnections();
  });

  it.each(['', '{"code":"over', 'null'])(
    'retries after a refusal with the body %j',
    async (body) => {
      let requests = 0;
      const busy = createServer((_request, response) => {
        requests++;
        response.writeHead(503, { 'retry-after': '1', 'content-type': 'application/problem+json' });
        response.end(body);
      });
      busy.listen(0, '127.0.0.1');
      await once(busy, 'listening');
      const { port } = busy.address() as AddressInfo;
      const patient = new TweetSentimentClient({ url: `http://127.0.0.1:${port}`, attempts: 2 });
      await expect(patient.mostActiveUsers()).rejects.toMatchObject({
        message: 'The answer was HTTP 503, without a reason. Ask again in 1 s.',
        code: 'none',
      });
      expect(requests).toBe(2);
      busy.close();
      busy.closeAllConnections();
    },
  );

  it('rejects at once when the service asks for a longer wait than the client may take', async () => {
    const spent = createServer((_request, response) => {
      response.writeHead(503, { 'retry-after': '86399', 'content-type': 'application/json' });
      response.end(JSON.stringify({ code: 'tweet_source_limited', detail: 'Read no more today.' }));
    });
    spent.listen(0, '127.0.0.1');
    await once(spent, 'listening');
    const url = `http://127.0.0.1:${(spent.address() as AddressInfo).port}`;
    try {
      for (const options of [{ url }, { url, longestWaitMs: 86_398_000 }]) {
        const asking = new TweetSentimentClient(options).scoreTweet('https://x.com/i/status/20');
        expect(await settlesWithin(10_000, asking)).toBe(true);
        await expect(asking).rejects.toMatchObject({
          message: 'Read no more today. Ask again in 86399 s.',
          code: 'tweet_source_limited',
          status: 503,
          retryAfterSeconds: 86_399,
        });
      }
    } finally {
      spent.close();
      spent.closeAllConnections();
    }
  });
});

describe('docs/examples/charts.ts', () => {
  it('draws the most active users and a topic, with the figures of the API', async () => {
    const { code, said, read } = await run('charts.ts', '#bitcoin');
    expect([code, said]).toEqual([0, expect.stringContaining('Written: most-active-users.svg')]);

    const bars = read('most-active-users.svg');
    const users = await client.mostActiveUsers(10);
    const segments = [...bars.matchAll(/<title>(\w+): (\d+)<\/title>/g)].map(([, , n]) =>
      Number(n),
    );
    expect(segments).toEqual(users.flatMap(({ counts }) => LABELS.map((label) => counts[label])));
    for (const { user } of users) expect(bars).toContain(`>@${user.username}</text>`);

    const donut = read('topic.svg');
    const { total, counts } = await client.topicSentiment('#bitcoin');
    expect(donut).toContain(`>${total} tweets</text>`);
    for (const label of LABELS)
      expect(donut).toContain(`<title>${label}: ${counts[label]}</title>`);
    const lengths = [...donut.matchAll(/dasharray="([\d.]+) /g)].map(([, length]) =>
      Number(length),
    );
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBeCloseTo(2 * Math.PI * 90, 1);
  });
});
