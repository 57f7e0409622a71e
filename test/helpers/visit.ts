import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

/** Longest wait for anything on the page. */
const TIMEOUT_MS = 30_000;

export interface VisitOptions extends BrowserContextOptions {
  /** Lets `page.clock` move the timers of the page. */
  readonly canForwardTime?: boolean;
}

/** A look at the page that remembers whatever should not happen. */
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
      // The browser's own line about an answer of the API that the page deals with.
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
