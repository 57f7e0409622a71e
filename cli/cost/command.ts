import { Command } from '@commander-js/extra-typings';
import { collect, number, stageName } from '../kit/arguments.ts';
import { helpText } from '../kit/help.ts';
import { interruptible } from '../kit/interruptible.ts';
import { MEASURED_PER_VCPU } from '../kit/measured-rate.ts';

const SLOWEST_PER_VCPU = 0.01;

export function costCommand() {
  return new Command('cost')
    .description('Estimate the monthly cost of a stage, without access to AWS.')
    .requiredOption('--stage <STAGE>', 'stage to estimate', stageName)
    .option(
      '--requests-per-day <N>',
      'requested tweets; 0: an idle stage',
      number('--requests-per-day', 0, 1e12),
      0,
    )
    .option(
      '--hit-rate <SHARE>',
      'share answered from the feature store, 0 to 1',
      number('--hit-rate', 0, 1),
      0.5,
    )
    .option(
      '--predictions-per-second <N>',
      'predictions of one vCPU; the default was measured on the embedded model',
      number('--predictions-per-second', SLOWEST_PER_VCPU, 1e6),
      MEASURED_PER_VCPU,
    )
    .option(
      '-c, --context <KEY=VALUE>',
      'override of the stage, as for cdk, such as -c taskCpu=4096; repeatable',
      collect,
    )
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      helpText(
        ['tss cost --stage dev', 'tss cost --stage prod --requests-per-day 1000000 --hit-rate 0.8'],
        'Without -c certificateArn=..., prod is assumed to have a certificate. With\n' +
          '-c xBearerTokenSecretArn=..., each miss is a paid read at X.',
      ),
    )
    .action(
      interruptible({ kept: 'Stopped.' }, async (_signal, { stage, context, json, ...load }) => {
        const { printCost } = await import('./print-cost.ts');
        const { requestsPerDay, hitRate, predictionsPerSecond } = load;
        printCost(
          stage,
          context ?? [],
          { requestsPerDay, hitRate, predictionsPerSecondPerVcpu: predictionsPerSecond },
          json,
        );
      }),
    );
}
