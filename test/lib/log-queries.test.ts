import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LOG_QUERIES } from '../../lib/monitoring/log-queries.ts';
import { ServiceProcess } from '../helpers/service-process.ts';

/** CloudWatch's own. */
const BUILT_IN = ['@timestamp', '@logStream'];

type Line = Record<string, unknown>;
let log: Line[];

beforeAll(async () => {
  const service = await ServiceProcess.start({
    X_BEARER_TOKEN: 'token',
    // A port without a listener.
    X_API_URL: 'http://127.0.0.1:9',
    REDIS_URL: 'redis://127.0.0.1:9',
  });
  const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
  await fetch(`${service.url}/v1/inference`, { ...post, body: '{"texts":["fine"]}' });
  await fetch(`${service.url}/v1/inference`, { ...post, body: '{' });
  await fetch(`${service.url}/v1/inference?tweetUrl=https://x.com/i/status/1`);
  await service.stop();
  log = service.log;
});
afterAll(() => {
  log = [];
});

/** The lines that the filters of a query let through, as far as they are of these few kinds. */
function found(query: readonly string[]): Line[] {
  const filters = query.filter((line) => line.startsWith('filter '));
  const conditions = filters.flatMap((line) => line.slice('filter '.length).split(' and '));
  return log.filter((line) => conditions.every((condition) => holds(condition, line)));
}

function holds(condition: string, line: Line): boolean {
  const [, not, present] = /^(not )?ispresent\((\w+)\)$/.exec(condition) ?? [];
  if (present) return (line[present] !== undefined) === (not === undefined);
  const [, equal, value] = /^(\w+) = "([^"]*)"$/.exec(condition) ?? [];
  if (equal) return line[equal] === value;
  const [, field, values] = /^(\w+) in (\[.*\])$/.exec(condition) ?? [];
  if (field && values) return JSON.parse(values).includes(line[field]);
  throw new Error(`Read here what "${condition}" means.`);
}

const messages = (name: keyof typeof LOG_QUERIES) => found(LOG_QUERIES[name]).map(({ msg }) => msg);

describe('the saved log queries', () => {
  it.each(Object.entries(LOG_QUERIES))('"%s" names fields that the log has', (_name, query) => {
    const named = query
      .filter((line) => line.startsWith('fields '))
      .flatMap((line) => line.slice('fields '.length).split(', '))
      .concat(
        [...query.join(' ').matchAll(/ by ([\w, ]+?)(?: sort|$)/g)].flatMap(([, by]) =>
          by!.split(', '),
        ),
      )
      .filter((name) => !BUILT_IN.includes(name));
    for (const name of named) {
      const has = log.some((line) => {
        const value = name
          .split('.')
          .reduce<unknown>((at, key) => (at as Line | undefined)?.[key], line);
        return value !== undefined;
      });
      expect([name, has]).toEqual([name, true]);
    }
  });

  it('show as an error what the source of tweets answered', () => {
    expect(messages('recent errors')).toContain(
      'reads of tweets through the X API fail; nothing is purged',
    );
  });

  it('count each failed request once, with its route', () => {
    const lines = found(LOG_QUERIES['failures by code']);
    expect(lines.map(({ code, route }) => [code, route]).toSorted()).toEqual([
      ['invalid_request', '/v1/inference'],
      ['tweet_source_failed', '/v1/inference'],
    ]);
  });

  it('show each request by its time', () => {
    expect(messages('slowest requests')).toEqual(['request', 'request', 'request']);
  });

  it('show the start and the stop of a task, and no request', () => {
    const lines = found(LOG_QUERIES['starts and stops']);
    expect(lines.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^model: /), 'ended']),
    );
    expect(lines.filter(({ requestId }) => requestId !== undefined)).toEqual([]);
  });
});
