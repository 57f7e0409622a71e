import { describe, expect, it } from '@jest/globals';
import { BusyMeter } from '../../../../service/inference/workers/busy-meter.ts';

const [A, B] = [{}, {}];

describe('the busy share of workers', () => {
  it('is 0 before anything has run', () => {
    expect(new BusyMeter(2, 0).share(0)).toBe(0);
    expect(new BusyMeter(2, 0).share(5000)).toBe(0);
  });

  it('counts finished and running work since the start', () => {
    const meter = new BusyMeter(2, 100);
    meter.begin(A, 100);
    meter.end(A, 600);
    meter.begin(B, 600);
    expect(meter.share(1100)).toBeCloseTo(0.5);
  });

  it('is 1 when every worker is always busy, also over a border of its slots', () => {
    const meter = new BusyMeter(1, 0);
    for (let ms = 0; ms < 30_000; ms += 700) {
      meter.begin(A, ms);
      meter.end(A, ms + 700);
    }
    expect(meter.share(30_100)).toBeCloseTo(1);
  });

  it('counts one long run up to the window only', () => {
    const meter = new BusyMeter(1, 0);
    meter.begin(A, 0);
    expect(meter.share(60_000)).toBe(1);
  });

  it('forgets what lies more than ten seconds back', () => {
    const meter = new BusyMeter(1, 0);
    meter.begin(A, 0);
    meter.end(A, 5000);
    expect(meter.share(10_500)).toBeGreaterThan(0.4);
    expect(meter.share(20_000)).toBe(0);
  });

  it('ignores the end of what never began', () => {
    const meter = new BusyMeter(1, 0);
    meter.end(A, 500);
    expect(meter.share(1000)).toBe(0);
  });
});
