import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { ServiceProcess } from '../helpers/service-process.ts';

const CALLS = 600;
const CALLS_AT_A_TIME = 8;

/** 185 to 215 MiB were measured; a cache that fills at the start or a leak takes more than the rest. */
const BUDGET_MIB = 256;

const words = 'this phone is so good and the game was not bad at all what a day for us today'.split(
  ' ',
);

/** Texts of 5 to 36 words, none like another. */
const textOf = (index: number) =>
  Array.from(
    { length: 5 + (index % 32) },
    (_, word) => words[(index * 7 + word * word) % words.length],
  )
    .concat(String(index))
    .join(' ');

/** Memory of a process in MiB, shared pages in proportion. */
function memoryMib(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]) / 1024;
}

async function answerMixedCalls(service: ServiceProcess): Promise<void> {
  let next = 0;
  const caller = async () => {
    for (let index = next++; index < CALLS; index = next++) {
      const count = index % 10 === 9 ? 4 : 1;
      const texts = Array.from({ length: count }, (_, text) => textOf(4 * index + text));
      const response = await service.post('/v1/inference', { texts });
      await response.text();
      expect(response.status).toBe(200);
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_A_TIME }, caller));
}

const canMeasure = existsSync('/proc/self/smaps_rollup') && process.env.SERVICE_IMAGE === undefined;
if (!canMeasure) process.stdout.write('Skipped: memory is read from /proc, outside a container.\n');

(canMeasure ? it : it.skip)(
  'the service with two workers stays within its budget of memory',
  async () => {
    const service = await ServiceProcess.start({ INFERENCE_WORKERS: '2' });
    try {
      await answerMixedCalls(service);
      expect(memoryMib(service.child.pid ?? 0)).toBeLessThan(BUDGET_MIB);
    } finally {
      await service.stop();
    }
  },
);
