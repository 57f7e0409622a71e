/** The program `tss`; script/tss starts it. */
import { runCommand } from './kit/run-command.ts';
import { createProgram } from './program.ts';

await runCommand(createProgram(), process.argv.slice(2));
