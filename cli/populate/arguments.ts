import { DEFAULT_URL, limitOf, parseOptions, urlOf } from '../shared/arguments.ts';
import { UsageError } from '../shared/cli-error.ts';

const DEFAULT_LIMIT = 500;
const DEFAULT_STATE_FILE = '.populate-state.json';

export const USAGE = `Usage: npm run populate -- [options]

Sends tweets to a running service, which scores and stores them.

  --user NAME     the latest tweets of a user (X API, at most 3,200)
  --topic QUERY   recent tweets about a topic such as "#bitcoin" (X API, the last seven days,
                  without retweets); they count under the topic by the name given
  --file FILE     tweets of a file, one X API v2 object a line ("topics" may be added)
  --sample        invented tweets that come with this tool, of the 30 days that end now

  --limit N       at most N tweets of each user and topic; default ${DEFAULT_LIMIT}
  --url URL       where the service is; default ${DEFAULT_URL}
  --state FILE    where unfinished work is kept; default ${DEFAULT_STATE_FILE}
  --help          this text

--user, --topic and --file may be given several times. Ctrl-C stops; the same command then goes
on where it stopped.

Environment, also read from .env: ADMIN_TOKEN, as the service was started with; X_BEARER_TOKEN
for --user and --topic; X_API_URL.`;

export interface PopulateArguments {
  readonly users: readonly string[];
  readonly topics: readonly string[];
  readonly files: readonly string[];
  readonly sample: boolean;
  readonly limit: number;
  readonly url: string;
  readonly stateFile: string;
}

/** @returns `help` when that is all that was asked for. @throws UsageError */
export function parsePopulateArguments(args: readonly string[]): PopulateArguments | 'help' {
  const values = parseOptions(args, {
    user: { type: 'string', multiple: true },
    topic: { type: 'string', multiple: true },
    file: { type: 'string', multiple: true },
    sample: { type: 'boolean' },
    limit: { type: 'string', default: String(DEFAULT_LIMIT) },
    url: { type: 'string', default: DEFAULT_URL },
    state: { type: 'string', default: DEFAULT_STATE_FILE },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help) return 'help';
  const { user = [], topic = [], file = [], sample = false } = values;
  if (user.length + topic.length + file.length === 0 && !sample) {
    throw new UsageError('Nothing to do: give --user, --topic, --file or --sample.');
  }
  const users = user.map((name) => name.replace(/^@/, ''));
  for (const name of users) {
    if (!/^[A-Za-z0-9_]{1,50}$/.test(name))
      throw new UsageError(`--user "${name}" is no username.`);
  }
  for (const query of topic) if (query.trim() === '') throw new UsageError('--topic is empty.');
  return {
    users,
    topics: topic.map((query) => query.trim()),
    files: file,
    sample,
    limit: limitOf(values.limit),
    url: urlOf(values.url),
    stateFile: values.state,
  };
}
