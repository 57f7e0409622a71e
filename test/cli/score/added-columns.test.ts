import { expect, it } from '@jest/globals';
import { AddedColumns } from '../../../cli/score/added-columns.ts';
import { scoreCommand } from '../../../cli/score/command.ts';

it('the help of tss score names every column that it adds', () => {
  let help = '';
  const command = scoreCommand().configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  const words = new Set(help.match(/\w+/g));
  for (const name of new AddedColumns('').names) expect(words).toContain(name);
});
