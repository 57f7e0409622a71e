/** A checkpoint that cannot be converted; the message names the file, the value and what to do. */
export class ConversionError extends Error {}
