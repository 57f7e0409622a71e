import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { commandTree } from '../../cli/kit/command-tree.ts';
import { createProgram } from '../../cli/program.ts';

const COLUMNS = 80;

/** The help of every command, for docs/commands.md. */
export function commandReference(): string {
  return commandTree(createProgram())
    .map(({ path, command }) => `## ${path}\n\n\`\`\`text\n${helpOf(command)}\`\`\`\n`)
    .join('\n');
}

function helpOf(command: CommandUnknownOpts): string {
  let help = '';
  command.configureOutput({
    getOutHelpWidth: () => COLUMNS,
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help;
}
