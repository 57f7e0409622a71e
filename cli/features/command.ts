import { Command } from '@commander-js/extra-typings';
import { helpText } from '../kit/help.ts';
import { exportCommand } from './export-command.ts';
import { loadCommand } from './load-command.ts';
import { rebuildCommand } from './rebuild-command.ts';
import { trainingSetCommand } from './training-set-command.ts';

export function featuresCommand() {
  return new Command('features')
    .description(
      'Export the prediction log, make training sets, load scored rows and repair aggregates.',
    )
    .addCommand(exportCommand())
    .addCommand(trainingSetCommand())
    .addCommand(loadCommand())
    .addCommand(rebuildCommand())
    .addHelpText(
      'after',
      helpText([
        'tss features export --out exports/november',
        'tss features training-set --labels labels.csv --out train.parquet',
        'tss features load scored.parquet',
        'tss features rebuild --dry-run',
      ]),
    );
}
