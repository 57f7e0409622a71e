import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { type Bundle, findBundle, readManifest } from '../../service/inference/bundle/manifest.ts';
import { counted } from '../kit/counted.ts';
import { modelsDir } from '../kit/environment.ts';
import { CliError, UsageError } from '../kit/errors.ts';
import { endWorkers } from '../kit/exit-tasks.ts';
import { Input } from '../kit/input.ts';
import { linesOf } from '../kit/lines.ts';
import { print, warn } from '../kit/printable.ts';
import { startModel } from '../kit/start-model.ts';
import { AddedColumns } from './added-columns.ts';
import type { FormatName } from './formats/format.ts';
import { checkOutputName, inputFormat, usesParquet } from './formats/format-of.ts';
import { openRecords } from './formats/open-records.ts';
import { FileOutput, type Output, STANDARD_OUTPUT } from './output.ts';
import type { Progress } from './output-state.ts';
import type { ParquetRun, ParquetRunOptions } from './parquet/parquet-run.ts';
import { RESULTS_VERSION } from './results-version.ts';
import { Scorer } from './scorer.ts';
import type { Source } from './source.ts';
import { writeScores } from './write-scores.ts';

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

/** Scores the texts of a file. @throws CliError */
export async function scoreFile(options: ScoreOptions): Promise<void> {
  const { file, out, model: name, textColumn: column } = options;
  const format = inputFormat(file, options.format);
  if (format === 'text' && column !== undefined) {
    throw new UsageError('--text-column is for inputs with columns or keys; plain text has none');
  }
  if (out !== undefined) checkOutputName(out, format);
  const input = await Input.open(file);
  const bundle = findBundle(await readManifest(modelsDir()), name);
  const isParquet = usesParquet(format, out);
  const added = new AddedColumns(options.prefix, { ignoreCase: isParquet });
  const run = runOf(input, { ...options, format, bundle, columns: added.names });
  const parquet =
    isParquet && out !== undefined
      ? await parquetRun({ input, file, format, column, added, out })
      : undefined;
  const output = out === undefined ? STANDARD_OUTPUT : await FileOutput.open(out, run, parquet);
  try {
    const source = await sourceOf(input, format, column, parquet);
    const counts = await scoreSource(source, added, output, options);
    await output.finish();
    report(counts, out);
  } finally {
    await parquet?.close();
    await output.close();
  }
}

/** DuckDB is a development package: loaded only when it is needed. */
async function parquetRun(options: ParquetRunOptions): Promise<ParquetRun> {
  const { ParquetRun: Run } = await import('./parquet/parquet-run.ts');
  return new Run(options);
}

async function sourceOf(
  input: Input,
  format: FormatName,
  column: string | undefined,
  parquet: ParquetRun | undefined,
): Promise<Source> {
  if (format !== 'parquet') return { input, name: input.name, format, column, unit: 'line' };
  if (!parquet) throw new UsageError('Parquet needs --out, such as --out scored.parquet');
  return parquet.extractTexts();
}

async function scoreSource(
  { input, name: source, format, column, unit }: Source,
  added: AddedColumns,
  output: Output,
  { out, model: name, workers, strict }: ScoreOptions,
): Promise<Progress['counts']> {
  const { earlier } = output;
  // The mark is for spreadsheets; DuckDB would take it for a part of the first name.
  const hasMark = () => input.hasMark && !usesParquet(format, out);
  const reader = await openRecords(
    format,
    linesOf(input.bytes(earlier?.next.bytes ?? 0), earlier?.next),
    { name: source, column, added, hasMark },
    earlier?.layout,
  );
  const total = await input.countLines();
  const model = await startModel({ name, ...(workers !== undefined && { workers }) });
  const maxCharacters = ENVIRONMENT.MAX_TEXT_CHARACTERS.default;
  try {
    const scorer = new Scorer({ model, maxCharacters });
    const run = { name: source, unit, total, reader, scorer, model, added, output, strict };
    return await writeScores(run);
  } finally {
    await endWorkers(model);
  }
}

/** Identifies the content of the output; undefined when it cannot be made twice. */
function runOf(
  { fingerprint }: Input,
  options: ScoreOptions & { bundle: Bundle; columns: readonly string[] },
): string | undefined {
  if (fingerprint === undefined) return undefined;
  const { format, textColumn, model, bundle, columns } = options;
  // Values of the manifest that change columns, and are not part of the revision.
  const { revision, labels, languages, maxTokens, certainMargin } = bundle;
  const modelValues = [model, revision, labels, languages, maxTokens, certainMargin];
  return JSON.stringify([
    RESULTS_VERSION,
    fingerprint,
    format,
    textColumn,
    ...modelValues,
    columns,
  ]);
}

/** @throws CliError when texts were left out */
function report(counts: Progress['counts'], out?: string): void {
  const { negative, neutral, positive, otherLanguages, leftOut } = counts;
  const scored = negative + neutral + positive;
  const summary =
    `${out ?? 'standard output'}: ${counted(scored, 'text')} scored: ${negative} negative, ` +
    `${neutral} neutral, ${positive} positive` +
    (otherLanguages > 0 ? `; ${otherLanguages} in languages that the model does not read` : '');
  if (out === undefined) warn(summary);
  else print(summary);
  if (leftOut === 0) return;
  throw new CliError(counted(leftOut, 'text was left out', 'texts were left out'), {
    exitCode: LEFT_OUT,
  });
}
