import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ServiceProcess } from '../../helpers/service-process.ts';

const HANG_WORKER = new URL('../../helpers/hang-worker.js', import.meta.url);
const HANG_TIMEOUT_MS = 1000;
/** More than the golden texts of the start have, so that only the test's text hangs. */
const HANG_TOKENS = 200;
/** One token a word, one before and one after. */
const HANGING_TEXT = Array.from({ length: HANG_TOKENS - 2 }, () => 'the').join(' ');

describe('a service whose worker hangs in a native call', () => {
  let service: ServiceProcess;
  beforeEach(async () => {
    const pipe = join(mkdtempSync(join(tmpdir(), 'hang-')), 'pipe');
    execFileSync('mkfifo', [pipe]);
    service = await ServiceProcess.start({
      NODE_OPTIONS: `--import=${fileURLToPath(HANG_WORKER)}`,
      HANG_TOKENS: String(HANG_TOKENS),
      HANG_PIPE: pipe,
      INFERENCE_WORKERS: '1',
      INFERENCE_HANG_TIMEOUT_MS: String(HANG_TIMEOUT_MS),
      SINGLE_DEADLINE_MS: '60000',
    });
  });
  afterEach(() => {
    service?.child.kill('SIGKILL');
  });

  it('rejects pending requests, stops being ready, and exits with 1 to be replaced', async () => {
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
    const answers = await Promise.all([score(HANGING_TEXT), score('waits'), score('waits, too')]);

    for (const answer of answers) {
      expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'overloaded' }]);
    }
    expect(await service.ended).toEqual({ code: 1, signal: null });
    await watching;
    expect(readiness.join()).toMatch(/^200(,200)*(,503)*$/);
    const fatal = service.log.find(({ level }) => level === 60 || level === 'fatal');
    expect(fatal).toMatchObject({
      err: { message: expect.stringContaining('silent for more than 1000 ms') },
    });
    const first = service.log.find(({ route }) => route === '/v1/inference');
    const waitedMs = Date.parse(String(fatal?.time)) - Date.parse(String(first?.time));
    expect(waitedMs).toBeGreaterThanOrEqual(0.9 * HANG_TIMEOUT_MS);
  });
});
