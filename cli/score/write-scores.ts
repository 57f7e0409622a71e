import { CliError } from '../kit/errors.ts';
import { LeftOut } from '../kit/left-out.ts';
import { ProgressBar } from '../kit/progress.ts';
import { chunksOf } from './chunks.ts';
import type { InputRecord, RecordReader } from './formats/format.ts';
import type { Output, Progress } from './output.ts';
import type { ScoredText, Scorer } from './scorer.ts';
import type { Source } from './source.ts';

/** Chunks that wait for workers or for the disk: workers always have work. */
const CHUNKS_IN_WORK = 4;

const NOTHING = { negative: 0, neutral: 0, positive: 0, otherLanguages: 0, leftOut: 0 };

export interface WriteOptions {
  /** Shown in messages. */
  readonly name: string;
  /** Name of a line in messages. */
  readonly unit: Source['unit'];
  /** Lines of the input; null when unknown. */
  readonly total: number | null;
  readonly reader: RecordReader;
  readonly scorer: Scorer;
  readonly output: Output;
  readonly strict: boolean;
}

/** Scores chunks side by side, and writes them in their order. */
export async function writeScores(options: WriteOptions): Promise<Progress['counts']> {
  const { name, unit, total, reader, scorer, output, strict } = options;
  const { earlier } = output;
  const done = earlier?.next.lines ?? 0;
  const bar = new ProgressBar({ output: process.stderr, name, total, done });
  if (earlier) bar.say(`${name}: continuing behind ${unit} ${done}`);
  const leftOut = new LeftOut(name, (message) => bar.say(message));
  const counts = { ...(earlier?.counts ?? NOTHING) };
  let header = earlier ? '' : reader.layout.header;

  const write = async ({ next, scored }: Chunk) => {
    const texts = await scored;
    let text = header;
    header = '';
    for (const each of texts) {
      if ('output' in each) {
        text += `${each.output}\n`;
        counts[each.label]++;
        if (each.languageSupported === false) counts.otherLanguages++;
        continue;
      }
      const place = placeOf(each, unit);
      if (strict) throw new CliError(`${name}, ${place} ${each.fault}`);
      leftOut.add(place, each.fault);
      counts.leftOut++;
    }
    await output.append(text, { next, layout: reader.layout, counts });
    bar.update(next.lines);
  };

  try {
    const waiting: Chunk[] = [];
    for await (const records of chunksOf(reader.records)) {
      waiting.push(chunkOf(records, scorer));
      const first = waiting.length > CHUNKS_IN_WORK ? waiting.shift() : undefined;
      if (first) await write(first);
    }
    for (const chunk of waiting) await write(chunk);
    // An input without records still gets its header.
    if (header !== '')
      await output.append(header, { next: NO_LINES, layout: reader.layout, counts });
    return counts;
  } finally {
    bar.end();
  }
}

function placeOf({ line, lastLine, ...left }: ScoredText, unit: Source['unit']): string {
  const place = lastLine > line ? `lines ${line} to ${lastLine}:` : `${unit} ${line}`;
  return 'tweet' in left ? `${place}, tweet ${left.tweet}` : place;
}

const NO_LINES = { bytes: 0, lines: 0 };

interface Chunk {
  readonly next: InputRecord['next'];
  readonly scored: Promise<ScoredText[]>;
}

function chunkOf(records: readonly InputRecord[], scorer: Scorer): Chunk {
  const scored = scorer.score(records);
  // Its failure is seen when its turn comes.
  scored.catch(() => {});
  return { next: records.at(-1)?.next ?? NO_LINES, scored };
}
