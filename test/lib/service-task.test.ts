import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../service/config/config.ts';
import { DEFAULT_PORT, PATHS } from '../../service/contract/http.ts';
import { allOf, CONTEXT, Match, synthesize } from './synthesize.ts';

const SECRET = (name: string) =>
  `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`;

function container(context: Parameters<typeof synthesize>[0]) {
  const [definition] = allOf(synthesize(context), 'AWS::ECS::TaskDefinition');
  const [only, ...others] = definition!.Properties.ContainerDefinitions;
  expect(others).toEqual([]);
  return only;
}

/** Variables as the process will see them: what is known only at deployment gets a sample. */
function environment(definition: ReturnType<typeof container>): Record<string, string> {
  return Object.fromEntries(
    definition.Environment.map(({ Name, Value }: { Name: string; Value: unknown }) => [
      Name,
      typeof Value === 'string' ? Value : joined(Value),
    ]),
  );
}

function joined(value: unknown): string {
  if (!Object.hasOwn(value as object, 'Fn::Join')) return 'host.example';
  const { 'Fn::Join': join } = value as { 'Fn::Join': [string, unknown[]] };
  return join[1].map((part) => (typeof part === 'string' ? part : 'host.example')).join(join[0]);
}

describe.each(['dev', 'prod'] as const)('the task of %s', (stage) => {
  const definition = container(CONTEXT[stage]);

  it('has an environment that the service accepts', () => {
    const config = loadConfig({ ...environment(definition), REDIS_PASSWORD: 'generated' });
    expect(config.listen).toEqual({ host: '0.0.0.0', port: DEFAULT_PORT });
    expect(config.featureStore.redis).toMatchObject({
      url: 'rediss://host.example:6379',
      username: 'service',
      password: 'generated',
    });
    expect(config.featureStore.storeText).toBe(false);
    expect(config.model.workers).toBe(stage === 'prod' ? 2 : 1);
    expect(config.http.trustProxyHops).toBe(1);
    expect(config.metrics).toMatchObject({
      kind: 'emf',
      serviceName: `tweet-sentiment-${stage}`,
      revision: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
  });

  it('has no secret in the clear, and the password of the store as a secret', () => {
    expect(definition.Secrets.map(({ Name }: { Name: string }) => Name)).toEqual([
      'REDIS_PASSWORD',
    ]);
  });

  it('is stopped later than the service takes to drain', () => {
    const { shutdownTimeoutMs } = loadConfig({});
    expect(definition.StopTimeout * 1_000).toBeGreaterThan(shutdownTimeoutMs);
    // Limit of Fargate.
    expect(definition.StopTimeout).toBeLessThanOrEqual(120);
  });

  it('cannot write to its own file system', () => {
    expect(definition.ReadonlyRootFilesystem).toBe(true);
  });

  it('asks the process itself whether it is alive', () => {
    expect(definition.HealthCheck.Command).toEqual([
      'CMD',
      'node',
      '-e',
      expect.stringContaining(`http://127.0.0.1:${DEFAULT_PORT}${PATHS.liveness}`),
    ]);
  });

  it('never waits for its log', () => {
    expect(definition.LogConfiguration.Options).toMatchObject({
      mode: 'non-blocking',
      'max-buffer-size': '26214400b',
    });
  });
});

it('has the stream for the prediction log where there is an offline store', () => {
  const [name, stream] = ['PREDICTION_STREAM', expect.stringContaining('host.example')];
  expect(environment(container(CONTEXT.dev))).not.toHaveProperty(name);
  expect(environment(container({ ...CONTEXT.dev, offlineStore: 'true' }))).toHaveProperty(
    name,
    stream,
  );
});

describe('secrets that are configured', () => {
  const context = {
    ...CONTEXT.dev,
    allowPlainHttp: 'true',
    xBearerTokenSecretArn: SECRET('x'),
    adminTokenSecretArn: SECRET('admin'),
    apiKeysSecretArn: SECRET('keys'),
  };

  it('reach the task as secrets', () => {
    expect(container(context).Secrets).toEqual(
      expect.arrayContaining([
        { Name: 'X_BEARER_TOKEN', ValueFrom: SECRET('x') },
        { Name: 'ADMIN_TOKEN', ValueFrom: SECRET('admin') },
        { Name: 'API_KEYS', ValueFrom: SECRET('keys') },
      ]),
    );
  });

  it('may be read by what starts the task, and by name only', () => {
    synthesize(context)
      .of('service')
      .hasResourceProperties('AWS::IAM::Policy', {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
              Resource: Match.arrayWith([SECRET('admin'), SECRET('keys'), SECRET('x')]),
            }),
          ]),
        },
      });
  });
});

describe('the revision', () => {
  const revision = (context: Parameters<typeof synthesize>[0]) =>
    environment(container(context)).SERVICE_REVISION;
  const before = revision(CONTEXT.dev);

  it('is the same for the same parts', () => {
    expect(revision(CONTEXT.dev)).toBe(before);
  });

  it.each([
    ['image', { imageUri: 'example.org/tweet-sentiment:2' }],
    ['environment', { environment: { LOG_LEVEL: 'warn' } }],
    ['size', { taskCpu: '2048', taskMemoryMiB: '4096' }],
    ['architecture', { architecture: 'arm64' }],
  ])('changes with the %s', (_name, change) => {
    expect(revision({ ...CONTEXT.dev, ...change })).not.toBe(before);
  });

  it.each(['xBearerTokenSecretArn', 'adminTokenSecretArn', 'apiKeysSecretArn'])(
    'changes with the secret, as a new one is a release: %s',
    (key) => {
      const given = (name: string) => ({
        ...CONTEXT.prod,
        [key]: `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`,
      });
      expect(revision(given('new'))).not.toBe(revision(given('old')));
    },
  );

  it.each([
    ['an address to tell', { alertEmail: 'someone@example.org' }],
    ['the number of tasks', { maxTasks: '5' }],
    ['an alarm', { tweetReadsPerHour: '5' }],
  ])('does not change with %s', (_name, change) => {
    expect(revision({ ...CONTEXT.dev, ...change })).toBe(before);
  });
});

const ECR_HOSTS = [
  '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
  '123456789012.dkr-ecr.eu-central-1.on.aws',
  '123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com',
  '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn',
];
const pullRights = (imageUri: string) =>
  allOf(synthesize({ ...CONTEXT.dev, imageUri }), 'AWS::IAM::Policy')
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => Action.includes('ecr:BatchGetImage'))
    .map(({ Resource }) => JSON.stringify(Resource));

it.each(['example.org/a/b', ...ECR_HOSTS.map((host) => `${host}/a/b`)])(
  'an image of %s is taken as it is',
  (repository) => {
    for (const imageUri of [`${repository}:1`, `${repository}@sha256:${'a'.repeat(64)}`]) {
      const [definition] = allOf(
        synthesize({ ...CONTEXT.dev, imageUri }),
        'AWS::ECS::TaskDefinition',
      );
      expect(definition?.Properties.ContainerDefinitions[0].Image).toBe(imageUri);
    }
  },
);

it.each(ECR_HOSTS)('may be pulled from the private repository of %s, and from no other', (host) => {
  const [, region] = /\.([a-z]+-[a-z-]+-\d)\./.exec(host) ?? [];
  expect(pullRights(`${host}/a/b:1`)).toEqual([
    expect.stringContaining(`:ecr:${region}:123456789012:repository/a/b"`),
  ]);
  expect(pullRights('example.org/a/b:1')).toEqual([]);
});
