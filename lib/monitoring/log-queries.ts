/** Saved queries on the service's log: one JSON object a line; metrics are lines without a level. */
export const LOG_QUERIES = {
  // Warnings too: they report failures of X and Valkey.
  'recent errors': [
    'fields @timestamp, level, msg, code, reason, err.message, requestId',
    'filter level in ["warn", "error", "fatal"]',
    'sort @timestamp desc',
    'limit 50',
  ],
  'failures by code': [
    // A request logs several lines; this one has the route.
    'filter msg = "request" and ispresent(code)',
    'stats count(*) as requests by code, route',
    'sort requests desc',
  ],
  'slowest requests': [
    'filter msg = "request"',
    'fields @timestamp, requestId, method, route, status, ms',
    'sort ms desc',
    'limit 50',
  ],
  'starts and stops': [
    'filter ispresent(level) and not ispresent(requestId)',
    'fields @timestamp, @logStream, level, msg',
    'sort @timestamp desc',
    'limit 100',
  ],
} as const satisfies Record<string, readonly string[]>;
