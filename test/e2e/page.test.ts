import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import type {
  ActiveUsers,
  TopicSentiment,
  UserSentiment,
} from '../../service/http/routes/features/schemas.ts';
import type { Status } from '../../service/http/routes/status/schemas.ts';
import type { TextSentiment } from '../../service/http/routes/texts/schemas.ts';
import type { TweetSentiment } from '../../service/http/routes/tweets/schemas.ts';
import { count, percent, share, shortDates } from '../../service/web/format.ts';
import { eventually } from '../helpers/eventually.ts';
import { RedisServer } from '../helpers/redis-server.ts';
import { ServiceProcess } from '../helpers/service-process.ts';
import { ToolProcess } from '../helpers/tool-process.ts';
import {
  nothingWrong,
  type Visit,
  type VisitOptions,
  violations,
  visitor,
} from '../helpers/visit.ts';

const LABELS = ['negative', 'neutral', 'positive'] as const;
const NARROW = { viewport: { width: 380, height: 800 } };
const API_KEY = 'api-key-of-the-test';
/** The bundled example that the README names. */
const EXAMPLE = 'https://x.com/i/status/1460323737035677698';

const ACTIVE_USERS = 'Tweets of the most active users by label';
const BY_LABEL = 'Tweets by label';
const BY_DAY = 'Tweets a day by label';

const visit = visitor();
let redis: RedisServer;
/** Holds the sample, open to everyone. */
let service: ServiceProcess;
/** The same store, for callers with a key. */
let guarded: ServiceProcess;

beforeAll(async () => {
  redis = await RedisServer.start();
  const ADMIN_TOKEN = 'admin-token-of-the-test';
  const environment = { REDIS_URL: redis.url, TWEET_SOURCE: 'fixture' };
  service = await ServiceProcess.start({ ...environment, ADMIN_TOKEN });
  guarded = await ServiceProcess.start({ ...environment, API_KEYS: API_KEY });
  // Again where the store was too slow for a tweet, on a busy machine.
  await eventually(async () => {
    const sample = ToolProcess.start(['populate', '--sample', '--url', service.url], {
      environment: { ADMIN_TOKEN },
    });
    expect(await sample.ended).toMatchObject({ code: 0 });
  });
});
afterAll(async () => {
  await service?.stop();
  await guarded?.stop();
  await redis?.stop();
});

const open = (options?: VisitOptions, url = service.url) => visit(url, options);

/** Opens the page of #bitcoin and waits until every panel shows its figures. */
async function openFilled(options?: VisitOptions): Promise<Visit> {
  const opened = await open(options, `${service.url}/?topic=%23bitcoin`);
  await opened.page.locator('.users-chart canvas').waitFor();
  await opened.page.locator('.topics-chart canvas').waitFor();
  await opened.page.locator('.donut canvas').waitFor();
  await opened.page.getByText('Up for').waitFor();
  return opened;
}

async function api<T>(path: string): Promise<T> {
  const response = await service.getStored(path);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

describe('the page shows the figures of the API', () => {
  it('of the most active users', async () => {
    const { users } = await api<ActiveUsers>('/v1/users?limit=10');
    expect(users).toHaveLength(10);
    const opened = await openFilled();
    await opened.page.getByText('Figures of the most active users').click();
    expect(await opened.cells(ACTIVE_USERS)).toEqual(
      users.map(({ user, total, counts }) => [
        `@${user.username}`,
        ...LABELS.map((label) => count(counts[label])),
        count(total),
      ]),
    );
    nothingWrong(opened);
  });

  it('of a topic, as a whole and day by day', async () => {
    const topic = await api<TopicSentiment>('/v1/topics/%23bitcoin/sentiment');
    expect(topic.total).toBeGreaterThan(40);
    const opened = await openFilled();
    const { page } = opened;
    expect(await page.locator('.donut-total').textContent()).toMatch(
      new RegExp(`^${topic.total}tweets$`),
    );
    expect(await opened.cells(BY_LABEL)).toEqual(
      LABELS.map((label) => [
        expect.stringMatching(new RegExp(label, 'i')),
        count(topic.counts[label]),
        percent(share(topic.counts[label], topic.total)),
        percent(topic.meanScores?.[label] ?? 0),
      ]),
    );
    await page.getByText('Figures of each day').click();
    expect(await opened.cells(BY_DAY)).toEqual(
      topic.timeline
        .toReversed()
        .map(({ date, counts }) => [date, ...LABELS.map((label) => count(counts[label]))]),
    );
    const days = page.getByRole('img', { name: /Tweets about #bitcoin a day/ });
    expect(await days.getAttribute('aria-label')).toContain(shortDates([topic.from, topic.to])[0]);
    nothingWrong(opened);
  });

  it.each([
    ['$BTC', 'topics', '7'],
    ['space', 'topics', '90'],
    ['@Tessa_Ledger', 'users', '30'],
  ])('of %s, among the %s, for the last %s days', async (subject, entity, days) => {
    const opened = await openFilled();
    const { page } = opened;
    await page.getByLabel('Days').selectOption(days);
    await page.getByLabel('Topic or @user').fill(subject);
    await page.getByLabel('Topic or @user').press('Enter');
    await page.getByRole('img', { name: `Share of each label of ${subject}` }).waitFor();
    const from = new Date(Date.now() - (Number(days) - 1) * 86_400_000).toISOString().slice(0, 10);
    const answer = await api<TopicSentiment | UserSentiment>(
      `/v1/${entity}/${encodeURIComponent(subject)}/sentiment?from=${from}`,
    );
    expect((await opened.cells(BY_LABEL)).map(([, tweets]) => tweets)).toEqual(
      LABELS.map((label) => count(answer.counts[label])),
    );
    await page.getByText('Figures of each day').click();
    expect(await opened.cells(BY_DAY)).toHaveLength(Number(days));
    nothingWrong(opened);
  });

  it('of a text', async () => {
    const text = 'The <b>new</b> carriages are gorgeous & <img src=x onerror=alert(1)> on time';
    const body = await service.post('/v1/inference', { texts: [text] });
    const [answer] = ((await body.json()) as { results: TextSentiment[] }).results;
    const opened = await openFilled();
    const { page } = opened;
    await page.getByLabel('Text or tweet URL').fill(text);
    await page.getByRole('button', { name: 'Analyze' }).click();
    expect(await page.locator('blockquote').textContent()).toBe(text);
    expect(await page.locator('.verdict-label').textContent()).toMatch(
      new RegExp(`^\\s*${answer?.sentimentAnalyst}$`, 'i'),
    );
    expect(await page.locator('.score-value').allInnerTexts()).toEqual(
      LABELS.map((label) => percent(answer?.scores[label] ?? 0)),
    );
    nothingWrong(opened);
  });

  it('of a tweet by its URL, with or without https://', async () => {
    const answer = await api<TweetSentiment>(
      `/v1/inference?tweetUrl=${encodeURIComponent(EXAMPLE)}`,
    );
    const opened = await openFilled();
    const { page } = opened;
    for (const url of [EXAMPLE, EXAMPLE.replace('https://', '')]) {
      await page.getByLabel('Text or tweet URL').fill(url);
      await page.getByRole('button', { name: 'Analyze' }).click();
      await page.locator('.verdict').getByText(`@${answer.author.username}`).waitFor();
      expect(await page.locator('blockquote').textContent()).toBe(answer.textInput);
      expect(await page.locator('.score-value').allInnerTexts()).toEqual(
        LABELS.map((label) => percent(answer.scores[label])),
      );
    }
    nothingWrong(opened);
  });

  it('of the service, and says that the sample is invented', async () => {
    const opened = await openFilled();
    await opened.page.getByText('The feature store holds invented sample tweets.').waitFor();
    expect(await opened.page.locator('footer').textContent()).toContain('invented sample tweets');
    const status = await api<Status>('/v1/status');
    const state = opened.page.locator('#state');
    const shown = await state.textContent();
    for (const value of [status.model.name, status.model.revision, 'redis', 'fixture']) {
      expect(shown).toContain(value);
    }
    expect(await opened.page.locator('#health').textContent()).toBe(`ready · v${status.version}`);
    nothingWrong(opened);
  });
});

describe('charts', () => {
  /** Number of pixels of a canvas that are of about the color that the style sheets give a label. */
  const pixels = (selector: string, label: string) => `(() => {
    const canvas = document.querySelector('${selector}');
    const probe = new OffscreenCanvas(1, 1).getContext('2d');
    probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--${label}');
    probe.fillRect(0, 0, 1, 1);
    const wanted = probe.getImageData(0, 0, 1, 1).data;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let found = 0;
    for (let i = 0; i < data.length; i += 4) {
      if ([0, 1, 2].every((c) => Math.abs(data[i + c] - wanted[c]) < 8) && data[i + 3] > 250) found++;
    }
    return found;
  })()`;

  // Not waitForFunction: what it repeats by itself is refused by the page's own policy.
  const untilDrawn = async (page: Page, count: string) => {
    const endMs = performance.now() + 10_000;
    while (Number(await page.evaluate(count)) <= 50) {
      await pause(20);
      if (performance.now() > endMs) throw new Error(`Too few pixels after 10 s: ${count}`);
    }
  };
  const CANVASES = [
    '.users-chart canvas',
    '.topics-chart canvas',
    '.donut canvas',
    '.timeline canvas',
  ];

  it('are drawn in the colors of their labels, also after the color scheme changes', async () => {
    const { page } = await openFilled({ colorScheme: 'light' });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const canvas of CANVASES) {
        for (const label of LABELS) {
          await untilDrawn(page, pixels(canvas, label));
        }
      }
    }
  });

  it('lead from a user to the timeline', async () => {
    const opened = await openFilled();
    const { users } = await api<ActiveUsers>('/v1/users?limit=1');
    await opened.page.locator('.users-chart canvas').click({ position: { x: 200, y: 22 } });
    const name = `@${users[0]?.user.username}`;
    await opened.page.getByRole('img', { name: `Share of each label of ${name}` }).waitFor();
    nothingWrong(opened);
  });
});

describe('the page, without an answer,', () => {
  it('a topic that the store does not know: says how to read it', async () => {
    const opened = await openFilled();
    await opened.page.getByLabel('Topic or @user').fill('#nobody_knows');
    await opened.page.getByRole('button', { name: 'Show' }).click();
    await opened.page
      .getByText(`npx tss populate --topic '#nobody_knows' --url '${service.url}'`)
      .waitFor();
    expect(await opened.page.locator('#topic-said').textContent()).toBe(
      'No data about #nobody_knows.',
    );
  });

  it.each([
    ['https://example.com/a', /another host|not of|x\.com/i],
    ['https://x.com/i/status/99', /.+/],
  ])('a tweet at %s: says why', async (url, message) => {
    const { page } = await open();
    await page.getByLabel('Text or tweet URL').fill(url);
    await page.keyboard.press('Enter');
    expect(await page.locator('#try-result').getByRole('alert').textContent()).toMatch(message);
  });

  it('a text that has nothing to score: says so', async () => {
    const { page } = await open();
    await page.getByLabel('Text or tweet URL').fill('\u200b');
    await page.keyboard.press('Enter');
    expect(await page.locator('#try-result').getByRole('alert').textContent()).toContain(
      'The text has nothing to score',
    );
  });

  it('a text: asks for one', async () => {
    const opened = await open();
    await opened.page.getByRole('button', { name: 'Analyze' }).click();
    await opened.page.getByText('Type a text or paste a tweet URL.').waitFor();
    nothingWrong(opened);
  });

  it('a text any more, while one is scored: asks for one, and shows no answer to the other', async () => {
    const { page } = await open();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await page.route('**/v1/inference', async (route) => {
      await released;
      await route.continue();
    });
    const box = page.getByLabel('Text or tweet URL');
    const asked = page.waitForRequest('**/v1/inference');
    await box.fill('I love this phone');
    await page.keyboard.press('Enter');
    await asked;
    await box.fill('');
    await page.keyboard.press('Enter');
    const hint = page.locator('#try-result').getByText('Type a text or paste a tweet URL.');
    await hint.waitFor();
    expect(await page.locator('#try-result').getAttribute('aria-busy')).toBeNull();
    const answered = page.waitForResponse('**/v1/inference');
    release();
    await (await answered).finished();
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    expect(await hint.isVisible()).toBe(true);
  });

  it('a place in the limit of requests: says that the state has no answer yet', async () => {
    const { page } = await open({ canForwardTime: true });
    const health = page.locator('#health');
    await health.getByText('ready').waitFor();
    await page.route('**/v1/status', (route) =>
      route.fulfill({
        status: 429,
        contentType: 'application/problem+json',
        body: JSON.stringify({ code: 'rate_limited', detail: 'Too many.', status: 429 }),
      }),
    );
    await page.clock.fastForward(10_000);
    await health.getByText('no answer yet').waitFor();
  });

  it('a service any more: says so, and recovers', async () => {
    const lone = await ServiceProcess.start({ TWEET_SOURCE: 'fixture' });
    const { page } = await open({}, lone.url);
    await page.getByText('No users yet').waitFor();
    const { port } = new URL(lone.url);
    await lone.stop();
    await page.getByLabel('Text or tweet URL').fill('hello');
    await page.keyboard.press('Enter');
    await page.locator('#try-result').getByText('The service cannot be reached').waitFor();
    const back = await ServiceProcess.start({ TWEET_SOURCE: 'fixture', PORT: port });
    await page.locator('#try-result').getByRole('button', { name: 'Try again' }).click();
    await page.locator('.verdict').waitFor();
    await back.stop();
  });

  it('of a service that has stopped without a word: says so, and recovers', async () => {
    const { page } = await openFilled({ canForwardTime: true });
    const health = page.locator('#health');
    expect(await health.textContent()).toContain('ready');
    const paths = ['**/v1/status', '**/v1/users*'];
    for (const path of paths) await page.route(path, () => {});
    const asked = Promise.all(paths.map((path) => page.waitForRequest(path)));
    await page.clock.fastForward(30_000);
    await asked;
    await page.clock.fastForward(30_000);
    await health.getByText('not reachable').waitFor();
    await page.locator('#users').getByText('The service cannot be reached').waitFor();
    for (const path of paths) await page.unroute(path);
    await page.clock.fastForward(10_000);
    await health.getByText('ready').waitFor();
    await page.locator('.users-chart canvas').waitFor();
  });
});

describe('the page on paper', () => {
  it('has the colors of its legends, every row of its tables, and the total in the donut', async () => {
    const { page } = await openFilled();
    await page.getByText('Figures of each day').click();
    const days = page.getByRole('region', { name: 'Figures of each day' });
    const cutPx = () =>
      days.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight);
    expect(await cutPx()).toBeGreaterThan(0);
    await page.emulateMedia({ media: 'print' });
    expect(await cutPx()).toBe(0);
    for (const selector of ['.legend .swatch', '#topic tbody .swatch']) {
      const style = `getComputedStyle(document.querySelector('${selector}')).printColorAdjust`;
      expect(await page.evaluate(style)).toBe('exact');
    }
    // A browser draws no chart again for paper that is wider than its window.
    await page.evaluate(`document.querySelector('.donut canvas').style.width = '120px'`);
    const donut = page.locator('#topic .donut canvas');
    expect(await centerOf(donut)).toBeCloseTo(
      await centerOf(page.locator('.donut-total strong')),
      0,
    );
  });
});

async function centerOf(element: Locator): Promise<number> {
  const { x, width } = (await element.boundingBox())!;
  return x + width / 2;
}

describe('the page by keyboard', () => {
  it('analyzes a text, unfolds the figures and looks up a user', async () => {
    const opened = await openFilled();
    const { page } = opened;
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('I love this');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('phone');
    await page.keyboard.press('Enter');
    await page.locator('.verdict').waitFor();
    expect(await page.locator('blockquote').textContent()).toBe('I love this\nphone');

    const tabTo = async (selector: string) => {
      for (let presses = 0; presses < 30; presses++) {
        if (await page.evaluate(`document.activeElement.matches('${selector}')`)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`Tab does not reach ${selector}.`);
    };
    await tabTo('#users summary');
    await page.keyboard.press('Enter');
    await tabTo('#users tbody button');
    const name = await page.evaluate('document.activeElement.textContent');
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: `Share of each label of ${name}` }).waitFor();
    nothingWrong(opened);
  });
});

describe('a service that wants API keys', () => {
  it('is given the one that the visitor enters, for this tab', async () => {
    const opened = await open({}, guarded.url);
    const { page } = opened;
    const dialog = page.getByRole('dialog', { name: 'API key needed' });
    await dialog.getByLabel('API key').fill('wrong');
    await page.keyboard.press('Enter');
    await dialog.getByText('That key is not valid').waitFor();
    await dialog.getByLabel('API key').fill(API_KEY);
    await dialog.getByRole('button', { name: 'Use key' }).click();
    await page.locator('.users-chart canvas').waitFor();
    await page.locator('.donut canvas').waitFor();
    expect(await page.evaluate('sessionStorage.length + localStorage.length')).toBe(1);
    expect(await page.evaluate('document.cookie')).toBe('');

    await page.reload();
    await page.locator('.donut canvas').waitFor();
    expect(await dialog.isVisible()).toBe(false);
    expect(opened.strayRequests).toEqual([]);
  });

  it('is given it also where the browser stores nothing', async () => {
    const { page, complaints } = await open({}, guarded.url);
    await page.addInitScript(`Object.defineProperty(window, 'sessionStorage', {
      get() { throw new DOMException('Denied.', 'SecurityError'); },
    })`);
    await page.reload();
    await page.getByRole('dialog', { name: 'API key needed' }).getByLabel('API key').fill(API_KEY);
    await page.keyboard.press('Enter');
    await page.locator('.users-chart canvas').waitFor();
    expect(complaints).toEqual([]);
  });

  it('asks again for a key with a character that no header can hold', async () => {
    const opened = await open({}, guarded.url);
    const { page } = opened;
    const dialog = page.getByRole('dialog', { name: 'API key needed' });
    await dialog.getByLabel('API key').fill(`${API_KEY.slice(0, 4)}\u200b${API_KEY.slice(4)}`);
    await page.keyboard.press('Enter');
    await dialog.getByText('That key is not valid').waitFor();
    await dialog.getByLabel('API key').fill(API_KEY);
    await page.keyboard.press('Enter');
    await page.locator('.users-chart canvas').waitFor();
    nothingWrong(opened);
  });

  it('stays closed to one who has none, and says so without asking again and again', async () => {
    const { page } = await open({}, guarded.url);
    const dialog = page.getByRole('dialog', { name: 'API key needed' });
    await dialog.getByRole('button', { name: 'Not now' }).click();
    await page.locator('#users').getByRole('button', { name: 'Enter API key' }).waitFor();
    expect(await dialog.isVisible()).toBe(false);
    await page.locator('#users').getByRole('button', { name: 'Enter API key' }).click();
    await dialog.getByLabel('API key').fill(API_KEY);
    await page.keyboard.press('Enter');
    await page.locator('.users-chart canvas').waitFor();
  });
});

describe.each([
  ['light and wide', { colorScheme: 'light' as const }],
  ['dark and wide', { colorScheme: 'dark' as const }],
  ['light and narrow', { colorScheme: 'light' as const, ...NARROW }],
  ['dark and narrow', { colorScheme: 'dark' as const, ...NARROW }],
])('the page, %s', (_name, options) => {
  it('is accessible and never scrolls sideways, with everything unfolded', async () => {
    const opened = await openFilled(options);
    const { page } = opened;
    await page.getByLabel('Text or tweet URL').fill('x'.repeat(300));
    await page.keyboard.press('Enter');
    await page.locator('.verdict').waitFor();
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await violations(opened)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    nothingWrong(opened);
  });

  it('is accessible where something went wrong, and while it asks for a key', async () => {
    const opened = await open(options, guarded.url);
    const { page } = opened;
    await page.getByRole('dialog').waitFor();
    expect(await violations(opened)).toEqual([]);
    await page.getByRole('button', { name: 'Not now' }).click();
    await page.locator('#users').getByRole('alert').waitFor();
    await page.getByLabel('Text or tweet URL').fill('https://example.com/');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Not now' }).click();
    await page.locator('#try-result').getByRole('alert').waitFor();
    expect(await violations(opened)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(opened.strayRequests).toEqual([]);
  });
});
