import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { deploymentName } from '../../service/contract/deployment.ts';
import { BlueGreenTraffic } from '../constructs/blue-green-traffic.ts';
import { CanaryDelivery } from '../constructs/canary-delivery.ts';
import { CheckOrigin } from '../constructs/check-origin.ts';
import { firstRequest } from '../constructs/first-request.ts';
import { allowNameServers, type NetworkFor } from '../constructs/network.ts';
import { Probe } from '../constructs/probe.ts';
import { RollingDelivery } from '../constructs/rolling-delivery.ts';
import type { ServiceDelivery } from '../constructs/service-delivery.ts';
import { ServiceLoadBalancer } from '../constructs/service-load-balancer.ts';
import { ServiceTask } from '../constructs/service-task.ts';
import { scaleTasks } from '../constructs/task-scaling.ts';
import { ValkeyReplicationGroup } from '../constructs/valkey-replication-group.ts';
import { WebFirewall } from '../constructs/web-firewall.ts';
import { contractMetric } from '../monitoring/contract-metric.ts';
import { isOpenToAnyone } from '../stage-config/callers.ts';
import { chosenValues, STAGE_VALUES_OUTPUT } from '../stage-config/chosen-values.ts';
import { OUTBOUND_PORT } from '../stage-config/task-environment.ts';
import type { StageConfig } from '../stage-config.ts';
import type { FeatureStoreStack } from './feature-store-stack.ts';
import type { OfflineStoreStack } from './offline-store-stack.ts';

export interface ServiceStackProps extends StackProps {
  readonly config: StageConfig;
  readonly network: NetworkFor;
  readonly featureStore: FeatureStoreStack;
  readonly offlineStore: OfflineStoreStack | undefined;
}

/**
 * Health check grace period after a start. On one busy core the process was ready within 3 to 6 s;
 * ten times that leaves room for a slow machine.
 */
const GRACE_PERIOD = Duration.seconds(60);

/** The service on Fargate behind its load balancer. */
export class ServiceStack extends Stack {
  readonly cluster: ecs.Cluster;
  readonly service: ecs.FargateService;
  readonly task: ServiceTask;
  readonly endpoint: ServiceLoadBalancer;
  readonly targetGroups: BlueGreenTraffic['targetGroups'];
  readonly webFirewall: WebFirewall | undefined;
  readonly probe: Probe | undefined;

  constructor(scope: Construct, id: string, { config, ...props }: ServiceStackProps) {
    const { featureStore, offlineStore, network: networkFor, ...stackProps } = props;
    super(scope, id, stackProps);
    const network = networkFor(this);
    const name = deploymentName(config.stage);
    this.cluster = new ecs.Cluster(this, 'Cluster', {
      clusterName: name,
      vpc: network.vpc,
      containerInsightsV2: ecs.ContainerInsights.ENABLED,
      enableFargateCapacityProviders: config.spot,
    });
    this.task = new ServiceTask(this, 'Task', {
      config,
      featureStore: {
        hostName: featureStore.valkey.primaryEndpointAddress,
        port: ValkeyReplicationGroup.PORT,
        userName: featureStore.user.userName,
      },
      featureStorePassword: featureStore.user.password,
      predictions: offlineStore?.predictions,
    });
    const origin = new CheckOrigin(this, 'Checks', { config, network });
    this.endpoint = new ServiceLoadBalancer(this, 'Endpoint', {
      config,
      network,
      furtherCallers: config.probe && !isOpenToAnyone(config) ? origin.peers : [],
    });
    const { endpoint } = this;
    const traffic = new BlueGreenTraffic(this, 'Traffic', endpoint);
    this.targetGroups = traffic.targetGroups;
    const delivery: ServiceDelivery =
      config.deployment === 'canary'
        ? new CanaryDelivery(this, 'Canary', {
            config,
            endpoint,
            traffic,
            task: this.task,
            origin,
          })
        : new RollingDelivery(traffic, this.task);

    const securityGroup = new ec2.SecurityGroup(this, 'Tasks', {
      vpc: network.vpc,
      description: 'Tasks of the service',
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(
      ec2.Peer.anyIpv4(),
      ec2.Port.tcp(OUTBOUND_PORT),
      'X API and AWS services',
    );
    allowNameServers(securityGroup, config);
    // Immutable here: egress of tasks must not become egress of store clients.
    const storeClients = ec2.SecurityGroup.fromSecurityGroupId(
      this,
      'StoreClients',
      featureStore.clientSecurityGroup.securityGroupId,
      { mutable: false },
    );
    this.service = new ecs.FargateService(this, 'Service', {
      cluster: this.cluster,
      taskDefinition: this.task.definition,
      vpcSubnets: network.taskSubnets,
      assignPublicIp: config.egress === 'public',
      securityGroups: [securityGroup, storeClients],
      // No desiredCount: each deployment would reset what autoscaling has set.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      healthCheckGracePeriod: GRACE_PERIOD,
      propagateTags: ecs.PropagatedTagSource.SERVICE,
      enableECSManagedTags: true,
      ...(config.spot && {
        capacityProviderStrategies: [
          { capacityProvider: 'FARGATE', base: config.minTasks, weight: 0 },
          { capacityProvider: 'FARGATE_SPOT', weight: 1 },
        ],
      }),
      ...delivery.options,
    });
    // Tasks that start before the role may read their secrets fail the deployment. The cluster includes
    // its capacity providers: ECS refuses a service before them, and deletes none that a service uses.
    this.service.node.addDependency(this.task.definition.obtainExecutionRole(), this.cluster);
    delivery.attach(this.service);
    scaleTasks(this.service, config, contractMetric(config.stage, 'WorkerSaturation'));
    this.webFirewall = config.webFirewall
      ? new WebFirewall(this, 'Firewall', {
          config,
          name,
          loadBalancer: this.endpoint.loadBalancer,
        })
      : undefined;
    this.probe = config.probe
      ? new Probe(this, 'Probe', { config, url: endpoint.directUrl, origin })
      : undefined;
    this.#addOutputs(config);
  }

  #addOutputs(config: StageConfig): void {
    const { url, loadBalancer, certificate, addressMade } = this.endpoint;
    const answersByAnotherName = certificate && config.domainName === undefined;
    new CfnOutput(this, 'EndpointUrl', {
      value: url,
      description: answersByAnotherName
        ? 'Load balancer; callers use the name in the certificate, which must point here'
        : 'URL of the service',
    });
    if (certificate && !addressMade) {
      new CfnOutput(this, 'PointYourDomainTo', {
        value: loadBalancer.loadBalancerDnsName,
        description: 'Target of an alias or CNAME record for the name in the certificate',
      });
    }
    const { command, description } = firstRequest(config, this.endpoint);
    new CfnOutput(this, 'TryIt', { value: command, description });
    new CfnOutput(this, STAGE_VALUES_OUTPUT, {
      value: JSON.stringify(chosenValues(config)),
      description: 'Values of the stage that differ from its preset',
    });
  }
}
