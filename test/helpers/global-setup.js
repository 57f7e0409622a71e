import { execFileSync } from 'node:child_process';

/** The engine's workers and the end-to-end tests run the bundle: build it once, before all tests. */
export default function globalSetup() {
  execFileSync(process.execPath, ['script/build.ts'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
