import { Command } from '@commander-js/extra-typings';
import packageJson from '../package.json' with { type: 'json' };
import { complianceCommand } from './compliance/command.ts';
import { costCommand } from './cost/command.ts';
import { doctorCommand } from './doctor/command.ts';
import { evaluateCommand } from './evaluate/command.ts';
import { featuresCommand } from './features/command.ts';
import { helpText } from './kit/help.ts';
import { modelsCommand } from './models/command.ts';
import { populateCommand } from './populate/command.ts';
import { purgeCommand } from './purge/command.ts';
import { rescoreCommand } from './rescore/command.ts';
import { scoreCommand } from './score/command.ts';
import { statusCommand } from './status/command.ts';

/** All commands of `tss`. */
export function createProgram() {
  return new Command('tss')
    .description('Command-line tools of tweet-sentiment-service.')
    .version(packageJson.version)
    .commandsGroup('Texts:')
    .addCommand(scoreCommand())
    .commandsGroup('Models:')
    .addCommand(modelsCommand())
    .addCommand(evaluateCommand())
    .commandsGroup('Stored tweets and features:')
    .addCommand(populateCommand())
    .addCommand(complianceCommand())
    .addCommand(purgeCommand())
    .addCommand(featuresCommand())
    .addCommand(rescoreCommand())
    .commandsGroup('Deployed stages:')
    .addCommand(doctorCommand())
    .addCommand(statusCommand())
    .addCommand(costCommand())
    .addHelpText(
      'after',
      helpText(
        ['tss models list', 'tss populate --sample', 'tss features help training-set'],
        "Variables come from the environment, else from .env in the repository's folder. Paths in\n" +
          'them are relative to that folder, paths in arguments to the current one.',
        'Exit codes: 0 done, 1 failed, 2 wrong usage, 130 Ctrl-C, 143 SIGTERM, 141 output closed.',
      ),
    );
}
