import { describe, expect, it } from '@jest/globals';
import { populateCommand } from '../../../service/web/populate-command.ts';

describe('the command that reads a subject from X', () => {
  it.each([
    ['@jack', "npx tss populate --user 'jack'"],
    ['#bitcoin', "npx tss populate --topic '#bitcoin'"],
    ['$btc', "npx tss populate --topic '$btc'"],
    ['a"; id; "`id`$(id)', `npx tss populate --topic 'a"; id; "\`id\`$(id)'`],
    ["it's", String.raw`npx tss populate --topic 'it'\''s'`],
  ])('quotes %s for a shell', (subject, command) => {
    expect(populateCommand(subject)).toBe(command);
  });

  it('does not exist for the id of a user', () => {
    expect(populateCommand('id:12')).toBeNull();
  });
});
