import type { FastifyBaseLogger } from 'fastify';

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
type Line = readonly unknown[];
type Child = FastifyBaseLogger['child'];
type Bindings = Parameters<Child>[0];

/**
 * The logger of a request. The child logger behind it is made for the first line: most requests
 * write none besides the line of request-trace.ts.
 */
export class RequestLogger implements FastifyBaseLogger {
  readonly #parent: FastifyBaseLogger;
  readonly #bindings: Bindings;
  #made: FastifyBaseLogger | undefined;

  constructor(parent: FastifyBaseLogger, bindings: Bindings) {
    this.#parent = parent;
    this.#bindings = bindings;
  }

  get level(): string {
    return (this.#made ?? this.#parent).level;
  }

  set level(level: string) {
    this.#child.level = level;
  }

  fatal(...line: Line): void {
    this.#log('fatal', line);
  }

  error(...line: Line): void {
    this.#log('error', line);
  }

  warn(...line: Line): void {
    this.#log('warn', line);
  }

  info(...line: Line): void {
    this.#log('info', line);
  }

  debug(...line: Line): void {
    this.#log('debug', line);
  }

  trace(...line: Line): void {
    this.#log('trace', line);
  }

  silent(...line: Line): void {
    this.#log('silent', line);
  }

  child(...parameters: Parameters<Child>): FastifyBaseLogger {
    return this.#child.child(...parameters);
  }

  get #child(): FastifyBaseLogger {
    this.#made ??= this.#parent.child(this.#bindings);
    return this.#made;
  }

  #log(level: Level, line: Line): void {
    Reflect.apply(this.#child[level], this.#child, line);
  }
}
