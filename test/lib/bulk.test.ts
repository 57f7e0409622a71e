import { describe, expect, it } from '@jest/globals';
import validateAsl from 'asl-validator';
import jsonata from 'jsonata';
import { BULK_SETTINGS_OUTPUT } from '../../lib/stage-config/bulk.ts';
import { lockedModels } from '../../lib/stage-config/locked-models.ts';
import { trainingSetSql } from '../../service/contract/offline.ts';
import { allOf, CONTEXT, Match, synthesize } from './synthesize.ts';

const app = synthesize({ ...CONTEXT.dev, bulk: 'true', bulkTaskVcpus: '8', offlineDays: '90' });
const bulk = app.of('bulk');
const prod = synthesize({ ...CONTEXT.prod, bulk: 'true', offlineStore: 'true' });

/** The definition as Step Functions gets it, but for names that CloudFormation replaces. */
function definitionOf(stage: typeof app) {
  const [machine] = allOf(stage, 'AWS::StepFunctions::StateMachine');
  const { DefinitionString } = machine!.Properties;
  const [separator, parts] = DefinitionString['Fn::Join'];
  return JSON.parse(
    parts.map((part: unknown) => (typeof part === 'string' ? part : 'aws')).join(separator),
  );
}
const definition = definitionOf(app);
const map = definition.States['Score items'];
const states = map.ItemProcessor.States;
const [onSpot, onDemand] = [states['Score on Spot'], states['Score on demand']];

/** Value of a JSONata field, by the reference implementation. */
function evaluate(field: string, values: Readonly<Record<string, unknown>>): Promise<unknown> {
  return jsonata(field.replace(/^\{%|%\}$/g, '')).evaluate(undefined, { states: values });
}

describe('the bulk stack', () => {
  it('is off unless asked for', () => {
    expect(synthesize(CONTEXT.dev).stacks.bulk).toBeUndefined();
  });

  it('has a cluster with Spot, apart from the one of the service', () => {
    bulk.hasResourceProperties('AWS::ECS::ClusterCapacityProviderAssociations', {
      CapacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    });
    expect(app.of('service').findResources('AWS::ECS::Cluster')).not.toEqual(
      bulk.findResources('AWS::ECS::Cluster'),
    );
  });

  it('runs the image of the service with a read-only root, in tasks of the chosen size', () => {
    const [service, task] = allOf(app, 'AWS::ECS::TaskDefinition').map(
      ({ Properties }) => Properties,
    );
    expect(task).toMatchObject({ Cpu: '8192', Memory: '16384' });
    const [container] = task!.ContainerDefinitions;
    expect(container.Image).toBe(service!.ContainerDefinitions[0].Image);
    expect(container.ReadonlyRootFilesystem).toBe(true);
    expect(container.Environment).toContainEqual({ Name: 'INFERENCE_WORKERS', Value: '8' });
    expect(container.Secrets).toBeUndefined();
  });

  it('keeps the revision of a task definition that a run may still use', () => {
    bulk.hasResource('AWS::ECS::TaskDefinition', { UpdateReplacePolicy: 'Retain' });
  });

  it('lets a task read texts, read and write results and reports, and nothing else', () => {
    const [policy] = Object.values(bulk.findResources('AWS::IAM::Policy')).filter(
      ({ Properties }) => JSON.stringify(Properties.Roles).includes('TaskRole'),
    );
    const statements = policy!.Properties.PolicyDocument.Statement.map(
      ({ Action, Resource }: { Action: unknown; Resource: unknown }) => [
        [Action].flat(),
        [...JSON.stringify(Resource).matchAll(/"\/([a-z]+)\/\*"/g)].map(([, folder]) => folder),
      ],
    );
    expect(statements).toEqual([
      [['s3:GetObject'], ['input', 'reports', 'results']],
      [['s3:AbortMultipartUpload', 's3:PutObject'], expect.arrayContaining(['results', 'reports'])],
      [['s3:ListBucket'], []],
    ]);
  });

  it('forgets reports before their results, and results before the tombstones of their tweets', () => {
    const [days] = Object.values(bulk.findResources('AWS::S3::Bucket'))
      .map(({ Properties }) => Properties.LifecycleConfiguration.Rules)
      .filter((rules) => rules.length > 1)
      .map((rules) =>
        Object.fromEntries(
          rules.map(({ Prefix, ExpirationInDays }: Record<string, unknown>) => [
            Prefix,
            ExpirationInDays,
          ]),
        ),
      );
    expect(days).toMatchObject({ 'input/': 90, 'reports/': 88, 'results/': 90, 'runs/': 90 });
  });

  it('puts its table beside the predictions, or into a new database without an offline store', () => {
    const databases = (stage: typeof app) =>
      Object.keys(stage.of('bulk').findResources('AWS::Glue::Database')).length;
    expect([databases(app), databases(prod)]).toEqual([1, 0]);
    for (const stage of [app, prod]) {
      stage.of('bulk').hasResourceProperties('AWS::Glue::Table', {
        TableInput: Match.objectLike({
          Name: 'bulk_predictions',
          PartitionKeys: [
            { Name: 'model_name', Type: 'string' },
            { Name: 'model_revision', Type: 'string' },
          ],
          Parameters: Match.objectLike({
            'projection.model_name.type': 'injected',
            'projection.model_revision.type': 'injected',
          }),
        }),
      });
    }
  });

  it('saves training sets that see results of the model of the stage, beside an offline store', () => {
    const { name: modelName, revision: modelRevision } = lockedModels()[0]!;
    for (const entity of ['tweet', 'user'] as const) {
      prod.of('bulk').hasResourceProperties('AWS::Athena::NamedQuery', {
        WorkGroup: 'tweet-sentiment-prod',
        QueryString: trainingSetSql(entity, 'created', { modelName, modelRevision }),
      });
    }
    expect(bulk.findResources('AWS::Athena::NamedQuery')).toEqual({});
  });

  it('tells `tss score` what it needs to know', () => {
    const { Value } = bulk.findOutputs('*')[BULK_SETTINGS_OUTPUT]!;
    expect(JSON.stringify(Value)).toMatch(/taskVcpus.*8.*taskMemoryGib.*16.*concurrency.*32/);
  });
});

describe('the definition of the state machine', () => {
  it.each([
    ['dev', app],
    ['prod', prod],
  ])('of %s is valid Amazon States Language', (_name, stage) => {
    const { isValid, errorsText } = validateAsl(definitionOf(stage));
    expect([isValid, errorsText()]).toEqual([true, '']);
  });

  it('names what CloudFormation replaces, and no other', () => {
    const [machine] = allOf(app, 'AWS::StepFunctions::StateMachine');
    const named = JSON.stringify(definition).match(/\$\{\w+\}/g) ?? [];
    const given = Object.keys(machine!.Properties.DefinitionSubstitutions);
    expect([...new Set(named)].toSorted()).toEqual(given.map((name) => `\${${name}}`).toSorted());
  });

  it('runs an item on Spot twice, then on demand', () => {
    const provider = (state: typeof onSpot) =>
      state.Arguments.CapacityProviderStrategy.map(
        ({ CapacityProvider }: { CapacityProvider: string }) => CapacityProvider,
      );
    expect([provider(onSpot), provider(onDemand)]).toEqual([['FARGATE_SPOT'], ['FARGATE']]);
    expect(onSpot.Retry.at(-1)).toEqual({ ErrorEquals: ['States.ALL'], MaxAttempts: 1 });
    expect(onSpot.Catch).toMatchObject([
      { ErrorEquals: ['States.ALL'], Next: 'Score on demand', Output: '{% $states.input %}' },
    ]);
  });

  it('ends a lost item in a task, which a redrive starts again', () => {
    expect(onDemand.Catch).toBeUndefined();
    const types = Object.values(states).map((state) => (state as { Type: string }).Type);
    expect(types).toEqual(['Task', 'Task']);
  });

  it('waits for ECS where it limits calls, without counting that as a lost task', () => {
    for (const state of [onSpot, onDemand]) {
      expect(state.Retry[0].ErrorEquals).toContain('ECS.ThrottlingException');
      expect(state.Retry[0].MaxAttempts).toBeGreaterThan(3);
    }
  });

  it('writes outcomes to S3, as thousands would not fit into the output of a state', () => {
    expect(map.ResultWriter.Resource).toBe('arn:aws:states:::s3:putObject');
  });
});

describe.each([
  ['on Spot', onSpot],
  ['on demand', onDemand],
])('a task %s', (_name, state) => {
  const [{ Command }] = state.Arguments.Overrides.ContainerOverrides;
  const of = { output: 's3://b/results/', reports: 's3://b/reports/' };

  it('gets the item as a list of arguments, which no shell reads', async () => {
    const input = { item: { input: 's3://b/input/a $(b).jsonl' }, of };
    expect(await evaluate(Command, { input })).toEqual([
      'node',
      'dist/score-object.js',
      '--input',
      's3://b/input/a $(b).jsonl',
      '--output',
      's3://b/results/',
      '--reports',
      's3://b/reports/',
    ]);
  });

  it('gets range and columns where they are given', async () => {
    const item = { input: 's3://b/input/a.jsonl', range: '0-1000' };
    const input = { item, of: { ...of, textColumn: 'body', idColumn: 'key' } };
    expect(await evaluate(Command, { input })).toEqual([
      'node',
      'dist/score-object.js',
      '--input',
      's3://b/input/a.jsonl',
      '--range',
      '0-1000',
      '--output',
      's3://b/results/',
      '--reports',
      's3://b/reports/',
      '--text-column',
      'body',
      '--id-column',
      'key',
    ]);
  });

  it('is done when its container ended with 0', async () => {
    const result = { Containers: [{ Name: 'score', ExitCode: 0 }] };
    expect(await evaluate(state.Output, { result })).toEqual({});
  });

  it.each([1, 7, 137, 143])('fails with the exit code %i, also where ECS did not', async (code) => {
    const result = { Containers: [{ Name: 'score', ExitCode: code }] };
    await expect(evaluate(state.Output, { result })).rejects.toMatchObject({
      message: `the task ended with the exit code ${code}`,
    });
  });
});
