import type { FeatureRow } from './feature-row.ts';
import { type Label, perLabel } from './sentiment.ts';
import type { UserId } from './user.ts';
import { type UtcDay, utcDay } from './utc-days.ts';

/**
 * Score units of a score of 1. Scores are summed as integers, so that taking one out of a sum
 * undoes adding it exactly. Sums stay exact up to 900 million tweets in one day bucket (2^53).
 */
export const SCORE_UNITS = 10_000_000;

/** A tweet's contribution to the aggregates of its author and topics. */
export interface Contribution {
  readonly authorId: UserId | null;
  readonly topics: readonly string[];
  readonly day: UtcDay;
  /** In a language that the model does not read: counted apart from the others. */
  readonly isOtherLanguage: boolean;
  readonly label: Label;
  readonly scoreUnits: Readonly<Record<Label, number>>;
  /** Milliseconds since the epoch. */
  readonly scoredAtMs: number;
  /** Model revision and preprocessing version. */
  readonly version: string;
}

type RowVersion = Pick<FeatureRow, 'model' | 'preprocessingVersion'>;

/** Most topics that a tweet counts under, whether one call of ingest names them or several. */
export const MAX_CONTRIBUTION_TOPICS = 64;

/** By which the clock of the machine that scored may be ahead. */
export const MAX_AHEAD_MS = 60_000;

/**
 * Place of a score among those of its tweet, of which the greatest counts: its time. A time that is
 * ahead by more than `MAX_AHEAD_MS` comes from a wrong clock. It is placed below all others, because
 * no score could replace it before that time.
 */
export function scoreOrder(scoredAtMs: number, nowMs = Date.now()): number {
  return scoredAtMs > nowMs + MAX_AHEAD_MS ? scoredAtMs - 2 ** 53 : scoredAtMs;
}

/** Model revision and preprocessing version of a row. */
export function versionOf({ model, preprocessingVersion }: RowVersion): string {
  return `${model.revision}:${preprocessingVersion}`;
}

/** @param row with finite scores; NaN or infinity could not be removed from a sum again */
export function contributionOf(row: FeatureRow): Contribution {
  return {
    authorId: row.authorId,
    topics: [...new Set(row.topics)].slice(0, MAX_CONTRIBUTION_TOPICS),
    day: utcDay(row.eventTimestampMs),
    isOtherLanguage: row.languageSupported === false,
    label: row.label,
    scoreUnits: perLabel((label) => Math.round(row.scores[label] * SCORE_UNITS)),
    scoredAtMs: row.createdTimestampMs,
    version: versionOf(row),
  };
}

/**
 * Merges two scores of one tweet by the merge rule of docs/feature-store-format.md. The
 * function `merge` of feature-store/redis/lua/contributions.lua is the same in Lua.
 */
export function mergeContributions(held: Contribution, incoming: Contribution): Contribution {
  const [older, newer] = isNewer(incoming, held) ? [held, incoming] : [incoming, held];
  const plainTopics = older.topics.filter((topic) => !/^[#$]/.test(topic));
  return {
    ...newer,
    authorId: newer.authorId ?? older.authorId,
    topics: [...new Set([...newer.topics, ...plainTopics])].slice(0, MAX_CONTRIBUTION_TOPICS),
  };
}

/** Names a day bucket of an entity. Tweets in other languages have separate buckets. */
export function bucketName({ day, isOtherLanguage }: Contribution): string {
  return isOtherLanguage ? `${day}o` : `${day}`;
}

/** If time and version are equal, the incoming score counts: its row replaces the held one. */
function isNewer(incoming: Contribution, held: Contribution): boolean {
  const difference = scoreOrder(incoming.scoredAtMs) - scoreOrder(held.scoredAtMs);
  return difference > 0 || (difference === 0 && incoming.version >= held.version);
}
