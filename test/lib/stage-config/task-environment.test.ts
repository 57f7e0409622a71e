import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sampleEnvironment } from '../../../lib/stage-config/task-environment.ts';
import { type Context, readStageConfig } from '../../../lib/stage-config.ts';
import { loadConfig } from '../../../service/config/config.ts';
import { ENVIRONMENT, type Variable } from '../../../service/contract/variables.ts';
import { allOf, CONTEXT, synthesize } from '../synthesize.ts';

const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf';
const SECRETS = {
  xBearerTokenSecretArn: SECRET,
  adminTokenSecretArn: SECRET,
  apiKeysSecretArn: SECRET,
  allowPlainHttp: true,
};

/** Set by the stack, so that `environment` refuses them whatever their value. */
const DECIDED = [
  'PORT',
  'KEEP_ALIVE_TIMEOUT_MS',
  'SHUTDOWN_TIMEOUT_MS',
  'REDIS_KEY_PREFIX',
  'PREDICTION_STREAM',
  'PREDICTION_LOG_DIR',
];
/** The load balancer bounds them further. */
const DEADLINES = ['SINGLE_DEADLINE_MS', 'BATCH_DEADLINE_MS'];

const OPEN = Object.entries<Variable>(ENVIRONMENT).filter(
  ([name, { secret, deployment }]) =>
    !secret && !deployment && ![...DECIDED, ...DEADLINES].includes(name),
);

/** Text that is a value for some of the variables, and none for others. */
const text = fc.oneof(
  fc.integer({ min: -1, max: 20_000_000 }).map(String),
  fc.constantFrom('', '0', '1', '100', '400', 'true', 'false', '05', '1e3', ' 1', 'emf', 'off'),
  fc.constantFrom('x-api', 'oembed', 'fixture', 'warn', 'loud', 'https://x.example', 'ftp://x'),
  fc.string({ maxLength: 12 }),
);
const valueFor = ([, { default: value = '1' }]: (typeof OPEN)[number]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(String(value)) }, { weight: 1, arbitrary: text });
const environments = fc
  .subarray(OPEN, { maxLength: 6 })
  .chain((chosen) =>
    fc.record(Object.fromEntries(chosen.map((entry) => [entry[0], valueFor(entry)]))),
  );

const contexts: fc.Arbitrary<Context> = fc
  .record(
    {
      stage: fc.constant('dev'),
      offlineStore: fc.boolean(),
      architecture: fc.constantFrom('x86_64', 'arm64'),
      taskCpu: fc.constantFrom(512, 1024, 2048),
      taskMemoryMiB: fc.constantFrom(1024, 2048, 4096),
      deployment: fc.constantFrom('rolling', 'canary'),
      modelName: fc.constantFrom('minilm-tweet-sentiment', 'Other', 'a..b', 'other', '.hidden'),
      modelInImage: fc.boolean(),
      imageUri: fc.constant('example.org/x:1'),
      xBearerTokenSecretArn: fc.constant(SECRET),
    },
    { requiredKeys: ['stage'] },
  )
  .chain((context) => environments.map((environment) => ({ ...context, environment })));

function accepts(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

describe('the environment of a task', () => {
  it('is accepted by the service for every stage configuration that is accepted', () => {
    let accepted = 0;
    fc.assert(
      fc.property(contexts, (context) => {
        if (!accepts(() => readStageConfig(context))) return;
        accepted++;
        expect(() => loadConfig(sampleEnvironment(readStageConfig(context)))).not.toThrow();
      }),
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it('is accepted by the stage for every option "environment" that the service accepts', () => {
    const counts = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(environments, fc.boolean(), (environment, hasToken) => {
        const context = { stage: 'dev', ...(hasToken && { xBearerTokenSecretArn: SECRET }) };
        const task = { ...sampleEnvironment(readStageConfig(context)), ...environment };
        const isAccepted = accepts(() => loadConfig(task));
        expect(accepts(() => readStageConfig({ ...context, environment }))).toBe(isAccepted);
        counts[isAccepted ? 'accepted' : 'refused']++;
      }),
    );
    expect(Math.min(counts.accepted, counts.refused)).toBeGreaterThan(0);
  });

  it.each<[string, Context]>([
    ['the least that is given', {}],
    ['the offline store', { offlineStore: true }],
    ['every secret', SECRETS],
    ['variables of the deployer', { environment: { LOG_LEVEL: 'warn', MAX_TEXTS: '64' } }],
  ])('is checked as it is deployed, by name and value, with %s', (_name, more) => {
    const context = { ...CONTEXT.dev, ...more };
    const [definition] = allOf(synthesize(context), 'AWS::ECS::TaskDefinition');
    const [container] = definition!.Properties.ContainerDefinitions;
    const plain: { Name: string; Value: unknown }[] = container.Environment;
    const secrets: { Name: string }[] = container.Secrets;
    const sample = sampleEnvironment(readStageConfig(context));
    const given = Object.entries(sample).filter(([, value]) => value !== undefined);
    expect(given.map(([name]) => name).toSorted()).toEqual(
      [...plain, ...secrets].map(({ Name }) => Name).toSorted(),
    );
    for (const { Name, Value } of plain) {
      if (typeof Value === 'string' && Name !== 'SERVICE_REVISION') {
        expect([Name, sample[Name]]).toEqual([Name, Value]);
      }
    }
  });
});
