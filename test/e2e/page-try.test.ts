import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import type { TextSentiment } from '../../service/http/routes/texts/schemas.ts';
import { points } from '../../service/web/influence.ts';
import { ServiceProcess } from '../helpers/service-process.ts';
import {
  nothingWrong,
  type Visit,
  type VisitOptions,
  violations,
  visitor,
} from '../helpers/visit.ts';

const TEXT = 'I love this phone 😍, but the battery is bad';
const UNSURE = 'The food was good but the service was slow';

const visit = visitor();
/** Its tweet source is out of reach. */
let service: ServiceProcess;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tss-page-'));
  service = await ServiceProcess.start({
    TWEET_SOURCE: 'x-api',
    X_BEARER_TOKEN: 'bearer-token',
    X_API_URL: 'http://127.0.0.1:9',
  });
});
afterAll(async () => {
  await service?.stop();
  await rm(folder, { recursive: true, force: true });
});

const open = (options?: VisitOptions) => visit(service.url, options);

async function analyze({ page }: Visit, text: string): Promise<void> {
  await page.getByLabel('Text or tweet URL').fill(text);
  await page.getByRole('button', { name: 'Analyze' }).click();
}

async function answerOf(text: string, query = ''): Promise<TextSentiment> {
  const response = await service.post(`/v1/inference${query}`, { text });
  const { results } = (await response.json()) as { results: TextSentiment[] };
  return results[0]!;
}

describe('a text on the page', () => {
  it('is shaded by the influence of its words, with the figures of the API in a table', async () => {
    const { words = [], sentimentAnalyst } = await answerOf(TEXT, '?explain=words');
    const opened = await open();
    const { page } = opened;
    await analyze(opened, TEXT);
    await page.getByRole('button', { name: 'Which words decide?' }).click();
    await page.getByText('Figures of each word').click();
    expect(await opened.cells('Change of the score by each word')).toEqual(
      words.map(({ text, influence }) => [text, points(influence)]),
    );
    expect(words.map(({ text }) => text)).toContain('😍');
    expect(await page.locator('blockquote').textContent()).toBe(TEXT);
    const strong = words.filter(({ influence }) => Math.abs(influence ?? 0) >= 0.02);
    expect(await page.locator('blockquote mark').allInnerTexts()).toEqual(
      strong.map(({ text }) => text),
    );
    expect(await page.locator('.explanation .legend').textContent()).toBe(
      `wordfor ${sentimentAnalyst}wordagainst ${sentimentAnalyst}`,
    );
    expect(await page.locator('#sample-notice').isVisible()).toBe(false);
    expect(await page.locator('footer').textContent()).toContain('count public posts');
    nothingWrong(opened);
  });

  it('with too many words is not explained, and the page says why', async () => {
    const opened = await open();
    await analyze(opened, 'word '.repeat(65));
    await opened.page.getByRole('button', { name: 'Which words decide?' }).click();
    const problem = opened.page.locator('.explanation').getByRole('alert');
    expect(await problem.textContent()).toContain('up to 64 words');
    expect(await problem.getByRole('button').count()).toBe(0);
  });

  it('whose two highest scores are close is called unsure instead of by its label', async () => {
    expect((await answerOf(UNSURE)).certain).toBe(false);
    const opened = await open();
    await analyze(opened, UNSURE);
    expect(await opened.page.locator('.verdict-label').textContent()).toMatch(
      /^Unsure: (Negative|Neutral|Positive) or (negative|neutral|positive)$/,
    );
    expect(await opened.page.locator('.verdict-label strong, .top-score').count()).toBe(0);
    nothingWrong(opened);
  });
});

describe('the box for a text', () => {
  it('keeps an Enter that confirms the words of an input method, also in Safari', async () => {
    const { page } = await open();
    await page.getByLabel('Text or tweet URL').fill('とても良い');
    // Safari reports the end of the composition before this key.
    const isLeftAlone = (keyCode: number) =>
      page.evaluate(`document.querySelector('#try-input').dispatchEvent(new KeyboardEvent(
        'keydown', { key: 'Enter', keyCode: ${keyCode}, cancelable: true }))`);
    expect(await isLeftAlone(229)).toBe(true);
    expect(await isLeftAlone(13)).toBe(false);
  });

  it('and its answer run from right to left for Arabic', async () => {
    const opened = await open();
    const { page } = opened;
    await analyze(opened, 'أحب هذا الهاتف');
    await page.locator('blockquote').waitFor();
    for (const selector of ['#try-input', 'blockquote']) {
      const style = `getComputedStyle(document.querySelector('${selector}')).direction`;
      expect(await page.evaluate(style)).toBe('rtl');
    }
  });

  it('keeps the focus in its answer when the words are explained', async () => {
    const opened = await open();
    const { page } = opened;
    await analyze(opened, TEXT);
    await page.getByRole('button', { name: 'Which words decide?' }).press('Enter');
    await page.getByText('Figures of each word').waitFor();
    expect(await page.evaluate('document.activeElement.closest(".explanation") !== null')).toBe(
      true,
    );
  });

  it('says so if no answer comes', async () => {
    const opened = await open({ canForwardTime: true });
    const { page } = opened;
    await page.route('**/v1/inference', () => {});
    const asked = page.waitForRequest('**/v1/inference');
    await analyze(opened, 'hello');
    await asked;
    await page.clock.fastForward(121_000);
    await page.locator('#try-result').getByText('The service cannot be reached').waitFor();
  });
});

describe('a problem on the page', () => {
  it('names X, what to do instead, and offers another try where X is out of reach', async () => {
    const opened = await open();
    await analyze(opened, 'https://x.com/jack/status/20');
    const alert = opened.page.locator('#try-result').getByRole('alert');
    expect(await alert.locator('p').textContent()).toBe(
      'X could not be reached from here. Paste the text of the tweet instead, or try again later.',
    );
    await alert.getByRole('button', { name: 'Try again' }).waitFor();
  });

  it.each([
    ['the address of another host', 'https://example.com/a'],
    ['the address of a profile', 'https://x.com/jack'],
    ['a text that is too long', 'x'.repeat(25_001)],
  ])('offers no other try for %s', async (_name, typed) => {
    const opened = await open();
    await analyze(opened, typed);
    const alert = opened.page.locator('#try-result').getByRole('alert');
    await alert.waitFor();
    expect(await alert.getByRole('button').count()).toBe(0);
  });
});

describe('a CSV file on the page', () => {
  const TEXTS = ['I love this phone', 'The battery died again', '', '@jack the meeting is at 10'];
  const row = (_: unknown, index: number) => `${index + 1},"${TEXTS[index % TEXTS.length]}"`;
  const CSV = ['id,text', ...Array.from({ length: 150 }, row)].join('\n');

  async function choose({ page }: Visit, csv: string): Promise<void> {
    await page.getByText('Score a CSV file').click();
    await page.getByLabel('CSV file').setInputFiles({
      name: 'tweets.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(csv),
    });
  }

  it('is scored row by row, shown page by page and downloaded with the scores of the API', async () => {
    const answers = await Promise.all(TEXTS.map((each) => each && answerOf(each)));
    const opened = await open();
    const { page } = opened;
    await choose(opened, CSV);
    await page.getByRole('button', { name: 'Score', exact: true }).click();
    await page.getByText('Done: 150 rows.').first().waitFor();
    const rows = await opened.cells('Scored rows');
    expect(rows).toHaveLength(25);
    expect(rows.slice(0, 3).map((cells) => [cells[0], cells[3]])).toEqual([
      ['1', TEXTS[0]],
      ['2', TEXTS[1]],
      ['3', 'The row has no text.'],
    ]);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Rows 26 to 50 of 150').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download CSV' }).click(),
    ]);
    const lines: Record<string, string>[] = parse(await text(await download.createReadStream()), {
      bom: true,
      columns: true,
    });
    expect(lines.map(({ label, score_positive }) => [label, score_positive])).toEqual(
      lines.map((_, index) => {
        const answer = answers[index % TEXTS.length];
        return answer ? [answer.sentimentAnalyst, String(answer.scores.positive)] : ['', ''];
      }),
    );
    expect(lines[3]).toMatchObject({ id: '4', text: `'${TEXTS[3]}` });
    nothingWrong(opened);
  });

  it('of twarc is scored by the whole text of long posts', async () => {
    const [cutOff, whole] = ['I love this phone…', 'I love this phone no more: the battery died'];
    const opened = await open();
    const { page } = opened;
    await choose(opened, `id,text,note_tweet.text\n1,${cutOff},${whole}\n2,${TEXTS[0]},`);
    await page.getByRole('button', { name: 'Score', exact: true }).click();
    await page.getByText('Done: 2 rows.').first().waitFor();
    const [long, short] = await opened.cells('Scored rows');
    expect([long?.[3], short?.[3]]).toEqual([whole, TEXTS[0]]);
    expect(long?.join()).toContain((await answerOf(whole)).sentimentAnalyst);
    nothingWrong(opened);
  });

  it('that is read slowly replaces neither a later file nor pasted lines, and is not scored early', async () => {
    const opened = await open();
    const { page } = opened;
    await page.evaluate(`(() => {
      const read = Blob.prototype.arrayBuffer;
      window.held = [];
      Blob.prototype.arrayBuffer = function () {
        return new Promise((resolve) => {
          window.held.push(async () => {
            resolve(await read.call(this));
            // Until the page has taken the file.
            await new Promise((taken) => setTimeout(taken));
          });
        });
      };
    })()`);
    const start = page.getByRole('button', { name: 'Score', exact: true });
    const column = page.getByLabel('Column of the texts');
    const release = (index: number) => page.evaluate(`window.held[${index}]()`);
    const chooseNext = (csv: string) =>
      page.getByLabel('CSV file').setInputFiles({
        name: 'next.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(csv),
      });
    await choose(opened, 'first,text\n1,I love it');
    await chooseNext('second,text\n1,I love it');
    await release(1);
    await column.getByText('second').waitFor({ state: 'attached' });
    await release(0);
    expect(await column.locator('option').allTextContents()).toEqual(['second', 'text']);

    await chooseNext('third,text\n1,I love it');
    expect(await start.isDisabled()).toBe(true);
    await page.getByLabel('Or paste its lines').fill('pasted,text\n1,I love it');
    await release(2);
    expect(await column.locator('option').allTextContents()).toEqual(['pasted', 'text']);
    expect(await start.isEnabled()).toBe(true);
    nothingWrong(opened);
  });

  it('can be chosen again after it was saved under its name', async () => {
    const { page } = await open();
    const path = join(folder, 'tweets.csv');
    const session = await page.context().newCDPSession(page);
    // As a user does: Playwright's setFiles reports a change in any case.
    const choosePath = async () => {
      const chooser = page.waitForEvent('filechooser');
      await page.getByLabel('CSV file').click();
      await chooser;
      const { root } = await session.send('DOM.getDocument');
      const selector = '#file-input';
      const { nodeId } = await session.send('DOM.querySelector', { nodeId: root.nodeId, selector });
      await session.send('DOM.setFileInputFiles', { nodeId, files: [path] });
    };
    await page.getByText('Score a CSV file').click();
    await writeFile(path, Buffer.from('id,text\n1,caf\u00e9', 'latin1'));
    await choosePath();
    const problem = page.getByText('The file is not in UTF-8.');
    await problem.waitFor();
    await writeFile(path, 'id,text\n1,caf\u00e9');
    await choosePath();
    await page.getByLabel('Column of the texts').waitFor();
    expect(await problem.count()).toBe(0);
  });

  it('keeps its name when another dialog is dismissed', async () => {
    const opened = await open();
    const { page } = opened;
    await choose(opened, CSV);
    const input = page.getByLabel('CSV file');
    const column = page.getByLabel('Column of the texts');
    await column.waitFor();
    const chooser = page.waitForEvent('filechooser');
    await input.click();
    await chooser;
    expect(await input.inputValue()).toBe('');
    // Playwright cannot dismiss a dialog.
    await input.dispatchEvent('cancel');
    expect(await input.inputValue()).toMatch(/tweets\.csv$/);
    expect(await column.isVisible()).toBe(true);
    nothingWrong(opened);
  });

  it('without a column that is known by its name asks for the column', async () => {
    const opened = await open();
    const { page } = opened;
    await page.getByText('Score a CSV file').click();
    await page.getByLabel('Or paste its lines').fill('id;remark\n1;I love it');
    expect(await page.getByRole('button', { name: 'Score', exact: true }).isDisabled()).toBe(true);
    await page.getByLabel('Column of the texts').selectOption('remark');
    await page.getByRole('button', { name: 'Score', exact: true }).click();
    await page.getByText('Done: 1 row.').first().waitFor();
    expect(await opened.cells('Scored rows')).toEqual([
      ['1', 'Positive', expect.any(String), 'I love it'],
    ]);
  });

  it('waits as long as a busy service says, stops when canceled, and continues', async () => {
    const opened = await open();
    const { page } = opened;
    const busy = (seconds: number) => ({
      status: 503,
      headers: { 'retry-after': String(seconds), 'content-type': 'application/problem+json' },
      body: JSON.stringify({ code: 'overloaded', detail: 'busy', status: 503 }),
    });
    let refusals = 1;
    await page.route('**/v1/inference', (route) =>
      refusals-- > 0 ? route.fulfill(busy(600)) : route.continue(),
    );
    await choose(opened, CSV);
    await page.getByRole('button', { name: 'Score', exact: true }).click();
    await page
      .getByText(/waiting 1 min 0 s for the service/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByText('Stopped after 37 of 150 rows.').first().waitFor();
    refusals = 1;
    await page.unroute('**/v1/inference');
    await page.route('**/v1/inference', (route) =>
      refusals-- > 0 ? route.fulfill(busy(1)) : route.continue(),
    );
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Done: 150 rows.').first().waitFor();
  });

  const hold = async ({ page }: Visit) => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await page.route('**/v1/inference', async (route) => {
      await released;
      await route.continue();
    });
    return release;
  };
  const focused = ({ page }: Visit) => page.evaluate('document.activeElement.id');

  it('takes the focus at its end only from the button that has gone', async () => {
    for (const expected of ['try-input', 'file-start']) {
      const opened = await open();
      const { page } = opened;
      const release = await hold(opened);
      await choose(opened, 'text\nI love it');
      await page.getByRole('button', { name: 'Score', exact: true }).click();
      expect(await focused(opened)).toBe('file-cancel');
      if (expected === 'try-input') await page.locator('#try-input').focus();
      release();
      await page.getByText('Done: 1 row.').first().waitFor();
      expect(await focused(opened)).toBe(expected);
    }
  });

  it('can be scored after a reload by a browser that restores disabled controls', async () => {
    const opened = await open();
    const { page } = opened;
    // As Firefox does while it reads the document, before the page's script.
    await page.addInitScript(`document.addEventListener('readystatechange', () => {
      if (document.readyState !== 'interactive') return;
      for (const control of document.querySelectorAll('#file :is(input, textarea, select, #file-start)')) {
        control.disabled = true;
      }
    })`);
    await page.reload();
    await page.getByText('Score a CSV file').click();
    await page.getByLabel('Or paste its lines').fill('id,text\n1,I love it');
    await page.getByRole('button', { name: 'Score', exact: true }).click();
    await page.getByText('Done: 1 row.').first().waitFor();
    expect(await page.locator('#file :disabled').count()).toBe(0);
    nothingWrong(opened);
  });

  it('that has gone since it was chosen is reported', async () => {
    const opened = await open();
    await opened.page.evaluate(
      "Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException('Gone.', 'NotFoundError'))",
    );
    await choose(opened, 'text\nI love it');
    expect(await opened.page.locator('#file').getByRole('alert').textContent()).toBe(
      'The file cannot be read. Choose it again.',
    );
    nothingWrong(opened);
  });

  it('keeps the focus on "Next" on the last page, and shows Arabic from right to left', async () => {
    const opened = await open();
    const { page } = opened;
    await choose(opened, ['text', ...Array(26).fill('أحب هذا الهاتف')].join('\n'));
    await page.getByRole('button', { name: 'Score', exact: true }).click();
    const next = page.getByRole('button', { name: 'Next' });
    await next.press('Enter');
    await page.getByText('Rows 26 to 26 of 26').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Next');
    expect(await next.isDisabled()).toBe(true);
    await page.keyboard.press('Enter');
    expect(await page.getByText('Rows 26 to 26 of 26').count()).toBe(1);
    const style = "getComputedStyle(document.querySelector('.cell-text'))";
    expect(await page.evaluate(`${style}.direction`)).toBe('rtl');
    expect(await page.evaluate(`${style}.textAlign`)).toBe('start');
    nothingWrong(opened);
  });

  it('with a quote that is never closed is refused with its line', async () => {
    const opened = await open();
    await choose(opened, 'id,text\n1,"open');
    expect(await opened.page.locator('#file').getByRole('alert').textContent()).toBe(
      'The quote that begins in line 2 is never closed.',
    );
    nothingWrong(opened);
  });
});

describe.each([
  ['light, 1280 px', { colorScheme: 'light' as const, viewport: { width: 1280, height: 800 } }],
  ['dark, 380 px', { colorScheme: 'dark' as const, viewport: { width: 380, height: 800 } }],
  ['light, 320 px', { colorScheme: 'light' as const, viewport: { width: 320, height: 700 } }],
  ['dark, 320 px', { colorScheme: 'dark' as const, viewport: { width: 320, height: 700 } }],
])('an explained text and a scored file, %s', (_name, options) => {
  it('are accessible and never scroll sideways', async () => {
    const opened = await open(options);
    const { page } = opened;
    await analyze(opened, TEXT);
    await page.getByRole('button', { name: 'Which words decide?' }).click();
    await page.getByText('Figures of each word').click();
    await page.getByText('Score a CSV file').click();
    await page
      .getByLabel('Or paste its lines')
      .fill(`id,text\n1,${'x'.repeat(300)}\n2,I love it\n3,`);
    await page.getByRole('button', { name: 'Score', exact: true }).click();
    await page.getByText('Done: 3 rows.').first().waitFor();
    expect(await violations(opened)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    nothingWrong(opened);
  });
});
