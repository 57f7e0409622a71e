import type { FeatureWrite } from '../../application/ports/feature-store.ts';

/**
 * Users and topics that the writes of one pipeline count for, which takes Redis about 10 ms. A batch
 * of 100 tweets with 32 topics each took 150 ms at once, longer than a command may take.
 */
const MAX_ENTITIES = 200;

/** Divides writes, in their order, into parts that a pipeline each may hold. */
export function writeParts(writes: readonly FeatureWrite[]): FeatureWrite[][] {
  const parts: FeatureWrite[][] = [];
  let entities = MAX_ENTITIES;
  for (const write of writes) {
    const added = 1 + write.row.topics.length;
    entities += added;
    if (entities > MAX_ENTITIES) {
      parts.push([]);
      entities = added;
    }
    parts.at(-1)?.push(write);
  }
  return parts;
}
