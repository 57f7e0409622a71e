import { Command } from '@commander-js/extra-typings';
import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { collect } from '../kit/arguments.ts';
import { UsageError } from '../kit/errors.ts';
import { helpText } from '../kit/help.ts';
import { interruptible } from '../kit/interruptible.ts';

/** Side by side in 80 columns. */
const MOST_MODELS = 6;

const DEFAULT_MODEL = ENVIRONMENT.MODEL_NAME.default;

export function evaluateCommand() {
  return new Command('evaluate')
    .description('Measure models on labeled texts: quality, calibration and speed.')
    .option(
      '--data <FILE>',
      'CSV file with a header, separated by commas, semicolons or tabs, in UTF-8 or UTF-16',
    )
    .option('--text-column <NAME>', 'column of the texts (default: text)')
    .option('--label-column <NAME>', 'column of the labels (default: label)')
    .option('--texts <FILE>', 'instead of --data: one text per line')
    .option('--labels <FILE>', 'with --texts: one label per line')
    .option(
      '--model <NAME[=GRAPH]>',
      'model of manifest.json, or its tokenizer and labels with another ONNX graph, such as the ' +
        `same weights in FP32; up to ${MOST_MODELS} side by side (default: ${DEFAULT_MODEL})`,
      collect,
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
        ],
        'A label is negative, neutral or positive in any case, or 0, 1 or 2 in that order.',
        'All models are loaded at once and take turns, so that their speeds compare.',
        'Variable, also read from .env: MODELS_DIR.',
      ),
    )
    .action(
      interruptible(
        { kept: 'Stopped; there are no results.' },
        async (_signal, { model = [DEFAULT_MODEL], json, ...data }) => {
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
          console.log(json ? JSON.stringify(report, null, 2) : formatReport(report));
        },
      ),
    );
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
