/** A model that gives NaN for some texts, from its graph to answers, stores and commands. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BANANA, makeBananaModels } from '../helpers/banana-model.ts';
import { eventually } from '../helpers/eventually.ts';
import { RedisServer } from '../helpers/redis-server.ts';
import { ServiceProcess } from '../helpers/service-process.ts';
import { runTool } from '../helpers/tool-process.ts';

const ADMIN_TOKEN = 'admin-token-of-the-test';
const AS_ADMIN = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };
const DAY = '2021-11-15';
const TEXTS = ['I love this', 'I love a banana', 'I hate waiting'];

/** Three tweets of one author about one topic; the model fails on the second one. */
function tweetsOf(author: string, topic: string) {
  return TEXTS.map((text, index) => ({
    id: `${author}00${index}`,
    text: `${text} ${topic}`,
    author_id: author,
    created_at: `${DAY}T19:08:05.000Z`,
  }));
}

const SOURCE_TWEETS = tweetsOf('1111', '#source');
const [GOOD_URL, BAD_URL] = SOURCE_TWEETS.map(({ id }) => `https://x.com/a/status/${id}`);

let folder: string;
let modelsDir: string;
let fixture: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'model-failure-'));
  modelsDir = await makeBananaModels();
  fixture = join(folder, 'fixture.json');
  writeFileSync(fixture, JSON.stringify({ data: SOURCE_TWEETS }));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(modelsDir, { recursive: true });
});

interface Result {
  readonly status: string;
  readonly problem?: { readonly code: string; readonly requestId: string };
}

interface Body {
  readonly code?: string;
  readonly detail?: string;
  readonly results?: readonly Result[];
  readonly rows?: readonly ({ readonly label: string } | null)[];
  readonly tweetIds?: readonly string[];
  readonly total?: number;
  readonly counts?: Readonly<Record<string, number>>;
}

async function json(answer: Promise<Response>): Promise<{ status: number; body: Body }> {
  const response = await answer;
  return { status: response.status, body: (await response.json()) as Body };
}

/** The code of each result's problem, or "ok". */
function codesOf({ results = [] }: Body): string[] {
  return results.map(({ status, problem }) => problem?.code ?? status);
}

describe.each(['memory', 'redis'])(
  'a service with a model that gives NaN, on the %s store',
  (kind) => {
    let redis: RedisServer | undefined;
    let service: ServiceProcess;

    beforeAll(async () => {
      if (kind === 'redis') redis = await RedisServer.start();
      service = await ServiceProcess.start({
        MODELS_DIR: modelsDir,
        MODEL_NAME: BANANA,
        ADMIN_TOKEN,
        TWEET_SOURCE: 'fixture',
        TWEET_FIXTURE: fixture,
        ...(redis && { REDIS_URL: redis.url }),
      });
    });
    afterAll(async () => {
      await service?.stop();
      await redis?.stop();
    });

    /** Sent again while Redis does not answer in time, as happens on a busy machine. */
    const ingest = (tweets: readonly object[]) =>
      eventually(async () => {
        const answer = await json(service.post('/v1/admin/tweets', { tweets }, AS_ADMIN));
        if (answer.status === 503) throw new Error('the ingest is answered with 503');
        return answer;
      });
    const purge = (id: string | undefined) =>
      json(service.get(`/v1/admin/features/tweets/${id}`, { method: 'DELETE', ...AS_ADMIN }));

    const countsOf = async (entity: 'topics' | 'users', name: string) => {
      const path = `/v1/${entity}/${encodeURIComponent(name)}/sentiment?from=${DAY}&to=${DAY}`;
      const { status, body } = await json(service.getStored(path));
      return status === 200 ? body.counts : body.code;
    };

    it('stores all ingested tweets but the one that the model fails on', async () => {
      const tweets = tweetsOf('2222', '#ingested');
      const { status, body } = await ingest(tweets);
      expect(status).toBe(200);
      expect(codesOf(body)).toEqual(['ok', 'model_failed', 'ok']);
      const counts = { negative: 1, neutral: 0, positive: 1 };
      expect(await countsOf('topics', '#ingested')).toEqual(counts);
      expect(await countsOf('users', '2222')).toEqual(counts);
      const ids = tweets.map(({ id }) => id);
      const { rows = [] } = (await json(service.getStored(`/v1/features/tweets?ids=${ids}`))).body;
      expect(rows.map((row) => row?.label ?? null)).toEqual(['positive', null, 'negative']);
      const listed = await json(service.getStored('/v1/admin/features/tweets?cursor=0', AS_ADMIN));
      expect(listed.body.tweetIds).toEqual(expect.arrayContaining([ids[0], ids[2]]));
      expect(listed.body.tweetIds).not.toContain(ids[1]);
      expect(service.output).not.toContain('banana #');
    });

    it('answers aggregates after each purge of a tweet, stored or not', async () => {
      const tweets = tweetsOf('3333', '#purged');
      await ingest(tweets);
      const [good, bad, alsoGood] = tweets.map(({ id }) => id);
      expect(await purge(bad)).toMatchObject({ status: 200, body: { removed: { rows: 0 } } });
      expect(await countsOf('topics', '#purged')).toEqual({ negative: 1, neutral: 0, positive: 1 });
      expect(await purge(good)).toMatchObject({ status: 200, body: { removed: { rows: 1 } } });
      expect(await countsOf('topics', '#purged')).toEqual({ negative: 1, neutral: 0, positive: 0 });
      expect(await countsOf('users', '3333')).toEqual({ negative: 1, neutral: 0, positive: 0 });
      await purge(alsoGood);
      expect(await countsOf('topics', '#purged')).toBe('entity_not_found');
    });

    it('fails a request for such a tweet, and the tweet alone in a request for several', async () => {
      const single = await json(service.tweet(`${BAD_URL}`));
      expect([single.status, single.body.code]).toEqual([500, 'model_failed']);
      const tweetUrls = [BAD_URL, GOOD_URL];
      const several = await json(service.post('/v1/inference/tweets', { tweetUrls }));
      expect(several.status).toBe(200);
      expect(codesOf(several.body)).toEqual(['model_failed', 'ok']);
      // Stored after the answer.
      await eventually(async () => {
        expect(await countsOf('topics', '#source')).toEqual({
          ...{ negative: 0, neutral: 0, positive: 1 },
        });
      });
    });

    it('fails the text alone in a request for several, with the scores of the others unchanged', async () => {
      const texts = ['I love it', 'banana', 'I hate it'];
      const { status, body } = await json(service.post('/v1/inference', { texts }));
      expect([status, codesOf(body)]).toEqual([200, ['ok', 'model_failed', 'ok']]);
      const others = texts.filter((text) => text !== 'banana');
      const without = await json(service.post('/v1/inference', { texts: others }));
      expect(body.results?.filter(({ status }) => status === 'ok')).toEqual(without.body.results);
      const requestId = body.results?.[1]?.problem?.requestId;
      expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('fails a request of the Open Inference Protocol, and names every row that failed', async () => {
      const infer = (...data: string[]) => {
        const input = { name: 'text', shape: [data.length], datatype: 'BYTES', data };
        return json(service.post(`/v2/models/${BANANA}/infer`, { inputs: [input] }));
      };
      const { status, body } = await infer('I love it', 'banana', 'I hate it', 'a banana');
      const error =
        'data[1], data[3] of "text": The model failed to score the text; leave it out and report it.';
      expect([status, body]).toEqual([500, { error }]);
      expect((await infer('I love it', 'I hate it')).status).toBe(200);
    });

    it('makes populate report the tweets that it did not store', async () => {
      const path = join(folder, `${kind}.jsonl`);
      const tweets = tweetsOf('4444', '#populated');
      writeFileSync(path, tweets.map((tweet) => JSON.stringify(tweet)).join('\n'));
      const words = ['populate', '--url', service.url, '--file', path];
      const { code, stdout } = await runTool(words, { environment: { ADMIN_TOKEN } });
      expect([code, stdout]).toEqual([0, `${path}: 2 stored, 1 not (model_failed 1)\n`]);
    });
  },
);

describe('tss evaluate with a model that gives NaN', () => {
  it('exits 1 and names the number of texts and the first line', async () => {
    const data = join(folder, 'tweets.csv');
    const rows = ['I love it,2', '"one\ntwo",1', 'a banana,1', 'I hate it,0', 'banana,1'];
    writeFileSync(data, ['text,label', ...rows, ''].join('\n'));
    const words = ['evaluate', '--data', data, '--model', BANANA];
    const { code, stdout, stderr } = await runTool(words, {
      environment: { MODELS_DIR: modelsDir },
    });
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'banana: 2 of 5 texts got scores that are not finite (NaN), the first one in line 5; use another graph or precision\n',
    });
  });
});
