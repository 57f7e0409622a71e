import { Command } from '@commander-js/extra-typings';
import { isoTimeMs } from '../../service/contract/iso-time.ts';
import { serviceUrl } from '../kit/environment.ts';
import { UsageError } from '../kit/errors.ts';
import { helpText } from '../kit/help.ts';
import { interruptible } from '../kit/interruptible.ts';
import {
  RESUMABLE,
  RESUMABLE_HELP,
  rateOption,
  restartOption,
  stateOption,
  urlOption,
} from '../kit/service-options.ts';

/** Storing one takes Redis about 0.2 ms: a tenth of its time. */
const DEFAULT_RATE = 500;
const DEFAULT_STATE_FILE = '.load-state.json';

export function loadCommand() {
  return new Command('load')
    .summary('Store scored rows, as tss score writes them, in a running service.')
    .description(
      'Store the scores of a file that tss score wrote in the feature store of a running service, ' +
        'as if the service had scored the tweets. The service stays in use, and the command may be ' +
        'repeated.',
    )
    .argument('<FILE>', 'Parquet, CSV with a header or JSON Lines, the latter two also as .gz')
    .addOption(urlOption())
    .addOption(rateOption('store at most N rows a second', DEFAULT_RATE))
    .option('--prefix <PREFIX>', 'as given to tss score', '')
    .option(
      '--scored-at <TIME>',
      'time of scoring for rows without scored_at, such as 2026-11-23T10:00:00Z (default: when ' +
        'the file was written)',
      isoTime,
    )
    .addOption(restartOption())
    .addOption(stateOption(DEFAULT_STATE_FILE))
    .addHelpText(
      'after',
      helpText(
        [
          'tss features load scored.parquet',
          'tss features load scored.csv --rate 100 --url https://api.example.com',
        ],
        'A row needs a tweet id (tweet_id or id), the scores, model_name and model_revision. Author id,\n' +
          'username, created_at, text and lang are used if present. If lang (or, with --prefix, language)\n' +
          'tells the language that X gave, the identified one does not count. A row without a required\n' +
          'column is reported by its line and left out. No user counts a row with a username but no\n' +
          'author id. Times need their zone, such as 2026-11-23T10:00:00Z: a created_at without one is\n' +
          'not read, and the id tells the time of the tweet. A row without a text has no hashtags: if it\n' +
          'is newer than the stored score, its tweet leaves the hashtags of that.',
        'Rows keep their model revision. Rows of a revision other than that of the service count in\n' +
          'aggregates, but only a service with that model answers with them.',
        ...RESUMABLE_HELP,
      ),
    )
    .action(
      interruptible(RESUMABLE, async (signal, file, { url, restart, state, ...options }) => {
        const { loadScoredRows } = await import('./load/load.ts');
        await loadScoredRows(
          { ...options, file, url: url ?? serviceUrl(), restarts: restart, stateFile: state },
          signal,
        );
      }),
    );
}

function isoTime(text: string): string {
  if (isoTimeMs(text) !== null) return text;
  throw new UsageError(
    `--scored-at must be like 2026-11-23T10:00:00Z, with its zone, got '${text}'`,
  );
}
