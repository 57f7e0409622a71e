import { execFileSync } from 'node:child_process';

/** Builds dist/ once, before all tests of the tiers that run it. */
export default function buildDist() {
  execFileSync(process.execPath, ['script/build.ts'], { stdio: ['ignore', 'inherit', 'inherit'] });
}
