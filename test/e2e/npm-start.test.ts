import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '../helpers/eventually.ts';

/** A checkout whose packages are installed and whose service is built already. */
let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'npm-start-'));
  for (const path of ['package.json', 'package-lock.json', 'script/start', 'script/lib']) {
    cpSync(path, join(checkout, path), { recursive: true });
  }
  mkdirSync(join(checkout, 'node_modules'));
  const installed = join(checkout, 'node_modules', '.installed-package-lock.json');
  cpSync('package-lock.json', installed);
  writeFileSync(join(checkout, 'script', 'build.ts'), '');
  for (const path of ['dist', 'models']) symlinkSync(resolve(path), join(checkout, path));
});
afterEach(() => rmSync(checkout, { recursive: true }));

it('SIGTERM to npm start drains the service, and npm ends after it', async () => {
  const npm = spawn('npm', ['start'], {
    cwd: checkout,
    detached: true,
    env: {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: checkout,
      PORT: '0',
      LOG_LEVEL: 'info',
      TWEET_SOURCE: 'fixture',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  npm.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(npm, 'exit');
  try {
    while (!output.includes('Serving on')) {
      await Promise.race([once(npm.stdout, 'data'), ended]);
      if (npm.exitCode !== null) throw new Error(`npm start ended:\n${output}`);
    }
    npm.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    // Output of npm may arrive after its end.
    await eventually(async () => expect(output).toContain('draining'));
  } finally {
    killGroup(npm.pid);
  }
});

/** Ends what an npm that did not pass the signal on has left. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left.
  }
}
