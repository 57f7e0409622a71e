import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ProgressBar, progressLine } from '../../../cli/kit/progress.ts';

/** Redraws a line of the terminal. */
const REDRAW = '\r\x1b[K';

class Output {
  readonly isTTY: boolean;
  readonly columns: number;
  written = '';

  constructor(isTTY: boolean, columns = 80) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): void {
    this.written += text;
  }
}

describe('a line of progress', () => {
  it.each([
    [{ done: 0, total: 500, perSecond: 0 }, '@nasa  0/500  0 %'],
    [{ done: 250, total: 500, perSecond: 80 }, '@nasa  250/500  50 %  80/s  4 s left'],
    [{ done: 1, total: 500, perSecond: 4.26 }, '@nasa  1/500  0 %  4.3/s  1 min 58 s left'],
    [{ done: 0, total: 90_000, perSecond: 10 }, '@nasa  0/90000  0 %  10/s  2 h 30 min left'],
    [{ done: 500, total: 500, perSecond: 80 }, '@nasa  500/500  100 %  80/s'],
    [{ done: 0, total: 0, perSecond: 0 }, '@nasa  0/0  100 %'],
    [{ done: 1_200, total: null, perSecond: 80 }, '@nasa  1200  80/s'],
  ])('%j: %s', (state, line) => {
    expect(progressLine({ name: '@nasa', unit: 'items', isDrawn: false, ...state })).toBe(line);
  });

  it('draws a bar in a terminal', () => {
    const state = { name: 'sample', done: 1, total: 2, perSecond: 0, isDrawn: true };
    expect(progressLine({ ...state, unit: 'items' })).toBe(
      'sample [############------------]  1/2  50 %',
    );
  });
});

describe('the progress of a download', () => {
  const download = { name: 'model.onnx', unit: 'bytes', isDrawn: false } as const;

  it.each([
    [5e6, 24e6, 2e6, 'model.onnx  5.0/24.0 MB  20 %  2.0 MB/s  10 s left'],
    [5e6, null, 0, 'model.onnx  5.0 MB'],
    [512, 1_024, 0, 'model.onnx  0.5/1.0 kB  50 %'],
  ])('of %d bytes of %p is counted in megabytes or kilobytes', (done, total, perSecond, line) => {
    expect(progressLine({ ...download, done, total, perSecond })).toBe(line);
  });
});

describe('a progress bar', () => {
  it('is redrawn in a terminal, at most ten times a second, and leaves its line at the end', () => {
    const output = new Output(true);
    let nowMs = 0;
    const bar = new ProgressBar({ output, name: 'sample', total: 4, now: () => nowMs });
    bar.add(1);
    nowMs = 50;
    bar.add(1);
    expect(output.written).toBe(`${REDRAW}sample [------------------------]  0/4  0 %`);
    nowMs = 1_000;
    bar.add(1);
    bar.end();
    expect(output.written.split(REDRAW).at(-1)).toBe(
      'sample [##################------]  3/4  75 %  3.0/s  1 s left\n',
    );
    expect(output.written.split('\n')).toHaveLength(2);
  });

  it('has messages below it once it has ended', () => {
    const output = new Output(true);
    const bar = new ProgressBar({ output, name: 'sample', total: 4, now: () => 0 });
    bar.end();
    output.written = '';
    bar.say('Waits.');
    expect(output.written).toBe('Waits.\n');
  });

  it('estimates a rate and the time left only after a second', () => {
    const output = new Output(true);
    let nowMs = 0;
    const bar = new ProgressBar({ output, name: 'a', total: 1_000, now: () => nowMs });
    nowMs = 900;
    bar.add(1);
    expect(output.written).not.toContain('left');
    nowMs = 1_100;
    bar.add(109);
    expect(output.written).toContain('110/1000  11 %  100/s  9 s left');
  });

  it('prints a line at each quarter and every five seconds outside a terminal', () => {
    const output = new Output(false);
    let nowMs = 0;
    const bar = new ProgressBar({ output, name: 'sample', total: 1_000, now: () => nowMs });
    for (nowMs = 100; nowMs <= 10_000; nowMs += 100) bar.update(nowMs / 20);
    nowMs = 10_200;
    bar.add(250);
    bar.end();
    const shares = output.written.match(/\d+ %/g);
    expect(shares).toEqual(['0 %', '25 %', '50 %', '75 %', '75 %']);
    expect(output.written).not.toContain('\x1b');
  });

  it('prints a message on its own line', () => {
    const output = new Output(true);
    const bar = new ProgressBar({ output, name: 'sample', total: 4, now: () => 0 });
    bar.say('X rate limit: waiting until 12:00:00');
    expect(output.written).toContain(`${REDRAW}X rate limit: waiting until 12:00:00\n`);
  });

  it('counts the work of earlier runs, but not in the rate', () => {
    const output = new Output(false);
    let nowMs = 0;
    const bar = new ProgressBar({ output, name: 'a', total: 100, done: 90, now: () => nowMs });
    nowMs = 5_000;
    bar.add(5);
    expect(output.written).toContain('a  95/100  95 %  1.0/s  5 s left');
  });

  it('never wraps in a terminal', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 120 }),
        fc.string({ maxLength: 60 }),
        (columns, name) => {
          const output = new Output(true, columns);
          new ProgressBar({ output, name: name.replaceAll(/\s/g, ' '), total: 7, done: 3 }).end();
          for (const line of output.written.split(REDRAW).flatMap((part) => part.split('\n'))) {
            expect(line.length).toBeLessThan(columns);
          }
        },
      ),
    );
  });
});
