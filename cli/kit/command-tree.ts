import type { CommandUnknownOpts } from '@commander-js/extra-typings';

export interface CommandNode {
  /** Such as `tss models add`. */
  readonly path: string;
  readonly command: CommandUnknownOpts;
}

/** A command and all below it, each before its subcommands. */
export function commandTree(command: CommandUnknownOpts, parent = ''): CommandNode[] {
  const path = `${parent} ${command.name()}`.trim();
  return [{ path, command }, ...command.commands.flatMap((inner) => commandTree(inner, path))];
}
