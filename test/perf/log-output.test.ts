import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BESIDE_A_TERMINAL, BY_A_SHELL, ShellService } from '../helpers/shell-service.ts';
import { lowest } from './measure.ts';

/** Share of one core. */
const AT_REST = 0.3;

/** CPU time of a process so far, in clock ticks of 10 ms. */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

/** Share of one core that a process uses over a second. */
async function cpuShare(pid: number): Promise<number> {
  const before = cpuTicks(pid);
  await pause(1_000);
  return (cpuTicks(pid) - before) / 100;
}

describe('the service after an answer whose log lines are lost', () => {
  let service: ShellService;
  afterEach(() => service?.kill());

  async function expectToBeAtRest(): Promise<void> {
    expect((await service.score('I love this phone')).status).toBe(200);
    expect(await lowest(AT_REST, () => cpuShare(service.pid))).toBeLessThan(AT_REST);
  }

  it('is at rest when the disk is full', async () => {
    service = await ShellService.start(BY_A_SHELL, { redirect: '>/dev/full' });
    await expectToBeAtRest();
  }, 60_000);

  it('is at rest when its terminal is gone without a signal', async () => {
    service = await ShellService.start(BESIDE_A_TERMINAL);
    service.child.kill('SIGKILL');
    await once(service.child, 'close');
    await expectToBeAtRest();
  }, 60_000);

  it('is at rest when the log has no reader', async () => {
    service = await ShellService.start(BY_A_SHELL);
    service.child.stdout?.destroy();
    service.child.stderr?.destroy();
    await expectToBeAtRest();
  }, 60_000);
});
