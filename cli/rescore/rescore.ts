import { type WalkOptions, walkPages } from '../clients/walk-pages.ts';
import { counted } from '../kit/counted.ts';
import { CliError } from '../kit/errors.ts';
import { dollars, X_READ, X_USER_READ } from '../kit/prices.ts';
import { FIRST_CURSOR, type RescoredPage, rescorePage } from './rescore-page.ts';

type Counts = Omit<RescoredPage, 'nextCursor'>;

/**
 * Makes a service score its stored tweets with its current model, and continues where an interrupted
 * run stopped.
 *
 * @throws CliError also when a tweet failed, in this run or in the interrupted one
 */
export async function rescoreTweets(options: WalkOptions, signal: AbortSignal): Promise<void> {
  const { isDryRun } = options;
  const counts: Counts = { rescored: 0, present: 0, withoutText: 0, failed: 0 };
  const { failed: kept } = await walkPages(
    {
      name: 'rescore',
      unit: 'tweets',
      firstCursor: FIRST_CURSOR,
      page: async (service, cursor) => {
        const { nextCursor, ...page } = await rescorePage(service, cursor, isDryRun);
        for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] += page[key];
        const { rescored, present, withoutText, failed } = page;
        return {
          items: rescored + present + withoutText + failed,
          paced: isDryRun ? 0 : rescored + failed,
          failed,
          nextCursor,
        };
      },
      summary: () => summary(counts, isDryRun),
    },
    options,
    signal,
  );
  if (kept > 0) {
    throw new CliError(
      `${counted(kept, 'tweet keeps its earlier score', 'tweets keep their earlier score')}: the model could not score the text, or ` +
        "the store refused the row; the service's log tells the reason.",
    );
  }
}

function summary({ rescored, present, withoutText, failed }: Counts, isDryRun: boolean): string {
  const [posts, authors] = [withoutText * X_READ, withoutText * X_USER_READ];
  return [
    `${counted(rescored, 'tweet')} ${isDryRun ? 'to rescore' : 'rescored'}, ${present} already present, ` +
      `${withoutText} without text, ${failed} failed.`,
    ...(withoutText > 0
      ? [
          `Tweets without text are scored when they are next requested: ${counted(withoutText, 'read of X costs', 'reads of X cost')} ` +
            `${dollars(posts)}, and up to ${dollars(authors)} more for their authors.`,
        ]
      : []),
  ].join('\n');
}
