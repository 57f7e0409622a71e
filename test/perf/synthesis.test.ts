import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { cdk } from '../helpers/cdk.ts';
import { durationMs, lowest } from './measure.ts';

const BOUND_MS = 30_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synthesis-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('synthesis of a stage with everything takes less than 30 s', async () => {
  const context = ['stage=dev', 'offlineStore=true', 'webFirewall=true', 'spot=true'];
  const args = ['synth', '--quiet', '--output', folder, ...context.flatMap((it) => ['-c', it])];
  expect(await lowest(BOUND_MS, () => durationMs(() => cdk(args)))).toBeLessThan(BOUND_MS);
}, 300_000);
