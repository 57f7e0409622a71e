import { Command } from '@commander-js/extra-typings';
import { serviceUrl } from '../kit/environment.ts';
import { UsageError } from '../kit/errors.ts';
import { helpText } from '../kit/help.ts';
import { interruptible } from '../kit/interruptible.ts';
import { ADMIN_VARIABLES, urlOption } from '../kit/service-options.ts';

const INTERRUPTION = {
  kept: 'Stopped; what was purged stays purged. Run the same command for the rest.',
  cleansUp: true,
} as const;
const VARIABLES = `${ADMIN_VARIABLES}.`;

export function purgeCommand() {
  return new Command('purge')
    .summary('Remove tweets or users from a running service.')
    .description(
      'Remove what a running service stores of tweets or users, through its admin routes. Asks ' +
        'first. A purged tweet is not stored again for a day, and is left out of training sets.',
    )
    .addHelpText('after', helpText(['tss purge tweets 1460323737035677698'], VARIABLES))
    .addCommand(tweetsCommand())
    .addCommand(usersCommand());
}

/** A subcommand with the options that both have. */
function subcommand(name: string) {
  return new Command(name).addOption(urlOption()).option('--yes', 'do not ask', false);
}

function tweetsCommand() {
  return subcommand('tweets')
    .summary('Purge tweets by id.')
    .description(
      'Purge tweets: their rows of every model revision and their share of users and topics. ' +
        'Exits 0 when every tweet was purged, also if nothing was stored.',
    )
    .argument('[IDS...]', 'ids of tweets')
    .option(
      '--file <FILE>',
      'further ids, one on each line; - reads standard input, and needs --yes',
    )
    .addHelpText(
      'after',
      helpText(
        ['tss purge tweets 1460323737035677698', 'tss purge tweets --file ids.txt --yes'],
        VARIABLES,
      ),
    )
    .action(
      interruptible(INTERRUPTION, async (signal, ids, { file, url, yes }) => {
        if (ids.length === 0 && file === undefined) {
          throw new UsageError('nothing to do: give ids of tweets, or --file');
        }
        if (file === '-' && !yes) {
          throw new UsageError(
            '--file - leaves no input for the question whether to purge; give --yes',
          );
        }
        const { purgeTweets } = await import('./purge-tweets.ts');
        await purgeTweets({ ids, file }, { url: url ?? serviceUrl(), isSure: yes }, signal);
      }),
    );
}

function usersCommand() {
  return subcommand('users')
    .summary('Purge all tweets of users.')
    .description(
      "Purge each of the users' stored tweets, and their names. Exits 1 when the store does not " +
        'know a name, as after an earlier purge: only the numeric id tells if all is removed.',
    )
    .argument('<USERS...>', 'numeric ids or @names; a bare number is an id')
    .addHelpText(
      'after',
      helpText(['tss purge users 2244994945', 'tss purge users @someone --yes'], VARIABLES),
    )
    .action(
      interruptible(INTERRUPTION, async (signal, users, { url, yes }) => {
        const { purgeUsers } = await import('./purge-users.ts');
        await purgeUsers(users, { url: url ?? serviceUrl(), isSure: yes }, signal);
      }),
    );
}
