import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as route53 from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import type { StageConfig } from '../stage-config.ts';

/** Hosted zone of the configuration; no lookup, so synthesis needs no account. */
export function hostedZone(scope: Construct, config: StageConfig): route53.IHostedZone | undefined {
  const { hostedZoneId, hostedZoneName } = config;
  if (hostedZoneId === undefined || hostedZoneName === undefined) return undefined;
  return route53.HostedZone.fromHostedZoneAttributes(scope, 'Zone', {
    hostedZoneId,
    zoneName: hostedZoneName,
  });
}

/** The configured certificate, else one that the hosted zone validates; undefined: plain HTTP. */
export function certificate(
  scope: Construct,
  config: StageConfig,
  zone: route53.IHostedZone | undefined,
): acm.ICertificate | undefined {
  if (config.certificateArn !== undefined) {
    return acm.Certificate.fromCertificateArn(scope, 'Certificate', config.certificateArn);
  }
  if (config.domainName === undefined || zone === undefined) return undefined;
  return new acm.Certificate(scope, 'Certificate', {
    domainName: config.domainName,
    validation: acm.CertificateValidation.fromDns(zone),
  });
}
