/**
 * List prices in US dollars for us-east-1, noted in 2026-11, before discounts, free tier and tax.
 * Other regions differ by about ten percent. Change the date together with a price.
 */
export const PRICES_NOTED = '2026-11';
export const PRICES_REGION = 'us-east-1';

/** Average length of a month. */
export const HOURS_PER_MONTH = 730;
export const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3_600;
export const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;

/** Decimal, as on AWS bills. */
export const GIGABYTE = 1e9;

export const FARGATE = {
  x86_64: { vcpuHour: 0.04048, gigabyteHour: 0.004445 },
  arm64: { vcpuHour: 0.03238, gigabyteHour: 0.00356 },
} as const;

/** Highest discount of Fargate Spot, whose price moves. */
export const SPOT_DISCOUNT = 0.7;

export const LOAD_BALANCER = {
  hour: 0.0225,
  /** A capacity unit: 25 new connections a second, or 1 GB an hour. */
  capacityUnitHour: 0.008,
  connectionsPerSecond: 25,
  gigabytesPerHour: 1,
} as const;

export interface StoreNode {
  readonly hour: number;
  /** `maxmemory` of the node type, before ElastiCache's reserve. */
  readonly gibibytes: number;
}

/** Valkey on ElastiCache, on demand, per node and hour. Sizes from 2xlarge are within a percent. */
export const STORE_NODES: Readonly<Record<string, StoreNode>> = {
  'cache.t4g.micro': { hour: 0.0128, gibibytes: 0.5 },
  'cache.t4g.small': { hour: 0.0256, gibibytes: 1.37 },
  'cache.t4g.medium': { hour: 0.052, gibibytes: 3.09 },
  'cache.m7g.large': { hour: 0.1264, gibibytes: 6.38 },
  'cache.m7g.xlarge': { hour: 0.252, gibibytes: 12.93 },
  'cache.m7g.2xlarge': { hour: 0.5032, gibibytes: 26.04 },
  'cache.m7g.4xlarge': { hour: 1.0064, gibibytes: 52.26 },
  'cache.m7g.8xlarge': { hour: 2.012, gibibytes: 103.68 },
  'cache.m7g.12xlarge': { hour: 3.0176, gibibytes: 157.12 },
  'cache.m7g.16xlarge': { hour: 4.0232, gibibytes: 209.55 },
  'cache.r7g.large': { hour: 0.1752, gibibytes: 13.07 },
  'cache.r7g.xlarge': { hour: 0.3496, gibibytes: 26.32 },
  'cache.r7g.2xlarge': { hour: 0.6992, gibibytes: 52.82 },
  'cache.r7g.4xlarge': { hour: 1.3976, gibibytes: 105.81 },
  'cache.r7g.8xlarge': { hour: 2.7952, gibibytes: 209.55 },
  'cache.r7g.12xlarge': { hour: 4.192, gibibytes: 317.77 },
  'cache.r7g.16xlarge': { hour: 5.5896, gibibytes: 419.09 },
};

/** Backups of ElastiCache. The newest one of a replication group is free. */
export const SNAPSHOT_GIGABYTE_MONTH = 0.085;

/** Between an instance and a node in another zone, in one direction. */
export const CROSS_ZONE_GIGABYTE = 0.01;

/** Images in ECR, compressed. */
export const REGISTRY_GIGABYTE_MONTH = 0.1;

export const NAT = { gatewayHour: 0.045, gigabyte: 0.045 } as const;
export const PUBLIC_IPV4_HOUR = 0.005;
export const FIREWALL = { aclMonth: 5, ruleMonth: 1, millionRequests: 0.6 } as const;
export const LOGS = { gigabyteIngested: 0.5, gigabyteMonth: 0.03 } as const;
export const CLOUDWATCH = {
  metricMonth: 0.3,
  alarmMetricMonth: 0.1,
  compositeAlarmMonth: 0.5,
  dashboardMonth: 3,
} as const;
export const SECRET_MONTH = 0.4;
export const SECRET_TEN_THOUSAND_CALLS = 0.05;

/** Functions on arm64. */
export const LAMBDA = { millionRequests: 0.2, gigabyteSecond: 0.0000133334 } as const;

/** A key of the customer in KMS. */
export const CUSTOMER_KEY = { month: 1, tenThousandRequests: 0.03 } as const;

/** One minute of CodeBuild on general1.medium under Linux; arm1 costs less. */
export const BUILD_MINUTE = 0.01;

/** Objects in S3, storage class Standard. */
export const STORAGE_GIGABYTE_MONTH = 0.023;

/** Step Functions, standard workflows. */
export const STATE_TRANSITION_THOUSAND = 0.025;

/** To the internet, up to 10 TB a month. */
export const DATA_OUT_GIGABYTE = 0.09;

export const FIREHOSE = {
  gigabyteIngested: 0.029,
  gigabyteConverted: 0.018,
  gigabytePartitioned: 0.02,
  thousandObjects: 0.005,
  queryHour: 0.07,
} as const;

/** Reads of a post and of a user at the X API, since 2026-02. */
export const X_READ = 0.005;
export const X_USER_READ = 0.01;
/** Posts that an account without an Enterprise plan may read in a month. */
export const X_MOST_READS_PER_MONTH = 3_000_000;

/** Amazon Comprehend: sentiment of texts of up to 300 characters (three units). */
export const COMPREHEND_PER_MILLION = 300;

const DOLLARS = { style: 'currency', currency: 'USD' } as const;
const CENTS = new Intl.NumberFormat('en-US', DOLLARS);
const TENTHS = new Intl.NumberFormat('en-US', { ...DOLLARS, maximumFractionDigits: 3 });

/** An amount as people read it, with tenths of a cent where there are any. */
export function dollars(amount: number): string {
  return TENTHS.format(amount);
}

/** An estimate, of which tenths of a cent would say nothing. */
export function dollarsAndCents(amount: number): string {
  return CENTS.format(amount);
}
