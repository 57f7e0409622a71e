import { describe, expect, it } from '@jest/globals';
import { PrometheusMetrics } from '../../../service/telemetry/prometheus-metrics.ts';

const settings = { serviceName: 'tweets', version: '1.2.3', revision: undefined };

async function linesAfter(record: (metrics: PrometheusMetrics) => void): Promise<string[]> {
  const metrics = new PrometheusMetrics(settings);
  record(metrics);
  return (await metrics.exposition()).split('\n');
}

describe('metrics for Prometheus', () => {
  it('add up counts by dimension value', async () => {
    const lines = await linesAfter((metrics) => {
      metrics.record('Requests', 2);
      metrics.record('Requests', 3);
      metrics.record('PredictedLabels', 1, 'neutral');
      metrics.record('PredictedLabels', 4, 'positive');
    });
    expect(lines).toContain('tweet_sentiment_requests_total 5');
    expect(lines).toContain('tweet_sentiment_predicted_labels_total{label="neutral"} 1');
    expect(lines).toContain('tweet_sentiment_predicted_labels_total{label="positive"} 4');
  });

  it('tell milliseconds as histograms of seconds', async () => {
    const lines = await linesAfter((metrics) => {
      metrics.record('PhaseLatency', 4, 'store');
      metrics.record('PhaseLatency', 40, 'store');
    });
    const name = 'tweet_sentiment_phase_latency_seconds';
    expect(lines).toContain(`${name}_bucket{le="0.0025",phase="store"} 0`);
    expect(lines).toContain(`${name}_bucket{le="0.005",phase="store"} 1`);
    expect(lines).toContain(`${name}_bucket{le="0.05",phase="store"} 2`);
    expect(lines).toContain(`${name}_sum{phase="store"} 0.044`);
  });

  it('tell percentages as ratios, and the newest value', async () => {
    const lines = await linesAfter((metrics) => {
      metrics.record('MeanConfidence', 75);
      metrics.record('MeanConfidence', 80);
      metrics.record('LabelDrift', 0.3);
    });
    expect(lines).toContain('tweet_sentiment_mean_confidence_ratio 0.8');
    expect(lines).toContain('tweet_sentiment_label_drift 0.3');
  });

  it('leave out gauges that were not measured', async () => {
    const lines = await linesAfter((metrics) => metrics.record('LabelDrift', 0.3));
    expect(lines.some((line) => line.startsWith('tweet_sentiment_mean_confidence_ratio '))).toBe(
      false,
    );
  });

  it('leave out values that are not finite', async () => {
    const lines = await linesAfter((metrics) => {
      metrics.record('Requests', Number.NaN);
      metrics.record('Requests', Number.POSITIVE_INFINITY);
    });
    expect(lines).toContain('tweet_sentiment_requests_total 0');
  });

  it('name the service, its version and its revision', async () => {
    const lines = await linesAfter(() => {});
    expect(lines).toContain('tweet_sentiment_info{service="tweets",version="1.2.3",revision=""} 1');
  });
});
