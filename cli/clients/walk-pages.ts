import { requiredVariable } from '../kit/environment.ts';
import { Pace } from '../kit/pace.ts';
import { print, warn } from '../kit/printable.ts';
import { ProgressBar } from '../kit/progress.ts';
import { continuation, type Progress, StateFile } from '../kit/state-file.ts';
import { AdminClient } from './admin-client.ts';

export interface WalkOptions {
  readonly url: string;
  /** Highest number of items in a second. */
  readonly rate: number;
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
  /** Text that tells what was done. @param isWhole false after a failure or an interruption */
  summary(isWhole: boolean): string;
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

/**
 * Does pages until the last one, and continues where an interrupted run stopped. A dry run always
 * starts at the beginning: it has to see everything. Prints the summary if a page was done.
 *
 * @returns number of items that failed, with those of an interrupted run
 * @throws CliError
 */
export async function walkPages(
  { name, unit, firstCursor, page, summary }: Pages,
  { url, rate, isDryRun, restarts, stateFile }: WalkOptions,
  signal: AbortSignal,
): Promise<number> {
  let bar: ProgressBar | undefined;
  const announce = (message: string) => (bar ? bar.say(message) : warn(message));
  const token = requiredVariable('ADMIN_TOKEN', 'set it to the token the service was started with');
  const service = new AdminClient({ url, token, announce, signal });
  const state = isDryRun ? undefined : await StateFile.open(stateFile);
  const job = `${name}:${url}`;
  const earlier = restarts ? undefined : state?.get(job);
  if (earlier) announce(continuation(earlier));
  let { done, failed = 0 }: Omit<Progress, 'cursor'> = earlier ?? { done: 0 };
  const pace = new Pace(rate, { signal });
  let hasPage = false;
  let isWhole = false;
  bar = new ProgressBar({ output: process.stderr, name: unit, total: null, done });
  try {
    for (let cursor: string | null = earlier?.cursor ?? firstCursor; cursor !== null; ) {
      const finished: DonePage = await page(service, cursor);
      hasPage = true;
      bar.add(finished.items);
      done += finished.items;
      failed += finished.failed;
      cursor = finished.nextCursor;
      if (cursor !== null) await state?.put(job, { cursor, done, failed });
      await pace.spend(finished.paced);
    }
    await state?.remove(job);
    isWhole = true;
    return failed;
  } finally {
    bar.end();
    if (hasPage) print(summary(isWhole));
  }
}
