import { describe, expect, it } from '@jest/globals';
import { scoreCommand } from '../../../cli/score/command.ts';

const FOLDER = 's3://b/input/';
const RUN = ['--run', 'r', '--stage', 'dev'];
const EITHER = 'give either s3://BUCKET/FOLDER/ to score, or --run RUN to follow';
const OF_A_NEW_RUN =
  'is an option of a new run; leave it out, or give the folder in place of --run';

describe('tss score', () => {
  it.each([
    ['neither folder nor run', ['--stage', 'dev'], EITHER],
    ['folder and run', [FOLDER, ...RUN], EITHER],
    ['a redrive without a run', [FOLDER, '--stage', 'dev', '--redrive'], '--redrive wants --run'],
    ['an option of a stage for a file', ['a.csv', '--dry-run'], 'give --stage, too'],
    [
      'an option of a file for a stage',
      [FOLDER, '--stage', 'dev', '--strict'],
      'leave out --stage',
    ],
    ['an option of a file for a run', [...RUN, '--out', 'a'], 'leave out --stage'],
    ['the plan of a redrive', [...RUN, '--redrive', '--dry-run'], `--dry-run ${OF_A_NEW_RUN}`],
    ['tasks at a time for a run', [...RUN, '--concurrency', '2'], `--concurrency ${OF_A_NEW_RUN}`],
    ['tolerance for a run', [...RUN, '--tolerate', '2'], `--tolerate ${OF_A_NEW_RUN}`],
    ['texts of a run', [...RUN, '--text-column', 'a'], `--text-column ${OF_A_NEW_RUN}`],
    ['a column of plain text', ['a.txt', '--text-column', 'a'], '--text-column is for inputs with'],
    ['ids of a run', [...RUN, '--id-column', 'a'], `--id-column ${OF_A_NEW_RUN}`],
  ])('refuses %s', async (_name, words, remedy) => {
    await expect(scoreCommand().parseAsync(words, { from: 'user' })).rejects.toMatchObject({
      message: expect.stringContaining(remedy),
      exitCode: 2,
    });
  });
});
