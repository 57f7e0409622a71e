/**
 * List prices in US dollars for us-east-1, as of 2026-11, before discounts, free tier and tax.
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

/** Valkey on ElastiCache, on demand, per node and hour. */
export const VALKEY_NODE_HOUR: Readonly<Record<string, number>> = {
  'cache.t4g.micro': 0.0128,
  'cache.t4g.small': 0.0256,
  'cache.t4g.medium': 0.052,
  'cache.m7g.large': 0.1264,
  'cache.m7g.xlarge': 0.252,
  'cache.r7g.large': 0.1752,
  'cache.r7g.xlarge': 0.3496,
};

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

/** To the internet, up to 10 TB a month. */
export const DATA_OUT_GIGABYTE = 0.09;

export const FIREHOSE = {
  gigabyteIngested: 0.029,
  gigabyteConverted: 0.018,
  gigabytePartitioned: 0.02,
} as const;

/** Reads of a post and of a user at the X API, since 2026-02. */
export const X_READ = 0.005;
export const X_USER_READ = 0.01;

/** Amazon Comprehend: sentiment of texts of up to 300 characters (three units). */
export const COMPREHEND_PER_MILLION = 300;
