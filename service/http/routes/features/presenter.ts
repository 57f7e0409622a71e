import type { DaySentiment, EntitySentiment } from '../../../application/read-features.ts';
import type { FeatureRow } from '../../../domain/feature-row.ts';
import { type DayRange, formatDay } from '../../../domain/utc-days.ts';
import type { FeatureRow as ShownRow } from './schemas.ts';

/** A feature row in the format of the API. */
export function shownRow(row: FeatureRow): ShownRow {
  const { eventTimestampMs, createdTimestampMs, text, ...rest } = row;
  return {
    ...rest,
    topics: [...row.topics],
    eventTimestamp: new Date(eventTimestampMs).toISOString(),
    createdTimestamp: new Date(createdTimestampMs).toISOString(),
    ...(text !== null && { text }),
  };
}

/** The properties of every aggregate besides its entity. */
export function shownSentiment(
  { total, otherLanguages, counts, meanScores, timeline }: Omit<EntitySentiment<unknown>, 'entity'>,
  { from, to }: DayRange,
) {
  return {
    from: formatDay(from),
    to: formatDay(to),
    total,
    otherLanguages,
    counts,
    meanScores,
    timeline: timeline.map(shownDay),
  };
}

function shownDay({ day, otherLanguages, counts, meanScores }: DaySentiment) {
  return { date: formatDay(day), otherLanguages, counts, meanScores };
}
