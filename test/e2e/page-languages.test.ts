import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ServiceProcess } from '../helpers/service-process.ts';
import { runTool } from '../helpers/tool-process.ts';
import { nothingWrong, visitor } from '../helpers/visit.ts';
import { XApiStub } from '../helpers/x-api-stub.ts';

const ADMIN_TOKEN = 'admin-token-of-the-test';

/** Equal fifths of 300 tweets. */
const FIFTHS = [
  ['en', 'I love #bitcoin, what a wonderful day'],
  ['en', 'I hate #bitcoin, the worst idea ever'],
  ['en', 'The #bitcoin conference starts at 10 on Thursday'],
  ['de', 'Ich hasse #bitcoin, furchtbar'],
  ['ja', '#bitcoin 最悪'],
] as const;

const visit = visitor();
let service: ServiceProcess;
let x: XApiStub;

beforeAll(async () => {
  x = await XApiStub.start();
  service = await ServiceProcess.start({ ADMIN_TOKEN, TWEET_SOURCE: 'fixture' });
  const user = { id: '703', username: 'polyglot' };
  x.serve({
    tweets: Array.from({ length: 300 }, (_, index) => {
      const [lang, text] = FIFTHS[index % FIFTHS.length]!;
      const createdMs = Date.now() - index * 1_000;
      const id = String(BigInt(createdMs - 1_288_834_974_657) << 22n);
      return { id, text, lang, author_id: user.id, created_at: new Date(createdMs).toISOString() };
    }),
    includes: { users: [user] },
  });
});
afterAll(async () => {
  await x?.close();
  await service?.stop();
});

it('a topic in three languages is shown as thirds of its English tweets, with the others counted apart', async () => {
  const environment = { ADMIN_TOKEN, X_BEARER_TOKEN: 'bearer-token', X_API_URL: x.url };
  const populate = await runTool(
    ['populate', '--url', service.url, '--topic', '#bitcoin', '--limit', '300'],
    { environment },
  );
  expect([populate.code, populate.stdout]).toEqual([
    0,
    expect.stringContaining(
      '#bitcoin: 300 stored, 120 of them in languages that the model does not read',
    ),
  ]);

  const opened = await visit(service.url);
  const { page } = opened;
  await page.locator('.donut canvas').waitFor();
  expect(await page.locator('.donut-total').textContent()).toBe('180tweets');
  expect((await opened.cells('Tweets by label')).map((cells) => cells.slice(1, 3))).toEqual([
    ['60', '33.3 %'],
    ['60', '33.3 %'],
    ['60', '33.3 %'],
  ]);
  const note =
    '120 tweets are in other languages, which the model does not read: they are not included.';
  expect(await page.locator('#topic .others').textContent()).toBe(note);
  expect(await page.locator('#users .others').textContent()).toBe(note);
  // A tweet with two topics would count twice here.
  expect(await page.locator('#topics .others').textContent()).toBe(
    'Tweets in other languages, which the model does not read, are not included.',
  );

  await page.getByText('The model reads English.').waitFor();
  await page.getByLabel('Text or tweet URL').fill('Das schlechteste Handy, ich hasse es');
  await page.keyboard.press('Enter');
  await page.getByText('This looks German').waitFor();
  nothingWrong(opened);
});

it('a file in two languages is shown by its English rows, with the others counted apart', async () => {
  const opened = await visit(service.url);
  const { page } = opened;
  await page.getByText('Score a CSV file').click();
  const lines = [
    'text',
    'I love this wonderful phone',
    'Das ist das schlechteste Handy und ich hasse es',
  ];
  await page.getByLabel('Or paste its lines').fill(lines.join('\n'));
  await page.getByRole('button', { name: 'Score', exact: true }).click();
  await page.getByText('Done: 2 rows.').first().waitFor();
  expect((await opened.cells('Rows by label')).map((cells) => cells.slice(1, 3))).toEqual([
    ['0', '0.0 %'],
    ['0', '0.0 %'],
    ['1', '100.0 %'],
  ]);
  await page.getByText('1 in languages that the model does not read, not in the shares').waitFor();
  nothingWrong(opened);
});
