import { LengthBuckets } from '../../../service/inference/scheduling/length-buckets.ts';
import { GOLDENS } from '../../service/inference/helpers/golden.ts';

/** Texts of each length bucket, which similar lengths share. */
const TEXTS_OF_A_BUCKET = 3;

/** The window; the few texts that fill it take as long as all others. */
const WINDOW = 256;

/** Lines of the golden file: texts of each length bucket, as many lengths as it holds. */
export function textsOfEveryLength(): number[] {
  const buckets = new LengthBuckets(WINDOW, 'similar');
  const lines = [...GOLDENS.keys()].filter((line) => lengthOf(line) > 2);
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
