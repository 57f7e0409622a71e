import { headerList, integer, oneOf, text, webAddress } from '../schemas.ts';
import type { Variable } from './variable.ts';

/** A dimension's value in CloudWatch, without spaces. */
const dimensionValue = text('^[A-Za-z0-9][A-Za-z0-9._/-]{0,254}$', 'letters, digits and . _ / -');

export const PROCESS = {
  PORT: {
    /** 0 takes any free port. */
    schema: integer(0, 65_535),
    description: 'Port to listen on',
    default: 3_000,
  },
  HOST: {
    schema: text('^[^\\s/]+$', 'an IP address or a host name'),
    description: 'Address to listen on; 0.0.0.0 in a container',
    default: '127.0.0.1',
    deployment: true,
  },
  LOG_LEVEL: {
    schema: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'silent'),
    description: 'fatal, error, warn, info, debug or silent',
    default: 'info',
  },
} as const satisfies Record<string, Variable>;

export const TRACES = {
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: webAddress({ query: 'refused' }),
    description:
      'Base address of an OpenTelemetry collector (OTLP over HTTP) for traces of requests; absent: none are sent',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    schema: headerList(),
    description:
      'Headers for that collector, such as its credentials: name=value pairs separated by commas, a space as %20',
    secret: true,
  },
} as const satisfies Record<string, Variable>;

export const METRICS = {
  METRICS: {
    schema: oneOf('emf', 'prometheus', 'off'),
    description:
      'emf writes CloudWatch embedded metrics to stdout; prometheus serves GET /metrics on METRICS_PORT; off',
    default: 'off',
    deployment: true,
  },
  METRICS_PORT: {
    /** 0 takes any free port. */
    schema: integer(0, 65_535),
    description: 'Port of GET /metrics with METRICS=prometheus, apart from the port of the API',
    default: 9_464,
  },
  METRICS_INTERVAL_MS: {
    /** CloudWatch keeps a value a minute: slower than that would leave gaps in a graph. */
    schema: integer(10, 60_000),
    description: 'Time between two emissions with METRICS=emf',
    default: 10_000,
  },
  SERVICE_NAME: {
    schema: dimensionValue,
    description: 'Dimension Service of every metric; keeps the stages of one account apart',
    default: 'tweet-sentiment-service',
    deployment: true,
  },
  SERVICE_REVISION: {
    schema: dimensionValue,
    description: 'Dimension Revision that some metrics carry in addition; absent: none does',
    deployment: true,
  },
} as const satisfies Record<string, Variable>;
