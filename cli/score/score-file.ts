import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { findBundle, readManifest } from '../../service/inference/bundle/manifest.ts';
import { modelsDir } from '../kit/environment.ts';
import { CliError } from '../kit/errors.ts';
import { Input } from '../kit/input.ts';
import { LeftOut } from '../kit/left-out.ts';
import { linesOf } from '../kit/lines.ts';
import { ProgressBar } from '../kit/progress.ts';
import { startModel } from '../kit/start-model.ts';
import { AddedColumns } from './added-columns.ts';
import { chunksOf } from './chunks.ts';
import type { FormatName, InputRecord, RecordReader } from './formats/format.ts';
import { checkOutputName, inputFormat } from './formats/format-of.ts';
import { openRecords } from './formats/open-records.ts';
import { FileOutput, type Output, type Progress, STANDARD_OUTPUT } from './output.ts';
import { type ScoredText, Scorer } from './scorer.ts';

export interface ScoreOptions {
  /** Path of the input, or `-` for standard input. */
  readonly file: string;
  /** Path of the output; standard output by default. */
  readonly out?: string;
  readonly format?: FormatName;
  readonly textColumn?: string;
  /** Before the names of the columns that are added. */
  readonly prefix: string;
  readonly model: string;
  readonly workers?: number;
  /** Ends at the first text that cannot be scored. */
  readonly strict: boolean;
}

/** Done, but texts were left out. */
const LEFT_OUT = 3;

/** Chunks that wait for workers or for the disk: workers always have work. */
const CHUNKS_IN_WORK = 4;

const NOTHING = { negative: 0, neutral: 0, positive: 0, otherLanguages: 0, leftOut: 0 };

/** Scores the texts of a file. @throws CliError */
export async function scoreFile(options: ScoreOptions): Promise<void> {
  const { file, out, model: name } = options;
  const format = inputFormat(file, options.format);
  if (out !== undefined) checkOutputName(out, format);
  const input = await Input.open(file);
  const { revision } = findBundle(await readManifest(modelsDir()), name);
  const run = runOf(input, { ...options, format, revision });
  const output = out === undefined ? STANDARD_OUTPUT : await FileOutput.open(out, run);
  try {
    const counts = await scoreInput(input, format, output, options);
    await output.finish();
    report(counts, out);
  } finally {
    await output.close();
  }
}

async function scoreInput(
  input: Input,
  format: FormatName,
  output: Output,
  options: ScoreOptions,
): Promise<Progress['counts']> {
  const { textColumn: column, prefix, model: name, workers } = options;
  const { earlier } = output;
  const added = new AddedColumns(prefix);
  const reader = await openRecords(
    format,
    linesOf(input.bytes(earlier?.next.bytes ?? 0), earlier?.next),
    { name: input.name, column, added, hasMark: () => input.hasMark },
    earlier?.layout,
  );
  const total = await input.countLines();
  const model = await startModel({ name, ...(workers !== undefined && { workers }) });
  const maxCharacters = ENVIRONMENT.MAX_TEXT_CHARACTERS.default;
  try {
    const scorer = new Scorer({ model, added, maxCharacters });
    return await writeAll({ ...options, name: input.name, total, reader, scorer, output });
  } finally {
    await model.close();
  }
}

/** Identifies the content of the output; undefined when it cannot be made twice. */
function runOf(
  { fingerprint }: Input,
  { format, textColumn, prefix, model, revision }: ScoreOptions & { revision: string },
): string | undefined {
  if (fingerprint === undefined) return undefined;
  return JSON.stringify([fingerprint, format, textColumn, prefix, model, revision]);
}

interface Work {
  readonly name: string;
  /** Lines of the input; null when unknown. */
  readonly total: number | null;
  readonly reader: RecordReader;
  readonly scorer: Scorer;
  readonly output: Output;
  readonly strict: boolean;
}

/** Scores chunks side by side, and writes them in their order. */
async function writeAll(work: Work): Promise<Progress['counts']> {
  const { name, total, reader, scorer, output, strict } = work;
  const { earlier } = output;
  const done = earlier?.next.lines ?? 0;
  const bar = new ProgressBar({ output: process.stderr, name, total, done });
  if (earlier) bar.say(`${name}: continuing behind line ${done}`);
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
      const place = placeOf(each);
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

function placeOf({ line, lastLine, ...left }: ScoredText): string {
  const place = lastLine > line ? `lines ${line} to ${lastLine}:` : `line ${line}`;
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

/** @throws CliError when texts were left out */
function report(counts: Progress['counts'], out?: string): void {
  const { negative, neutral, positive, otherLanguages, leftOut } = counts;
  const scored = negative + neutral + positive;
  const summary =
    `${out ?? 'standard output'}: ${scored} texts scored: ${negative} negative, ` +
    `${neutral} neutral, ${positive} positive` +
    (otherLanguages > 0 ? `; ${otherLanguages} in languages that the model does not read` : '');
  if (out === undefined) console.error(summary);
  else console.log(summary);
  if (leftOut === 0) return;
  throw new CliError(`${leftOut} texts were left out`, { exitCode: LEFT_OUT });
}
