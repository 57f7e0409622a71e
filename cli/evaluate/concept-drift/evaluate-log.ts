import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LABELS } from '../../../service/domain/sentiment.ts';
import { CliError, reasonOf } from '../../kit/errors.ts';
import { type UnreadableLines, warnOfUnreadable } from '../../kit/offline/log-lines.ts';
import { print, printJson } from '../../kit/printable.ts';
import { ScratchDatabase } from '../../kit/scratch-database.ts';
import { drawDrift } from './chart.ts';
import { figuresOf, LEAST_LABELS, measurablePeriods, periodsBelow } from './figures.ts';
import { type Grouping, judge } from './judge.ts';
import { loadLog } from './load-log.ts';
import { loadSentiments } from './load-sentiments.ts';
import { type DriftReport, formatDrift, nameOf } from './report.ts';

export interface LogOptions extends Grouping {
  /** Folder of the prediction log. */
  readonly logDir: string;
  /** CSV file of labels. */
  readonly labels: string;
  /** SVG file to write, which must not exist. */
  readonly chart: string | undefined;
  readonly minRecall: number | undefined;
  readonly json: boolean;
}

/**
 * Prints how right the predictions of a log were, by period and model revision.
 *
 * @throws CliError when the files cannot be read, the chart exists already, or the macro recall is below
 *   `minRecall` or could not be judged
 */
export async function evaluateLog(options: LogOptions, signal: AbortSignal): Promise<void> {
  const { chart, minRecall } = options;
  if (chart !== undefined && existsSync(chart)) {
    throw new CliError(`${chart} exists already; delete it, or choose another name with --chart`);
  }
  const { report, unreadable } = await inScratchDatabase(signal, (database) =>
    reportOf(database, options),
  );
  warnOfUnreadable(unreadable);
  if (options.json) printJson(report);
  else print(formatDrift(report));
  if (chart !== undefined) await writeChart(chart, drawDrift(report.periods, minRecall));
  if (minRecall !== undefined) expectAtLeast(minRecall, report.periods);
}

async function reportOf(
  database: ScratchDatabase,
  options: LogOptions,
): Promise<{ report: DriftReport; unreadable: readonly UnreadableLines[] }> {
  const { by, byLanguage } = options;
  const labels = await loadSentiments(database, options.labels);
  const unreadable = await loadLog(database, options.logDir);
  const { outcomes, periods } = await judge(database, options);
  return {
    report: { by, byLanguage, labels, outcomes, periods: periods.map(figuresOf) },
    unreadable,
  };
}

function expectAtLeast(minRecall: number, periods: DriftReport['periods']): void {
  // Otherwise an alarm whose log or labels are gone would never fire.
  if (measurablePeriods(periods).length === 0) {
    throw new CliError(
      `--min-recall: nothing could be judged: no period has ${LEAST_LABELS} labels of each of ` +
        LABELS.join(', '),
    );
  }
  const below = periodsBelow(periods, minRecall);
  if (below.length === 0) return;
  const list = below.map(
    (period) =>
      `\n  ${nameOf(period)}: ${period.macroRecall?.value.toFixed(3)}, at most ${period.macroRecall?.high.toFixed(3)}`,
  );
  throw new CliError(`The macro recall is below ${minRecall} by more than chance:${list.join('')}`);
}

async function writeChart(path: string, svg: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, svg, { flag: 'wx' });
  } catch (cause) {
    throw new CliError(`The chart ${path} cannot be written: ${reasonOf(cause)}`, { cause });
  }
}

async function inScratchDatabase<Result>(
  signal: AbortSignal,
  work: (database: ScratchDatabase) => Promise<Result>,
): Promise<Result> {
  const dir = await mkdtemp(join(tmpdir(), 'tss-evaluate-'));
  try {
    return await ScratchDatabase.use(dir, signal, work);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
