import { Command } from '@commander-js/extra-typings';
import { helpText } from '../kit/help.ts';
import { interruptible } from '../kit/interruptible.ts';
import { print } from '../kit/printable.ts';
import { logDirsOf, logOption, NOTHING_WRITTEN } from './log-option.ts';

export function exportCommand() {
  return new Command('export')
    .description(
      'Write the prediction log as Parquet, a folder per day: DIR/scored_date=yyyy-MM-dd/.',
    )
    .requiredOption('--out <DIR>', 'folder to write; it must not exist yet')
    .addOption(logOption())
    .addHelpText(
      'after',
      helpText([
        'tss features export --out exports/november --log predictions',
        'tss features export --out exports/november --log machine-1 machine-2',
      ]),
    )
    .action(
      interruptible(NOTHING_WRITTEN, async (signal, { out, log }) => {
        const { exportFeatures } = await import('./write-features.ts');
        print(await exportFeatures({ out, logDirs: logDirsOf(log) }, signal));
      }),
    );
}
