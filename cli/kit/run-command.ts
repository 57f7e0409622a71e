import { constants } from 'node:os';
import { inspect } from 'node:util';
import { CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { envFileFault } from '../../service/contract/settings.ts';
import { StartupError } from '../../service/domain/errors.ts';
import { commandTree } from './command-tree.ts';
import { CliError, reasonOf, UsageError } from './errors.ts';
import { exit, exitAfterTasks } from './exit-tasks.ts';
import { warn } from './printable.ts';
import { refuseRepeatedOptions } from './repeated-options.ts';

/**
 * Runs the command that the arguments name, and ends the process.
 *
 * Exit codes: 0 done, 1 failed, 2 wrong usage, 130 Ctrl-C, 143 SIGTERM, 141 output closed.
 */
export async function runCommand(
  program: CommandUnknownOpts,
  args: readonly string[],
): Promise<never> {
  for (const { command } of commandTree(program)) {
    refuseRepeatedOptions(command);
    command.exitOverride().configureOutput({ outputError: () => {} });
  }
  let isEnding = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isEnding) return;
    isEnding = true;
    // As if by SIGPIPE: the reader, such as `head`, has seen enough.
    const isClosed = error.code === 'EPIPE';
    if (!isClosed) warn(`The output cannot be written: ${reasonOf(error)}`);
    process.exitCode = isClosed ? 128 + constants.signals.SIGPIPE : 1;
    void exitAfterTasks();
  });
  // Messages that cannot be shown do not end the work.
  process.stderr.on('error', () => undefined);
  try {
    const fault = envFileFault(process.env);
    if (fault) throw new CliError(`${fault.name} ${fault.problem}`);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // It is ending: what was being computed has been broken off.
    if (isEnding) return new Promise(() => {});
    process.exitCode = report(error, `${pathOf(program, args)} --help`);
  }
  // An exit would lose the error of a closed pipe.
  await new Promise((written) => process.stdout.write('', written));
  exit();
}

/** Prints an error. @returns the exit code */
function report(error: unknown, help: string): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // Help in place of a missing subcommand has been printed.
    if (error.code !== 'commander.help') printUsageError(messageOf(error), help);
    return 2;
  }
  if (error instanceof UsageError) printUsageError(error.message, help);
  else if (isExplained(error)) warn(error.message);
  else warn(inspect(error));
  return error instanceof CliError ? error.exitCode : 1;
}

function printUsageError(message: string, help: string): void {
  warn(`${message.replace(/\.$/, '')}; run \`${help}\``);
}

/** Errors of this project and of the operating system; all others are bugs, and show a stack. */
function isExplained(error: unknown): error is Error {
  if (error instanceof CliError || error instanceof StartupError) return true;
  return error instanceof Error && 'syscall' in error;
}

/** `error: unknown command 'x'\n(Did you mean y?)` as one line. */
function messageOf({ message }: CommanderError): string {
  return message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.*)\?\)$/s, ' (did you mean $1?)');
}

/** Name of the innermost command that the arguments lead to, such as `tss models`. */
function pathOf(command: CommandUnknownOpts, [word, ...rest]: readonly string[]): string {
  const inner = command.commands.find((candidate) => candidate.name() === word);
  return inner ? `${command.name()} ${pathOf(inner, rest)}` : command.name();
}
