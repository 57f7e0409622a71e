import type { FeatureRow } from './feature-row.ts';
import { type Label, perLabel } from './sentiment.ts';
import type { UserId } from './user.ts';
import { type UtcDay, utcDay } from './utc-days.ts';

/**
 * Scores are added up in whole units of this part of 1, so that taking one out of a sum undoes
 * adding it exactly. Sums stay exact up to 900 million tweets in one bucket (2^53 units).
 */
export const SCORE_UNITS = 10_000_000;

/** What a tweet adds to the aggregates. */
export interface Contribution {
  readonly authorId: UserId | null;
  readonly topics: readonly string[];
  readonly day: UtcDay;
  readonly label: Label;
  readonly scoreUnits: Readonly<Record<Label, number>>;
  /** Milliseconds since the epoch. */
  readonly scoredAtMs: number;
  /** Model revision and preprocessing version, which decide between two of one time. */
  readonly version: string;
}

/** Topics that a tweet can count under, named in one call of ingest or in several. */
export const MAX_CONTRIBUTION_TOPICS = 64;

export function contributionOf(row: FeatureRow): Contribution {
  return {
    authorId: row.authorId,
    topics: [...new Set(row.topics)].slice(0, MAX_CONTRIBUTION_TOPICS),
    day: utcDay(row.eventTimestampMs),
    label: row.label,
    scoreUnits: perLabel((label) => Math.round(row.scores[label] * SCORE_UNITS)),
    scoredAtMs: row.createdTimestampMs,
    version: `${row.model.revision}:${row.preprocessingVersion}`,
  };
}

/**
 * What a tweet adds after it has been scored once more, whichever score comes first: the newer
 * score and its topics. What only one of them could tell is kept: the author, whom oEmbed does
 * not name, and topics without # or $, which only ingest names.
 */
export function mergeContributions(held: Contribution, incoming: Contribution): Contribution {
  const [older, newer] = isNewer(incoming, held) ? [held, incoming] : [incoming, held];
  const named = older.topics.filter((topic) => !/^[#$]/.test(topic));
  return {
    ...newer,
    authorId: newer.authorId ?? older.authorId,
    topics: [...new Set([...newer.topics, ...named])].slice(0, MAX_CONTRIBUTION_TOPICS),
  };
}

/** The revision only breaks ties. */
function isNewer(incoming: Contribution, held: Contribution): boolean {
  if (incoming.scoredAtMs !== held.scoredAtMs) return incoming.scoredAtMs > held.scoredAtMs;
  return incoming.version > held.version;
}
