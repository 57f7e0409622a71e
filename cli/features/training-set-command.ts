import { Command, Option } from '@commander-js/extra-typings';
import { LABEL_ENTITIES, type LabelEntity } from '../../service/contract/offline.ts';
import { helpText } from '../kit/help.ts';
import { interruptible } from '../kit/interruptible.ts';
import { print } from '../kit/printable.ts';
import { logDirsOf, logOption, NOTHING_WRITTEN } from './log-option.ts';

const ENTITIES = Object.keys(LABEL_ENTITIES) as LabelEntity[];
const AS_OF = ['created', 'event'] as const;

export function trainingSetCommand() {
  return new Command('training-set')
    .description(
      'Join each label with the newest prediction known at its time, in one Parquet file.',
    )
    .requiredOption(
      '--labels <FILE>',
      'CSV with the header entity,event_timestamp,label; a time is ISO 8601 with its zone ' +
        '(2026-11-23T10:00:00+01:00) or in milliseconds since 1970',
    )
    .requiredOption('--out <FILE>', 'file to write; it must not exist yet')
    .addOption(logOption())
    .option('--bulk <DIR>', 'folder of bulk results, joined by the time of scoring')
    .addOption(
      new Option('--entity <KIND>', 'kind of the ids in the column entity')
        .choices(ENTITIES)
        .default('tweet' satisfies LabelEntity as LabelEntity),
    )
    .addOption(
      new Option(
        '--as-of <RULE>',
        "created: join only predictions scored by the label's time; event: also later predictions " +
          'of tweets made by that time, for backfills',
      )
        .choices(AS_OF)
        .default('created' as const),
    )
    .addHelpText(
      'after',
      helpText([
        'tss features training-set --labels labels.csv --out train.parquet --log predictions',
        'tss features training-set --labels users.csv --entity user --as-of event --out t.parquet',
        'tss features training-set --labels labels.csv --bulk results --out train.parquet',
      ]),
    )
    .action(
      interruptible(NOTHING_WRITTEN, async (signal, { log, ...options }) => {
        const { makeTrainingSet } = await import('./write-features.ts');
        print(await makeTrainingSet({ ...options, logDirs: logDirsOf(log) }, signal));
      }),
    );
}
