import { Command } from '@commander-js/extra-typings';
import { serviceUrl } from '../kit/environment.ts';
import { helpText } from '../kit/help.ts';
import { interruptible } from '../kit/interruptible.ts';
import { X_READ, X_USER_READ } from '../kit/prices.ts';
import {
  RESUMABLE,
  RESUMABLE_HELP,
  rateOption,
  restartOption,
  stateOption,
  urlOption,
} from '../kit/service-options.ts';

/** About a quarter of what one vCPU scores with the embedded model. */
const DEFAULT_RATE = 50;
const DEFAULT_STATE_FILE = '.rescore-state.json';

export function rescoreCommand() {
  return new Command('rescore')
    .summary('Score the stored tweets again after a change of the model.')
    .description(
      'Score the stored tweets of earlier model revisions again, with the current model of a ' +
        'running service and from the texts that are stored with them. X is not read. The service ' +
        'stays in use, and the command may be repeated.',
    )
    .addOption(urlOption())
    .addOption(rateOption('score at most N tweets a second', DEFAULT_RATE))
    .option('--dry-run', 'only count', false)
    .addOption(restartOption())
    .addOption(stateOption(DEFAULT_STATE_FILE))
    .addHelpText(
      'after',
      helpText(
        ['tss rescore --dry-run', 'tss rescore --url https://api.example.com --rate 200'],
        'A tweet without a stored text is only counted. It is scored when it is next requested, for the\n' +
          `price of a read of X: $${X_READ}, and $${X_USER_READ} for its author, once a day. Texts are stored only\n` +
          'with STORE_TWEET_TEXT=true.',
        ...RESUMABLE_HELP,
      ),
    )
    .action(
      interruptible(RESUMABLE, async (signal, { url, rate, dryRun, restart, state }) => {
        const { rescoreTweets } = await import('./rescore.ts');
        await rescoreTweets(
          {
            url: url ?? serviceUrl(),
            rate,
            stateFile: state,
            isDryRun: dryRun,
            restarts: restart,
          },
          signal,
        );
      }),
    );
}
