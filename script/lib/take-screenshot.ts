/** Takes the README's picture of the page; script/screenshot installs and builds what it needs. */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { launchBrowser } from './launch-browser.ts';

const FILE = 'docs/images/page.png';
const ENVIRONMENT = { ADMIN_TOKEN: 'of-this-run', TWEET_SOURCE: 'fixture', PORT: '0' };

/** Resolves to the URL that the service logs once it listens. */
async function urlOf(service: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  let url: string | undefined;
  for await (const line of createInterface({ input: service.stdout })) {
    url = /Serving on (http[^;]+);/.exec(line)?.[1];
    if (url !== undefined) break;
  }
  if (url === undefined)
    throw new Error('The service ended before it listened: see its log above.');
  // A full pipe would block it.
  service.stdout.resume();
  return url;
}

async function takeScreenshot(url: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({
      colorScheme: 'light',
      viewport: { width: 1_240, height: 900 },
      deviceScaleFactor: 1.5,
      reducedMotion: 'reduce',
    });
    await page.goto(url);
    const input = page.getByLabel('Text or tweet URL');
    await input.fill('The new carriages are gorgeous, and on time!');
    await page.keyboard.press('Enter');
    await page.locator('.verdict').waitFor();
    await page.locator('.users-chart canvas').waitFor();
    await page.locator('.donut canvas').waitFor();
    await page.getByText('Up for').waitFor();
    // Without a cursor and a focus ring in the picture.
    await input.blur();
    mkdirSync('docs/images', { recursive: true });
    await page.screenshot({ path: FILE, fullPage: true, animations: 'disabled' });
  } finally {
    await browser.close();
  }
}

const service = spawn(process.execPath, ['dist/main.js'], {
  env: ENVIRONMENT,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = once(service, 'close');
try {
  const url = await urlOf(service);
  const populate = ['cli/tss.ts', 'populate', '--sample', '--url', url];
  await promisify(execFile)(process.execPath, populate, { env: ENVIRONMENT });
  await takeScreenshot(url);
  console.log(`Written: ${FILE}`);
} finally {
  service.kill();
  await ended;
}
