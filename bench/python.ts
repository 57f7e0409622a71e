import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CACHE_DIR } from './assets.ts';
import { CannotRun } from './cannot-run.ts';

/** Folders of `peers/` with Python programs and their requirements.txt. */
export type PythonPeers = 'replaced-system' | 'python-servers';

const INSTALL_TIMEOUT_MS = 30 * 60_000;
const COMMAND_TIMEOUT_MS = 15 * 60_000;

/** Its builds are a tenth of PyPI's, which hold CUDA. */
const CPU_BUILDS = 'https://download.pytorch.org/whl/cpu';

/**
 * The Python of a virtual environment with the packages that a folder of peers requires, made when
 * it is missing or the requirements have changed.
 *
 * @throws CannotRun where Python or a package cannot be installed
 */
export function python(peers: PythonPeers, say: (progress: string) => void): string {
  const requirements = fileURLToPath(new URL(`./peers/${peers}/requirements.txt`, import.meta.url));
  const text = readFileSync(requirements, 'utf8');
  const folder = join(CACHE_DIR, `python-${peers}`);
  const interpreter = join(folder, 'bin', 'python');
  const installed = join(folder, 'requirements.sha256');
  const wanted = createHash('sha256').update(text).digest('hex');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return interpreter;

  say('installing Python packages (a few minutes, up to 6 GB) ...');
  rmSync(folder, { recursive: true, force: true });
  run('python3', ['-m', 'venv', folder], COMMAND_TIMEOUT_MS);
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  const torch = /^torch==.+$/m.exec(text)?.[0];
  if (torch) {
    const lean = [...install, '--retries=0', '--timeout=10', '--index-url', CPU_BUILDS, torch];
    if (spawnSync(interpreter, lean, { timeout: INSTALL_TIMEOUT_MS }).status !== 0) {
      say('the CPU builds of torch are out of reach; taking the larger one of PyPI ...');
    }
  }
  run(interpreter, [...install, '-r', requirements], INSTALL_TIMEOUT_MS);
  writeFileSync(installed, wanted);
  return interpreter;
}

/** @throws CannotRun with the end of what the command said */
export function run(command: string, args: readonly string[], timeout = COMMAND_TIMEOUT_MS): void {
  const options: SpawnSyncOptions = { timeout, encoding: 'utf8' };
  const { status, stderr, error } = spawnSync(command, args, options);
  if (status === 0) return;
  const said = String(error?.message ?? stderr).slice(-1_000);
  throw new CannotRun(`${command} ${args.slice(0, 3).join(' ')} failed: ${said}`);
}
