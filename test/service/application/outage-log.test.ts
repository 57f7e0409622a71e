import { describe, expect, it } from '@jest/globals';
import { OutageLog } from '../../../service/application/outage-log.ts';
import { RecordedLog } from '../../helpers/fakes.ts';

function anOutageLog() {
  const logger = new RecordedLog();
  let nowMs = 0;
  const outages = new OutageLog({ logger, failed: 'down', recovered: 'up', now: () => nowMs });
  return {
    outages,
    lines: () => logger.lines.map(({ level, fields, message }) => [level, message, fields]),
    advanceMs: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('OutageLog', () => {
  it('logs an outage once, and its end', () => {
    const { outages, lines, advanceMs } = anOutageLog();
    outages.recovered();
    outages.failed('first');
    advanceMs(1_500);
    outages.failed('second');
    outages.recovered();
    outages.recovered();
    expect(lines()).toEqual([
      ['warn', 'down', { reason: 'first' }],
      ['info', 'up', { downMs: 1_500 }],
    ]);
  });

  it('logs another reason of an outage, at most one a minute', () => {
    const { outages, lines, advanceMs } = anOutageLog();
    for (let second = 0; second < 130; second++) {
      outages.failed(second < 50 ? 'no server' : 'wrong password');
      advanceMs(1_000);
    }
    outages.recovered();
    expect(lines()).toEqual([
      ['warn', 'down', { reason: 'no server' }],
      ['warn', 'down', { reason: 'wrong password' }],
      ['info', 'up', { downMs: 130_000 }],
    ]);
  });

  it('logs no more than one outage a minute', () => {
    const { outages, lines, advanceMs } = anOutageLog();
    for (let second = 0; second < 120; second++) {
      outages.failed(`at ${second} s`);
      outages.recovered();
      advanceMs(1_000);
    }
    expect(lines()).toEqual([
      ['warn', 'down', { reason: 'at 0 s' }],
      ['info', 'up', { downMs: 0 }],
      ['warn', 'down', { reason: 'at 60 s' }],
      ['info', 'up', { downMs: 0 }],
    ]);
  });

  it('logs an outage that begins soon after another one later, if it lasts', () => {
    const { outages, lines, advanceMs } = anOutageLog();
    outages.failed('first');
    outages.recovered();
    advanceMs(10_000);
    outages.failed('second');
    advanceMs(49_999);
    outages.failed('second, after a while');
    expect(lines()).toHaveLength(2);
    advanceMs(1);
    outages.failed('second, still');
    outages.failed('second, still');
    advanceMs(5_000);
    outages.recovered();
    expect(lines().slice(2)).toEqual([
      ['warn', 'down', { reason: 'second, still' }],
      ['info', 'up', { downMs: 55_000 }],
    ]);
  });
});
