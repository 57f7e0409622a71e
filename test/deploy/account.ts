import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ListStacksCommand,
  StackStatus,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListServicesCommand,
} from '@aws-sdk/client-ecs';
import { cdk } from '../helpers/cdk.ts';
import { ACCOUNT, type Emulator, REGION } from '../helpers/emulator.ts';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** The emulated account, as the SDK, the CDK's tool and plain requests reach it. */
export class Account {
  readonly formation: CloudFormationClient;
  readonly watch: CloudWatchClient;
  readonly ecs: ECSClient;
  readonly #emulator: Emulator;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
    const client = { endpoint: emulator.url, region: REGION, credentials: CREDENTIALS };
    this.formation = new CloudFormationClient(client);
    this.watch = new CloudWatchClient(client);
    this.ecs = new ECSClient(client);
  }

  close(): void {
    for (const client of [this.formation, this.watch, this.ecs]) client.destroy();
  }

  async bootstrap(assembly: string): Promise<void> {
    await this.#cdk('bootstrap', '--app', assembly, `aws://${ACCOUNT}/${REGION}`);
  }

  async deploy(assembly: string): Promise<void> {
    const options = ['--method=direct', '--require-approval', 'never'];
    await this.#cdk('deploy', '--all', '--app', assembly, ...options);
  }

  async destroy(assembly: string): Promise<void> {
    await this.#cdk('destroy', '--all', '--force', '--app', assembly);
  }

  async #cdk(...args: readonly string[]): Promise<void> {
    await cdk(args, this.#emulator.env);
  }

  /** Creates a stack without the CDK. @returns its outputs */
  async createStack(StackName: string, template: unknown): Promise<Record<string, string>> {
    const { formation } = this;
    await formation.send(
      new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(template) }),
    );
    const waiting = { client: formation, maxWaitTime: 120, minDelay: 1 };
    await waitUntilStackCreateComplete(waiting, { StackName });
    return this.outputs(StackName);
  }

  async outputs(StackName: string): Promise<Record<string, string>> {
    const { Stacks = [] } = await this.formation.send(new DescribeStacksCommand({ StackName }));
    return Object.fromEntries(
      (Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [
        OutputKey,
        OutputValue,
      ]),
    );
  }

  async activeStacks(): Promise<string[]> {
    const { StackSummaries = [] } = await this.formation.send(new ListStacksCommand({}));
    return StackSummaries.filter(
      ({ StackStatus: status }) => status !== StackStatus.DELETE_COMPLETE,
    )
      .map(({ StackName = '' }) => StackName)
      .toSorted();
  }

  /** Physical ids of the resources of a type. */
  async resources(StackName: string, type: string): Promise<string[]> {
    const { StackResources = [] } = await this.formation.send(
      new DescribeStackResourcesCommand({ StackName }),
    );
    return StackResources.filter(({ ResourceType }) => ResourceType === type).map(
      ({ PhysicalResourceId = '' }) => PhysicalResourceId,
    );
  }

  /** The only service of a cluster, with its task definition and container. */
  async serviceOf(cluster: string) {
    const { serviceArns = [] } = await this.ecs.send(new ListServicesCommand({ cluster }));
    if (serviceArns.length !== 1) throw new Error(`${cluster} has ${serviceArns.length} services.`);
    const { services = [] } = await this.ecs.send(
      new DescribeServicesCommand({ cluster, services: serviceArns }),
    );
    const [service] = services;
    const { taskDefinition } = await this.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: service?.taskDefinition }),
    );
    const [container] = taskDefinition?.containerDefinitions ?? [];
    return { service, taskDefinition, container };
  }

  /** Calls a function, by the ARN of one of its versions. @returns what it returned */
  async invoke(functionArn: string): Promise<unknown> {
    const [, name = '', version = ''] = /:function:([^:]+):(\d+)$/.exec(functionArn) ?? [];
    return this.#post(
      `/2015-03-31/functions/${name}/invocations?Qualifier=${version}`,
      'lambda',
      {},
    );
  }

  /** Lines of a log group, from the first page of the answer. */
  async logLines(logGroupName: string): Promise<string[]> {
    const { events } = (await this.#post('/', 'logs', { logGroupName }, FILTER_LOG_EVENTS)) as {
      events: { message: string }[];
    };
    return events.map(({ message }) => message);
  }

  /** A call of a service whose SDK is not installed here. The emulator checks no signature. */
  async #post(
    path: string,
    service: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const scope = `${CREDENTIALS.accessKeyId}/20260101/${REGION}/${service}/aws4_request`;
    const response = await fetch(`${this.#emulator.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
        ...headers,
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${service}${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }
}

const FILTER_LOG_EVENTS = { 'x-amz-target': 'Logs_20140328.FilterLogEvents' };
