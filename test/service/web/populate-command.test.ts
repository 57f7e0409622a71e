import { describe, expect, it } from '@jest/globals';
import { populateCommand } from '../../../service/web/populate-command.ts';

describe('the command that reads a subject from X', () => {
  it.each([
    ['@jack', "npm run populate -- --user 'jack'"],
    ['#bitcoin', "npm run populate -- --topic '#bitcoin'"],
    ['$btc', "npm run populate -- --topic '$btc'"],
    ['a"; id; "`id`$(id)', `npm run populate -- --topic 'a"; id; "\`id\`$(id)'`],
    ["it's", String.raw`npm run populate -- --topic 'it'\''s'`],
  ])('quotes %s for a shell', (subject, command) => {
    expect(populateCommand(subject)).toBe(command);
  });

  it('does not exist for the id of a user', () => {
    expect(populateCommand('id:12')).toBeNull();
  });
});
