type LogMethod = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** The used part of a pino logger. Fields hold ids, never texts or handles. */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
}
