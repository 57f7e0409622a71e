import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ProgressBar, progressLine } from '../../../cli/shared/progress.ts';

/** Begins a line of the terminal anew. */
const ANEW = '\r\x1b[K';

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
    expect(progressLine({ name: '@nasa', isDrawn: false, ...state })).toBe(line);
  });

  it('draws a bar in a terminal', () => {
    const state = { name: 'sample', done: 1, total: 2, perSecond: 0, isDrawn: true };
    expect(progressLine(state)).toBe('sample [############------------]  1/2  50 %');
  });
});

describe('a progress bar', () => {
  it('in a terminal is drawn over, at most ten times a second, and leaves its line at the end', () => {
    const output = new Output(true);
    let nowMs = 0;
    const bar = new ProgressBar({ output, name: 'sample', total: 4, now: () => nowMs });
    bar.add(1);
    nowMs = 50;
    bar.add(1);
    expect(output.written).toBe(`${ANEW}sample [------------------------]  0/4  0 %`);
    nowMs = 1_000;
    bar.add(1);
    bar.end();
    expect(output.written.split(ANEW).at(-1)).toBe(
      'sample [##################------]  3/4  75 %  3.0/s  1 s left\n',
    );
    expect(output.written.split('\n')).toHaveLength(2);
  });

  it('elsewhere is a plain line now and then', () => {
    const output = new Output(false);
    let nowMs = 0;
    const bar = new ProgressBar({ output, name: 'sample', total: 1_000, now: () => nowMs });
    for (nowMs = 100; nowMs <= 10_000; nowMs += 100) bar.add(10);
    bar.end();
    const lines = output.written.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line).toMatch(/^sample {2}\d+\/1000 {2}\d+ %/);
  });

  it('keeps a message apart from the bar', () => {
    const output = new Output(true);
    const bar = new ProgressBar({ output, name: 'sample', total: 4, now: () => 0 });
    bar.say('X rate limit: waiting until 12:00:00');
    expect(output.written).toContain(`${ANEW}X rate limit: waiting until 12:00:00\n`);
  });

  it('counts what earlier runs did, but not into the rate', () => {
    const output = new Output(false);
    let nowMs = 0;
    const bar = new ProgressBar({ output, name: 'a', total: 100, done: 90, now: () => nowMs });
    nowMs = 5_000;
    bar.add(5);
    expect(output.written).toContain('a  95/100  95 %  1.0/s  5 s left');
  });

  it('never wraps in a terminal, however narrow', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 120 }),
        fc.string({ maxLength: 60 }),
        (columns, name) => {
          const output = new Output(true, columns);
          new ProgressBar({ output, name: name.replaceAll(/\s/g, ' '), total: 7, done: 3 }).end();
          for (const line of output.written.split(ANEW).flatMap((part) => part.split('\n'))) {
            expect(line.length).toBeLessThan(columns);
          }
        },
      ),
    );
  });
});
