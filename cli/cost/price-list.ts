import * as prices from '../kit/prices.ts';

/** One price with the page that it was read from. */
export interface ListedPrice {
  readonly item: string;
  readonly usd: number;
  readonly unit: string;
  readonly source: string;
  /** Day of the latest comparison with a publication of the price; null: none since it was noted. */
  readonly checked: string | null;
}

type Row = readonly [item: string, usd: number, unit: string, checked?: string | null];

/** Day of the latest comparison. */
const CHECKED = '2026-11-28';
const CHECKED_NODES = new Set(['cache.t4g.micro', 'cache.t4g.small', 'cache.m7g.large']);

const { CLOUDWATCH, CUSTOMER_KEY, FARGATE, FIREHOSE, FIREWALL } = prices;
const { LAMBDA, LOAD_BALANCER, LOGS, NAT, STORE_NODES } = prices;
const AWS = 'https://aws.amazon.com';

/** Prices by the page that they were read from. */
const PRICES: Readonly<Record<string, readonly Row[]>> = {
  [`${AWS}/fargate/pricing/`]: Object.entries(FARGATE).flatMap<Row>(([architecture, price]) => [
    [`vCPU, ${architecture}`, price.vcpuHour, 'hour', CHECKED],
    [`memory, ${architecture}`, price.gigabyteHour, 'GB-hour', CHECKED],
  ]),
  [`${AWS}/elasticloadbalancing/pricing/`]: [
    ['load balancer', LOAD_BALANCER.hour, 'hour'],
    ['its capacity unit', LOAD_BALANCER.capacityUnitHour, 'hour'],
  ],
  [`${AWS}/elasticache/pricing/`]: [
    ...Object.entries(STORE_NODES).map<Row>(([type, { hour }]) => [
      `Valkey, \`${type}\``,
      hour,
      'hour',
      CHECKED_NODES.has(type) ? CHECKED : null,
    ]),
    ['snapshot', prices.SNAPSHOT_GIGABYTE_MONTH, 'GB-month'],
  ],
  [`${AWS}/vpc/pricing/`]: [
    ['NAT gateway', NAT.gatewayHour, 'hour'],
    ['data through NAT', NAT.gigabyte, 'GB'],
    ['public IPv4 address', prices.PUBLIC_IPV4_HOUR, 'hour'],
  ],
  [`${AWS}/ec2/pricing/on-demand/`]: [
    ['data to the internet', prices.DATA_OUT_GIGABYTE, 'GB'],
    ['data between zones, each way', prices.CROSS_ZONE_GIGABYTE, 'GB'],
  ],
  [`${AWS}/waf/pricing/`]: [
    ['web ACL', FIREWALL.aclMonth, 'month'],
    ['its rule', FIREWALL.ruleMonth, 'month'],
    ['requests', FIREWALL.millionRequests, 'million'],
  ],
  [`${AWS}/cloudwatch/pricing/`]: [
    ['log, taken in', LOGS.gigabyteIngested, 'GB', CHECKED],
    ['log, kept', LOGS.gigabyteMonth, 'GB-month'],
    ['own metric', CLOUDWATCH.metricMonth, 'month', CHECKED],
    ['metric of an alarm', CLOUDWATCH.alarmMetricMonth, 'month'],
    ['composite alarm', CLOUDWATCH.compositeAlarmMonth, 'month'],
    ['dashboard', CLOUDWATCH.dashboardMonth, 'month', CHECKED],
  ],
  [`${AWS}/secrets-manager/pricing/`]: [
    ['secret', prices.SECRET_MONTH, 'month'],
    ['reads of secrets', prices.SECRET_TEN_THOUSAND_CALLS, '10,000'],
  ],
  [`${AWS}/kms/pricing/`]: [
    ['key of the customer', CUSTOMER_KEY.month, 'month'],
    ['its requests', CUSTOMER_KEY.tenThousandRequests, '10,000'],
  ],
  [`${AWS}/lambda/pricing/`]: [
    ['calls of functions', LAMBDA.millionRequests, 'million'],
    ['memory of functions, arm64', LAMBDA.gigabyteSecond, 'GB-second'],
  ],
  [`${AWS}/codebuild/pricing/`]: [['CodeBuild, general1.medium', prices.BUILD_MINUTE, 'minute']],
  [`${AWS}/ecr/pricing/`]: [['images', prices.REGISTRY_GIGABYTE_MONTH, 'GB-month']],
  [`${AWS}/s3/pricing/`]: [['objects on S3', prices.STORAGE_GIGABYTE_MONTH, 'GB-month']],
  [`${AWS}/step-functions/pricing/`]: [
    ['steps of a run in bulk', prices.STATE_TRANSITION_THOUSAND, '1,000'],
  ],
  [`${AWS}/firehose/pricing/`]: [
    ['records, taken in', FIREHOSE.gigabyteIngested, 'GB'],
    ['records, turned into Parquet', FIREHOSE.gigabyteConverted, 'GB'],
    ['records, partitioned', FIREHOSE.gigabytePartitioned, 'GB'],
    ['objects written', FIREHOSE.thousandObjects, '1,000'],
    ['partition query', FIREHOSE.queryHour, 'hour'],
  ],
  'https://docs.x.com/x-api/getting-started/pricing': [
    ['read of a post', prices.X_READ, 'post', CHECKED],
    ['read of a user', prices.X_USER_READ, 'user', CHECKED],
  ],
  [`${AWS}/comprehend/pricing/`]: [
    ['Amazon Comprehend, to compare', prices.COMPREHEND_PER_MILLION, 'million texts'],
  ],
};

/** Every price that an estimate uses; a test compares them with kit/prices.ts. */
export const PRICE_LIST: readonly ListedPrice[] = Object.entries(PRICES).flatMap(([source, rows]) =>
  rows.map(([item, usd, unit, checked = null]) => ({ item, usd, unit, source, checked })),
);

export const PRICE_TABLE_HEAD = ['Price of', 'USD', 'For each', 'Noted', 'Checked since', 'Source'];

/** Rows of the table in docs/cost.md. */
export function priceTableRows(): string[][] {
  return PRICE_LIST.map(({ item, usd, unit, source, checked }) => [
    item,
    usd.toLocaleString('en', { maximumFractionDigits: 10 }),
    unit,
    prices.PRICES_NOTED,
    checked ?? 'no',
    `<${source}>`,
  ]);
}
