import { describe, expect, it } from '@jest/globals';
import { isDefaultOrigin, populateCommand } from '../../../service/web/populate-command.ts';

describe('the command that reads a subject from X', () => {
  it.each([
    ['@jack', "npx tss populate --user 'jack'"],
    ['#bitcoin', "npx tss populate --topic '#bitcoin'"],
    ['$btc', "npx tss populate --topic '$btc'"],
    ['a"; id; "`id`$(id)', `npx tss populate --topic 'a"; id; "\`id\`$(id)'`],
    ["it's", String.raw`npx tss populate --topic 'it'\''s'`],
  ])('quotes %s for a shell', (subject, command) => {
    expect(populateCommand(subject, 'http://127.0.0.1:3000')).toBe(command);
  });

  it('does not exist for the id of a user', () => {
    expect(populateCommand('id:12', 'http://127.0.0.1:3000')).toBeNull();
  });

  it('names a service at another address than the default', () => {
    // Without quotes, zsh takes the brackets for a pattern.
    expect(populateCommand('@jack', 'http://[::1]:3000')).toBe(
      "npx tss populate --user 'jack' --url 'http://[::1]:3000'",
    );
    expect(isDefaultOrigin('http://localhost:3000')).toBe(true);
    expect(isDefaultOrigin('http://localhost:3001')).toBe(false);
  });
});
