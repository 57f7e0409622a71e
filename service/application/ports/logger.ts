type LogMethod = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** The part of a pino logger that the service uses. Fields carry ids, never texts or handles. */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
}
