import { Command, Option } from '@commander-js/extra-typings';
import { PERIODS, type Period } from '../../service/contract/concept-drift.ts';
import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { collect, day, number } from '../kit/arguments.ts';
import { UsageError } from '../kit/errors.ts';
import { helpText } from '../kit/help.ts';
import { interruptible } from '../kit/interruptible.ts';
import { print, printJson } from '../kit/printable.ts';

/** Side by side in 80 columns. */
const MOST_MODELS = 6;

const DEFAULT_MODEL = ENVIRONMENT.MODEL_NAME.default;

export function evaluateCommand() {
  return new Command('evaluate')
    .summary('Measure models on labeled texts, or past predictions by labels that came later.')
    .description(
      'Measure models on labeled texts: quality, calibration and speed. With --from-log, measure ' +
        'what the service predicted, week by week, by labels that came later.',
    )
    .option(
      '--data <FILE>',
      'CSV file with a header, separated by commas, semicolons or tabs, in UTF-8 or UTF-16',
    )
    .option('--text-column <NAME>', 'column of the texts (default: text)')
    .option('--label-column <NAME>', 'column of the labels (default: label)')
    .option('--texts <FILE>', 'instead of --data: one text per line')
    .option(
      '--labels <FILE>',
      'with --texts: one label per line; with --from-log: CSV with the header ' +
        'entity,event_timestamp,label, where an entity is the id of a tweet',
    )
    .option(
      '--model <NAME[=GRAPH]>',
      'model of manifest.json, or its tokenizer and labels with another ONNX graph, such as the ' +
        `same weights in FP32; up to ${MOST_MODELS} side by side (default: ${DEFAULT_MODEL})`,
      collect,
    )
    .option(
      '--from-log <DIR>',
      'instead of texts: prediction log, as files of JSON Lines or Parquet',
    )
    .addOption(
      new Option('--by <PERIOD>', 'with --from-log: period, in UTC (default: week)').choices(
        PERIODS,
      ),
    )
    .addOption(
      new Option('--group <COLUMN>', 'with --from-log: a line for each language').choices([
        'language',
      ] as const),
    )
    .option(
      '--since <DAY>',
      'with --from-log: leave out periods that began before this yyyy-MM-dd',
      day('--since'),
    )
    .option('--chart <FILE>', 'with --from-log: also write a chart as SVG, to a new file')
    .option(
      '--min-recall <X>',
      'with --from-log: exit 1 if the macro recall of a period is below X by more than chance, or nothing could be judged',
      number('--min-recall', 0, 1),
    )
    .option('--json', 'print JSON instead of tables', false)
    .addHelpText(
      'after',
      helpText(
        [
          'tss evaluate --data tweets.csv',
          'tss evaluate --data tweets.csv --text-column tweet --label-column sentiment',
          `tss evaluate --data tweets.csv --model ${DEFAULT_MODEL} --model mine`,
          'tss evaluate --texts texts.txt --labels labels.txt',
          'tss evaluate --from-log predictions --labels labels.csv --by week --min-recall 0.7',
        ],
        'A label is negative, neutral or positive in any case, or 0, 1 or 2 in that order.',
        'All models are loaded at once and take turns, so that their speeds compare.',
        'Variable, also read from .env: MODELS_DIR.',
      ),
    )
    .action((options) =>
      options.fromLog === undefined ? measureModels(options) : measureLog(options),
    );
}

interface Options {
  readonly data?: string;
  readonly textColumn?: string;
  readonly labelColumn?: string;
  readonly texts?: string;
  readonly labels?: string;
  readonly model?: readonly string[];
  readonly fromLog?: string;
  readonly by?: Period;
  readonly group?: 'language';
  readonly since?: string;
  readonly chart?: string;
  readonly minRecall?: number;
  readonly json: boolean;
}

const measureModels = interruptible(
  { kept: 'Stopped; there are no results.' },
  async (
    _signal,
    { model = [DEFAULT_MODEL], json, by, group, since, chart, minRecall, ...data }: Options,
  ) => {
    refuse(
      {
        '--by': by,
        '--group': group,
        '--since': since,
        '--chart': chart,
        '--min-recall': minRecall,
      },
      'needs --from-log',
    );
    if (model.length > MOST_MODELS) {
      throw new UsageError(
        `--model must be given at most ${MOST_MODELS} times, got ${model.length}`,
      );
    }
    const models = model.map(choiceOf);
    const { readDataset } = await import('./read-dataset.ts');
    const dataset = await readDataset(data);
    const { evaluate } = await import('./evaluate.ts');
    const { formatReport } = await import('./report.ts');
    const report = await evaluate(dataset, models);
    if (json) printJson(report);
    else print(formatReport(report));
  },
);

const measureLog = interruptible(
  { kept: 'Stopped; there are no results.', cleansUp: true },
  async (
    signal,
    { fromLog, labels, by = 'week', group, since, chart, minRecall, json, ...others }: Options,
  ) => {
    refuse(
      {
        '--data': others.data,
        '--text-column': others.textColumn,
        '--label-column': others.labelColumn,
        '--texts': others.texts,
        '--model': others.model,
      },
      'does not go with --from-log',
    );
    if (fromLog === undefined || labels === undefined) {
      throw new UsageError('--from-log needs --labels FILE');
    }
    const { evaluateLog } = await import('./concept-drift/evaluate-log.ts');
    await evaluateLog(
      {
        logDir: fromLog,
        labels,
        by,
        byLanguage: group === 'language',
        since,
        chart,
        minRecall,
        json,
      },
      signal,
    );
  },
);

/** @throws UsageError naming the first option that was given */
function refuse(options: Readonly<Record<string, unknown>>, problem: string): void {
  const given = Object.keys(options).find((name) => options[name] !== undefined);
  if (given !== undefined) throw new UsageError(`${given} ${problem}`);
}

/** @throws UsageError */
function choiceOf(given: string): { name: string; graph?: string } {
  const at = given.indexOf('=');
  if (at < 0) return { name: given };
  const [name, graph] = [given.slice(0, at), given.slice(at + 1)];
  if (name === '' || graph === '') {
    throw new UsageError(`--model must be NAME or NAME=GRAPH, got '${given}'`);
  }
  return { name, graph };
}
