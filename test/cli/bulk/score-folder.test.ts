import { describe, expect, it } from '@jest/globals';
import { keyOf } from '../../../cli/bulk/score-folder.ts';
import { settingsOf } from '../../../cli/bulk/stage-settings.ts';

describe('a folder to score', () => {
  it.each([
    ['s3://other/2026/', 'aws s3 sync s3://other/2026/ s3://b/input/'],
    ['tweets.csv', 'aws s3 cp tweets.csv s3://b/input/'],
  ])('%s is refused with the command that copies it', (folder, command) => {
    expect(() => keyOf(folder, 'b')).toThrow(command);
  });

  it('is below the folder that tasks read', () => {
    expect(keyOf('s3://b/input/2026/', 'b')).toBe('input/2026/');
  });
});

describe('the settings of a bulk stack', () => {
  it.each(['{', '[]', '{"bucket":"b"}'])('are refused if they are %s', (json) => {
    expect(() => settingsOf(json)).toThrow();
  });
});
