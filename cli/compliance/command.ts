import { Command } from '@commander-js/extra-typings';
import { integer } from '../kit/arguments.ts';
import { serviceUrl } from '../kit/environment.ts';
import { helpText } from '../kit/help.ts';
import { interruptible } from '../kit/interruptible.ts';
import { X_READ } from '../kit/prices.ts';
import {
  ADMIN_VARIABLES,
  RESUMABLE,
  restartOption,
  stateOption,
  urlOption,
} from '../kit/service-options.ts';

const HIGHEST_LIMIT = 999_999_999;
const DEFAULT_STATE_FILE = '.compliance-state.json';

export function complianceCommand() {
  return new Command('compliance')
    .summary('Purge stored tweets that X no longer shows.')
    .description(
      'Ask X about every tweet that a running service has stored, and purge those that are ' +
        'deleted, protected or withheld. X requires their removal within a day: run this daily. ' +
        'Exits 0 when every tweet was checked, or as many as --limit asks for, and every purge ' +
        'succeeded. Exits 1 when the answer of X about a tweet was unclear.',
    )
    .option(
      '--limit <N>',
      'stop after N tweets, or up to about 1,000 more; the next run continues. Each tweet that ' +
        `still exists costs a post read, $${X_READ}`,
      integer('--limit', 1, HIGHEST_LIMIT),
    )
    .addOption(urlOption())
    .addOption(restartOption())
    .addOption(stateOption(DEFAULT_STATE_FILE))
    .addHelpText(
      'after',
      helpText(
        ['tss compliance', 'tss compliance --limit 10000'],
        'Ctrl-C stops; the same command continues where it stopped. Invented tweets\n' +
          '(tss populate --sample) are unknown to X, and purged.',
        `${ADMIN_VARIABLES};\nX_BEARER_TOKEN; X_API_URL.`,
      ),
    )
    .action(
      interruptible(RESUMABLE, async (signal, { limit, url, restart, state }) => {
        const { comply } = await import('./comply.ts');
        await comply(
          {
            limit: limit ?? Number.POSITIVE_INFINITY,
            url: url ?? serviceUrl(),
            restarts: restart,
            stateFile: state,
          },
          signal,
        );
      }),
    );
}
