import type { StubAnswer } from '../helpers/x-api-stub.ts';

export interface XFault {
  readonly name: string;
  /** Answers of X to every request; a function is called for each, with the time of the call. */
  readonly answer: () => StubAnswer;
  /** X limits reads for so long that no test waits for the end. */
  readonly isLong?: boolean;
}

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) => ({
  status,
  body,
  headers,
});
const problem = (status: number, title: string) =>
  json(status, { title, detail: title, type: 'about:blank', status });
const html = (status: number) =>
  json(status, '<html><body>Request blocked by the proxy</body></html>', {
    'content-type': 'text/html',
  });
const limited = (resetInSeconds?: number) =>
  json(
    429,
    { title: 'Too Many Requests', status: 429 },
    resetInSeconds === undefined
      ? {}
      : { 'x-rate-limit-reset': `${Math.floor(Date.now() / 1_000) + resetInSeconds}` },
  );
const always = (name: string, answer: StubAnswer): XFault => ({ name, answer: () => answer });

/** Limits come last: each pauses reads, and the last one for longer than the suite runs. */
export const X_FAULTS: readonly XFault[] = [
  always('500', problem(500, 'Internal Server Error')),
  always('503', problem(503, 'Service Unavailable')),
  always('401', problem(401, 'Unauthorized')),
  always('403 of the whole request', problem(403, 'Forbidden')),
  always('404 of the whole request', problem(404, 'Not Found')),
  always('a redirect', json(301, '', { location: 'http://127.0.0.1:9/' })),
  always('200 with a page of a proxy', html(200)),
  always('403 with a page of a proxy', html(403)),
  always('404 with a page of a proxy', html(404)),
  always('an empty body', json(200, '')),
  always('204', json(204, '')),
  always('null', json(200, 'null')),
  always('an empty object', json(200, {})),
  always('noise', json(200, '\u0000\u0001{"data":')),
  always('JSON of 100,000 levels', json(200, '['.repeat(100_000))),
  always('__proto__', json(200, '{"__proto__":{"data":[]},"data":{"__proto__":1}}')),
  always('another tweet', json(200, { data: [{ id: '20', text: 'just setting up my twttr' }] })),
  always('60 KB of headers', json(200, {}, { 'x-large': 'a'.repeat(60_000) })),
  always('no answer', 'hang'),
  always('half an answer, then silence', 'hang-after-head'),
  always('a byte every 10 ms', 'drip'),
  always('a body without end', 'flood'),
  always('half an answer, then the end', 'break-off'),
  always('connections reset', 'reset'),
  { name: '429 with a reset in the past', answer: () => limited(-60) },
  { name: '429 with a reset in 3 s', answer: () => limited(3) },
  { name: '429 without a reset', answer: () => limited(), isLong: true },
];
