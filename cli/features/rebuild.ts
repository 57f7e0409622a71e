import { type WalkOptions, walkPages } from '../clients/walk-pages.ts';
import { counted } from '../kit/counted.ts';
import { CliError } from '../kit/errors.ts';
import { type RebuildPage, rebuildPage } from './rebuild-page.ts';

/** Kinds of differences in words, for one and for several. */
const KINDS = {
  contributions: [
    'tweet missing under its author or a topic',
    'tweets missing under their author or a topic',
  ],
  rows: ['row missing from the index', 'rows missing from the index'],
  usernames: ['username missing', 'usernames missing'],
  entities: [
    'user or topic with a wrong sum, total or rank',
    'users and topics with a wrong sum, total or rank',
  ],
  purged: ['tweet that an earlier purge missed', 'tweets that an earlier purge missed'],
} as const satisfies Partial<Record<keyof RebuildPage, readonly [string, string]>>;

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
  const { failed: tooLarge } = await walkPages(
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
      summary: (isWhole) => summary(counts, isDryRun, isWhole),
    },
    options,
    signal,
  );
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
  if (counts.checked === 0 && found.length === 0 && isWhole) {
    return 'There was nothing to compare: the store is empty, or in memory, where aggregates always agree with the tweets.';
  }
  return [
    `${counted(counts.checked, 'row, index, user or topic', 'rows, indexes, users and topics')} compared.`,
    ...found.map((kind) => {
      const [one, several] = KINDS[kind];
      return `${isDryRun ? 'Differ' : 'Mended'}: ${counted(counts[kind], one, several)}.`;
    }),
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
      `${counted(tooLarge, 'day bucket of more than 2,000 tweets differs', 'day buckets of more than 2,000 tweets each differ')} and cannot be repaired; ` +
        'the difference stays until the bucket ends, or until its user or topic is purged.',
    );
  }
}
