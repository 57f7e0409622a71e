import { Annotations, type App } from 'aws-cdk-lib';
import { deploymentName } from '../service/contract/deployment.ts';
import { existingNetwork } from './constructs/network.ts';
import { boundedBy } from './permissions-boundary.ts';
import { BulkStack } from './stacks/bulk-stack.ts';
import { FeatureStoreStack } from './stacks/feature-store-stack.ts';
import { NetworkStack } from './stacks/network-stack.ts';
import { ObservabilityStack } from './stacks/observability-stack.ts';
import { OfflineStoreStack } from './stacks/offline-store-stack.ts';
import { ServiceStack } from './stacks/service-stack.ts';
import type { StageConfig } from './stage-config.ts';
import { tagStage } from './tagging.ts';

/** Stacks of a stage. */
export interface Stacks {
  /** Undefined in an existing VPC. */
  readonly network: NetworkStack | undefined;
  readonly featureStore: FeatureStoreStack;
  readonly offlineStore: OfflineStoreStack | undefined;
  readonly service: ServiceStack;
  readonly bulk: BulkStack | undefined;
  readonly observability: ObservabilityStack;
}

/** Adds the stacks of a stage to the app. Their ids must not change: they name deployed stacks. */
export function addStacks(app: App, config: StageConfig): Stacks {
  const name = deploymentName(config.stage);
  const stack = (part: string) => ({
    stackName: `${name}-${part}`,
    config,
    // Protects the load balancer, too. Its own protection would block the rollback of a first
    // deployment that fails.
    terminationProtection: config.retainData,
    ...boundedBy(config.permissionsBoundaryArn),
  });

  const { networkStack, network } = addNetwork(
    config,
    () =>
      new NetworkStack(app, 'Network', {
        ...stack('network'),
        description: 'Tweet sentiment: network',
      }),
  );
  const featureStore = new FeatureStoreStack(app, 'FeatureStore', {
    ...stack('feature-store'),
    description: 'Tweet sentiment: online feature store',
    network,
  });
  const offlineStore = config.offlineStore
    ? new OfflineStoreStack(app, 'OfflineStore', {
        ...stack('offline-store'),
        description: 'Tweet sentiment: offline feature store',
      })
    : undefined;
  const service = new ServiceStack(app, 'Service', {
    ...stack('service'),
    description: 'Tweet sentiment: service',
    network,
    featureStore,
    offlineStore,
  });
  const bulk = config.bulk
    ? new BulkStack(app, 'Bulk', {
        ...stack('bulk'),
        description: 'Tweet sentiment: scoring in bulk',
        network,
        image: service.task.image,
        offlineStore,
      })
    : undefined;
  // The service stack publishes the image.
  bulk?.addStackDependency(service);
  const observability = new ObservabilityStack(app, 'Observability', {
    ...stack('observability'),
    description: 'Tweet sentiment: dashboard and alarms',
    service,
    valkey: featureStore.valkey,
    predictions: offlineStore?.predictions,
    bulk: bulk?.machine.stateMachine,
  });
  tagStage(app, config);
  return { network: networkStack, featureStore, offlineStore, service, bulk, observability };
}

/** The existing network, else a stack that makes one. */
function addNetwork(config: StageConfig, make: () => NetworkStack) {
  const existing = existingNetwork(config);
  if (existing) return { networkStack: undefined, network: existing };
  const networkStack = make();
  return { networkStack, network: () => networkStack };
}

/** Warns of a prod stage that lacks values which it may have been deployed with before. */
export function warnOfMissingValues({ service, observability }: Stacks, config: StageConfig): void {
  if (config.preset !== 'prod') return;
  if (config.apiKeysSecretArn === undefined) {
    Annotations.of(service).addWarningV2(
      'tweet-sentiment:no-api-keys',
      `This prod stage answers everyone: no apiKeysSecretArn is given. If it had one before, add it to stages/${config.stage}.json.`,
    );
  }
  if (config.alertEmail === undefined) {
    Annotations.of(observability).addWarningV2(
      'tweet-sentiment:no-alert-email',
      `Alarms of this prod stage send no e-mail: no alertEmail is given. If it had one before, add it to stages/${config.stage}.json.`,
    );
  }
}
