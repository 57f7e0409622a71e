import { Command } from '@commander-js/extra-typings';
import { collect, stageName } from '../kit/arguments.ts';
import { helpText } from '../kit/help.ts';
import { interruptible } from '../kit/interruptible.ts';

export function doctorCommand() {
  return new Command('doctor')
    .description('Check an account before a stage is deployed to it. Changes nothing.')
    .requiredOption('--stage <STAGE>', 'stage to deploy', stageName)
    .option(
      '-c, --context <KEY=VALUE>',
      'override of the stage, as for cdk, such as -c maxTasks=4; repeatable',
      collect,
    )
    .addHelpText(
      'after',
      helpText(
        ['tss doctor --stage dev', 'tss doctor --stage prod -c certificateArn=ARN'],
        'Region and credentials come from the usual AWS variables and files. "unknown" means that a check\n' +
          'lacked a permission or an answer; "warn" that a deployment would lose a value. Without credentials\n' +
          'or a region the first check fails.',
        'Exit codes: 0 no check fails, 1 a check fails, 2 wrong usage.',
      ),
    )
    .action(
      interruptible({ kept: 'Stopped.' }, async (_signal, { stage, context }) => {
        const { runChecks } = await import('./run-checks.ts');
        await runChecks(stage, context ?? []);
      }),
    );
}
