import { AdminClient } from '../clients/admin-client.ts';
import { requiredVariable } from '../kit/environment.ts';
import { CliError } from '../kit/errors.ts';
import { Pace } from '../kit/pace.ts';
import { ProgressBar } from '../kit/progress.ts';
import { type Progress, StateFile } from '../kit/state-file.ts';
import { type RebuildPage, rebuildPage } from './rebuild-page.ts';

export interface RebuildOptions {
  readonly url: string;
  /** Highest number of rows, indexes, users and topics that are compared in a second. */
  readonly rate: number;
  readonly isDryRun: boolean;
  /** Start over, whatever an interrupted run has done. */
  readonly restarts: boolean;
  readonly stateFile: string;
}

const START: Progress = { cursor: 't0', done: 0 };

/** Kinds of differences, as they are printed. */
const KINDS = {
  contributions: 'tweets missing under their author or a topic',
  rows: 'rows that no index knew',
  usernames: 'usernames missing',
  entities: 'users and topics with a wrong sum, total or rank',
  purged: 'tweets that an earlier purge missed',
} as const satisfies Partial<Record<keyof RebuildPage, string>>;

type Kind = keyof typeof KINDS;
type Counts = Omit<RebuildPage, 'nextCursor'>;

/**
 * Mends the aggregates of a service, and continues where an interrupted run stopped. A dry run always
 * starts at the beginning: it has to see everything.
 *
 * @throws CliError also when a dry run finds a difference, or not everything could be mended
 */
export async function rebuildFeatures(options: RebuildOptions, signal: AbortSignal): Promise<void> {
  const { url, rate, isDryRun, restarts, stateFile } = options;
  let bar: ProgressBar | undefined;
  const announce = (message: string) => (bar ? bar.say(message) : console.error(message));
  const token = requiredVariable('ADMIN_TOKEN', 'set it to the token the service was started with');
  const service = new AdminClient({ url, token, announce, signal });
  const state = await StateFile.open(stateFile);
  const job = `rebuild:${url}`;
  const from = (isDryRun || restarts ? undefined : state.get(job)) ?? START;
  if (from !== START) announce('Continues an interrupted run; --restart starts at the beginning.');

  const counts = noCounts();
  const pace = new Pace(rate, { signal });
  bar = new ProgressBar({ output: process.stderr, name: 'keys', total: null, done: from.done });
  try {
    for (let cursor: string | null = from.cursor; cursor !== null; ) {
      const page: RebuildPage = await rebuildPage(service, cursor, isDryRun);
      for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] += page[key];
      bar.add(page.checked);
      cursor = page.nextCursor;
      if (!isDryRun) {
        const done = from.done + counts.checked;
        await (cursor === null ? state.remove(job) : state.put(job, { cursor, done }));
      }
      await pace.spend(page.checked);
    }
  } finally {
    bar.end();
    console.log(summary(counts, isDryRun));
  }
  expectNoneLeft(counts, isDryRun);
}

function noCounts(): Counts {
  return {
    checked: 0,
    rows: 0,
    contributions: 0,
    usernames: 0,
    entities: 0,
    tooLarge: 0,
    purged: 0,
  };
}

function kindsFound(counts: Counts): Kind[] {
  return (Object.keys(KINDS) as Kind[]).filter((kind) => counts[kind] > 0);
}

function summary(counts: Counts, isDryRun: boolean): string {
  const found = kindsFound(counts);
  return [
    `${counts.checked} rows, indexes, users and topics compared.`,
    ...found.map((kind) => `${isDryRun ? 'Differ' : 'Mended'}: ${counts[kind]} ${KINDS[kind]}.`),
    ...(found.length === 0 ? ['Nothing differs.'] : []),
  ].join('\n');
}

/** @throws CliError */
function expectNoneLeft(counts: Counts, isDryRun: boolean): void {
  if (isDryRun && kindsFound(counts).length > 0) {
    throw new CliError(
      'The aggregates differ from the stored tweets; mend them without --dry-run.',
    );
  }
  if (counts.tooLarge > 0) {
    throw new CliError(
      `${counts.tooLarge} day buckets differ and have more than 2,000 tweets each; they are kept ` +
        'as they are until they end, or until their user or topic is purged.',
    );
  }
}
