export interface CliErrorOptions {
  readonly cause?: unknown;
  /** 1 unless a command documents another meaning. */
  readonly exitCode?: number;
}

/** A failure that its message explains: it is printed without a stack, and ends the command. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, options: CliErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Wrong arguments: the message is followed by a pointer to the command's help. */
export class UsageError extends CliError {
  constructor(message: string) {
    super(message, { exitCode: 2 });
  }
}

/** The message of anything thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
