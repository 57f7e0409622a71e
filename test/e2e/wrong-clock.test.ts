import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { FakeTime } from '../helpers/fake-time.ts';
import { ServiceProcess } from '../helpers/service-process.ts';
import { XApiStub } from '../helpers/x-api-stub.ts';

const DAY_MS = 86_400_000;
const PAUSE_SECONDS = 2;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(environment: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  const service = await ServiceProcess.start(environment);
  closing.push(() => service.stop());
  return service;
}

async function startX(): Promise<XApiStub> {
  const tweets = Array.from({ length: 10 }, (_, index) => ({ id: `${20 + index}`, text: 'good' }));
  const x = await XApiStub.start({ tweets });
  closing.push(() => x.close());
  return x;
}

const statusOf = async (service: ServiceProcess, id: number) =>
  (await service.tweet(`https://x.com/a/status/${id}`)).status;

async function uptimeOf(service: ServiceProcess): Promise<number> {
  const status = await service.get('/v1/status');
  return ((await status.json()) as { uptimeSeconds: number }).uptimeSeconds;
}

/** The year by the clock of the service. */
async function yearOf(service: ServiceProcess): Promise<number> {
  const { headers } = await service.get('/livez');
  return new Date(headers.get('date') ?? '').getUTCFullYear();
}

/** libfaketime counts years of 365 days. */
const yearIn = (years: number) => new Date(Date.now() + years * 365 * DAY_MS).getUTCFullYear();

describe('a service whose clock is years ahead', () => {
  it('keeps every file of the prediction log', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'wrong-clock-'));
    const archive = [1, 2, 300, 399].map(
      (days) => `${new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10)}.jsonl`,
    );
    for (const name of archive) writeFileSync(join(dir, name), '');
    const x = await startX();
    const service = await start({
      ...new FakeTime('+3y').environment,
      PREDICTION_LOG_DIR: dir,
      X_BEARER_TOKEN: 'bearer-token-of-the-test',
      X_API_URL: x.url,
    });
    expect(await statusOf(service, 20)).toBe(200);
    await service.stop();
    const names = readdirSync(dir);
    expect(names).toEqual(expect.arrayContaining(archive));
    expect(names).toContainEqual(expect.stringMatching(new RegExp(`^${yearIn(3)}-`)));
  });
});

describe('a service whose clock jumps while it runs', () => {
  /** A service whose clock has jumped in a pause; undefined where a stall outlasted the pause. */
  async function jumpInPause(jump: string) {
    const time = new FakeTime('+0d');
    const x = await startX();
    const service = await start({
      ...time.environment,
      X_BEARER_TOKEN: 'bearer-token-of-the-test',
      X_API_URL: x.url,
      X_DAILY_READ_BUDGET: '2',
    });
    x.script({ status: 429, headers: { 'retry-after': `${PAUSE_SECONDS}` }, body: {} });
    const startMs = performance.now();
    expect(await statusOf(service, 20)).toBe(503);
    time.set(jump);
    const status = await statusOf(service, 20);
    if (performance.now() - startMs >= PAUSE_SECONDS * 1_000) return undefined;
    expect([status, x.requests.length]).toEqual([503, 1]);
    return { service, time, x };
  }

  it.each(['+3y', '-3y'])('(%s) ends a pause on time and keeps its read budget', async (jump) => {
    let jumped = await jumpInPause(jump);
    for (let attempt = 1; !jumped && attempt < 5; attempt++) jumped = await jumpInPause(jump);
    const { service, time, x } = jumped!;
    expect(await uptimeOf(service)).toBeLessThan(86_400);
    expect(await uptimeOf(service)).toBeGreaterThan(0);

    while ((await statusOf(service, 20)) !== 200) await new Promise(setImmediate);
    expect(x.requests).toHaveLength(2);
    expect(await yearOf(service)).toBe(yearIn(jump === '+3y' ? 3 : -3));
    expect(await statusOf(service, 21)).toBe(200);
    time.set('-1d');
    expect(await statusOf(service, 22)).toBe(503);
    expect(x.requests).toHaveLength(3);
  });
});
