import { type WalkOptions, walkPages } from '../clients/walk-pages.ts';
import { CliError } from '../kit/errors.ts';
import { print } from '../kit/printable.ts';
import { type RebuildPage, rebuildPage } from './rebuild-page.ts';

/** Kinds of differences, as they are printed. */
const KINDS = {
  contributions: 'tweets missing under their author or a topic',
  rows: 'rows missing from the index',
  usernames: 'usernames missing',
  entities: 'users and topics with a wrong sum, total or rank',
  purged: 'tweets that an earlier purge missed',
} as const satisfies Partial<Record<keyof RebuildPage, string>>;

type Kind = keyof typeof KINDS;
type Counts = Omit<RebuildPage, 'nextCursor'>;

/**
 * Repairs the aggregates of a service, and continues where an interrupted run stopped.
 *
 * @throws CliError also when a dry run finds a difference, or not everything could be repaired
 */
export async function rebuildFeatures(options: WalkOptions, signal: AbortSignal): Promise<void> {
  const { isDryRun } = options;
  const counts = noCounts();
  let tooLarge: number | undefined;
  try {
    tooLarge = await walkPages(
      {
        name: 'rebuild',
        unit: 'keys',
        firstCursor: 't0',
        page: async (service, cursor) => {
          const page = await rebuildPage(service, cursor, isDryRun);
          for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] += page[key];
          const { checked, nextCursor } = page;
          return { items: checked, paced: checked, failed: page.tooLarge, nextCursor };
        },
      },
      options,
      signal,
    );
  } finally {
    print(summary(counts, isDryRun, tooLarge !== undefined));
  }
  expectNoneLeft(counts, tooLarge, isDryRun);
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

function summary(counts: Counts, isDryRun: boolean, isWhole: boolean): string {
  const found = kindsFound(counts);
  return [
    `${counts.checked} rows, indexes, users and topics compared.`,
    ...found.map((kind) => `${isDryRun ? 'Differ' : 'Mended'}: ${counts[kind]} ${KINDS[kind]}.`),
    ...(found.length === 0 && isWhole ? ['Nothing differs.'] : []),
  ].join('\n');
}

/** @throws CliError */
function expectNoneLeft(counts: Counts, tooLarge: number, isDryRun: boolean): void {
  if (isDryRun && kindsFound(counts).length > 0) {
    throw new CliError(
      'The aggregates differ from the stored tweets; mend them without --dry-run.',
    );
  }
  if (tooLarge > 0) {
    throw new CliError(
      `${tooLarge} day buckets differ and have more than 2,000 tweets each; they are kept ` +
        'as they are until they end, or until their user or topic is purged.',
    );
  }
}
