import { spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The wall clock of a process, by libfaketime; the monotonic clock stays as it is. Pass
 * `environment` to the process, and set the clock while it runs.
 */
export class FakeTime {
  readonly environment: Readonly<Record<string, string>>;
  readonly #file = join(mkdtempSync(join(tmpdir(), 'fake-time-')), 'offset');

  constructor(offset: string) {
    this.set(offset);
    this.environment = {
      LD_PRELOAD: libraryPath(),
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** @param offset to the real time, such as `+3y` or `-2d` */
  set(offset: string): void {
    // The library reads the file at any moment, and ends its process if the file is empty.
    writeFileSync(`${this.#file}.next`, `${offset}\n`);
    renameSync(`${this.#file}.next`, this.#file);
  }
}

/** The library as the command `faketime` would preload it. */
function libraryPath(): string {
  const { stdout, error } = spawnSync('faketime', ['-m', '-f', '+0d', 'printenv', 'LD_PRELOAD'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  const path = stdout?.trim();
  if (!path?.endsWith('.so.1')) {
    throw new Error('This test needs faketime: apt-get install -y faketime', { cause: error });
  }
  return path;
}
