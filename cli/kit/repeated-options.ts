import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { collect } from './arguments.ts';
import { UsageError } from './errors.ts';

/** Has a command refuse a second value of an option that takes one: it would replace the first. */
export function refuseRepeatedOptions(command: CommandUnknownOpts): void {
  for (const option of command.options) {
    const takesOne = (option.required || option.optional) && !option.variadic;
    if (!takesOne || option.parseArg === collect) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, (value: unknown) => {
      if (isGiven)
        throw new UsageError(`--${option.name()} must be given once, got also '${value}'`);
      isGiven = true;
    });
  }
}
