import type { LabelCounts } from '../../application/ports/feature-store.ts';
import { perLabel } from '../../domain/sentiment.ts';
import type { DayBuckets } from './day-buckets.ts';

export interface ActiveEntity {
  readonly entity: string;
  readonly counts: LabelCounts;
  readonly otherLanguages: number;
}

interface Ranked {
  readonly entity: string;
  readonly total: number;
}

interface Ranking {
  readonly limit: number;
  /** Changes of the totals before the ranking was made. */
  readonly changes: number;
  readonly entities: readonly ActiveEntity[];
}

/**
 * Ranks users or topics by their tweets in languages that the model reads; ties as Redis orders
 * them. A ranking is kept until a total changes, because making one visits every entity.
 */
export class MostActive {
  readonly #days: DayBuckets;
  #latest: Ranking | undefined;

  constructor(days: DayBuckets) {
    this.#days = days;
  }

  first(limit: number): readonly ActiveEntity[] {
    const latest = this.#latest;
    const holds = latest && latest.limit >= limit && latest.changes === this.#days.changes;
    const ranking = holds ? latest : this.#rank(limit);
    this.#latest = ranking;
    return ranking.entities.slice(0, limit);
  }

  #rank(wanted: number): Ranking {
    // Callers that ask for few and for many in turn share one ranking.
    const limit = Math.max(wanted, this.#latest?.limit ?? 0);
    const first: Ranked[] = [];
    for (const [entity, total] of this.#days.totals) insert({ entity, total }, first, limit);
    const entities = first.map(({ entity }) => this.#activeEntity(entity));
    return { limit, changes: this.#days.changes, entities };
  }

  #activeEntity(entity: string): ActiveEntity {
    const buckets = this.#days.of(entity) ?? [];
    return {
      entity,
      counts: perLabel((label) => sum(buckets.map(({ counts }) => counts[label]))),
      otherLanguages: sum(buckets.map(({ otherLanguages }) => otherLanguages)),
    };
  }
}

/** Inserts into the first entities of an order, unless there are enough before it. */
function insert(ranked: Ranked, first: Ranked[], limit: number): void {
  const last = first.at(-1);
  if (last && first.length >= limit && inOrder(last, ranked) <= 0) return;
  const place = first.findLastIndex((each) => inOrder(each, ranked) <= 0) + 1;
  first.splice(place, 0, ranked);
  if (first.length > limit) first.pop();
}

function inOrder(a: Ranked, b: Ranked): number {
  return b.total - a.total || byUtf8(b.entity, a.entity);
}

/** Compares the UTF-8 of texts without encoding them. */
function byUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x !== y) return utf8Order(x) - utf8Order(y);
  }
  return a.length - b.length;
}

/** UTF-8 orders surrogate pairs behind all other characters, and UTF-16 before some. */
function utf8Order(codeUnit: number): number {
  const isSurrogate = codeUnit >= 0xd800 && codeUnit <= 0xdfff;
  return isSurrogate ? codeUnit + 0x10000 : codeUnit;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
