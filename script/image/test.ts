/**
 * Builds the image and runs, with jest's arguments, the tests of test/image and the end-to-end
 * tests against containers of it. `SERVICE_CONTAINER` tells them how to start one.
 */
import { spawnSync } from 'node:child_process';
import { containerEngine } from './lib/detect-engine.ts';
import { execute } from './lib/execute.ts';

const IMAGE = 'tweet-sentiment-service:test';

await execute('script/image/prepare', []);
const engine = await containerEngine();
console.log(`Building the image with ${engine.name} ...`);
await engine.build({ tag: IMAGE });
const { runnable, release } = await engine.makeRunnable(IMAGE);
try {
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  jest.push('node_modules/jest/bin/jest.js', '--selectProjects', 'image', 'e2e');
  console.log(
    'Left out: test/e2e/wrong-clock.test.ts, because the image has no libfaketime; page.test.ts, page-charts.test.ts\n' +
      'and page-try.test.ts, because the page is the same in a container: page-languages.test.ts opens it there.',
  );
  jest.push(
    '--testPathIgnorePatterns',
    'e2e/(wrong-clock|page|page-charts|page-try)\\.test',
    '/node_modules/',
  );
  // One worker: the tests measure nothing, but builds and a loaded service want the machine. Last, so
  // that the list of patterns above ends before the arguments of this command.
  jest.push('--runInBand');
  const { status } = spawnSync(process.execPath, [...jest, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: {
      ...process.env,
      SERVICE_IMAGE: IMAGE,
      SERVICE_CONTAINER: JSON.stringify(runnable),
    },
  });
  process.exitCode = status ?? 1;
} finally {
  await release();
}
