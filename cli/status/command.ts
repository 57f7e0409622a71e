import { Command } from '@commander-js/extra-typings';
import { number, stageName } from '../kit/arguments.ts';
import { helpText } from '../kit/help.ts';
import { interruptible } from '../kit/interruptible.ts';

const DEFAULT_HOURS = 3;

export function statusCommand() {
  return new Command('status')
    .description("Print the figures of a stage's dashboard and the state of its alarms.")
    .requiredOption('--stage <STAGE>', 'stage to read', stageName)
    .option('--hours <N>', 'length of the window', number('--hours', 1, 360), DEFAULT_HOURS)
    .option('--json', 'print all values as JSON', false)
    .addHelpText(
      'after',
      helpText(
        ['tss status --stage prod', 'tss status --stage dev --hours 24 --json'],
        'Region and credentials come from the usual AWS variables and files.',
        'Exit codes: 0 no alarm fires, 1 an alarm fires, 2 the status could not be read.',
      ),
    )
    .action(
      interruptible({ kept: 'Stopped.' }, async (_signal, { stage, hours, json }) => {
        const { printStatus } = await import('./print-status.ts');
        await printStatus(stage, hours, json);
      }),
    );
}
