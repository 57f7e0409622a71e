import { chunksOf } from './chunks.ts';
import type { InputRecord } from './formats/format.ts';
import type { ScoredText, Scorer } from './scorer.ts';

/** Chunks that wait for workers or for the output: enough to keep the workers busy. */
const CHUNKS_IN_WORK = 4;

/** Texts that were scored together. */
export interface ScoredChunk {
  readonly texts: readonly ScoredText[];
  /** Start of the record after them. */
  readonly next: InputRecord['next'];
}

/** Scores records in concurrent chunks, and yields the chunks in order. */
export async function* scoredChunks(
  records: AsyncIterable<InputRecord>,
  scorer: Pick<Scorer, 'score'>,
): AsyncGenerator<ScoredChunk> {
  const waiting: Promise<ScoredChunk>[] = [];
  for await (const chunk of chunksOf(records)) {
    waiting.push(scoreChunk(chunk, scorer));
    const first = waiting.length > CHUNKS_IN_WORK ? waiting.shift() : undefined;
    if (first) yield await first;
  }
  for (const chunk of waiting) yield await chunk;
}

function scoreChunk(
  records: readonly InputRecord[],
  scorer: Pick<Scorer, 'score'>,
): Promise<ScoredChunk> {
  const next = records.at(-1)?.next ?? { bytes: 0, lines: 0 };
  const scored = scorer.score(records).then((texts) => ({ texts, next }));
  // Marks a rejection as handled; `scoredChunks` awaits it later.
  scored.catch(() => {});
  return scored;
}
