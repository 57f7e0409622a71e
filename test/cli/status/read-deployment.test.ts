import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, it } from '@jest/globals';
import { readDeployment } from '../../../cli/status/read-deployment.ts';
import type { TaskClients } from '../../../cli/status/read-tasks.ts';

const SERVICE = 'arn:aws:ecs:eu-west-1:000000000000:service/tweet-sentiment-prod/service-1';

/** Answers that the emulator cannot give: it keeps no weights of a rule. */
const stack = (...further: readonly object[]) =>
  ({
    send: async () => ({
      Stacks: [{ Outputs: [{ OutputKey: 'StageValues', OutputValue: '{"stage":"prod"}' }] }],
      StackResources: [
        { LogicalResourceId: 'EndpointBlue12240649', PhysicalResourceId: 'arn:blue' },
        { LogicalResourceId: 'EndpointGreen87137E7E', PhysicalResourceId: 'arn:green' },
        { LogicalResourceId: 'TrafficProductionRule9300D194', PhysicalResourceId: 'arn:rule' },
        { ResourceType: 'AWS::ECS::Service', PhysicalResourceId: SERVICE },
        ...further,
      ],
    }),
  }) as unknown as CloudFormationClient;
const formation = stack();

function loadBalancing(answer: () => unknown): ElasticLoadBalancingV2Client {
  return { send: async () => answer() } as unknown as ElasticLoadBalancingV2Client;
}

/** Clients of tasks whose autoscaling has this least number. */
function tasks(MinCapacity?: number) {
  const ecs = { send: async () => ({ services: [{ runningCount: 3, desiredCount: 4 }] }) };
  const scaling = {
    send: async ({ input }: { input: { ResourceIds: string[] } }) => {
      expect(input.ResourceIds).toEqual(['service/tweet-sentiment-prod/service-1']);
      return {
        ScalableTargets: MinCapacity === undefined ? [] : [{ MinCapacity, MaxCapacity: 9 }],
      };
    },
  };
  return { ecs, scaling } as unknown as TaskClients;
}

const TASKS = {
  running: 3,
  desired: 4,
  minimum: 4,
  maximum: 9,
  deployed: { minimum: 2, maximum: 10 },
};

describe('the deployment of a stage', () => {
  it('has the weights of the listener rule, in whatever order the groups come', async () => {
    const TargetGroups = [
      { TargetGroupArn: 'arn:green', Weight: 90 },
      { TargetGroupArn: 'arn:blue', Weight: 10 },
    ];
    const rules = { Rules: [{ Actions: [{ ForwardConfig: { TargetGroups } }] }] };
    const clients = { formation, loadBalancing: loadBalancing(() => rules), ...tasks(4) };
    expect(await readDeployment(clients, 'prod')).toEqual({
      weights: { blue: 10, green: 90 },
      values: '{"stage":"prod"}',
      probe: 'off',
      tasks: TASKS,
      unknown: null,
    });
  });

  it('still has the values deployed when the rule cannot be read', async () => {
    const denied = loadBalancing(() => {
      throw new Error('not authorized to perform DescribeRules');
    });
    const clients = { formation, loadBalancing: denied, ...tasks(4) };
    expect(await readDeployment(clients, 'prod')).toEqual({
      weights: null,
      values: '{"stage":"prod"}',
      probe: 'off',
      tasks: TASKS,
      unknown: 'not authorized to perform DescribeRules',
    });
  });

  it('names the function that probes the service, where there is one', async () => {
    const probe = { LogicalResourceId: 'ProbeFunction01ABCDEF', PhysicalResourceId: 'prod-probe' };
    const clients = {
      formation: stack(probe),
      loadBalancing: loadBalancing(() => ({})),
      ...tasks(),
    };
    expect(await readDeployment(clients, 'prod')).toMatchObject({
      probe: { functionName: 'prod-probe' },
      tasks: 'autoscaling does not know the service service-1',
    });
  });

  it('has an unknown probe when the stack cannot be read', async () => {
    const denied = {
      send: async () => {
        throw new Error('not authorized to perform DescribeStacks');
      },
    } as unknown as CloudFormationClient;
    const clients = {
      formation: denied,
      loadBalancing: loadBalancing(() => ({})),
      ...tasks(),
    };
    expect(await readDeployment(clients, 'prod')).toMatchObject({
      probe: 'unknown',
      tasks: 'the service stack cannot be read',
    });
  });
});
