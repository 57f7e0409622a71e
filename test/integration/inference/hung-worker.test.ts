import { execFileSync } from 'node:child_process';
import { constants, mkdtempSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../helpers/eventually.ts';
import { ServiceProcess } from '../../helpers/service-process.ts';

const HANG_WORKER = new URL('../../helpers/hang-worker.js', import.meta.url);
/** Long enough to send requests that wait while the worker hangs, also on a busy machine. */
const HANG_TIMEOUT_MS = 5000;
/** More than the golden texts of the start have, so that only the test's text hangs. */
const HANG_TOKENS = 200;
/** One token a word, one before and one after. */
const HANGING_TEXT = Array.from({ length: HANG_TOKENS - 2 }, () => 'the').join(' ');

describe('a service whose worker hangs in a native call', () => {
  let service: ServiceProcess;
  let pipe: string;
  afterEach(() => {
    service?.child.kill('SIGKILL');
  });

  async function start(hangTimeoutMs: number): Promise<void> {
    pipe = join(mkdtempSync(join(tmpdir(), 'hang-')), 'pipe');
    execFileSync('mkfifo', [pipe]);
    service = await ServiceProcess.start({
      NODE_OPTIONS: `--import=${fileURLToPath(HANG_WORKER)}`,
      HANG_TOKENS: String(HANG_TOKENS),
      HANG_PIPE: pipe,
      INFERENCE_WORKERS: '1',
      INFERENCE_HANG_TIMEOUT_MS: String(hangTimeoutMs),
      SINGLE_DEADLINE_MS: '60000',
    });
  }

  /** Opens the pipe, which fails until the worker waits at its other end, and keeps it waiting. */
  function holdWorker(): Promise<FileHandle> {
    return eventually(() => open(pipe, constants.O_WRONLY | constants.O_NONBLOCK));
  }

  it('rejects pending requests, stops being ready, and exits with 1 to be replaced', async () => {
    await start(HANG_TIMEOUT_MS);
    const score = (text: string) => service.post('/v1/inference', { texts: [text] });
    expect((await score('before')).status).toBe(200);
    const readiness: number[] = [];
    const watching = (async () => {
      for (;;) {
        const status = await service.get('/readyz').then(
          (response) => response.status,
          () => null,
        );
        if (status === null) return;
        readiness.push(status);
      }
    })();
    const hanging = score(HANGING_TEXT);
    const end = await holdWorker();
    const answers = await Promise.all([hanging, score('waits'), score('waits, too')]);

    for (const answer of answers) {
      expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'overloaded' }]);
    }
    expect(await service.ended).toEqual({ code: 1, signal: null });
    await watching;
    expect(readiness.join()).toMatch(/^200(,200)*(,503)*$/);
    const fatal = service.log.find(({ level }) => level === 60 || level === 'fatal');
    expect(fatal).toMatchObject({
      err: { message: expect.stringContaining(`silent for more than ${HANG_TIMEOUT_MS} ms`) },
    });
    const first = service.log.find(({ route }) => route === '/v1/inference');
    const waitedMs = Date.parse(String(fatal?.time)) - Date.parse(String(first?.time));
    expect(waitedMs).toBeGreaterThanOrEqual(0.9 * HANG_TIMEOUT_MS);
    await end.close();
  });

  it('exits with 1 on SIGTERM, also when the hang timeout has not passed', async () => {
    await start(600_000);
    const client = new AbortController();
    const body = { texts: [HANGING_TEXT] };
    const left = service.post('/v1/inference', body, { signal: client.signal }).catch(() => 'left');
    const end = await holdWorker();
    client.abort();
    await left;
    expect(await service.stop()).toEqual({ code: 1, signal: null });
    const failed = service.log.find(({ step }) => step === 'end workers');
    expect(failed).toMatchObject({
      err: { message: 'An inference worker has not ended within 5000 ms' },
    });
    await end.close();
  });

  it('runs every step of a drain in which the hang timeout passes, and exits with 1', async () => {
    await start(HANG_TIMEOUT_MS);
    const hanging = service.post('/v1/inference', { texts: [HANGING_TEXT] });
    const end = await holdWorker();
    service.child.kill('SIGTERM');
    expect((await hanging).status).toBe(503);
    expect(await service.ended).toEqual({ code: 1, signal: null });
    expect(service.log.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['draining', 'the process cannot go on']),
    );
    expect(service.log.at(-1)).toMatchObject({ msg: 'ended', clean: false });
    await end.close();
  });
});
