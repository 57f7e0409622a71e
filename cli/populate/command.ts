import { Command, Option } from '@commander-js/extra-typings';
import { LANGUAGE } from '../../service/contract/languages.ts';
import { collect, integer } from '../kit/arguments.ts';
import { serviceUrl } from '../kit/environment.ts';
import { UsageError } from '../kit/errors.ts';
import { helpText } from '../kit/help.ts';
import { interruptible } from '../kit/interruptible.ts';
import {
  ADMIN_VARIABLES,
  RESUMABLE,
  restartOption,
  stateOption,
  urlOption,
} from '../kit/service-options.ts';

const DEFAULT_LIMIT = 500;
const HIGHEST_LIMIT = 999_999_999;
const DEFAULT_STATE_FILE = '.populate-state.json';

export function populateCommand() {
  return new Command('populate')
    .description('Send tweets to a running service, which scores and stores them.')
    .option('--user <NAME>', 'latest tweets of a user (X API, at most 3,200); repeatable', collect)
    .option(
      '--topic <NAME>',
      'recent tweets about a topic such as "#bitcoin" (X API, last seven days, no retweets); ' +
        'repeatable',
      collect,
    )
    .option(
      '--query <QUERY>',
      'recent tweets by X\'s own operators such as "#bitcoin lang:en -is:reply" (X API); repeatable',
      collect,
    )
    .option(
      '--file <FILE>',
      'tweets of a file: CSV, JSON Lines of tweets ("topics" may be added) or of twarc\'s pages, an ' +
        "archive's tweets.js; repeatable",
      collect,
    )
    .addOption(
      new Option('--lang <CODE>', 'only tweets in this language, such as en').argParser(languageOf),
    )
    .option('--sample', 'invented tweets of the last 30 days that come with this command', false)
    .option(
      '--limit <N>',
      `highest number of tweets per user, topic and query (default: ${DEFAULT_LIMIT})`,
      integer('--limit', 1, HIGHEST_LIMIT),
    )
    .addOption(urlOption())
    .addOption(restartOption())
    .addOption(stateOption(DEFAULT_STATE_FILE))
    .addHelpText(
      'after',
      helpText(
        [
          'tss populate --sample',
          'tss populate --user nasa --limit 1000',
          'tss populate --topic "#bitcoin" --topic "space launch" --lang en',
          'tss populate --file tweets.csv',
        ],
        'Ctrl-C stops; the same command continues where it stopped. Reads of X that stopped more than a\n' +
          'day ago start over.',
        `${ADMIN_VARIABLES};\nX_BEARER_TOKEN for --user, --topic and --query; X_API_URL.`,
      ),
    )
    .action(
      interruptible(
        RESUMABLE,
        async (
          signal,
          {
            user = [],
            topic = [],
            query = [],
            file = [],
            lang,
            sample,
            limit,
            url,
            restart,
            state,
          },
        ) => {
          if (user.length + topic.length + query.length + file.length === 0 && !sample) {
            throw new UsageError(
              'nothing to do: give --user, --topic, --query, --file or --sample',
            );
          }
          if (limit !== undefined && user.length + topic.length + query.length === 0) {
            throw new UsageError(
              '--limit bounds the tweets of --user, --topic and --query: give one of them',
            );
          }
          const selection = {
            users: user.map(usernameOf),
            topics: topic.map((given) => filled('--topic', given)),
            queries: query.map((given) => filled('--query', given)),
            ...(lang !== undefined && { lang }),
            files: file,
            sample,
            limit: limit ?? DEFAULT_LIMIT,
          };
          const { populate } = await import('./populate.ts');
          await populate(
            { ...selection, url: url ?? serviceUrl(), restarts: restart, stateFile: state },
            signal,
          );
        },
      ),
    );
}

/** @throws UsageError */
function usernameOf(given: string): string {
  const name = given.replace(/^@/, '');
  if (/^[A-Za-z0-9_]{1,50}$/.test(name)) return name;
  throw new UsageError(
    `--user must be a username of 1 to 50 letters, digits or "_", got '${given}'`,
  );
}

/** @throws UsageError */
function filled(option: string, given: string): string {
  const text = given.trim();
  if (text !== '') return text;
  throw new UsageError(`${option} must not be empty, got ''`);
}

/** @throws UsageError */
function languageOf(given: string): string {
  if (LANGUAGE.test(given)) return given;
  throw new UsageError(`--lang must be a code of 2 or 3 small letters such as en, got '${given}'`);
}
