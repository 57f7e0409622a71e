/**
 * Builds the image and runs, with jest's arguments, the tests of test/image and the end-to-end
 * tests against containers of it. `SERVICE_IMAGE` tells them which image.
 */
import { spawnSync } from 'node:child_process';
import { buildImage } from './lib/docker.ts';
import { startEngine } from './lib/start-engine.ts';

const IMAGE = 'tweet-sentiment-service:test';

const engine = await startEngine();
if (typeof engine === 'string') throw new Error(`The image cannot be tested: ${engine}`);
try {
  console.log('Building the image ...');
  await buildImage({ tag: IMAGE });
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
  // Last, so that the list of patterns above ends before the arguments of this command.
  jest.push('--maxWorkers=2');
  const { status } = spawnSync(process.execPath, [...jest, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: {
      ...process.env,
      SERVICE_IMAGE: IMAGE,
    },
  });
  process.exitCode = status ?? 1;
} finally {
  await engine.stop();
}
