import * as prices from '../kit/prices.ts';

/** One price with the page that it was read from. */
export interface ListedPrice {
  readonly item: string;
  readonly usd: number;
  readonly unit: string;
  readonly source: string;
}

const AWS = 'https://aws.amazon.com';
const SOURCES = {
  fargate: `${AWS}/fargate/pricing/`,
  loadBalancer: `${AWS}/elasticloadbalancing/pricing/`,
  store: `${AWS}/elasticache/pricing/`,
  network: `${AWS}/vpc/pricing/`,
  transfer: `${AWS}/ec2/pricing/on-demand/`,
  firewall: `${AWS}/waf/pricing/`,
  cloudWatch: `${AWS}/cloudwatch/pricing/`,
  secrets: `${AWS}/secrets-manager/pricing/`,
  keys: `${AWS}/kms/pricing/`,
  functions: `${AWS}/lambda/pricing/`,
  builds: `${AWS}/codebuild/pricing/`,
  registry: `${AWS}/ecr/pricing/`,
  storage: `${AWS}/s3/pricing/`,
  firehose: `${AWS}/firehose/pricing/`,
  comprehend: `${AWS}/comprehend/pricing/`,
  x: 'https://docs.x.com/x-api/getting-started/pricing',
} as const;

const price = (source: keyof typeof SOURCES, item: string, usd: number, unit: string) => ({
  item,
  usd,
  unit,
  source: SOURCES[source],
});

/** Every price that an estimate uses; a test compares them with kit/prices.ts. */
export const PRICE_LIST: readonly ListedPrice[] = [
  ...(['x86_64', 'arm64'] as const).flatMap((architecture) => [
    price('fargate', `vCPU, ${architecture}`, prices.FARGATE[architecture].vcpuHour, 'hour'),
    price(
      'fargate',
      `memory, ${architecture}`,
      prices.FARGATE[architecture].gigabyteHour,
      'GB-hour',
    ),
  ]),
  price('loadBalancer', 'load balancer', prices.LOAD_BALANCER.hour, 'hour'),
  price('loadBalancer', 'its capacity unit', prices.LOAD_BALANCER.capacityUnitHour, 'hour'),
  ...Object.entries(prices.STORE_NODES).map(([type, { hour }]) =>
    price('store', `Valkey, \`${type}\``, hour, 'hour'),
  ),
  price('store', 'snapshot', prices.SNAPSHOT_GIGABYTE_MONTH, 'GB-month'),
  price('network', 'NAT gateway', prices.NAT.gatewayHour, 'hour'),
  price('network', 'data through NAT', prices.NAT.gigabyte, 'GB'),
  price('network', 'public IPv4 address', prices.PUBLIC_IPV4_HOUR, 'hour'),
  price('transfer', 'data to the internet', prices.DATA_OUT_GIGABYTE, 'GB'),
  price('transfer', 'data between zones, each way', prices.CROSS_ZONE_GIGABYTE, 'GB'),
  price('firewall', 'web ACL', prices.FIREWALL.aclMonth, 'month'),
  price('firewall', 'its rule', prices.FIREWALL.ruleMonth, 'month'),
  price('firewall', 'requests', prices.FIREWALL.millionRequests, 'million'),
  price('cloudWatch', 'log, taken in', prices.LOGS.gigabyteIngested, 'GB'),
  price('cloudWatch', 'log, kept', prices.LOGS.gigabyteMonth, 'GB-month'),
  price('cloudWatch', 'own metric', prices.CLOUDWATCH.metricMonth, 'month'),
  price('cloudWatch', 'metric of an alarm', prices.CLOUDWATCH.alarmMetricMonth, 'month'),
  price('cloudWatch', 'composite alarm', prices.CLOUDWATCH.compositeAlarmMonth, 'month'),
  price('cloudWatch', 'dashboard', prices.CLOUDWATCH.dashboardMonth, 'month'),
  price('secrets', 'secret', prices.SECRET_MONTH, 'month'),
  price('secrets', 'reads of secrets', prices.SECRET_TEN_THOUSAND_CALLS, '10,000'),
  price('keys', 'key of the customer', prices.CUSTOMER_KEY.month, 'month'),
  price('keys', 'its requests', prices.CUSTOMER_KEY.tenThousandRequests, '10,000'),
  price('functions', 'calls of functions', prices.LAMBDA.millionRequests, 'million'),
  price('functions', 'memory of functions, arm64', prices.LAMBDA.gigabyteSecond, 'GB-second'),
  price('builds', 'CodeBuild, general1.medium', prices.BUILD_MINUTE, 'minute'),
  price('registry', 'images', prices.REGISTRY_GIGABYTE_MONTH, 'GB-month'),
  price('storage', 'objects on S3', prices.STORAGE_GIGABYTE_MONTH, 'GB-month'),
  price('firehose', 'records, taken in', prices.FIREHOSE.gigabyteIngested, 'GB'),
  price('firehose', 'records, turned into Parquet', prices.FIREHOSE.gigabyteConverted, 'GB'),
  price('firehose', 'records, partitioned', prices.FIREHOSE.gigabytePartitioned, 'GB'),
  price('firehose', 'objects written', prices.FIREHOSE.thousandObjects, '1,000'),
  price('firehose', 'partition query', prices.FIREHOSE.queryHour, 'hour'),
  price('x', 'read of a post', prices.X_READ, 'post'),
  price('x', 'read of a user', prices.X_USER_READ, 'user'),
  price(
    'comprehend',
    'Amazon Comprehend, to compare',
    prices.COMPREHEND_PER_MILLION,
    'million texts',
  ),
];

export const PRICE_TABLE_HEAD = ['Price of', 'USD', 'For each', 'Noted', 'Source'];

/** Rows of the table in docs/cost.md. */
export function priceTableRows(): string[][] {
  return PRICE_LIST.map(({ item, usd, unit, source }) => [
    item,
    usd.toLocaleString('en', { maximumFractionDigits: 10 }),
    unit,
    prices.PRICES_NOTED,
    `<${source}>`,
  ]);
}
