/** A failure whose message is for the one at the keyboard; it ends the tool with exit code 1. */
export class CliError extends Error {}

/** The tool was called with arguments that make no sense; it ends with exit code 2. */
export class UsageError extends CliError {}
