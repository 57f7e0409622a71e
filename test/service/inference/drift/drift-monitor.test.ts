import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Label, type Prediction, perLabel } from '../../../../service/domain/sentiment.ts';
import {
  DriftMonitor,
  type DriftMonitorOptions,
  LEAST_PREDICTIONS,
} from '../../../../service/inference/drift/drift-monitor.ts';
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
  };
}

describe('the drift monitor', () => {
  let metrics: RecordingMetrics;
  let monitor: DriftMonitor;

  const start = (options: Partial<DriftMonitorOptions> = {}) => {
    metrics = new RecordingMetrics();
    monitor = new DriftMonitor({
      metrics,
      reference: { negative: 0.5, neutral: 0.25, positive: 0.25 },
      unknownId: UNKNOWN,
      specialTokens: 2,
      ...options,
    });
  };
  const observe = (count: number, label: Label) => {
    for (let i = 0; i < count; i++) monitor.observe(prediction(label), IDS);
  };

  beforeEach(() => {
    jest.useFakeTimers();
    start();
  });
  afterEach(() => {
    monitor.close();
    jest.useRealTimers();
  });

  it('reports once a minute how the last predictions compare with the reference', () => {
    observe(100, 'negative');
    observe(50, 'neutral');
    observe(50, 'positive');
    jest.advanceTimersByTime(MINUTE_MS - 1);
    expect(metrics.values('LabelDrift')).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(metrics.values('LabelDrift')).toEqual([0]);
    expect(metrics.values('MeanConfidence')).toEqual([80]);
    expect(metrics.values('UnknownTokenShare')).toEqual([50]);
  });

  it('shows that the labels have shifted', () => {
    observe(LEAST_PREDICTIONS, 'positive');
    monitor.report();
    expect(metrics.values('LabelDrift')[0]).toBeGreaterThan(0.25);
  });

  it('counts labels at once, whatever their number', () => {
    observe(3, 'neutral');
    expect(metrics.total('PredictedLabels')).toBe(3);
  });

  it('says nothing of too few predictions, nor at the end', () => {
    observe(LEAST_PREDICTIONS - 1, 'positive');
    jest.advanceTimersByTime(MINUTE_MS);
    monitor.close();
    expect(metrics.values('LabelDrift')).toEqual([]);
    expect(metrics.values('MeanConfidence')).toEqual([]);
  });

  it('does not repeat itself while there is nothing new', () => {
    observe(LEAST_PREDICTIONS, 'positive');
    jest.advanceTimersByTime(5 * MINUTE_MS);
    monitor.close();
    expect(metrics.values('MeanConfidence')).toHaveLength(1);
  });

  it('reports what is new when it is closed, and no more after that', () => {
    observe(LEAST_PREDICTIONS, 'positive');
    monitor.close();
    observe(1, 'positive');
    jest.advanceTimersByTime(5 * MINUTE_MS);
    expect(metrics.values('MeanConfidence')).toHaveLength(1);
  });

  it('measures no label drift without a reference', () => {
    start({ reference: undefined });
    observe(LEAST_PREDICTIONS, 'positive');
    monitor.report();
    expect(metrics.values('LabelDrift')).toEqual([]);
    expect(metrics.values('MeanConfidence')).toEqual([80]);
  });

  it('knows every token of a model that spells in bytes', () => {
    start({ unknownId: null });
    observe(LEAST_PREDICTIONS, 'positive');
    monitor.report();
    expect(metrics.values('UnknownTokenShare')).toEqual([0]);
  });
});
