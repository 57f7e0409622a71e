import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { TMPDIR: before } = process.env;
let folder;

/** Collects what tests and their programs leave in the temporary folder in one folder of the run. */
export default function makeTemporaryFolder() {
  folder = mkdtempSync(join(tmpdir(), 'tss-test-'));
  // Some tests run a program as another user.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
}

export function removeTemporaryFolder() {
  // With --watch, more runs follow.
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
