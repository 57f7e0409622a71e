import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceProcess } from '../helpers/service-process.ts';
import { nothingWrong, visitor } from '../helpers/visit.ts';

const visit = visitor();
/** Open to everyone, without admin routes. */
let service: ServiceProcess;
/** With API keys and an admin token. */
let guarded: ServiceProcess;

beforeAll(async () => {
  service = await ServiceProcess.start({ TWEET_SOURCE: 'fixture' });
  guarded = await ServiceProcess.start({
    TWEET_SOURCE: 'fixture',
    API_KEYS: 'api-key-of-the-test',
    ADMIN_TOKEN: 'admin-token-of-the-test',
  });
});
afterAll(async () => {
  await service?.stop();
  await guarded?.stop();
});

async function open({ url }: ServiceProcess) {
  const opened = await visit(`${url}/docs`);
  await opened.page.getByText('Sentiment of texts', { exact: true }).waitFor();
  return opened;
}

describe('/docs', () => {
  it("has the product's title and icon, and no logo of the framework", async () => {
    const opened = await open(service);
    const { page } = opened;
    expect(await page.title()).toBe('Tweet sentiment API');
    const icon = page.locator('link[rel=icon]');
    expect(await icon.getAttribute('href')).toMatch(/\/theme\/icon\.svg$/);
    expect(await page.locator('.topbar').count()).toBe(0);
    expect(await page.locator('img').count()).toBe(0);
    nothingWrong(opened);
  });

  it('sends the prefilled texts and shows the answer', async () => {
    const { page } = await open(service);
    const operation = page.locator('#operations-inference-scoreTexts');
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    const live = operation.locator('.live-responses-table');
    await live.getByText('"sentimentAnalyst": "negative"').waitFor();
    expect(await live.locator('.response-col_status').last().textContent()).toMatch(/^200/);
  });

  it('shows for each status a problem that the route gives', async () => {
    const { page } = await open(service);
    const operation = page.locator('#operations-inference-scoreTexts');
    await operation.locator('.opblock-summary-control').click();
    const refused = operation.locator('tr.response[data-code="422"]');
    await refused.getByText('"code": "empty_text"').waitFor();
    expect(await refused.locator('select.examples-select-element option').allInnerTexts()).toEqual([
      'empty_text',
      'unsupported_language',
      'text_too_long_for_model',
      'not_explainable',
    ]);
  });

  it.each([
    ['no padlocks and no admin section on an open service', () => service, 0],
    ['padlocks and the admin section where keys are configured', () => guarded, 1],
  ])('has %s', async (_what, serviceOf, shown) => {
    const { page } = await open(serviceOf());
    expect(await page.locator('.scheme-container .authorize').count()).toBe(shown);
    expect(await page.locator('#operations-tag-admin').count()).toBe(shown);
    const locks = await page.locator('.authorization__btn').count();
    expect(Math.min(locks, 1)).toBe(shown);
  });
});
