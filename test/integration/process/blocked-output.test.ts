/** Outputs that accept nothing: the log stops there, and nothing else does. */
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BY_A_SHELL, IN_A_TERMINAL, ShellService } from '../../helpers/shell-service.ts';
import { HttpClient } from '../http/helpers/http-client.ts';

/** Their lines fill a pipe or a terminal. */
const REQUESTS_TO_BLOCK = 3_000;
/** Their lines exceed what the service keeps. */
const REQUESTS_TO_DROP = 10_000;
const CLIENTS = 20;

let service: ShellService;
afterEach(() => service?.kill());

/** Sends requests, each of which writes a line to the log. */
async function sendRequests(count: number): Promise<Map<number, number>> {
  const client = new HttpClient(Number(new URL(service.url).port));
  const statuses = new Map<number, number>();
  const send = async () => {
    for (let i = 0; i < count / CLIENTS; i++) {
      const { status } = await client.send('/v1/status');
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, send));
  client.close();
  return statuses;
}

describe('the service answers thousands of requests and ends on SIGTERM', () => {
  it('while its terminal is paused', async () => {
    // Once the unread standard output of `script` is full, it no longer reads the terminal.
    service = await ShellService.start(IN_A_TERMINAL);
    expect([...(await sendRequests(REQUESTS_TO_BLOCK))]).toEqual([[200, REQUESTS_TO_BLOCK]]);
    expect((await fetch(`${service.url}/livez`)).status).toBe(200);
    service.signal('SIGTERM');
    await service.ended();
  });

  it('while its pipe is not read', async () => {
    service = await ShellService.start(['bash', '-c', 'eval "$SERVICE"'], {
      redirect: '> >(exec sleep 60) 2>&1',
    });
    expect([...(await sendRequests(REQUESTS_TO_BLOCK))]).toEqual([[200, REQUESTS_TO_BLOCK]]);
    expect((await fetch(`${service.url}/livez`)).status).toBe(200);
    service.signal('SIGTERM');
    expect(await once(service.child, 'exit')).toEqual([0, null]);
  });

  it('while its socket is not read, and reports the dropped lines when it is', async () => {
    service = await ShellService.start(BY_A_SHELL, { redirect: '2>&1' });
    expect([...(await sendRequests(REQUESTS_TO_DROP))]).toEqual([[200, REQUESTS_TO_DROP]]);
    let log = '';
    service.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    while (!log.includes('log lines were dropped')) await once(service.child.stdout!, 'data');
    service.signal('SIGTERM');
    await once(service.child, 'close');
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const answered = lines.filter(({ msg }) => msg === 'request').length;
    const report = lines.find(({ msg }) => /dropped/.test(msg));
    expect(answered + report.lines).toBe(REQUESTS_TO_DROP);
    expect(lines.at(-1)).toMatchObject({ msg: 'ended', clean: true });
  });
});
