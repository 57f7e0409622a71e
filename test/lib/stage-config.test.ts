import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { PRESETS } from '../../lib/stage-config/presets.ts';
import { STAGE_SCHEMA } from '../../lib/stage-config/schema.ts';
import { type Context, readStageConfig } from '../../lib/stage-config.ts';

const CERTIFICATE = { certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/abc' };
const ZONE = {
  domainName: 'sentiment.example.org',
  hostedZoneId: 'Z0123456789ABC',
  hostedZoneName: 'example.org',
};
const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf';

describe('the configuration of a stage', () => {
  it.each<[string, Context]>([
    ['dev as it is', { stage: 'dev' }],
    ['prod with a certificate', { stage: 'prod', ...CERTIFICATE }],
    ['prod with a domain and its zone', { stage: 'prod', ...ZONE }],
    ['a domain that is its zone', { stage: 'dev', ...ZONE, domainName: 'example.org' }],
    ['numbers as text, as the command line gives them', { stage: 'dev', maxTasks: '4' }],
    ['numbers as numbers, as cdk.json gives them', { stage: 'dev', maxTasks: 4 }],
    ['an environment as JSON', { stage: 'dev', environment: '{"RATE_LIMIT_PER_MINUTE":"60"}' }],
    ['an environment as an object', { stage: 'dev', environment: { LOG_LEVEL: 'warn' } }],
    ['feature flags and what the CLI passes', { stage: 'dev', '@aws-cdk/x:y': true, 'a:b': 1 }],
    ['an image by its digest', { stage: 'dev', imageUri: `a.b/c@sha256:${'0'.repeat(64)}` }],
    ['secrets by their ARN', { stage: 'dev', xBearerTokenSecretArn: SECRET }],
    ['arm64', { stage: 'dev', architecture: 'arm64' }],
    ['one day of predictions without bulk', { stage: 'dev', offlineDays: '1' }],
    ['three days of results in bulk', { stage: 'dev', bulk: 'true', offlineDays: '3' }],
    ['other names of resources', { stage: 'dev', tags: { Name: 'tweets', Team: 'x' } }],
    [
      'a model that only the given image has',
      { stage: 'dev', imageUri: 'a/b:1', modelName: 'own-model', modelInImage: 'true' },
    ],
    [
      'keys on plain HTTP where that is accepted',
      { stage: 'dev', apiKeysSecretArn: SECRET, allowPlainHttp: 'true' },
    ],
    ['keys on HTTPS', { stage: 'dev', apiKeysSecretArn: SECRET, ...ZONE }],
    [
      'a small request without a canary',
      { stage: 'dev', environment: { MAX_TEXTS: '1', MAX_BODY_BYTES: '100' } },
    ],
    [
      'a canary whose request holds the golden texts',
      {
        stage: 'dev',
        deployment: 'canary',
        environment: { MAX_TEXTS: '12', MAX_BODY_BYTES: '2000' },
      },
    ],
    ['the longest canary', { stage: 'dev', deployment: 'canary', canaryMinutes: '990' }],
    [
      'a key of several regions',
      { stage: 'dev', kmsKeyArn: `arn:aws:kms:us-east-1:123456789012:key/mrk-${'1a'.repeat(16)}` },
    ],
    ['a large store node', { stage: 'dev', valkeyNodeType: 'cache.r7g.16xlarge' }],
  ])('takes %s', (_name, context) => {
    expect(readStageConfig(context)).toMatchObject({ stage: context.stage });
  });

  it('takes a stage of another name, with the preset dev unless it chooses prod', () => {
    expect(readStageConfig({ stage: 'staging' })).toMatchObject({ preset: 'dev', minTasks: 1 });
    expect(
      readStageConfig({ stage: 'abcdefghijklmno1', preset: 'prod', ...CERTIFICATE }),
    ).toMatchObject({ preset: 'prod', minTasks: 2 });
  });

  it('turns text into what it means', () => {
    const config = readStageConfig({ stage: 'dev', minTasks: '2', offlineStore: 'true' });
    expect(config).toMatchObject({ minTasks: 2, offlineStore: true });
  });

  it('survives the loss of a zone in prod', () => {
    const { minTasks, valkeyReplicas, natGateways, deployment, webFirewall, retainData } =
      readStageConfig({ stage: 'prod', ...CERTIFICATE });
    expect(minTasks).toBeGreaterThanOrEqual(2);
    expect(valkeyReplicas).toBeGreaterThanOrEqual(1);
    expect({ natGateways, deployment, webFirewall, retainData }).toEqual({
      natGateways: 2,
      deployment: 'canary',
      webFirewall: true,
      retainData: true,
    });
  });

  it.each<[string, Context, string]>([
    ['no stage', {}, 'The context value stage is undefined; use -c stage=NAME, such as dev, prod'],
    ['a stage with a dash', { stage: 'prod-eu' }, 'The context value stage is "prod-eu"; use'],
    ['a path as a stage', { stage: '../x' }, 'The context value stage is "../x"; use -c stage'],
    ['a stage of 17 letters', { stage: 'a'.repeat(17) }, 'or a name of 1 to 16 lower-case letters'],
    [
      'the preset of dev for prod',
      { stage: 'prod', preset: 'dev' },
      'preset: "dev" is not the preset of the stage prod; leave preset out',
    ],
    [
      'a stage of the preset prod without a certificate',
      { stage: 'staging', preset: 'prod' },
      'certificateArn: a prod stage answers on HTTPS only',
    ],
    [
      'an unknown preset',
      { stage: 'qa', preset: 'test' },
      'preset: "test" is not allowed; use dev',
    ],
    [
      'half of an existing VPC',
      { stage: 'dev', vpcId: 'vpc-0a1b2c3d' },
      'vpcId: an existing VPC needs vpcId, loadBalancerSubnetIds, taskSubnetIds and storeSubnetIds',
    ],
    [
      'one subnet, which spans one zone',
      { stage: 'dev', taskSubnetIds: 'subnet-0a1b2c3d' },
      'taskSubnetIds: "subnet-0a1b2c3d" is not allowed; use the ids of 2 to 6 subnets',
    ],
    [
      'a subnet twice',
      { stage: 'dev', taskSubnetIds: 'subnet-0a1b2c3d,subnet-0a1b2c3d' },
      'is not allowed; use the ids of 2 to 6 subnets of vpcId in different zones',
    ],
    [
      'an address that is not a network',
      { stage: 'dev', vpcCidr: '10.20.30.0/16' },
      'vpcCidr: "10.20.30.0/16" is not allowed; use an IPv4 network of /16 to /20',
    ],
    ['a network that is too small', { stage: 'dev', vpcCidr: '10.20.0.0/21' }, 'of /16 to /20'],
    [
      'an allowed network with a typing error',
      { stage: 'dev', allowedCidrs: '203.0.113.0/24,198.51.100.7' },
      'use 1 to 20 IPv4 networks, separated by commas',
    ],
    [
      'an allowed network of IPv6, which the load balancer does not have',
      { stage: 'dev', allowedCidrs: '2001:db8::/32' },
      'use 1 to 20 IPv4 networks, separated by commas',
    ],
    [
      'an allowed network twice',
      { stage: 'dev', allowedCidrs: '203.0.113.0/24,203.0.113.0/24' },
      'use 1 to 20 IPv4 networks, separated by commas',
    ],
    [
      'more allowed networks than fit into a security group',
      { stage: 'dev', allowedCidrs: Array.from({ length: 21 }, (_, i) => `203.0.113.${i}/32`) },
      'use 1 to 20 IPv4 networks, separated by commas',
    ],
    [
      'fewer names of zones than zones',
      { stage: 'dev', zones: '3', zoneNames: 'us-east-1a,us-east-1b' },
      'zoneNames: us-east-1a,us-east-1b are 2 names for 3 zones; give 3, or -c zones=2',
    ],
    ['more NAT gateways than zones', { stage: 'dev', natGateways: '3' }, 'natGateways: 3 is more'],
    [
      'a tag that the stacks set',
      { stage: 'dev', tags: { stage: 'x' } },
      'use a JSON object of at most 40 tags',
    ],
    ...[{ Stage: 'x' }, { SERVICE: 'x' }, { name: 'x' }, { Team: 'x', team: 'y' }].map(
      (tags): [string, Context, string] => [
        `tags that differ only by case: ${Object.keys(tags).join(' and ')}`,
        { stage: 'dev', tags },
        'IAM ignores case',
      ],
    ),
    ...[{ team: 'ü' }, { tüm: 'x' }, { team: '' }].map((tags): [string, Context, string] => [
      `a tag that ElastiCache or CloudWatch refuses: ${JSON.stringify(tags)}`,
      { stage: 'dev', tags },
      `tags: ${JSON.stringify(tags)} is not allowed; use a JSON object of at most 40 tags, such as {"cost-center":"1234"}, keys of 1 to 128 and values of 1 to 256 ASCII letters, digits, spaces and _.:/=+@-`,
    ]),
    ['a tag of AWS', { stage: 'dev', tags: { 'aws:x': 'y' } }, 'with other keys than service,'],
    [
      'an image that is given and built',
      { stage: 'dev', imageBuild: 'codebuild', imageUri: 'a/b:1' },
      'imageBuild: CodeBuild builds the image, but imageUri gives one; leave one of them out',
    ],
    [
      'results in bulk that would not outlive their reports',
      { stage: 'dev', bulk: 'true', offlineDays: '2' },
      'offlineDays: 2 is too short for results in bulk; use at least 3, or leave bulk out',
    ],
    [
      'a budget without an address to notify',
      { stage: 'dev', monthlyBudgetUsd: '100' },
      'monthlyBudgetUsd: a budget tells an address; give -c alertEmail=ADDRESS too',
    ],
    [
      'an alias in place of a key',
      { stage: 'dev', kmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:alias/mine' },
      'use the ARN of a KMS key (not of an alias)',
    ],
    [
      'a certificate and a key of two regions',
      {
        stage: 'dev',
        ...CERTIFICATE,
        kmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555',
      },
      'certificateArn: certificateArn is in eu-central-1 and kmsKeyArn in us-east-1; both must be',
    ],
    [
      'a hook without a way to the load balancer',
      { stage: 'dev', deployment: 'canary', loadBalancer: 'internal' },
      'deployment: the golden hook and the probe reach this load balancer from the subnets of the',
    ],
    ['a key that is misspelled', { stage: 'dev', minTask: '2' }, 'minTask: unknown; use one of'],
    ['a key in snake case', { stage: 'dev', min_tasks: '2' }, 'min_tasks: unknown; use one of'],
    [
      'a key that every object has',
      Object.fromEntries([
        ['stage', 'dev'],
        ['__proto__', '1'],
      ]),
      '__proto__: unknown; use one of',
    ],
    [
      'no number',
      { stage: 'dev', minTasks: 'two' },
      'minTasks: "two" is not allowed; use an integer',
    ],
    ['no boolean', { stage: 'dev', spot: 'yes' }, 'spot: "yes" is not allowed; use true or false'],
    [
      'a size that Fargate lacks',
      { stage: 'dev', taskCpu: '3000' },
      'taskCpu: "3000" is not allowed; use 512, 1024, 2048, 4096 or 8192',
    ],
    [
      'memory that does not go with the CPU',
      { stage: 'dev', taskMemoryMiB: '16384' },
      'Fargate has no 16384 MiB for 1024 CPU units; use 2048 to 8192 in steps of 1024',
    ],
    [
      'more tasks at least than at most',
      { stage: 'dev', minTasks: '3' },
      'minTasks: 3 is more than maxTasks, 2; raise maxTasks',
    ],
    [
      'one task in prod',
      { stage: 'prod', ...CERTIFICATE, minTasks: '1' },
      'minTasks: 1 would not survive the loss of a zone; use at least 2',
    ],
    [
      'no copy of the store in prod',
      { stage: 'prod', ...CERTIFICATE, valkeyReplicas: '0' },
      'valkeyReplicas: 0 leaves nothing to fail over to',
    ],
    [
      'prod without a certificate',
      { stage: 'prod' },
      'certificateArn: a prod stage answers on HTTPS only; give -c certificateArn=ARN, or -c domainName=NAME -c hostedZoneId=ID -c hostedZoneName=ZONE',
    ],
    [
      'a domain without a certificate',
      { stage: 'dev', domainName: 'a.example.org' },
      'domainName: "a.example.org" needs a certificate',
    ],
    [
      'half a zone',
      { stage: 'dev', ...ZONE, hostedZoneName: undefined },
      'hostedZoneId: a hosted zone needs hostedZoneId, hostedZoneName and domainName together',
    ],
    [
      'a domain outside its zone',
      { stage: 'dev', ...ZONE, domainName: 'badexample.org' },
      'domainName: "badexample.org" is not in the zone "example.org"',
    ],
    ['a bad ARN', { stage: 'dev', certificateArn: 'abc' }, 'certificateArn: "abc" is not allowed'],
    [
      'a secret by name',
      { stage: 'dev', adminTokenSecretArn: 'admin' },
      'adminTokenSecretArn: "admin" is not allowed; use the whole ARN',
    ],
    [
      'an image without tag',
      { stage: 'dev', imageUri: 'a/b' },
      'imageUri: "a/b" is not allowed; use an image with its tag or digest',
    ],
    [
      'a variable the service does not know',
      { stage: 'dev', environment: '{"COLOR":"red"}' },
      'environment: the service knows no variable COLOR',
    ],
    [
      'a secret in the clear',
      { stage: 'dev', environment: '{"ADMIN_TOKEN":"x"}' },
      'environment: ADMIN_TOKEN is a secret; put it into Secrets Manager',
    ],
    [
      'a secret that a stage cannot give',
      { stage: 'dev', environment: '{"OTEL_EXPORTER_OTLP_HEADERS":"a=b"}' },
      'environment: OTEL_EXPORTER_OTLP_HEADERS is a secret, which a stage cannot give to its tasks; leave it out',
    ],
    [
      'a variable that the stack decides',
      { stage: 'dev', environment: '{"PORT":"80","REDIS_USERNAME":"x"}' },
      'environment: PORT is set by the stack; leave it out.\n  environment: REDIS_USERNAME is set',
    ],
    [
      'a variable with a value that the service refuses',
      { stage: 'dev', environment: '{"LOG_LEVEL":"loud"}' },
      'environment: LOG_LEVEL: "loud" is not allowed; use fatal, error, warn, info, debug or silent.',
    ],
    [
      'variables that the service refuses side by side',
      { stage: 'dev', environment: '{"AGGREGATE_TTL_DAYS":"30"}' },
      'environment: AGGREGATE_TTL_DAYS: is 30, less than the 5184000 s of FEATURE_TTL_SECONDS',
    ],
    [
      'the X API without a token',
      { stage: 'dev', environment: '{"TWEET_SOURCE":"x-api"}' },
      'set it, or use oembed or fixture; the value comes from -c xBearerTokenSecretArn=ARN.',
    ],
    [
      'a folder for the prediction log, which no task could write to',
      { stage: 'dev', environment: '{"PREDICTION_LOG_DIR":"/log"}' },
      'environment: PREDICTION_LOG_DIR names a folder, but a task',
    ],
    [
      'a deadline beyond the time that a removed task gets',
      { stage: 'dev', environment: '{"BATCH_DEADLINE_MS":"30000"}' },
      'environment: BATCH_DEADLINE_MS: "30000" is not allowed; use at most 20000',
    ],
    [
      'a collector on a port to which no task may connect',
      {
        stage: 'dev',
        environment: '{"OTEL_EXPORTER_OTLP_ENDPOINT":"http://collector.internal:4318"}',
      },
      'environment: OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.internal:4318" is not allowed; tasks may connect to port 443 only: use https://HOST or http://HOST:443',
    ],
    [
      'a tweet source on port 80',
      {
        stage: 'dev',
        environment: '{"X_API_URL":"http://x.example","OEMBED_URL":"https://a:8443/"}',
      },
      'OEMBED_URL: "https://a:8443/" is not allowed; tasks may connect to port 443 only',
    ],
    [
      'a number in the environment',
      { stage: 'dev', environment: '{"RATE_LIMIT_PER_MINUTE":600}' },
      'is not allowed; use a JSON object of further variables of the service, each value a string',
    ],
    [
      'a model that is not in the manifest',
      { stage: 'dev', modelName: 'nope' },
      'modelName: "nope" is not in models/manifest.json; use minilm-tweet-sentiment, or add it: npx tss models add SOURCE.',
    ],
    [
      'such a model with an image',
      { stage: 'dev', modelName: 'nope', imageUri: 'a/b:1' },
      'or give -c modelInImage=true if the image of imageUri brings it',
    ],
    [
      'a model from an image for a canary, which needs golden texts',
      {
        stage: 'dev',
        modelName: 'nope',
        imageUri: 'a/b:1',
        modelInImage: true,
        deployment: 'canary',
      },
      'or use -c deployment=rolling: a canary is judged by golden texts from there',
    ],
    [
      'a model from an image that is not given',
      { stage: 'dev', modelInImage: true },
      'modelInImage: is true, but the image is built from here',
    ],
    [
      'a model name with capitals, which no manifest could hold',
      { stage: 'dev', modelName: 'MiniLM' },
      'modelName: "MiniLM" is not allowed; use the name of a model: 1 to 100 of a-z',
    ],
    [
      'keys on plain HTTP',
      { stage: 'dev', apiKeysSecretArn: SECRET },
      'or accept it by -c allowPlainHttp=true',
    ],
    [
      'an admin token on plain HTTP',
      { stage: 'dev', adminTokenSecretArn: SECRET },
      'adminTokenSecretArn: callers would send this secret over plain HTTP; give -c certificateArn',
    ],
    [
      'a canary that with its bake time exceeds the 33 hours of CloudFormation',
      { stage: 'dev', canaryMinutes: '991' },
      'canaryMinutes: "991" is not allowed; use an integer from 1 to 990',
    ],
    [
      'a misspelled node type',
      { stage: 'dev', valkeyNodeType: 'cache.m7g.lrage' },
      'valkeyNodeType: "cache.m7g.lrage" is not allowed; use a node type of ElastiCache',
    ],
    [
      'a node type that needs data tiering',
      { stage: 'dev', valkeyNodeType: 'cache.r6gd.xlarge' },
      'valkeyNodeType: "cache.r6gd.xlarge" is not allowed',
    ],
    [
      'an empty value, which a script with an unset variable gives',
      { stage: 'dev', certificateArn: '' },
      'certificateArn: "" is not allowed',
    ],
    ['a key of every object', { stage: 'dev', constructor: 'x' }, 'constructor: unknown; use one'],
    [
      'a canary on Spot',
      { stage: 'dev', deployment: 'canary', spot: 'true' },
      'spot: a canary on Spot may vanish',
    ],
    [
      'a canary that refuses golden texts',
      {
        stage: 'dev',
        deployment: 'canary',
        environment: '{"UNSUPPORTED_LANGUAGE":"refuse"}',
      },
      'environment: UNSUPPORTED_LANGUAGE=refuse would refuse golden texts',
    ],
    ...['MAX_TEXTS', 'MAX_TEXT_CHARACTERS', 'MAX_BODY_BYTES'].map(
      (name): [string, Context, string] => [
        `a canary whose ${name} is too small for the golden texts`,
        { stage: 'dev', deployment: 'canary', environment: { [name]: '8' } },
        `environment: ${name}: "8" is not allowed; use at least `,
      ],
    ),
  ])('refuses %s, with the remedy', (_name, context, message) => {
    expect(() => readStageConfig(context)).toThrow(message);
  });

  it('reads its models from the manifest that it is given', () => {
    const context = { stage: 'dev', modelName: 'another' };
    expect(readStageConfig(context, ['another'])).toMatchObject({ modelName: 'another' });
    expect(() => readStageConfig(context, ['first', 'second'])).toThrow('use first or second, or');
  });

  it.each([
    '{"ADMIN_TOKEN":"hunter2"}',
    '{"ADMIN_TOKEN":"hunter2"',
    '{"ADMIN_TOKEN":["hunter2"]}',
    'ADMIN_TOKEN=hunter2',
  ])('does not repeat a secret that is put into the environment by mistake: %s', (environment) => {
    const read = () => readStageConfig({ stage: 'dev', environment });
    expect(read).toThrow(/environment: .*secret/);
    expect(read).not.toThrow(/hunter2/);
  });

  it.each(['https://collector.internal/otlp', 'http://collector.internal:443'])(
    'accepts a collector at %s, to which tasks may connect',
    (address) => {
      const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: address };
      expect(readStageConfig({ stage: 'dev', environment })).toMatchObject({ environment });
    },
  );

  it('does not repeat the password of an address on another port', () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:hunter2@collector:4318' };
    const read = () => readStageConfig({ stage: 'dev', environment });
    expect(read).toThrow(/environment: OTEL_EXPORTER_OTLP_ENDPOINT/);
    expect(read).not.toThrow(/hunter2/);
  });

  it('names every fault of the environment beside the others', () => {
    const environment = { LOG_LEVEL: 'loud', PORT: 'x', COLOR: 'red', MAX_TWEETS: '101' };
    expect(() => readStageConfig({ stage: 'dev', spot: 'maybe', environment })).toThrow(
      /^5 faults .*:\n {2}spot: .*\n {2}environment: PORT .*\n {2}environment: .* COLOR.*\n {2}environment: LOG_LEVEL: .*\n {2}environment: MAX_TWEETS: /,
    );
  });

  it('names every fault at once', () => {
    const context = { stage: 'prod', minTasks: '0', taskCpu: 'x', typo: 1 };
    expect(() => readStageConfig(context)).toThrow(
      /^4 faults in the configuration of stage prod:\n {2}typo: .*\n {2}taskCpu: .*\n {2}minTasks: .*\n {2}certificateArn: /,
    );
  });
});

/** A value as the table shows it: numbers plain, everything else as code. */
function cellOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return `\`${typeof value === 'object' ? JSON.stringify(value) : value}\``;
}

describe('docs/stage-configuration.md', () => {
  it('has a row for every context value and no other', () => {
    const document = readFileSync('docs/stage-configuration.md', 'utf8');
    const [table = ''] = document.slice(document.indexOf('## Values')).split('\n## Changes', 1);
    const rows = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key);
    expect(rows.toSorted()).toEqual(Object.keys(STAGE_SCHEMA).toSorted());
  });

  it('has in these rows the values of the presets dev and prod', () => {
    const document = readFileSync('docs/stage-configuration.md', 'utf8');
    const table = document.slice(document.indexOf('## Values'));
    const written = new Map(
      [...table.matchAll(/^\| `(\w+)` \| ([^|]*)\| ([^|]*)\|/gm)].map(
        ([, key = '', dev = '', prod = '']) => [key, { dev: dev.trim(), prod: prod.trim() }],
      ),
    );
    for (const [key, prodValue] of Object.entries(PRESETS.prod)) {
      const devValue = PRESETS.dev[key as keyof typeof PRESETS.dev];
      const cells = written.get(key);
      // A blank: the value has no effect with the rest of the preset.
      const dev = key === 'natGateways' ? '' : cellOf(devValue);
      const same = cells?.prod === 'the same' && prodValue === devValue;
      const prod = key === 'allowPlainHttp' ? '' : same ? 'the same' : cellOf(prodValue);
      expect({ key, ...cells }).toEqual({ key, dev, prod });
    }
  });
});

describe('the application', () => {
  it('ends with what is wrong with the configuration and nothing else', async () => {
    const app = fileURLToPath(new URL('../../bin/app.ts', import.meta.url));
    const env = { ...process.env, CDK_CONTEXT_JSON: '{"stage":"QA"}', NODE_OPTIONS: '' };
    const ended = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(process.execPath, [app], { env }, (error, _stdout, stderr) =>
        resolve({ code: error?.code, stderr }),
      );
    });
    expect(ended).toEqual({
      code: 1,
      stderr:
        'The context value stage is "QA"; use -c stage=NAME, such as dev, prod or a name of 1 to 16 lower-case letters and digits that starts with a letter. Its values are in stages/NAME.json.\n',
    });
  });
});
