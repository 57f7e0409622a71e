import { describe, expect, it } from '@jest/globals';
import { drawChart } from '../../bench/report/svg.ts';

const chart = {
  title: 'Latency <of> "answers" & refusals',
  subtitle: 'open loop',
  xLabel: 'offered per second',
  yLabel: 'ms',
  mark: { x: 100, name: 'capacity' },
  series: [
    { name: 'p50', style: 'first', points: [10, 50, 150].map((x) => ({ x, y: 20 + x })) },
    { name: 'p99', style: 'second', points: [10, 50, 150].map((x) => ({ x, y: 10 * x })) },
  ],
} as const;

function coordinates(svg: string, attribute: string): number[] {
  return [
    ...svg.matchAll(new RegExp(`<circle class="first"[^>]* ${attribute}="([\\d.]+)"`, 'g')),
  ].map((match) => Number(match[1]));
}

describe('a chart', () => {
  const svg = drawChart(chart);

  it('escapes what people write', () => {
    expect(svg).toContain('Latency &lt;of> &quot;answers&quot; &amp; refusals');
  });

  it('draws every point inside the frame: further right for more load, higher for more time', () => {
    const [xs, ys] = [coordinates(svg, 'cx'), coordinates(svg, 'cy')];
    expect(xs).toHaveLength(3);
    expect(xs).toEqual(xs.toSorted((a, b) => a - b));
    expect(ys).toEqual(ys.toSorted((a, b) => b - a));
    for (const x of xs) expect(x > 0 && x < 760).toBe(true);
    for (const y of ys) expect(y > 0 && y < 420).toBe(true);
  });

  it('holds no number that is none', () => {
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});
