import { isNativeError } from 'node:util/types';
import pino, { type DestinationStream, type Logger } from 'pino';

/** Keys that hold secrets, texts or handles. Nothing logs them; this is the second fence. */
const HIDDEN_KEYS = [
  'adminToken',
  'adminTokens',
  'apiKey',
  'apiKeys',
  'authorUsername',
  'authorization',
  'bearerToken',
  'body',
  'headers',
  'password',
  'query',
  'secrets',
  'text',
  'textInput',
  'texts',
  'token',
  'tweetUrl',
  'tweetUrls',
  'username',
];
const HIDDEN = '[hidden]';

/** Shorter secrets are not looked for: ordinary words would be cut out of the log. */
const MIN_SECRET_CHARACTERS = 6;

/** Longest chain of causes that is followed. */
const MAX_CAUSES = 4;

export interface LoggingOptions {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
  /** Values that are cut out of every line, wherever they come from. */
  readonly secrets: readonly string[];
  /** Receives whole lines; shared with everything else that writes lines there. */
  readonly destination: DestinationStream;
  /** Text for people in place of JSON, a line each. */
  readonly pretty: boolean;
  /** Colors in that text. */
  readonly colors?: boolean;
}

/** A logger of JSON lines: `level` in words, `time` as ISO 8601, `msg`, and the fields given. */
export async function createLogger(options: LoggingOptions): Promise<Logger> {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError, req: describeRequest, res: describeReply },
      redact: { paths: HIDDEN_KEYS.flatMap((key) => [key, `*.${key}`]), censor: HIDDEN },
      hooks: { streamWrite: secretRemover(options.secrets) },
    },
    options.pretty ? await prettyStream(options) : options.destination,
  );
}

/** Text for people. The library is loaded on demand: it costs start-up time and memory. */
async function prettyStream({
  destination,
  colors = false,
}: LoggingOptions): Promise<DestinationStream> {
  // The default export: in the bundle a CommonJS module that is imported late has no other.
  const { default: pinoPretty } = await import('pino-pretty');
  const prettify = pinoPretty.prettyFactory({
    colorize: colors,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
  });
  return { write: (line) => destination.write(prettify(line) ?? line) };
}

function secretRemover(secrets: readonly string[]): (line: string) => string {
  const needles = secrets
    .filter((secret) => secret.length >= MIN_SECRET_CHARACTERS)
    // A secret may hold another one: the longest goes first. Quotes are escaped in a JSON line.
    .toSorted((a, b) => b.length - a.length)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  return (line) => needles.reduce((rest, needle) => rest.replaceAll(needle, HIDDEN), line);
}

export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  /** Frames only. */
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/**
 * Properties of an error that are logged. Others are left out: libraries attach requests, headers
 * and commands with their arguments to their errors.
 */
export function describeError(error: unknown, causes = MAX_CAUSES): LoggedError {
  if (!isNativeError(error)) {
    return { type: typeof error, message: 'The thrown value is not an Error' };
  }
  const { code } = error as { code?: unknown };
  return {
    type: error.constructor.name,
    // JSON.parse quotes what it could not read, which may be a tweet.
    message: error.name === 'SyntaxError' ? 'Unreadable input (not shown)' : error.message,
    ...(typeof code === 'string' && { code }),
    ...(error.stack !== undefined && { stack: framesOf(error.stack) }),
    ...(error.cause !== undefined &&
      causes > 0 && { cause: describeError(error.cause, causes - 1) }),
  };
}

function framesOf(stack: string): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.join('\n');
}

/** The route, not the address: that holds tweet URLs and with them handles. */
function describeRequest(request: { method?: string; routeOptions?: { url?: string } }) {
  return { method: request.method, route: request.routeOptions?.url };
}

function describeReply(reply: { statusCode?: number }) {
  return { statusCode: reply.statusCode };
}
