import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { METRIC_NAMESPACE, METRICS, type MetricName } from '../../../service/contract/metrics.ts';
import { EmfMetrics } from '../../../service/telemetry/emf-metrics.ts';
import { EMF_SCHEMA, type EmfDocument } from './emf-schema.ts';

const isEmf = new Ajv().compile(EMF_SCHEMA);
const INTERVAL_MS = 10_000;
const NAMES = Object.keys(METRICS) as MetricName[];

/** The port's overloads need literal names: a loop over the contract has only their union. */
type AnyRecord = (name: MetricName, value: number, dimensionValue?: string) => void;

function emf(revision?: string) {
  const lines: string[] = [];
  const logged: [Readonly<Record<string, unknown>>, string][] = [];
  const log = (...entry: [Readonly<Record<string, unknown>>, string]) => void logged.push(entry);
  const metrics = new EmfMetrics({
    write: (line) => void lines.push(line),
    intervalMs: INTERVAL_MS,
    serviceName: 'tweet-sentiment-dev',
    revision,
    logger: { debug: log, info: log, warn: log, error: log },
  });
  const documents = () =>
    lines.map((line) => {
      expect(line).toMatch(/^[^\n]+\n$/);
      const document = JSON.parse(line) as EmfDocument;
      if (!isEmf(document)) throw new Error(`${line}: ${JSON.stringify(isEmf.errors)}`);
      return document;
    });
  const record: AnyRecord = metrics.record.bind(metrics);
  return { metrics, record, documents, logged };
}

describe('embedded metrics', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('carry every metric of the contract and nothing else: name, unit, namespace, dimensions', () => {
    const { metrics, record, documents } = emf();
    for (const name of NAMES) {
      record(name, 3, 'dimension' in METRICS[name] ? 'some_value' : undefined);
    }
    metrics.close();

    const emitted = documents().flatMap(({ _aws: { CloudWatchMetrics: directives }, ...targets }) =>
      directives.flatMap(({ Namespace, Dimensions, Metrics }) =>
        Metrics.map(({ Name, Unit }) => ({
          Namespace,
          Name,
          Unit,
          value: targets[Name],
          dimensions: Dimensions.map((set) => set.map((key) => [key, targets[key]])),
        })),
      ),
    );
    const expected = NAMES.map((Name) => {
      const metric = METRICS[Name];
      const own = 'dimension' in metric ? [[metric.dimension, 'some_value']] : [];
      return {
        Namespace: METRIC_NAMESPACE,
        Name,
        Unit: metric.unit,
        value: 3,
        dimensions: [[['Service', 'tweet-sentiment-dev'], ...own]],
      };
    });
    expect(emitted).toHaveLength(expected.length);
    expect(emitted).toEqual(expect.arrayContaining(expected));
  });

  it('carry the revision in a second set of dimensions where the contract says so', () => {
    const { metrics, record, documents } = emf('4f1c0a');
    for (const name of NAMES) {
      record(name, 3, 'dimension' in METRICS[name] ? 'some_value' : undefined);
    }
    metrics.close();

    const byRevision = documents().flatMap(({ _aws: { CloudWatchMetrics }, Revision }) =>
      CloudWatchMetrics.filter(({ Dimensions }) => Dimensions.length > 1).flatMap(
        ({ Dimensions, Metrics }) => Metrics.map(({ Name }) => ({ Name, Dimensions, Revision })),
      ),
    );
    const expected = NAMES.filter((name) => 'byRevision' in METRICS[name]).map((Name) => ({
      Name,
      Dimensions: [['Service'], ['Service', 'Revision']],
      Revision: '4f1c0a',
    }));
    expect(expected.length).toBeGreaterThan(0);
    expect(byRevision).toHaveLength(expected.length);
    expect(byRevision).toEqual(expect.arrayContaining(expected));
  });

  it('hold nothing of the library itself: no log group, no service type', () => {
    const { metrics, record, documents } = emf();
    record('Requests', 1);
    metrics.close();
    expect(documents().map((document) => Object.keys(document).toSorted())).toEqual([
      ['Requests', 'Service', '_aws'],
    ]);
  });

  it('are written once per interval, counts summed and other values in the order recorded', () => {
    const { record, documents } = emf();
    record('Requests', 1);
    record('Requests', 1);
    record('RequestLatency', 12.5);
    record('RequestLatency', 7);
    expect(documents()).toEqual([]);
    jest.advanceTimersByTime(INTERVAL_MS);
    expect(documents()).toMatchObject([{ Requests: 2, RequestLatency: [12.5, 7] }]);
    jest.advanceTimersByTime(10 * INTERVAL_MS);
    expect(documents()).toHaveLength(1);
    jest.clearAllTimers();
  });

  it('carry the time at which they are written', () => {
    const { metrics, record, documents } = emf();
    record('Requests', 1);
    jest.setSystemTime(1_800_000_000_000);
    metrics.close();
    expect(documents()[0]?._aws.Timestamp).toBe(1_800_000_000_000);
  });

  it('keep dimension values apart', () => {
    const { metrics, record, documents } = emf();
    record('RequestFailures', 1, 'not_found');
    record('RequestFailures', 2, 'overloaded');
    record('RequestFailures', 1, 'not_found');
    metrics.close();
    expect(documents()).toMatchObject([
      { Code: 'not_found', RequestFailures: 2 },
      { Code: 'overloaded', RequestFailures: 2 },
    ]);
  });

  it('lose no value, whatever is recorded, and keep within the limits of the format', () => {
    const latency = fc.record({
      name: fc.constantFrom<MetricName>('RequestLatency', 'QueueWait', 'PhaseLatency', 'Requests'),
      value: fc.nat(5_000),
    });
    fc.assert(
      fc.property(fc.array(latency, { maxLength: 700, size: 'max' }), (recorded) => {
        const { metrics, record, documents } = emf();
        for (const { name, value } of recorded) record(name, value, 'infer');
        metrics.close();
        for (const name of ['RequestLatency', 'QueueWait', 'PhaseLatency'] as const) {
          const values = recorded.filter((entry) => entry.name === name).map(({ value }) => value);
          expect(documents().flatMap((document) => document[name] ?? [])).toEqual(values);
        }
        const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
        expect(sum(documents().map(({ Requests }) => Number(Requests ?? 0)))).toBe(
          sum(recorded.filter(({ name }) => name === 'Requests').map(({ value }) => value)),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('are written before the interval ends when a document is full, so that memory is bounded', () => {
    const { record, documents } = emf();
    for (let value = 0; value < 250; value++) record('QueueWait', value);
    expect(documents().map(({ QueueWait }) => (QueueWait as number[]).length)).toEqual([100, 100]);
    jest.clearAllTimers();
  });

  it('write what is left on close, and nothing after it', () => {
    const { metrics, record, documents } = emf();
    record('Requests', 1);
    metrics.close();
    expect(documents()).toHaveLength(1);
    jest.advanceTimersByTime(INTERVAL_MS);
    expect(documents()).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('drop %d and say so once', (value) => {
    const { metrics, record, documents, logged } = emf();
    for (let i = 0; i < 5; i++) record('QueueWait', value);
    metrics.close();
    expect(documents()).toEqual([]);
    expect(logged).toEqual([
      [expect.objectContaining({ metric: 'QueueWait' }), expect.any(String)],
    ]);
  });

  it('survive a dimension value that CloudWatch refuses, and lose only that', () => {
    const { metrics, record, documents, logged } = emf();
    record('RequestFailures', 1, 'naïve');
    record('RequestFailures', 1, 'not_found');
    metrics.close();
    expect(documents()).toMatchObject([{ Code: 'not_found' }]);
    expect(logged).toHaveLength(1);
  });
});
