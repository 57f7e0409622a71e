import { LengthBuckets } from '../../../service/inference/scheduling/length-buckets.ts';
import { GOLDENS } from '../../service/inference/helpers/golden.ts';

/** Texts of each length bucket, which similar lengths share. */
const TEXTS_OF_A_BUCKET = 2;

/** Before and after a text. */
const SPECIAL_TOKENS = 2;

/** The window; the few texts that fill it take as long as all others. */
const WINDOW = 256;

/** Lines of the golden file: texts of each length bucket up to a length, of as many lengths. */
export function textsOfEveryLength(maxTokens: number): number[] {
  const buckets = new LengthBuckets(WINDOW, 'similar');
  const lines = [...GOLDENS.keys()].filter(
    (line) => lengthOf(line) > SPECIAL_TOKENS && lengthOf(line) <= maxTokens,
  );
  return [...Map.groupBy(lines, (line) => buckets.indexOf(lengthOf(line))).values()].flatMap(
    (bucket) => {
      // Each length once, then the rest.
      const isFirst = (line: number) =>
        bucket.find((other) => lengthOf(other) === lengthOf(line)) === line;
      const ordered = [...bucket.filter(isFirst), ...bucket.filter((line) => !isFirst(line))];
      return ordered.slice(0, lengthOf(bucket[0] ?? 0) === WINDOW ? 1 : TEXTS_OF_A_BUCKET);
    },
  );
}

function lengthOf(line: number): number {
  return GOLDENS[line]?.ids.length ?? 0;
}
