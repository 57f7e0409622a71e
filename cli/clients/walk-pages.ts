import { Pace } from '../kit/pace.ts';
import { print } from '../kit/printable.ts';
import { Announcer } from '../kit/progress.ts';
import { continuation, jobKey, type Progress, StateFile } from '../kit/state-file.ts';
import { AdminClient } from './admin-client.ts';

export interface WalkOptions {
  readonly url: string;
  /** Highest number of items in a second. */
  readonly rate: number;
  /** Stop after the page with this item. */
  readonly limit?: number;
  readonly isDryRun: boolean;
  /** Start over, whatever an interrupted run has done. */
  readonly restarts: boolean;
  readonly stateFile: string;
}

/** Work that a service does page by page. */
export interface Pages {
  /** Name of the work in the state file. */
  readonly name: string;
  /** Name of what the pages hold. */
  readonly unit: string;
  readonly firstCursor: string;
  /** Has the service do one page. */
  page(service: AdminClient, cursor: string): Promise<DonePage>;
  /** Text that tells what was done, if a page was. @param isWhole true if this run did every page */
  summary?(isWhole: boolean): string;
}

export interface DonePage {
  /** Items of the page. */
  readonly items: number;
  /** Items that count for the rate. */
  readonly paced: number;
  /** Items that failed in the service. */
  readonly failed: number;
  /** Null after the last page. */
  readonly nextCursor: string | null;
}

export interface Walk {
  /** Number of items that failed, with those of an interrupted run. */
  readonly failed: number;
  /** False if the limit ended it before the last page. */
  readonly isComplete: boolean;
}

/**
 * Does pages until the last one, and continues where an interrupted run stopped. A dry run always
 * starts at the beginning: it has to see everything. Prints the summary if a page was done.
 *
 * @throws CliError
 */
export async function walkPages(
  { name, unit, firstCursor, page, summary }: Pages,
  { url, rate, limit = Number.POSITIVE_INFINITY, isDryRun, restarts, stateFile }: WalkOptions,
  signal: AbortSignal,
  announcer = new Announcer(),
): Promise<Walk> {
  const { announce } = announcer;
  const service = AdminClient.fromEnvironment({ url, announce, signal });
  const state = isDryRun ? undefined : await StateFile.open(stateFile);
  const job = jobKey(name, url);
  const earlier = restarts ? undefined : state?.get(job);
  if (earlier) announce(continuation(earlier));
  const { done: doneBefore, failed: failedBefore = 0 }: Omit<Progress, 'cursor'> = earlier ?? {
    done: 0,
  };
  let [walked, failed] = [0, failedBefore];
  const pace = new Pace(rate, { signal });
  let hasPage = false;
  let isComplete = false;
  const bar = announcer.showBar({ name: unit, total: null, done: doneBefore });
  try {
    let cursor: string | null = earlier?.cursor ?? firstCursor;
    while (cursor !== null && walked < limit) {
      const finished: DonePage = await page(service, cursor);
      hasPage = true;
      bar.add(finished.items);
      walked += finished.items;
      failed += finished.failed;
      cursor = finished.nextCursor;
      if (cursor !== null) await state?.put(job, { cursor, done: doneBefore + walked, failed });
      await pace.spend(finished.paced);
    }
    isComplete = cursor === null;
    if (isComplete) await state?.remove(job);
    return { failed, isComplete };
  } finally {
    bar.end();
    if (hasPage && summary) print(summary(isComplete && !earlier));
  }
}
