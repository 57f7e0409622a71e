import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { releaseLocks } from '../../../cli/kit/run-lock.ts';
import { FileOutput } from '../../../cli/score/output.ts';
import type { Progress } from '../../../cli/score/output-state.ts';

let out: string;
beforeEach(() => {
  out = join(mkdtempSync(join(tmpdir(), 'score-output-')), 'scored.csv');
});

function progress(lines: number): Progress {
  const counts = { negative: 0, neutral: 0, positive: lines, otherLanguages: 0, leftOut: 0 };
  return { next: { bytes: 10 * lines, lines }, layout: { header: 'text\n' }, counts };
}

const locks = () => readdirSync(dirname(out)).filter((name) => name.includes('.lock-'));

interface Writable {
  write(bytes: Buffer, start: number, length: number, position: number): Promise<unknown>;
}

/** Has files take at most three bytes of a write. @returns ends this */
async function writeInParts(): Promise<() => void> {
  const file = await open(`${out}.other`, 'w');
  const prototype: Writable = Object.getPrototypeOf(file);
  await file.close();
  const { write } = prototype;
  const spy = jest.spyOn(prototype, 'write');
  spy.mockImplementation(function (this: Writable, bytes, start, length, position) {
    return write.call(this, bytes, start, Math.min(length, 3), position);
  });
  return () => spy.mockRestore();
}

/** Writes a line, then ends as if killed while the second one is written. */
async function endedEarly(run: string): Promise<void> {
  const output = await FileOutput.open(out, run);
  await output.append('text\na\n', progress(2));
  await output.close();
  writeFileSync(`${out}.partial`, 'half a li', { flag: 'a' });
}

describe('a file of scores', () => {
  it('has its name when it is finished, and not before', async () => {
    const output = await FileOutput.open(out, 'run');
    await output.append('text\na\n', progress(2));
    expect(existsSync(out)).toBe(false);
    await output.finish();
    await output.close();
    expect(readFileSync(out, 'utf8')).toBe('text\na\n');
    expect(existsSync(`${out}.partial`) || existsSync(`${out}.partial.state`)).toBe(false);
  });

  it('gets the folders that are missing', async () => {
    const below = join(out, '..', 'scores', 'november', 'scored.csv');
    const output = await FileOutput.open(below, undefined);
    await output.append('text\na\n', progress(2));
    await output.finish();
    await output.close();
    expect(readFileSync(below, 'utf8')).toBe('text\na\n');
  });

  it('is continued behind what is known to be complete', async () => {
    await endedEarly('run');
    const output = await FileOutput.open(out, 'run');
    expect(output.earlier).toEqual(progress(2));
    await output.append('b\n', progress(3));
    await output.finish();
    await output.close();
    expect(readFileSync(out, 'utf8')).toBe('text\na\nb\n');
  });

  it('starts over if it has a header only, which the next run would read as a record', async () => {
    const first = await FileOutput.open(out, 'run');
    await first.append('text,label\n', progress(0));
    await first.close();
    const output = await FileOutput.open(out, 'run');
    expect(output.earlier).toBeUndefined();
    await output.append('text,label\n', progress(0));
    await output.finish();
    await output.close();
    expect(readFileSync(out, 'utf8')).toBe('text,label\n');
  });

  it('is whole, and can be continued, also if the system writes it in parts', async () => {
    const restore = await writeInParts();
    try {
      await endedEarly('run');
      const output = await FileOutput.open(out, 'run');
      expect(output.earlier).toEqual(progress(2));
      await output.append('b\n', progress(3));
      await output.append('long line\n', progress(4));
      await output.finish();
      await output.close();
    } finally {
      restore();
    }
    expect(readFileSync(out, 'utf8')).toBe('text\na\nb\nlong line\n');
  });

  it.each(['.gz', '.GZ'])('is continued by compressed parts, too, as %s', async (ending) => {
    out += ending;
    await endedEarly('run');
    const output = await FileOutput.open(out, 'run');
    await output.append('b\n', progress(3));
    await output.finish();
    await output.close();
    expect(gunzipSync(readFileSync(out)).toString()).toBe('text\na\nb\n');
  });

  it.each([
    ['of another run', () => {}, 'other'],
    ['whose state is not readable', () => writeFileSync(`${out}.partial.state`, '{'), 'run'],
    ['that lost its end', () => truncateSync(`${out}.partial`, 3), 'run'],
  ])('starts from the beginning in place of one %s', async (_what, damage, run) => {
    await endedEarly('run');
    damage();
    const output = await FileOutput.open(out, run);
    expect(output.earlier).toBeUndefined();
    await output.append('text\nz\n', progress(2));
    await output.finish();
    await output.close();
    expect(readFileSync(out, 'utf8')).toBe('text\nz\n');
  });

  it('says that it replaces one of another run, and not that it continues one', async () => {
    const stderr = jest.spyOn(console, 'error').mockReturnValue();
    try {
      await endedEarly('run');
      await (await FileOutput.open(out, 'run')).close();
      expect(stderr).not.toHaveBeenCalled();
      await (await FileOutput.open(out, 'other')).close();
      expect(stderr).toHaveBeenCalledWith(
        expect.stringMatching(
          /^.*\.partial is of another input, model or option.*: it is replaced$/,
        ),
      );
    } finally {
      stderr.mockRestore();
    }
  });

  it('is not replaced where its state cannot be read', async () => {
    await endedEarly('run');
    rmSync(`${out}.partial.state`);
    mkdirSync(`${out}.partial.state`);
    await expect(FileOutput.open(out, 'run')).rejects.toThrow(
      /scored\.csv cannot be written: .*EISDIR/,
    );
    expect(readFileSync(`${out}.partial`, 'utf8')).toContain('text');
  });

  it('is made of its lines by a conversion, which a later run repeats after a failure', async () => {
    let fails = true;
    const conversion = {
      prepare: (text: string) => text.toUpperCase(),
      convert: async (lines: string) => {
        if (fails) throw new Error('disk full');
        writeFileSync(`${out}.whole`, `converted ${readFileSync(lines, 'utf8')}`);
        return `${out}.whole`;
      },
    };
    const output = await FileOutput.open(out, 'run', conversion);
    await output.append('text\na\n', progress(2));
    await expect(output.finish()).rejects.toThrow('disk full');
    await output.close();
    fails = false;
    const later = await FileOutput.open(out, 'run', conversion);
    expect(later.earlier).toEqual(progress(2));
    await later.finish();
    await later.close();
    expect(readFileSync(out, 'utf8')).toBe('converted TEXT\nA\n');
    expect(existsSync(`${out}.partial`) || existsSync(`${out}.partial.state`)).toBe(false);
  });

  it('leaves nothing behind when it ends before the first record', async () => {
    await (await FileOutput.open(out, 'run')).close();
    expect(existsSync(`${out}.partial`)).toBe(false);
  });

  it.each([
    [
      'continues it',
      async () => {
        const second = await FileOutput.open(out, 'run');
        await second.append('b\n', progress(3));
        await second.close();
      },
    ],
    ['begins it from the start', async () => (await FileOutput.open(out, 'other')).close()],
    [
      'has finished it',
      async () => {
        const second = await FileOutput.open(out, 'run');
        await second.finish();
        await second.close();
      },
    ],
  ])('is left to another run that %s', async (_what, other) => {
    const output = await FileOutput.open(out, 'run');
    await output.append('text\na\n', progress(2));
    await other();
    await expect(output.append('b\n', progress(3))).rejects.toThrow(
      'scored.csv.partial was changed by another process',
    );
    await expect(output.finish()).rejects.toThrow('was changed by another process');
    await output.close();
  });

  it('is not touched while another process writes it', async () => {
    await endedEarly('run');
    const written = readFileSync(`${out}.partial`, 'utf8');
    writeFileSync(`${out}.partial.lock-${process.ppid}-0a`, '');
    for (const run of ['run', 'other']) {
      await expect(FileOutput.open(out, run)).rejects.toThrow(
        `${out}.partial is in use by process ${process.ppid}; wait for its end, or choose another name with --out`,
      );
    }
    expect(readFileSync(`${out}.partial`, 'utf8')).toBe(written);
    expect(existsSync(`${out}.partial.state`)).toBe(true);
  });

  it('is continued in place of a process that has ended, and then open to others', async () => {
    await endedEarly('run');
    // Above every number that Linux gives to a process.
    writeFileSync(`${out}.partial.lock-4194999-0a`, '');
    const output = await FileOutput.open(out, 'run');
    expect(output.earlier).toEqual(progress(2));
    expect(locks()).toEqual([expect.stringContaining(`.partial.lock-${process.pid}-`)]);
    await output.close();
    expect(locks()).toEqual([]);
  });

  it('is open to others after a signal has ended its process', async () => {
    const output = await FileOutput.open(out, 'run');
    expect(locks()).toHaveLength(1);
    releaseLocks();
    expect(locks()).toEqual([]);
    await output.close();
  });

  it('is never overwritten', async () => {
    writeFileSync(out, 'precious');
    await expect(FileOutput.open(out, 'run')).rejects.toThrow('exists already');
    expect(locks()).toEqual([]);
    expect(readFileSync(out, 'utf8')).toBe('precious');
  });
});
