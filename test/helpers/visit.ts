import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../../script/lib/launch-browser.ts';

/** Longest wait for anything on the page. */
const TIMEOUT_MS = 240_000;

export interface VisitOptions extends BrowserContextOptions {
  /** Lets `page.clock` move the timers of the page. */
  readonly canForwardTime?: boolean;
}

/** A visit of a page that records complaints of the browser and requests to other origins. */
export class Visit {
  readonly page: Page;
  /** Console errors and warnings, uncaught exceptions, and violations of the content policy. */
  readonly complaints: string[] = [];
  /** Requests that left for another origin. */
  readonly strayRequests: string[] = [];
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page, origin: string) {
    this.#context = context;
    this.page = page;
    page.setDefaultTimeout(TIMEOUT_MS);
    page.on('console', (message) => {
      // Chromium logs each failed answer of the API; the page handles those.
      const isRefusal = new URL(message.location().url || origin).pathname.startsWith('/v1/');
      if (/error|warning/.test(message.type()) && !isRefusal) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    context.on('request', (request) => {
      if (new URL(request.url()).origin !== origin) this.strayRequests.push(request.url());
    });
  }

  /** Opens the page of a service. */
  static async start(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
    const { canForwardTime = false, ...rest } = options;
    const context = await browser.newContext({ reducedMotion: 'reduce', ...rest });
    const visit = new Visit(context, await context.newPage(), new URL(url).origin);
    if (canForwardTime) await visit.page.clock.install();
    await visit.page.goto(url);
    return visit;
  }

  /** The text of every cell of a table, row by row, without its head. */
  async cells(caption: string): Promise<string[][]> {
    const rows = this.page.getByRole('table', { name: caption }).locator('tbody tr');
    const texts: string[][] = [];
    for (const row of await rows.all()) texts.push(await row.locator('th, td').allInnerTexts());
    return texts;
  }

  end(): Promise<void> {
    return this.#context.close();
  }
}

/**
 * Launches a browser for the tests of a file. Returns a function that visits a URL; visits end with
 * their test, the browser after the last one.
 */
export function visitor(): (url: string, options?: VisitOptions) => Promise<Visit> {
  const visits: Visit[] = [];
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterEach(async () => {
    await Promise.all(visits.splice(0).map((visit) => visit.end()));
  });
  afterAll(() => browser?.close());
  return async (url, options) => {
    const visit = await Visit.start(browser, url, options);
    visits.push(visit);
    return visit;
  };
}

/** Expects no complaints of the browser and no requests to other origins. */
export function nothingWrong({ complaints, strayRequests }: Visit): void {
  expect({ complaints, strayRequests }).toEqual({ complaints: [], strayRequests: [] });
}

/** Accessibility rules that the page violates now, each with the elements. */
export async function violations({ page }: Visit): Promise<[rule: string, elements: string[]][]> {
  await page.evaluate(axe.source);
  const results: AxeResults = await page.evaluate('axe.run()');
  return results.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}
