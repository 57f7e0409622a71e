import { CliError } from '../kit/errors.ts';
import { LeftOut } from '../kit/left-out.ts';
import { ProgressBar } from '../kit/progress.ts';
import type { AddedColumns, ScoringModel } from './added-columns.ts';
import type { RecordReader } from './formats/format.ts';
import type { Output } from './output.ts';
import type { Progress } from './output-state.ts';
import { type ScoredChunk, scoredChunks } from './scored-chunks.ts';
import type { ScoredText, Scorer } from './scorer.ts';
import type { Source } from './source.ts';

const NOTHING = { negative: 0, neutral: 0, positive: 0, otherLanguages: 0, leftOut: 0 };

export interface WriteOptions {
  /** Shown in messages. */
  readonly name: string;
  /** Name of a line in messages. */
  readonly unit: Source['unit'];
  /** Lines of the input, those of its header included; null when unknown. */
  readonly total: number | null;
  readonly reader: RecordReader;
  readonly scorer: Scorer;
  readonly model: ScoringModel;
  readonly added: AddedColumns;
  readonly output: Output;
  readonly strict: boolean;
}

/** Scores records, and writes them in their order. */
export async function writeScores(options: WriteOptions): Promise<Progress['counts']> {
  const { name, unit, total, reader, scorer, model, added, output, strict } = options;
  const { earlier } = output;
  const done = earlier?.next.lines ?? 0;
  const headerLines = reader.layout.csv ? 1 : 0;
  const bar = new ProgressBar({
    output: process.stderr,
    name,
    total: total === null ? null : total - headerLines,
    done: Math.max(0, done - headerLines),
  });
  if (earlier) bar.say(`${name}: continues after ${unit} ${done}`);
  const leftOut = new LeftOut(name, (message) => bar.say(message));
  const counts = { ...(earlier?.counts ?? NOTHING) };
  let header = earlier ? '' : reader.layout.header;

  const write = async ({ next, texts }: ScoredChunk) => {
    let text = header;
    header = '';
    for (const each of texts) {
      if ('prediction' in each) {
        const { prediction, language } = each;
        text += `${each.text.scored(added.values(prediction, language, model))}\n`;
        counts[prediction.label]++;
        if (language.languageSupported === false) counts.otherLanguages++;
        continue;
      }
      const place = placeOf(each, unit);
      if (strict) throw new CliError(`${name}, ${place} ${each.fault}`);
      leftOut.add(place, each.fault);
      counts.leftOut++;
    }
    await output.append(text, { next, layout: reader.layout, counts });
    bar.update(next.lines - headerLines);
  };

  try {
    for await (const chunk of scoredChunks(reader.records, scorer)) await write(chunk);
    // An input without records still gets its header.
    if (header !== '') {
      const next = { bytes: 0, lines: 0 };
      await output.append(header, { next, layout: reader.layout, counts });
    }
    return counts;
  } finally {
    bar.end();
  }
}

function placeOf({ line, lastLine, ...left }: ScoredText, unit: Source['unit']): string {
  const place = lastLine > line ? `lines ${line} to ${lastLine}:` : `${unit} ${line}`;
  return 'tweet' in left ? `${place}, tweet ${left.tweet}` : place;
}
