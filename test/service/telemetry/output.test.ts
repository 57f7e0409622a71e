import { describe, expect, it } from '@jest/globals';
import { Output } from '../../../service/telemetry/output.ts';

/** A descriptor that accepts bytes only up to its free space, as a pipe or a terminal. */
class Descriptor {
  space = Number.POSITIVE_INFINITY;
  failure = 'EAGAIN';
  text = '';

  readonly write = (bytes: Buffer): number => {
    const accepted = Math.min(this.space, bytes.length);
    if (accepted === 0) throw Object.assign(new Error('not written'), { code: this.failure });
    this.text += bytes.subarray(0, accepted).toString('latin1');
    this.space -= accepted;
    return accepted;
  };
}

function anOutput(maxPendingBytes?: number) {
  const descriptor = new Descriptor();
  const output = new Output({
    write: descriptor.write,
    ...(maxPendingBytes !== undefined && { maxPendingBytes }),
  });
  const dropped: string[] = [];
  output.onDrop = () => dropped.push('drop');
  output.onRecovery = (lines) => dropped.push(`recovered after ${lines}`);
  return { descriptor, output, dropped };
}

describe('the output of log and metrics', () => {
  it('writes a line before `write` returns while the descriptor accepts bytes', () => {
    const { descriptor, output } = anOutput();
    output.write('a\n');
    expect(descriptor.text).toBe('a\n');
  });

  it('keeps what a full descriptor does not accept, and writes it in order later', async () => {
    const { descriptor, output, dropped } = anOutput();
    descriptor.space = 3;
    for (const line of ['first\n', 'second\n', 'third\n']) output.write(line);
    expect(descriptor.text).toBe('fir');
    descriptor.space = Number.POSITIVE_INFINITY;
    await output.flush(60_000);
    expect(descriptor.text).toBe('first\nsecond\nthird\n');
    expect(dropped).toEqual([]);
  });

  it('drops and counts lines beyond its limit in bytes, and reports them once lines flow again', async () => {
    const { descriptor, output, dropped } = anOutput(8);
    descriptor.space = 0;
    for (const line of ['1234\n', 'éé\n', '5\n', '6\n']) output.write(line);
    expect(dropped).toEqual(['drop', 'drop']);
    descriptor.space = Number.POSITIVE_INFINITY;
    await output.flush(60_000);
    expect(descriptor.text).toBe('1234\n5\n');
    expect(dropped).toEqual(['drop', 'drop', 'recovered after 2']);
  });

  it('flushes for a bounded time if nothing is accepted', async () => {
    const { descriptor, output } = anOutput();
    descriptor.space = 0;
    output.write('a\n');
    await output.flush(0);
    expect(descriptor.text).toBe('');
  });

  it('does not wait for an output that is gone', async () => {
    const { descriptor, output } = anOutput();
    descriptor.space = 0;
    descriptor.failure = 'EPIPE';
    output.write('a\n');
    await output.flush(Number.POSITIVE_INFINITY);
    expect(descriptor.text).toBe('');
  });
});
