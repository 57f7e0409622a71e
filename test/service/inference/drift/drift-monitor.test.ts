import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Label, type Prediction, perLabel } from '../../../../service/domain/sentiment.ts';
import {
  DriftMonitor,
  type DriftMonitorOptions,
  LEAST_PREDICTIONS,
} from '../../../../service/inference/drift/drift-monitor.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { RecordingMetrics } from '../helpers/recording-metrics.ts';

const MINUTE_MS = 60_000;
const [START, END, UNKNOWN] = [101, 102, 100];
/** Two tokens, one of them unknown. */
const IDS = [START, 7, UNKNOWN, END];

function prediction(label: Label, confidence = 0.8): Prediction {
  const rest = (1 - confidence) / 2;
  return {
    label,
    scores: perLabel((other) => (other === label ? confidence : rest)),
    truncated: false,
    tokens: IDS.length,
  };
}

describe('the drift monitor', () => {
  let metrics: RecordingMetrics;
  let monitor: DriftMonitor;
  let clock: FakeClock;

  const start = (options: Partial<DriftMonitorOptions> = {}) => {
    metrics = new RecordingMetrics();
    clock = new FakeClock();
    monitor = new DriftMonitor({
      metrics,
      clock,
      reference: { negative: 0.5, neutral: 0.25, positive: 0.25 },
      unknownId: UNKNOWN,
      specialTokens: 2,
      ...options,
    });
  };
  const observe = (count: number, label: Label) => {
    for (let i = 0; i < count; i++) monitor.observe(prediction(label), IDS);
  };

  beforeEach(() => start());
  afterEach(() => monitor.close());

  it('compares the last predictions with the reference once a minute', () => {
    observe(100, 'negative');
    observe(50, 'neutral');
    observe(50, 'positive');
    clock.advance(MINUTE_MS - 1);
    expect(metrics.values('LabelDrift')).toEqual([]);
    clock.advance(1);
    expect(metrics.values('LabelDrift')).toEqual([0]);
    expect(metrics.values('MeanConfidence')).toEqual([80]);
    expect(metrics.values('UnknownTokenShare')).toEqual([50]);
  });

  it('reports an index above 0.25 when the labels have shifted', () => {
    observe(LEAST_PREDICTIONS, 'positive');
    monitor.report();
    expect(metrics.values('LabelDrift')[0]).toBeGreaterThan(0.25);
  });

  it('counts labels at once, also when they are few', () => {
    observe(3, 'neutral');
    expect(metrics.total('PredictedLabels')).toBe(3);
  });

  it('reports nothing about too few predictions, not even when it is closed', () => {
    observe(LEAST_PREDICTIONS - 1, 'positive');
    clock.advance(MINUTE_MS);
    monitor.close();
    expect(metrics.values('LabelDrift')).toEqual([]);
    expect(metrics.values('MeanConfidence')).toEqual([]);
  });

  it('does not repeat a report without new predictions', () => {
    observe(LEAST_PREDICTIONS, 'positive');
    clock.advance(5 * MINUTE_MS);
    monitor.close();
    expect(metrics.values('MeanConfidence')).toHaveLength(1);
  });

  it('reports new predictions when it is closed, and nothing after that', () => {
    observe(LEAST_PREDICTIONS, 'positive');
    monitor.close();
    observe(1, 'positive');
    clock.advance(5 * MINUTE_MS);
    expect(metrics.values('MeanConfidence')).toHaveLength(1);
  });

  it('measures no label drift without a reference', () => {
    start({ reference: undefined });
    observe(LEAST_PREDICTIONS, 'positive');
    monitor.report();
    expect(metrics.values('LabelDrift')).toEqual([]);
    expect(metrics.values('MeanConfidence')).toEqual([80]);
  });

  it('reports no unknown tokens for a byte-level tokenizer', () => {
    start({ unknownId: null });
    observe(LEAST_PREDICTIONS, 'positive');
    monitor.report();
    expect(metrics.values('UnknownTokenShare')).toEqual([0]);
  });
});
