/** Names come from files of unknown origin. */
const MAX_LENGTH = 2_000;

/** A checkpoint that cannot be converted; the message names the file, the value and what to do. */
export class ConversionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message.slice(0, MAX_LENGTH).replaceAll(/\p{Cc}/gu, '?'), options);
  }
}

/** A file of weights that is damaged, or of another format than its name says. */
export class CheckpointError extends ConversionError {}
