import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '../helpers/eventually.ts';
import { ServiceProcess } from '../helpers/service-process.ts';
import {
  nothingWrong,
  type Visit,
  type VisitOptions,
  violations,
  visitor,
} from '../helpers/visit.ts';

const ADMIN_TOKEN = 'admin-token-of-the-test';
const LONG_NAME = 'a_name_of_an_old_account_that_is_long';

interface Author {
  readonly id: string;
  readonly username?: string;
  readonly tweets: number;
  readonly topics: readonly string[];
}

const AUTHORS: readonly Author[] = [
  { id: '1', username: 'big_account', tweets: 40, topics: ['#whales', '=cmd'] },
  { id: '2', username: LONG_NAME, tweets: 3, topics: ['#whales'] },
  { id: '3', tweets: 1, topics: ['$fin'] },
];

const visit = visitor();
/** Holds the tweets of the authors. */
let service: ServiceProcess;
let written = 0;

beforeAll(async () => {
  service = await ServiceProcess.start({ ADMIN_TOKEN, TWEET_SOURCE: 'fixture' });
  await ingest(service, AUTHORS);
});
afterAll(() => service?.stop());

/** Opens the page and waits until every chart shows its figures. */
async function openFilled(query = '', options: VisitOptions = {}): Promise<Visit> {
  const opened = await visit(`${service.url}/${query}`, options);
  for (const chart of ['users-chart', 'topics-chart', 'donut', 'timeline']) {
    await opened.page.locator(`.${chart} canvas`).waitFor();
  }
  return opened;
}

/** Stores tweets of the last seconds. */
async function ingest(into: ServiceProcess, authors: readonly Author[]): Promise<void> {
  const tweets = authors.flatMap(({ id, tweets, topics }) =>
    Array.from({ length: tweets }, () => {
      const createdMs = Date.now() - ++written * 10;
      return {
        id: String(BigInt(createdMs - 1_288_834_974_657) << 22n),
        text: ['I love it', 'I hate it', 'It starts at ten'][written % 3],
        author_id: id,
        created_at: new Date(createdMs).toISOString(),
        topics,
      };
    }),
  );
  const users = authors.flatMap(({ id, username }) => (username ? [{ id, username }] : []));
  const body = { tweets, includes: { users } };
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  expect((await into.post('/v1/admin/tweets', body, { headers })).status).toBe(200);
}

const queryOf = (page: Page) => new URL(page.url()).search;
const shareOf = (page: Page, subject: string) =>
  page.getByRole('img', { name: `Share of each label of ${subject}` });

describe('the charts, while data arrives,', () => {
  it('start with a hint and without a failed request, and follow the data without a reload', async () => {
    const empty = await ServiceProcess.start({ ADMIN_TOKEN, TWEET_SOURCE: 'fixture' });
    try {
      const opened = await visit(empty.url, { canForwardTime: true });
      const { page } = opened;
      const failed: string[] = [];
      page.on('response', (answer) => {
        if (answer.status() >= 400) failed.push(answer.url());
      });
      await page.reload();
      for (const panel of ['users', 'topics']) await page.getByText(`No ${panel} yet`).waitFor();
      await page.getByText('No topic chosen').waitFor();
      await page.getByText('Up for').waitFor();
      expect(failed).toEqual([]);

      await page.getByLabel('Topic or @user').fill('#whales');
      await page.keyboard.press('Enter');
      await page.locator('#topic').getByText('No data about #whales.').waitFor();
      await page.goBack();
      await page.getByText('No topic chosen').waitFor();

      await ingest(empty, AUTHORS);
      await page.clock.fastForward(11_000);
      await page.locator('.users-chart canvas').waitFor();
      await shareOf(page, '#whales').waitFor();
      nothingWrong(opened);
    } finally {
      await empty.stop();
    }
  });

  it('keep the focus and their canvas', async () => {
    const opened = await openFilled('', { canForwardTime: true });
    const { page } = opened;
    await page.getByText('Up for').waitFor();
    await page.getByText('Figures of the most active users').click();
    await page.getByRole('button', { name: '@big_account' }).focus();
    await page.evaluate("document.querySelector('.users-chart canvas').dataset.seen = 'yes'");
    await ingest(service, [{ id: '4', username: 'newcomer', tweets: 2, topics: [] }]);
    await page.clock.fastForward(11_000);
    await page.getByRole('button', { name: '@newcomer' }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('@big_account');
    expect(await page.locator('.users-chart canvas[data-seen]').count()).toBe(1);
    nothingWrong(opened);
    await service.get('/v1/admin/features/users/4', {
      method: 'DELETE',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
  });

  it('are not refreshed in a hidden tab, and are at once when it is shown again', async () => {
    const { page } = await openFilled('', { canForwardTime: true });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const isStill = () => page.evaluate("fetch('/livez').then((answer) => answer.text())");
    await page.evaluate(
      "Object.defineProperty(document, 'hidden', { value: true, configurable: true })",
    );
    // Lets the timers run out that were set before the tab was hidden.
    await page.clock.fastForward(31_000);
    await isStill();
    asked.length = 0;
    await page.clock.fastForward(120_000);
    await isStill();
    expect(asked).toEqual(['/livez']);
    const refreshed = page.waitForRequest(/v1\/users/);
    await page.evaluate(
      "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))",
    );
    await refreshed;
  });
});

describe('the bars of users', () => {
  /** Number of pixels of a row of the chart that are neither gray nor of the background. */
  const colored = (row: number) => `(() => {
    const canvas = document.querySelector('.users-chart canvas');
    const y = Math.round((34 * ${row} + 22) * canvas.width / canvas.clientWidth);
    const { data } = canvas.getContext('2d').getImageData(0, y, canvas.width, 1);
    let found = 0;
    for (let i = 0; i < data.length; i += 4) {
      const rgb = [data[i], data[i + 1], data[i + 2]];
      if (data[i + 3] > 250 && Math.max(...rgb) - Math.min(...rgb) > 60) found++;
    }
    return found;
  })()`;

  it('show a user of few tweets as wide as one of many when they show shares', async () => {
    const { page } = await openFilled('', { colorScheme: 'light' });
    const width = async (row: number) => Number(await page.evaluate(colored(row)));
    await eventually(async () => expect(await width(0)).toBeGreaterThan(0));
    expect(await width(0)).toBeGreaterThan(8 * (await width(1)));
    await page.locator('#users').getByRole('radio', { name: 'Share' }).check();
    const topics = page.locator('#topics');
    expect(await topics.getByRole('radio', { name: 'Share' }).isChecked()).toBe(true);
    // A user of three tweets has two thirds in a color, as one of forty has.
    expect(Math.abs((await width(0)) - (await width(1)))).toBeLessThan(0.2 * (await width(0)));
  });

  it('come with a table that has every name in full, and leads to a user by name or id', async () => {
    const opened = await openFilled();
    const { page } = opened;
    await page.getByText('Figures of the most active users').click();
    const table = await opened.cells('Tweets of the most active users by label');
    expect(table.map(([name]) => name)).toEqual(['@big_account', `@${LONG_NAME}`, 'id:3']);
    for (const name of [`@${LONG_NAME}`, 'id:3']) {
      await page.getByRole('button', { name }).click();
      await shareOf(page, name).waitFor();
    }
    nothingWrong(opened);
  });
});

describe('in forced colors', () => {
  it('the chosen half of the switch has another background than the other one', async () => {
    const { page } = await openFilled('', { forcedColors: 'active' });
    const colors = await page.evaluate(`[...document.querySelectorAll('#users .switch span')]
      .map((half) => getComputedStyle(half).backgroundColor)`);
    expect(new Set(colors as string[]).size).toBe(2);
  });
});

it('lists without bullets are called lists, which VoiceOver asks for', async () => {
  const { page } = await openFilled();
  await page.getByLabel('Text or tweet URL').fill('I love it');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Which words decide?' }).click();
  await page.getByText('Figures of each word').waitFor();
  expect(await page.locator('ul').count()).toBe(5);
  expect(await page.locator('ul:not([role="list"])').count()).toBe(0);
});

describe('the search for a topic', () => {
  it('announces an answer that a refresh has overtaken, once', async () => {
    const opened = await openFilled('', { canForwardTime: true });
    const { page } = opened;
    await page.getByText('Up for').waitFor();
    await page.clock.fastForward(15_000);
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    await page.route(
      '**/v1/topics/%24fin/**',
      async (held) => {
        await ended;
        await held.continue();
      },
      { times: 1 },
    );
    const asked = page.waitForRequest('**/v1/topics/%24fin/**');
    await page.getByLabel('Topic or @user').fill('$fin');
    await page.keyboard.press('Enter');
    await asked;
    await page.clock.fastForward(16_000);
    await shareOf(page, '$fin').waitFor();
    await page.locator('#topic-said').getByText('$fin: 1 tweet.').waitFor();
    end();
    nothingWrong(opened);
  });

  it('suggests topics and users, the most active ones first', async () => {
    const { page } = await openFilled();
    const list = page.locator('#topic-suggestions option');
    await list.nth(5).waitFor({ state: 'attached' });
    expect(
      await list.evaluateAll((options) => options.map((each) => each.getAttribute('value'))),
    ).toEqual(['#whales', '=cmd', '$fin', '@big_account', `@${LONG_NAME}`, 'id:3']);
  });

  it('offers the stored topic of the same name where one is unknown', async () => {
    const opened = await openFilled();
    const { page } = opened;
    await page.getByLabel('Topic or @user').fill('whales');
    await page.keyboard.press('Enter');
    await page.getByText('No data about whales.').first().waitFor();
    await page.locator('#topic').getByRole('button', { name: '#whales' }).click();
    await shareOf(page, '#whales').waitFor();
    expect(await page.getByLabel('Topic or @user').inputValue()).toBe('#whales');
    nothingWrong(opened);
  });

  it('asks for the typed name when other days are chosen, and keeps it when the bars change', async () => {
    const opened = await openFilled();
    const { page } = opened;
    const input = page.getByLabel('Topic or @user');
    await input.fill('@big_account');
    await page.locator('#users').getByRole('radio', { name: 'Share' }).check();
    expect(await input.inputValue()).toBe('@big_account');
    await page.getByLabel('Days').selectOption('7');
    await shareOf(page, '@big_account').waitFor();
    expect(await input.inputValue()).toBe('@big_account');
    expect(queryOf(page)).toBe('?topic=%40big_account&days=7&view=share');
    nothingWrong(opened);
  });

  it('still proposes a topic when other days are chosen', async () => {
    const opened = await openFilled();
    const { page } = opened;
    await page.getByLabel('Days').selectOption('7');
    await shareOf(page, '#whales').waitFor();
    expect(queryOf(page)).toBe('?days=7');
    nothingWrong(opened);
  });
});

describe('the charts of a topic, while an answer about another one is slow,', () => {
  it.each([
    ['another topic', '**/v1/topics/%24fin/**'],
    ['other days', '**/v1/topics/%23whales/**'],
  ])('are hidden when %s is asked for', async (what, route) => {
    const opened = await openFilled();
    const { page } = opened;
    const { promise: goOn, resolve: answer } = Promise.withResolvers<void>();
    await page.route(route, async (held) => {
      await goOn;
      await held.continue();
    });
    const donut = page.locator('.donut canvas');
    expect(await donut.isVisible()).toBe(true);
    if (what === 'other days') {
      await page.getByLabel('Days').selectOption('7');
    } else {
      await page.getByLabel('Topic or @user').fill('$fin');
      await page.keyboard.press('Enter');
    }
    await donut.waitFor({ state: 'hidden' });
    answer();
    await donut.waitFor();
    await shareOf(page, what === 'other days' ? '#whales' : '$fin').waitFor();
    nothingWrong(opened);
  });
});

describe("the page's address", () => {
  it('holds topic, days and view over a reload, and follows the back button', async () => {
    const opened = await openFilled();
    const { page } = opened;
    const measure = (name: string) => page.locator('#users').getByRole('radio', { name });
    expect(queryOf(page)).toBe('');
    await page.getByLabel('Topic or @user').fill('$fin');
    await page.keyboard.press('Enter');
    await shareOf(page, '$fin').waitFor();
    await page.getByLabel('Days').selectOption('7');
    await page.locator('#topics').getByRole('radio', { name: 'Share' }).check();
    expect(queryOf(page)).toBe('?topic=%24fin&days=7&view=share');

    await page.reload();
    await shareOf(page, '$fin').waitFor();
    await measure('Share').waitFor();
    await page.getByText('Figures of each day').click();
    expect(await opened.cells('Tweets a day by label')).toHaveLength(7);
    expect(await page.getByLabel('Days').inputValue()).toBe('7');
    expect(await measure('Share').isChecked()).toBe(true);

    for (const expected of ['?topic=%24fin&days=7', '?topic=%24fin']) {
      await page.goBack();
      expect(queryOf(page)).toBe(expected);
    }
    expect(await measure('Tweets').isChecked()).toBe(true);
    await page.goBack();
    await shareOf(page, '#whales').waitFor();
    expect(queryOf(page)).toBe('');
    nothingWrong(opened);
  });
});

/** Text of a CSV file, which begins with a byte order mark. */
function withoutMark(content: Buffer): string {
  expect(content.toString()).toMatch(/^\ufeff/);
  return content.toString().slice(1);
}

describe('the downloads of a chart', () => {
  async function saved(page: Page, name: string): Promise<{ file: string; content: Buffer }> {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name, exact: true }).click();
    const file = await download;
    return { file: file.suggestedFilename(), content: readFileSync(await file.path()) };
  }

  it('are its figures as CSV, safe to open in a spreadsheet', async () => {
    const opened = await openFilled('?topic=%23whales&days=7');
    const { page } = opened;
    const users = await saved(page, 'CSV: most active users');
    expect(users.file).toBe('most-active-users.csv');
    const lines = withoutMark(users.content).split('\r\n');
    expect(lines[0]).toBe('user_id,username,negative,neutral,positive,total,other_languages');
    expect(lines[1]).toMatch(/^1,big_account,\d+,\d+,\d+,40,0$/);
    expect(lines[3]).toMatch(/^3,,\d,\d,\d,1,0$/);
    const topics = (await saved(page, 'CSV: most active topics')).content.toString();
    expect(topics).toMatch(/^#whales,\d+,\d+,\d+,43,0\r$/m);
    expect(topics).toMatch(/^'=cmd,/m);

    const days = await saved(page, 'CSV: tweets a day by label');
    expect(days.file).toMatch(/^whales-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d-by-day\.csv$/);
    expect(days.content.toString().split('\r\n')).toHaveLength(9);
    const labels = withoutMark((await saved(page, 'CSV: tweets by label')).content);
    expect(labels.split('\r\n').map((line) => line.split(',')[0])).toEqual([
      'label',
      'negative',
      'neutral',
      'positive',
      '',
    ]);
    nothingWrong(opened);
  });

  it('say so if the browser cannot make the picture', async () => {
    const { page } = await openFilled('?topic=%23whales');
    await page.evaluate('HTMLCanvasElement.prototype.toBlob = (callback) => callback(null)');
    await page.getByRole('button', { name: 'PNG: most active users', exact: true }).click();
    await page.getByText('The browser could not make the picture.').waitFor();
  });

  it('are its picture as PNG, with room for a title and a legend', async () => {
    const opened = await openFilled('?topic=%23whales');
    const { page } = opened;
    for (const [name, chart] of [
      ['most active users', 'users-chart'],
      ['most active topics', 'topics-chart'],
      ['tweets by label', 'donut'],
      ['tweets a day by label', 'timeline'],
    ]) {
      const { file, content } = await saved(page, `PNG: ${name}`);
      const size = `(({ width, height }) => [width + 32, height + 80])(document.querySelector('.${chart} canvas'))`;
      expect(file).toMatch(/\.png$/);
      expect(content.subarray(1, 4).toString()).toBe('PNG');
      expect([content.readUInt32BE(16), content.readUInt32BE(20)]).toEqual(
        await page.evaluate(size),
      );
    }
    nothingWrong(opened);
  });
});

/** Captions of the tables that are wider than their place, so that the last column is cut. */
const CUT_TABLES = `[...document.querySelectorAll('table')]
  .filter((table) => table.getBoundingClientRect().width > table.parentElement.clientWidth + 1)
  .map((table) => table.caption.textContent)`;

it.each([1_280, 380, 320])(
  'the charts at a width of %d pixels are accessible and never scroll sideways, in both color schemes',
  async (width) => {
    const opened = await openFilled('?view=share', { viewport: { width, height: 900 } });
    const { page } = opened;
    await page.getByText('Up for').waitFor();
    for (const summary of await page.locator('summary').all()) await summary.click();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(opened)).toEqual([]);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(await page.evaluate(CUT_TABLES)).toEqual([]);
    nothingWrong(opened);
  },
);
