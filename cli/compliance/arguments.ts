import { DEFAULT_URL, limitOf, parseOptions, urlOf } from '../shared/arguments.ts';

const DEFAULT_STATE_FILE = '.compliance-state.json';

export const USAGE = `Usage: npm run compliance -- [options]

Asks X about every tweet that a running service stores something of, and purges those that are
gone, protected or withheld: X wants them removed within a day. Run it daily. Exits 0 only when
every tweet was judged and every purge succeeded.

  --limit N       stop after N tweets, or up to about 1,000 more; the next run goes on. Each that
                  is still there costs a post read, $0.005
  --url URL       where the service is; default ${DEFAULT_URL}
  --state FILE    where unfinished work is kept; default ${DEFAULT_STATE_FILE}
  --help          this text

Ctrl-C stops; the same command then goes on where it stopped. Invented tweets (populate --sample)
are unknown to X, and purged.

Environment, also read from .env: ADMIN_TOKEN, as the service was started with; X_BEARER_TOKEN;
X_API_URL.`;

export interface ComplianceArguments {
  readonly limit: number;
  readonly url: string;
  readonly stateFile: string;
}

/** @returns `help` when that is all that was asked for. @throws UsageError */
export function parseComplianceArguments(args: readonly string[]): ComplianceArguments | 'help' {
  const { help, limit, url, state } = parseOptions(args, {
    limit: { type: 'string' },
    url: { type: 'string', default: DEFAULT_URL },
    state: { type: 'string', default: DEFAULT_STATE_FILE },
    help: { type: 'boolean', short: 'h' },
  });
  if (help) return 'help';
  return {
    limit: limit === undefined ? Number.POSITIVE_INFINITY : limitOf(limit),
    url: urlOf(url),
    stateFile: state,
  };
}
