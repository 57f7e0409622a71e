import { isNativeError } from 'node:util/types';
import pino, { type DestinationStream, type Logger } from 'pino';

/** Keys that hold secrets, texts or handles. Nothing logs them; this is the second fence. */
const HIDDEN_KEYS = [
  'adminToken',
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

/** How far a chain of causes is followed. */
const MAX_CAUSES = 4;

export interface LoggingOptions {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
  /** Values that are cut out of every line, wherever they come from. */
  readonly secrets: readonly string[];
  /** Where whole lines go: `stdout()`, to be shared with whatever else writes lines there. */
  readonly destination: DestinationStream;
  /** For people: coloured text in place of JSON. */
  readonly pretty: boolean;
}

/** What is kept of lines that cannot be written, for when the disk has room again. */
const MAX_UNWRITTEN_BYTES = 1024 * 1024;

/**
 * Standard output, written line by line and at once: nothing is lost when the process exits.
 * Lines are lost, and nothing else happens, where it cannot be written: the disk is full, the
 * terminal is gone, nobody reads the pipe. Answers matter more than the log.
 */
export function stdout(): DestinationStream {
  const destination = pino.destination({
    fd: process.stdout.fd,
    sync: true,
    maxLength: MAX_UNWRITTEN_BYTES,
  });
  // Without a listener an error event would throw in the code that logs.
  return destination.on('error', () => undefined);
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
    options.pretty ? await prettyStream(options.destination) : options.destination,
  );
}

/** The library is loaded only where someone watches: it costs start-up time and memory. */
async function prettyStream(destination: DestinationStream): Promise<DestinationStream> {
  // The default export: in the bundle a CommonJS module that is imported late has no other.
  const { default: pinoPretty } = await import('pino-pretty');
  const prettify = pinoPretty.prettyFactory({ colorize: true });
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
 * What is logged of an error. Other properties stay out: vendors hang requests, headers and
 * commands with their arguments on theirs.
 */
export function describeError(error: unknown, causes = MAX_CAUSES): LoggedError {
  if (!isNativeError(error)) {
    return { type: typeof error, message: 'Something that is no Error was thrown' };
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
