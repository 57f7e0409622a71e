/** Queries over the service's log, one JSON object a line; metrics are lines without a level. */
export const LOG_QUERIES = {
  'recent errors': [
    'fields @timestamp, msg, code, err.message',
    'filter ispresent(level) and level in ["error", "fatal"]',
    'sort @timestamp desc',
    'limit 50',
  ],
  'failures by code': [
    'filter ispresent(code)',
    'stats count(*) as requests by code, route',
    'sort requests desc',
  ],
  'slowest requests': [
    'filter msg = "request"',
    'fields @timestamp, reqId, method, route, status, ms',
    'sort ms desc',
    'limit 50',
  ],
  'starts and stops': [
    'filter ispresent(level) and not ispresent(route)',
    'fields @timestamp, @logStream, level, msg',
    'sort @timestamp desc',
    'limit 100',
  ],
} as const satisfies Record<string, readonly string[]>;
