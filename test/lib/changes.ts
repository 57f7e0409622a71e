import type { Context } from '../../lib/stage-config.ts';
import { CERTIFICATE_ARN, CONTEXT, type Resource, synthesize } from './synthesize.ts';

/** Name, configuration that is deployed, and configuration of the update. */
export type Change = readonly [string, Context, Context];

export const DEV: Context = CONTEXT.dev;
export const PROD: Context = CONTEXT.prod;
const BULK = { bulk: 'true' };
const CALLERS = { allowedCidrs: '203.0.113.0/24' };
const BUDGET = { alertEmail: 'team@example.org', monthlyBudgetUsd: '100' };
const BUILT = { stage: 'dev', ...BULK, imageBuild: 'codebuild' };

const from = (stage: Context, changed: Context, given: Context = {}): Change => {
  const words = (values: Context) =>
    Object.entries(values)
      .map(([key, value]) => `${key}=${value}`)
      .join(' ');
  const name = [stage.stage, words(given), '->', words(changed)].filter(Boolean).join(' ');
  const before = { ...stage, ...given };
  return [name, before, { ...before, ...changed }];
};
const back = ([name, before, after]: Change): Change => [`${name}, taken back`, after, before];

/** Changes of a live stage, both ways. */
export const CHANGES: readonly Change[] = [
  from(DEV, { egress: 'nat' }),
  from(DEV, { egress: 'nat' }, BULK),
  from(DEV, { deployment: 'canary' }),
  from(DEV, { spot: 'true' }),
  from(DEV, { certificateArn: CERTIFICATE_ARN }),
  from(DEV, { probe: 'true' }),
  from(DEV, { architecture: 'arm64' }),
  from(DEV, { taskCpu: '512' }),
  from(DEV, { valkeyReplicas: '1' }),
  from(DEV, { valkeyNodeType: 'cache.m7g.large' }),
  from(DEV, { valkeySnapshotDays: '7' }),
  from(DEV, { offlineStore: 'true' }),
  from(DEV, { bulk: 'true' }),
  from(DEV, { bulk: 'true' }, { offlineStore: 'true' }),
  from(DEV, { bulkTaskVcpus: '8' }, BULK),
  from(DEV, { imageUri: 'example.org/tweet-sentiment:2' }, BULK),
  from(DEV, { offlineStore: 'true' }, BULK),
  from(DEV, { webFirewall: 'true' }),
  from(DEV, { retainData: 'true' }),
  from(DEV, { logDays: '30' }),
  from(DEV, { alertEmail: 'someone@example.org' }),
  from(DEV, { alertEmail: 'someone@example.org' }, BUDGET),
  from(DEV, { monthlyBudgetUsd: '200' }, BUDGET),
  from(DEV, { imageUri: 'example.org/tweet-sentiment:2' }),
  ['dev bulk=true imageBuild=codebuild -> imageUri', BUILT, { ...DEV, ...BULK }] as const,
  from(PROD, { egress: 'public' }),
  from(PROD, { egress: 'public' }, { ...BULK, zones: '3' }),
  from(PROD, { natGateways: '1' }),
  from(PROD, { natGateways: '1' }, CALLERS),
  from(PROD, { deployment: 'rolling' }),
  from(PROD, { deployment: 'rolling' }, { ...CALLERS, probe: 'false' }),
  from(PROD, { canaryPercent: '20' }),
  from(PROD, { valkeyReplicas: '2' }),
  from(PROD, { maxTasks: '20' }),
  from(PROD, { zones: '3' }),
  from(PROD, { zones: '3' }, BULK),
  from(PROD, CALLERS),
  from(PROD, { tags: '{"cost-center":"1234"}' }),
  from(PROD, { permissionsBoundaryArn: 'arn:aws:iam::123456789012:policy/boundary' }),
  from(PROD, { probe: 'false' }),
  from(PROD, { probe: 'false' }, { ...CALLERS, deployment: 'rolling' }),
  from(PROD, { requestsPerFiveMinutes: '1000' }),
  from(PROD, {
    apiKeysSecretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:k-AbCdEf',
  }),
].flatMap((change) => [change, back(change)]);

export interface StackTemplate {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Export?: { readonly Name: string } }>>;
}

const known = new Map<string, ReadonlyMap<string, StackTemplate>>();

/** Templates of a stage by stack, in the order of their deployment. */
export function templatesOf(context: Context): ReadonlyMap<string, StackTemplate> {
  const key = JSON.stringify(context);
  const templates =
    known.get(key) ??
    new Map(
      synthesize(context).templates.map(({ part, template }) => [
        part,
        template.toJSON() as StackTemplate,
      ]),
    );
  known.set(key, templates);
  return templates;
}
