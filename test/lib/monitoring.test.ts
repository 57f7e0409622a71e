import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  METRIC_NAMESPACE,
  METRICS,
  type MetricName,
  type MetricUnit,
} from '../../service/contract/metrics.ts';
import { ERROR_CODES } from '../../service/domain/errors.ts';
import { EmfMetrics } from '../../service/telemetry/emf-metrics.ts';
import type { EmfDocument } from '../service/telemetry/emf-schema.ts';
import { allOf, CONTEXT, Match, type Resource, synthesize } from './synthesize.ts';

const APPS = {
  dev: synthesize({ ...CONTEXT.dev, offlineStore: 'true', bulk: 'true' }),
  prod: synthesize({ ...CONTEXT.prod, offlineStore: 'true', bulk: 'true' }),
};
const STAGES = ['dev', 'prod'] as const;
type Stage = (typeof STAGES)[number];

/** A metric by what identifies it: name, unit and the names of its dimensions. */
interface Identity {
  readonly name: string;
  readonly unit?: string | undefined;
  readonly dimensions: readonly string[];
}

const text = ({ name, dimensions }: Identity) => `${name} by ${dimensions.toSorted().join(', ')}`;
const NAMES = Object.keys(METRICS) as MetricName[];

/** Every metric as the service emits it under a stage's environment. */
function emitted(stage: Stage): Identity[] {
  const lines: string[] = [];
  const [definition] = allOf(APPS[stage], 'AWS::ECS::TaskDefinition');
  const environment = definition!.Properties.ContainerDefinitions[0].Environment;
  const variable = (name: string) =>
    environment.find(({ Name }: { Name: string }) => Name === name)?.Value;
  const log = () => {
    throw new Error('Nothing should be reported.');
  };
  const metrics = new EmfMetrics({
    write: (line) => void lines.push(line),
    intervalMs: 60_000,
    serviceName: variable('SERVICE_NAME'),
    revision: variable('SERVICE_REVISION'),
    logger: { debug: log, info: log, warn: log, error: log },
  });
  const record: (name: MetricName, value: number, dimension?: string) => void =
    metrics.record.bind(metrics);
  for (const name of NAMES) record(name, 1, 'dimension' in METRICS[name] ? 'value' : undefined);
  metrics.close();
  return lines.flatMap((line) => {
    const { _aws, ...targets } = JSON.parse(line) as EmfDocument;
    return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) => {
      expect(Namespace).toBe(METRIC_NAMESPACE);
      expect(targets.Service).toBe(`tweet-sentiment-${stage}`);
      return Metrics.flatMap(({ Name, Unit }) =>
        Dimensions.map((dimensions) => ({ name: Name, unit: Unit, dimensions })),
      );
    });
  });
}

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly yAxis?: { readonly left?: { readonly label?: string; readonly showUnits?: boolean } };
  };
}

function widgets(stage: Stage): Widget[] {
  const [dashboard] = allOf(APPS[stage], 'AWS::CloudWatch::Dashboard');
  const { 'Fn::Join': parts } = dashboard!.Properties.DashboardBody;
  const body = parts[1].map((part: unknown) => (typeof part === 'string' ? part : 'x')).join('');
  return JSON.parse(body).widgets;
}

/** The service's own metrics on the dashboard, those of searches included. */
function shown(stage: Stage): Identity[] {
  return widgets(stage).flatMap((widget) => shownBy(widget, stage));
}

function shownBy({ properties: { metrics = [] } }: Widget, stage: Stage): Identity[] {
  return metrics.flatMap((line): Identity[] => {
    const [first] = line;
    if (first === METRIC_NAMESPACE) {
      const [, name, ...rest] = line.filter((part) => typeof part === 'string');
      expect(rest[1]).toBe(`tweet-sentiment-${stage}`);
      return [
        { name: String(name), dimensions: rest.filter((_, index) => index % 2 === 0) as string[] },
      ];
    }
    const { expression } = first as { expression?: string };
    const search = /^SEARCH\('\{(\w+),([\w,]+)\} MetricName="(\w+)" Service="([\w-]+)"/.exec(
      expression ?? '',
    );
    if (!search) return [];
    const [, namespace, dimensions = '', name = '', service] = search;
    expect([namespace, service]).toEqual([METRIC_NAMESPACE, `tweet-sentiment-${stage}`]);
    return [{ name, dimensions: dimensions.split(',') }];
  });
}

/** The service's own metrics that alarms watch. */
function watched(stage: Stage): Identity[] {
  return allOf(APPS[stage], 'AWS::CloudWatch::Alarm').flatMap(({ Properties }) => {
    const simple = Properties.MetricName === undefined ? [] : [Properties];
    const stats = (Properties.Metrics ?? []).flatMap(
      ({ MetricStat }: { MetricStat?: { Metric: object; Unit?: string } }) =>
        MetricStat ? [{ ...MetricStat.Metric, Unit: MetricStat.Unit }] : [],
    );
    return [...simple, ...stats]
      .filter(({ Namespace }) => Namespace === METRIC_NAMESPACE)
      .map(({ MetricName: name, Unit: unit, Dimensions }) => ({
        name,
        unit,
        dimensions: Dimensions.map(({ Name }: { Name: string }) => Name),
      }));
  });
}

describe.each(STAGES)('the dashboard of %s', (stage) => {
  it('shows every metric that the service emits (GRAPHS in lib/monitoring/graphs.ts)', () => {
    const visible = emitted(stage)
      .filter(({ dimensions }) => !dimensions.includes('Revision'))
      .map(text);
    expect([...new Set(shown(stage).map(text))].toSorted()).toEqual(visible.toSorted());
  });

  it.each([
    'Alarms',
    'Failure rate',
    'Hit rate',
    'Refusal rate',
    'Load balancer: 5xx without a task',
    'CPU and memory',
    'Tasks',
    'Valkey: memory used',
    'Valkey: evictions',
    'X reads spent',
    'Recent errors',
  ])('has a widget "%s"', (title) => {
    expect(widgets(stage).map(({ properties }) => properties.title)).toContain(title);
  });

  const graphs = widgets(stage).filter(({ type }) => type === 'metric');

  it('labels the axis of every graph with the quantity and the period', () => {
    for (const { properties } of graphs) {
      expect([properties.title, properties.yAxis?.left]).toEqual([
        properties.title,
        { min: 0, label: expect.stringMatching(/\S/), showUnits: false },
      ]);
    }
  });

  it('has one unit of the contract on each axis', () => {
    const labels: Record<MetricUnit, RegExp> = {
      Count: /^count per minute$/,
      Milliseconds: /^ms$/,
      Percent: /^%$/,
      None: /^index$/,
    };
    // A ratio draws no count, though it is made of some: its metrics are not visible.
    const drawn = graphs.filter(({ properties: { metrics = [] } }) =>
      metrics.every((line) => (line.at(-1) as { visible?: boolean }).visible !== false),
    );
    const found = drawn.flatMap((widget) =>
      shownBy(widget, stage).map(({ name }) => [name, widget.properties.yAxis?.left?.label]),
    );
    for (const [name, label] of found) {
      expect([name, label]).toEqual([
        name,
        expect.stringMatching(labels[METRICS[name as MetricName].unit]),
      ]);
    }
    expect(new Set(found.map(([name]) => name)).size).toBe(NAMES.length);
  });

  it('has a period of one minute wherever a label says so', () => {
    for (const { properties } of graphs.filter(({ properties: { yAxis } }) =>
      yAxis?.left?.label?.endsWith(' per minute'),
    )) {
      for (const line of properties.metrics ?? []) {
        const { period, expression, stat } = line.at(-1) as Record<string, unknown>;
        expect([properties.title, period, expression ?? stat]).toEqual([
          properties.title,
          60,
          expect.stringMatching(/^(Sum|SEARCH\(.*, 'Sum', 60\))$/),
        ]);
      }
    }
  });

  it('has the name that the tools look up', () => {
    const [dashboard] = allOf(APPS[stage], 'AWS::CloudWatch::Dashboard');
    expect(dashboard?.Properties.DashboardName).toBe(`tweet-sentiment-${stage}`);
  });
});

describe.each(STAGES)('the alarms of %s', (stage) => {
  const metricAlarms = allOf(APPS[stage], 'AWS::CloudWatch::Alarm');
  const composites = allOf(APPS[stage], 'AWS::CloudWatch::CompositeAlarm');

  it('watch metrics with the name, unit, namespace and dimensions of the service', () => {
    const known = new Map(emitted(stage).map((identity) => [text(identity), identity.unit]));
    const found = watched(stage);
    expect(found.length).toBeGreaterThan(5);
    for (const identity of found) {
      expect([text(identity), known.get(text(identity))]).toEqual([
        text(identity),
        identity.unit ?? known.get(text(identity)) ?? 'unknown metric',
      ]);
    }
  });

  it('name failures by error codes of the service', () => {
    const codes = metricAlarms.flatMap(({ Properties }) =>
      (Properties.Dimensions ?? [])
        .filter(({ Name }: { Name: string }) => Name === 'Code')
        .map(({ Value }: { Value: string }) => Value),
    );
    expect(codes.length).toBeGreaterThan(0);
    expect(ERROR_CODES).toEqual(expect.arrayContaining(codes));
  });

  it('have names that start with the stage', () => {
    for (const { Properties } of metricAlarms) {
      expect(Properties.AlarmName).toMatch(new RegExp(`^tweet-sentiment-${stage}-[a-z-]+$`));
    }
  });

  it('treat missing data as breaching only for tasks that are unhealthy or silent, and a probe that stopped', () => {
    const breaching = metricAlarms
      .filter(({ Properties }) => Properties.TreatMissingData !== 'notBreaching')
      .map(({ Properties }) => [Properties.AlarmName, Properties.TreatMissingData]);
    expect(breaching.toSorted()).toEqual([
      [`tweet-sentiment-${stage}-no-healthy-tasks`, 'breaching'],
      ...(stage === 'prod' ? [['tweet-sentiment-prod-probe-stopped', 'breaching']] : []),
      [`tweet-sentiment-${stage}-silent`, 'breaching'],
    ]);
    const [page] = composites.filter(({ Properties }) => Properties.AlarmName.endsWith('-page'));
    for (const name of ['nohealthytasks', 'silent']) {
      expect(JSON.stringify(page?.Properties.AlarmRule)).toContain(`"Alarms${name}`);
    }
  });

  it('include errors of the load balancer, which the service itself cannot count', () => {
    const [alarm] = metricAlarms.filter(
      ({ Properties }) => Properties.MetricName === 'HTTPCode_ELB_5XX_Count',
    );
    expect(alarm?.Properties).toMatchObject({
      AlarmName: `tweet-sentiment-${stage}-not-reached`,
      Dimensions: [{ Name: 'LoadBalancer' }],
      Statistic: 'Sum',
    });
  });

  it('belong each to exactly one of two composite alarms, which page or notify', () => {
    const rules = composites.map(({ Properties }) => JSON.stringify(Properties.AlarmRule));
    expect(composites.map(({ Properties }) => Properties.AlarmName).toSorted()).toEqual([
      `tweet-sentiment-${stage}-notice`,
      `tweet-sentiment-${stage}-page`,
    ]);
    const { template } = APPS[stage].templates.find(({ part }) => part === 'observability')!;
    for (const id of Object.keys(template.findResources('AWS::CloudWatch::Alarm'))) {
      expect([id, rules.filter((rule) => rule.includes(`"${id}"`)).length]).toEqual([id, 1]);
    }
    for (const { Properties } of composites) {
      expect(Properties.AlarmActions).toHaveLength(1);
      expect(Properties.OKActions).toHaveLength(1);
    }
    for (const { Properties } of metricAlarms) expect(Properties.AlarmActions).toBeUndefined();
  });
});

describe('the budget of a stage', () => {
  it('counts what carries its tag, and tells the alert address', () => {
    const app = synthesize({
      ...CONTEXT.dev,
      monthlyBudgetUsd: 100,
      alertEmail: 'a@example.org',
    });
    const [budget] = allOf(app, 'AWS::Budgets::Budget');
    expect(budget?.Properties.Budget).toMatchObject({
      BudgetLimit: { Amount: 100, Unit: 'USD' },
      CostFilters: { TagKeyValue: ['user:stage$dev'] },
    });
    // CloudFormation replaces a budget whose address changes, and a fixed name would be taken.
    expect(budget?.Properties.Budget.BudgetName).toBeUndefined();
    const told = budget?.Properties.NotificationsWithSubscribers;
    expect(told).toHaveLength(2);
    expect(JSON.stringify(told).match(/a@example\.org/g)).toHaveLength(2);
  });

  it('is absent without a limit', () => {
    expect(allOf(APPS.dev, 'AWS::Budgets::Budget')).toEqual([]);
  });
});

describe.each(STAGES)('the topic of %s', (stage) => {
  const statements = allOf(APPS[stage], 'AWS::SNS::TopicPolicy').flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );

  it('lets alarms of this account and events publish, and no other', () => {
    // A policy takes the place of the default one, by which everyone in the account may publish.
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toEqual([
      expect.objectContaining({
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Resource: { Ref: expect.stringContaining('PagingTopic') },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
      expect.objectContaining({
        Action: 'sns:Publish',
        Principal: { Service: 'events.amazonaws.com' },
        Resource: { Ref: expect.stringContaining('PagingTopic') },
      }),
    ]);
  });

  const rules = allOf(APPS[stage], 'AWS::Events::Rule').filter(
    ({ Properties }) => Properties.EventPattern,
  );

  /** Nothing else tells of a canary whose new tasks never start: the old ones run. */
  const TASKS_DO_NOT_START = {
    source: ['aws.ecs'],
    'detail-type': ['ECS Service Action'],
    resources: [{ 'Fn::ImportValue': expect.stringMatching(/service:.*Service/) }],
    detail: {
      eventName: [
        'SERVICE_TASK_START_IMPAIRED',
        'SERVICE_TASK_PLACEMENT_FAILURE',
        'SERVICE_TASK_CONFIGURATION_FAILURE',
      ],
    },
  };

  it('tells of a release of this service that failed, by ECS and by CloudFormation', () => {
    expect(rules.map(({ Properties }) => Properties.EventPattern)).toEqual([
      {
        source: ['aws.ecs'],
        'detail-type': ['ECS Deployment State Change'],
        resources: [{ 'Fn::ImportValue': expect.stringMatching(/service:.*Service/) }],
        detail: { eventName: ['SERVICE_DEPLOYMENT_FAILED'] },
      },
      {
        source: ['aws.cloudformation'],
        'detail-type': ['CloudFormation Stack Status Change'],
        detail: {
          'stack-id': [
            {
              prefix: {
                'Fn::Join': [
                  '',
                  expect.arrayContaining([`:stack/tweet-sentiment-${stage}-service/`]),
                ],
              },
            },
          ],
          'status-details': { status: ['UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_FAILED'] },
        },
      },
      ...(stage === 'prod' ? [TASKS_DO_NOT_START] : []),
    ]);
  });

  it('gets the reason of a failed release and the section of the runbook', () => {
    const targets = rules.flatMap(({ Properties }) => Properties.Targets);
    expect(targets.map(({ InputTransformer }) => InputTransformer.InputPathsMap)).toEqual([
      { 'detail-reason': '$.detail.reason' },
      {
        'detail-status-details-status': '$.detail.status-details.status',
        'detail-status-details-status-reason': '$.detail.status-details.status-reason',
      },
      ...(stage === 'prod' ? [{ 'detail-eventName': '$.detail.eventName' }] : []),
    ]);
    const alarms = readFileSync('docs/alarms.md', 'utf8');
    for (const { Arn, InputTransformer } of targets) {
      expect(Arn).toEqual({ Ref: expect.stringContaining('PagingTopic') });
      const [, section] = /See \\"(.+)\\" in docs/.exec(InputTransformer.InputTemplate) ?? [];
      expect(alarms).toContain(`\n## ${section}\n`);
    }
  });

  it('refuses requests without TLS', () => {
    expect(statements.filter(({ Effect }) => Effect === 'Deny')).toEqual([
      expect.objectContaining({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    ]);
  });

  it('has its ARN in an output, for subscriptions without a configured address', () => {
    APPS[stage].of('observability').hasOutput('AlarmTopic', {
      Value: { Ref: Match.stringLikeRegexp('PagingTopic') },
    });
  });

  it('has no KMS key, which CloudWatch could not use', () => {
    const [topic] = allOf(APPS[stage], 'AWS::SNS::Topic');
    expect(topic?.Properties.KmsMasterKeyId).toBeUndefined();
  });

  it('is created with its policy before the alarms', () => {
    const { template } = APPS[stage].templates.find(({ part }) => part === 'observability')!;
    const [policy] = Object.keys(template.findResources('AWS::SNS::TopicPolicy'));
    for (const { DependsOn } of allOf(APPS[stage], 'AWS::CloudWatch::CompositeAlarm')) {
      expect(DependsOn).toContain(policy);
    }
  });
});

it('the topic notifies the configured address', () => {
  synthesize({ ...CONTEXT.dev, alertEmail: 'someone@example.org' })
    .of('observability')
    .hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'someone@example.org',
    });
});

describe('the runbook', () => {
  const document = readFileSync('docs/alarms.md', 'utf8');
  const sections = [...document.matchAll(/^## ([a-z-]+)$/gm)].map(([, title]) => String(title));
  const alarms = STAGES.flatMap((stage) => [
    ...allOf(APPS[stage], 'AWS::CloudWatch::Alarm'),
    ...allOf(APPS[stage], 'AWS::CloudWatch::CompositeAlarm'),
  ]);
  const anchor = ({ Properties }: Resource): string =>
    /See "([a-z-]+)" in docs\/alarms\.md\.$/.exec(Properties.AlarmDescription)?.[1] ?? 'none';

  it('has one section for each alarm, and no others', () => {
    expect(sections.toSorted()).toEqual([...new Set(alarms.map(anchor))].toSorted());
  });

  it.each(sections)('tells for %s its meaning, the first place to look and the fix', (title) => {
    const start = document.indexOf(`\n## ${title}\n`);
    const section = document.slice(start, document.indexOf('\n## ', start + 4));
    for (const word of ['Meaning', 'First look', 'Fix']) expect(section).toContain(`**${word}.**`);
  });

  it('lists the alarms that page in any stage', () => {
    const names = STAGES.flatMap((stage) => {
      const { template } = APPS[stage].templates.find(({ part }) => part === 'observability')!;
      const [page] = allOf(APPS[stage], 'AWS::CloudWatch::CompositeAlarm').filter(
        ({ Properties }) => Properties.AlarmName.endsWith('-page'),
      );
      const rule = JSON.stringify(page?.Properties.AlarmRule);
      return Object.entries(template.findResources('AWS::CloudWatch::Alarm'))
        .filter(([id]) => rule.includes(`"${id}"`))
        .map(([, { Properties }]) =>
          String(Properties.AlarmName).replace(`tweet-sentiment-${stage}-`, ''),
        );
    });
    const [, section = ''] = /\n## page\n\n\*\*Meaning\.\*\*([\s\S]*?)\n\n/.exec(document) ?? [];
    const listed = [...section.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name);
    expect(listed.toSorted()).toEqual([...new Set(names)].toSorted());
  });

  it('is linked by the configured URL', () => {
    const url = 'https://example.org/runbook';
    const app = synthesize({ ...CONTEXT.dev, runbookUrl: url });
    for (const { Properties } of allOf(app, 'AWS::CloudWatch::Alarm')) {
      expect(Properties.AlarmDescription).toMatch(/ Runbook: https:\/\/example\.org\/runbook#/);
    }
  });
});
