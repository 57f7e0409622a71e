import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { ENVIRONMENT } from '../../service/contract/variables.ts';

interface Probe {
  readonly timeoutSeconds?: number;
}

interface Container {
  readonly env: readonly { name: string; value?: string }[];
  readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly resources: {
    readonly requests: { readonly cpu: string };
    readonly limits: Readonly<Record<string, string>>;
  };
}

const resources = parseAllDocuments(readFileSync('docs/examples/kubernetes.yaml', 'utf8')).map(
  (document) => document.toJS(),
);
const [deployment] = resources;
const kinds = resources.map(({ kind }) => kind);
const pod = deployment.spec.template.spec;
const container: Container = pod.containers[0];
const value = (name: string) => container.env.find((each) => each.name === name)?.value;

describe('the manifest for Kubernetes', () => {
  it('sets variables that the service knows', () => {
    const unknown = container.env.filter(({ name }) => !Object.hasOwn(ENVIRONMENT, name));
    expect(unknown).toEqual([]);
  });

  it('keeps variables that Kubernetes derives from other services out of the environment', () => {
    expect(pod.enableServiceLinks).toBe(false);
  });

  it('trusts as many proxies as it has', () => {
    expect(kinds).toEqual(['Deployment', 'Service', 'PodDisruptionBudget']);
    expect(value('TRUST_PROXY_HOPS')).toBe('0');
  });

  it('sets no limit of CPU', () => {
    expect(container.resources.limits).not.toHaveProperty('cpu');
  });

  it('gives the service time to drain before it is killed', () => {
    const drainSeconds = Number(value('SHUTDOWN_TIMEOUT_MS')) / 1_000;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(
      container.lifecycle.preStop.sleep.seconds + drainSeconds,
    );
  });

  it.each(['readinessProbe', 'livenessProbe'] as const)(
    'lets the %s of a busy pod wait for longer than the second of the default',
    (probe) => {
      expect(container[probe].timeoutSeconds).toBeGreaterThanOrEqual(5);
    },
  );

  it('asks for a CPU for each worker', () => {
    expect(value('INFERENCE_WORKERS')).toBe(container.resources.requests.cpu);
  });
});
