import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockForThisRun, releaseLocks } from '../../../cli/kit/run-lock.ts';

/** Above every number that Linux gives to a process. */
const ENDED = 4_194_999;

const ROUNDS = 100;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-lock-'));
  file = join(folder, 'file');
});
afterEach(releaseLocks);

const lock = () => lockForThisRun(file, 'choose another');
const leave = (pid: number) => writeFileSync(`${file}.lock-${pid}-0a`, '');

describe('the lock of a file', () => {
  it('is refused while another process has it', async () => {
    leave(process.ppid);
    await expect(lock()).rejects.toThrow(
      `${file} is in use by process ${process.ppid}; wait for its end, or choose another ` +
        `(if there is no such process, delete ${file}.lock-${process.ppid}-0a)`,
    );
    expect(readdirSync(folder)).toEqual([`file.lock-${process.ppid}-0a`]);
  });

  it('is not that of another file', async () => {
    writeFileSync(join(folder, `other-file.lock-${process.ppid}-0a`), '');
    writeFileSync(join(folder, `file.lock-2.lock-${process.ppid}-0a`), '');
    (await lock())();
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('fits beside a file with a long name', async () => {
    file = join(folder, 'f'.repeat(230));
    const release = await lock();
    expect(readdirSync(folder)).toHaveLength(1);
    release();
  });

  it('is taken over from a process that has ended, and one of the same number', async () => {
    for (const pid of [ENDED, process.pid]) leave(pid);
    const release = await lock();
    expect(readdirSync(folder)).toEqual([expect.stringContaining(`file.lock-${process.pid}-`)]);
    release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('goes to one of several processes that find a process ended', async () => {
    const processes = await Promise.all([1, 2, 3].map(startLocker));
    try {
      for (let round = 0; round < ROUNDS; round++) {
        leave(ENDED);
        const got = await Promise.all(processes.map((each) => ask(each, 'lock')));
        expect(got.toSorted()).toEqual(['locked', 'refused', 'refused']);
        await Promise.all(processes.map((each) => ask(each, 'release')));
        expect(readdirSync(folder)).toEqual([]);
      }
    } finally {
      for (const each of processes) each.kill();
    }
  });
});

/** A process that takes and releases the lock when it is told so. */
async function startLocker(): Promise<ChildProcess> {
  const script = join(mkdtempSync(join(tmpdir(), 'locker-')), 'locker.mjs');
  writeFileSync(
    script,
    `import { lockForThisRun, releaseLocks } from ${JSON.stringify(resolve('cli/kit/run-lock.ts'))};
    process.on('message', async (order) => {
      if (order === 'release') {
        releaseLocks();
        process.send('released');
        return;
      }
      await lockForThisRun(${JSON.stringify(file)}, '').then(
        () => process.send('locked'),
        () => process.send('refused'),
      );
    });
    process.send('ready');`,
  );
  const started = fork(script);
  await once(started, 'message');
  return started;
}

async function ask(locker: ChildProcess, order: 'lock' | 'release'): Promise<unknown> {
  locker.send(order);
  const [answer] = await once(locker, 'message');
  return answer;
}
