import type { FeatureStore, RebuildPage } from '../../service/application/ports/feature-store.ts';

type Report = Omit<RebuildPage, 'nextCursor'>;

/** Rebuilds a store page by page, all of it unless a number of pages is given; adds up the reports. */
export async function rebuildAll(
  store: FeatureStore,
  { isDryRun = false, pages = Number.POSITIVE_INFINITY } = {},
): Promise<Report> {
  let report: Report = {
    ...{ checked: 0, rows: 0, contributions: 0, usernames: 0, entities: 0, tooLarge: 0 },
    purged: [],
  };
  let cursor: string | null = 't0';
  for (let page = 0; page < pages && cursor !== null; page++) {
    const { nextCursor, ...found }: RebuildPage = await store.rebuildAggregates(cursor, isDryRun);
    report = {
      checked: report.checked + found.checked,
      rows: report.rows + found.rows,
      contributions: report.contributions + found.contributions,
      usernames: report.usernames + found.usernames,
      entities: report.entities + found.entities,
      tooLarge: report.tooLarge + found.tooLarge,
      purged: [...report.purged, ...found.purged],
    };
    cursor = nextCursor;
  }
  return report;
}
