import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { confirm } from '../../../cli/kit/confirm.ts';

/** A terminal at which this is typed. */
function terminal(typed: string) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  input.end(typed);
  return { input, output: new PassThrough() };
}

const { signal } = new AbortController();

describe('the question before a deletion', () => {
  it.each(['y\n', 'Y\n', ' yes \n'])('is answered with yes by %j', async (typed) => {
    const asked = terminal(typed);
    await confirm('Purge 2 tweets?', signal, asked);
    expect(String(asked.output.read())).toContain('Purge 2 tweets? [y/N] ');
  });

  it.each(['\n', 'n\n', 'yesterday\n', ''])('is answered with no by %j', async (typed) => {
    await expect(confirm('Purge 2 tweets?', signal, terminal(typed))).rejects.toThrow(
      'Canceled; nothing was changed.',
    );
  });

  it('is refused without a terminal, and names --yes', async () => {
    const { output } = terminal('');
    await expect(
      confirm('Purge 2 tweets?', signal, { input: new PassThrough(), output }),
    ).rejects.toThrow('there is no terminal; give --yes');
  });
});
