import { describe, expect, it } from '@jest/globals';
import { scoreFolder } from '../../../cli/bulk/score-folder.ts';

const options = { stage: 'dev', dryRun: false, redrive: false, tolerate: 10 };
const { signal } = new AbortController();

describe('tss score --stage', () => {
  it.each([
    ['neither folder nor run', undefined, {}, 'give either s3://BUCKET/FOLDER/ to score, or --run'],
    ['folder and run', 's3://b/input/', { run: 'r' }, 'give either s3://BUCKET/FOLDER/ to score'],
    ['a redrive without a run', 's3://b/input/', { redrive: true }, '--redrive wants --run'],
  ])('refuses %s before it asks AWS', async (_name, folder, given, remedy) => {
    await expect(scoreFolder(folder, { ...options, ...given }, signal)).rejects.toMatchObject({
      message: expect.stringContaining(remedy),
      exitCode: 2,
    });
  });
});
