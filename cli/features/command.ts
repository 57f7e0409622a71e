import { Command, Option } from '@commander-js/extra-typings';
import { LABEL_ENTITIES, type LabelEntity } from '../../service/contract/offline.ts';
import { predictionLogDir } from '../kit/environment.ts';
import { UsageError } from '../kit/errors.ts';
import { helpText } from '../kit/help.ts';
import { type Interruption, interruptible } from '../kit/interruptible.ts';

const INTERRUPTION: Interruption = { kept: 'Stopped; nothing was written.', cleansUp: true };
const ENTITIES = Object.keys(LABEL_ENTITIES) as LabelEntity[];
const AS_OF = ['created', 'event'] as const;

export function featuresCommand() {
  return new Command('features')
    .description('Export the prediction log, and make training sets of it.')
    .addCommand(exportCommand())
    .addCommand(trainingSetCommand())
    .addHelpText(
      'after',
      helpText([
        'tss features export --out exports/november',
        'tss features training-set --labels labels.csv --out train.parquet',
      ]),
    );
}

function exportCommand() {
  return new Command('export')
    .description(
      'Write the prediction log as Parquet, a folder per day: DIR/scored_date=yyyy-MM-dd/.',
    )
    .requiredOption('--out <DIR>', 'folder to write; it must not exist yet')
    .option('--log <DIR>', 'folder of the prediction log (default: PREDICTION_LOG_DIR)')
    .addHelpText(
      'after',
      helpText(['tss features export --out exports/november --log predictions']),
    )
    .action(
      interruptible(INTERRUPTION, async (signal, { out, log }) => {
        const { exportFeatures } = await import('./write-features.ts');
        console.log(await exportFeatures({ out, logDir: logDirOf(log) }, signal));
      }),
    );
}

function trainingSetCommand() {
  return new Command('training-set')
    .description('Write labels, each with the newest prediction it may see, as one Parquet file.')
    .requiredOption(
      '--labels <FILE>',
      'CSV with the header entity,event_timestamp,label; a time is ISO 8601 with its zone ' +
        '(2026-11-23T10:00:00+01:00) or in milliseconds since 1970',
    )
    .requiredOption('--out <FILE>', 'file to write; it must not exist yet')
    .option('--log <DIR>', 'folder of the prediction log (default: PREDICTION_LOG_DIR)')
    .addOption(
      new Option('--entity <KIND>', 'kind of the ids in the column entity')
        .choices(ENTITIES)
        .default('tweet' satisfies LabelEntity as LabelEntity),
    )
    .addOption(
      new Option(
        '--as-of <RULE>',
        'created: a label sees what was scored by its time; event: also what was scored later, ' +
          'of tweets made by then, for backfills',
      )
        .choices(AS_OF)
        .default('created' as const),
    )
    .addHelpText(
      'after',
      helpText([
        'tss features training-set --labels labels.csv --out train.parquet --log predictions',
        'tss features training-set --labels users.csv --entity user --as-of event --out t.parquet',
      ]),
    )
    .action(
      interruptible(INTERRUPTION, async (signal, { log, ...options }) => {
        const { makeTrainingSet } = await import('./write-features.ts');
        console.log(await makeTrainingSet({ ...options, logDir: logDirOf(log) }, signal));
      }),
    );
}

/** @throws UsageError */
function logDirOf(given: string | undefined): string {
  const dir = given ?? predictionLogDir();
  if (dir !== undefined) return dir;
  throw new UsageError('--log is missing, and PREDICTION_LOG_DIR is not set');
}
