import { Command, Option } from '@commander-js/extra-typings';
import { integer, number, stageName } from '../kit/arguments.ts';
import { engineSettings } from '../kit/environment.ts';
import { UsageError } from '../kit/errors.ts';
import { helpText } from '../kit/help.ts';
import { interruptible } from '../kit/interruptible.ts';

/** Formats of the input. */
const FORMATS = ['csv', 'jsonl', 'parquet', 'text'] as const;
const MOST_WORKERS = 256;
const MOST_TASKS = 5_000;
const TOLERATED_PERCENT = 10;

const HERE = { kept: 'Stopped. The same command continues, from a file to a file.' };
const ON_STAGE = { kept: 'Stopped. A run that has started goes on; --run with its id shows it.' };

export function scoreCommand() {
  return new Command('score')
    .description('Score the texts of a file, or of a folder on S3, without a running service.')
    .argument(
      '[FILE]',
      'CSV with a header, JSON Lines or plain text, also as .gz, or Parquet; - for stdin; with --stage a folder on S3',
    )
    .option('--out <FILE>', 'file to write, also as .gz, or .parquet (default: standard output)')
    .addOption(
      new Option('--format <FORMAT>', "format of the input (default: by the file's name)").choices(
        FORMATS,
      ),
    )
    .option(
      '--text-column <NAME>',
      'column of the texts, or key of JSON objects (default: text or another usual name)',
    )
    .option('--prefix <PREFIX>', 'put before the names of the columns that are added', '')
    .option('--model <NAME>', 'model of manifest.json (default: MODEL_NAME)')
    .option(
      '--workers <N>',
      'worker threads (default: INFERENCE_WORKERS, else one per vCPU)',
      integer('--workers', 1, MOST_WORKERS),
    )
    .option('--stage <STAGE>', 'score a folder on S3 by tasks of this stage', stageName)
    .option('--dry-run', 'with --stage: print tasks, minutes and dollars only', false)
    .option('--run <RUN>', 'with --stage: follow a run that was started')
    .option('--redrive', 'with --run: restart items that failed or did not start', false)
    .option(
      '--concurrency <N>',
      'with --stage: tasks at a time (default: bulkConcurrency of the stage)',
      integer('--concurrency', 1, MOST_TASKS),
    )
    .option(
      '--tolerate <PERCENT>',
      'with --stage: items that may fail before the run is stopped',
      number('--tolerate', 0, 100),
      TOLERATED_PERCENT,
    )
    .option('--id-column <NAME>', 'with --stage: column of the ids')
    .option('--strict', 'stop at the first text that cannot be scored', false)
    .addHelpText(
      'after',
      helpText(
        [
          'tss score tweets.csv --out scored.csv',
          'tss score comments.csv --text-column comment --out scored.csv.gz',
          'tss score tweets.jsonl.gz --out scored.jsonl',
          'tss score tweets.parquet --out scored.parquet',
          'tss score - --format text',
          'tss score s3://BUCKET/input/2026/ --stage prod --dry-run',
          'tss score --run RUN --stage prod',
        ],
        'Adds the columns label, score_negative, score_neutral, score_positive, truncated, language,\n' +
          'language_supported, model_name, model_revision and certain. CSV and plain text become CSV, JSON\n' +
          'Lines stay JSON Lines, Parquet becomes the format of --out; every format becomes Parquet when --out\n' +
          'ends in .parquet. A line that cannot be scored is reported and left out.',
        'The same command continues a run that ended early, from a file to a file.',
        'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but texts were left out.',
        'Variables, also read from .env: MODEL_NAME, MODELS_DIR, INFERENCE_WORKERS.',
      ),
    )
    .action(async (file, { stage, run, ...options }, given) => {
      if (stage === undefined) {
        expectOptionsOf('file', given);
        const command = interruptible(HERE, async () => {
          const input = fileOf(file);
          const { scoreFile } = await import('./score-file.ts');
          await scoreFile({ ...engineSettings(), ...options, file: input });
        });
        return command();
      }
      if ((file === undefined) === (run === undefined)) {
        throw new UsageError('give either s3://BUCKET/FOLDER/ to score, or --run RUN to follow');
      }
      expectOptionsOf(run === undefined ? 'folder' : 'run', given);
      const command = interruptible(ON_STAGE, async () => {
        const { scoreFolder, followRun } = await import('../bulk/score-folder.ts');
        if (run !== undefined) await followRun(run, { ...options, stage });
        else if (file !== undefined) await scoreFolder(file, { ...options, stage });
      });
      return command();
    });
}

/** Options of each way of scoring, which the others would ignore. */
const OPTIONS_OF: Readonly<Record<'file' | 'folder' | 'run', readonly string[]>> = {
  file: ['out', 'format', 'textColumn', 'prefix', 'model', 'workers', 'strict'],
  folder: ['stage', 'dryRun', 'concurrency', 'tolerate', 'textColumn', 'idColumn'],
  run: ['stage', 'run', 'redrive'],
};

/** @throws UsageError for an option of another way of scoring */
function expectOptionsOf(
  way: keyof typeof OPTIONS_OF,
  command: Pick<Command, 'getOptionValueSource' | 'options'>,
): void {
  const foreign = command.options.find((option) => {
    const name = option.attributeName();
    return !OPTIONS_OF[way].includes(name) && command.getOptionValueSource(name) === 'cli';
  });
  if (!foreign) return;
  throw new UsageError(`${foreign.long} ${whyForeign(way, foreign.attributeName())}`);
}

/** Why a way of scoring has no such option. */
function whyForeign(way: keyof typeof OPTIONS_OF, option: string): string {
  if (way === 'file') return 'is an option of a folder on S3; give --stage, too';
  if (way === 'folder' && OPTIONS_OF.run.includes(option)) return 'wants --run';
  return OPTIONS_OF.folder.includes(option)
    ? 'is an option of a new run; leave it out, or give the folder in place of --run'
    : 'is an option of a file of this machine; leave out --stage, or the option';
}

/** @throws UsageError where there is no file of this machine to score */
function fileOf(file: string | undefined): string {
  if (file !== undefined && !file.startsWith('s3://')) return file;
  throw new UsageError('give a file to score, or a folder on S3 and --stage');
}
