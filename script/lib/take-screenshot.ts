/** Takes the picture of the page in the README; script/screenshot prepares what it needs. */
import { mkdirSync } from 'node:fs';
import { launchBrowser } from '../../test/helpers/browser.ts';
import { ServiceProcess } from '../../test/helpers/service-process.ts';
import { ToolProcess } from '../../test/helpers/tool-process.ts';

const FILE = 'docs/images/page.png';
const ADMIN_TOKEN = 'of-this-run';

const service = await ServiceProcess.start({ ADMIN_TOKEN, TWEET_SOURCE: 'fixture' });
const browser = await launchBrowser();
try {
  const sample = ToolProcess.start(['populate', '--sample', '--url', service.url], {
    environment: { ADMIN_TOKEN },
  });
  const { code, stderr } = await sample.ended;
  if (code !== 0) throw new Error(`The sample could not be sent:\n${stderr}`);
  const page = await browser.newPage({
    colorScheme: 'light',
    viewport: { width: 1_240, height: 900 },
    deviceScaleFactor: 1.5,
    reducedMotion: 'reduce',
  });
  await page.goto(service.url);
  await page.getByLabel('Text or tweet URL').fill('The new carriages are gorgeous, and on time!');
  await page.keyboard.press('Enter');
  await page.locator('.verdict').waitFor();
  await page.locator('.users-chart canvas').waitFor();
  await page.locator('.donut canvas').waitFor();
  await page.getByText('Up for').waitFor();
  // Nothing shall look as if somebody were typing.
  await page.getByLabel('Text or tweet URL').blur();
  mkdirSync('docs/images', { recursive: true });
  await page.screenshot({ path: FILE, fullPage: true, animations: 'disabled' });
  console.log(`Written: ${FILE}`);
} finally {
  await browser.close();
  await service.stop();
}
