import type { StageConfig } from '../../lib/stage-config.ts';

/** Cost that an estimate leaves out, and why. */
export interface NotCounted {
  readonly name: string;
  readonly reason: string;
}

/** Resources and services of a stage without a line in the estimate. */
export function notCounted(config: StageConfig): NotCounted[] {
  const { deployment, imageBuild, webFirewall, vpcId, kmsKeyArn, hostedZoneId } = config;
  const when = (condition: boolean, name: string, reason: string) =>
    condition ? [{ name, reason }] : [];
  return [
    ...when(
      vpcId === undefined,
      'flow log',
      'grows with refused connections, at the price of logs',
    ),
    ...when(webFirewall, "firewall's log", 'grows with blocked requests, at the price of logs'),
    ...when(
      deployment === 'canary' || imageBuild === 'codebuild',
      'functions of a release',
      'a few calls for each release, less than a cent',
    ),
    ...when(
      vpcId !== undefined,
      'network of vpcId',
      'its NAT gateways and endpoints exist already',
    ),
    ...when(
      kmsKeyArn !== undefined,
      'KMS requests of logs and Valkey',
      'AWS publishes no number; the services cache their data keys',
    ),
    ...when(config.offlineStore, 'Athena', '$5 for each TB that your queries read'),
    ...when(
      config.bulk,
      'scoring in bulk',
      'paid by the run; tss score --dry-run prints the price; nothing is billed between runs',
    ),
    ...when(
      hostedZoneId !== undefined,
      'hosted zone',
      'exists already; queries of an alias are free',
    ),
    {
      name: 'certificate, e-mails, budget, autoscaling, events',
      reason: 'free at the size of a stage',
    },
    { name: 'tax, support plan, free tier', reason: 'differ by account' },
  ];
}
