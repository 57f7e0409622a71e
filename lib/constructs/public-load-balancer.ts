import { Duration, Stack } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import { DEFAULT_PORT, KEEP_ALIVE_TIMEOUT_MS, PATHS } from '../../service/contract/http.ts';
import { acknowledge } from '../acknowledge.ts';
import { DEREGISTRATION_DELAY_MS } from '../stage-config/task-environment.ts';
import type { StageConfig } from '../stage-config.ts';
import { certificate, hostedZone } from './certificate.ts';
import { LogBucket } from './log-bucket.ts';

export interface PublicLoadBalancerProps {
  readonly config: StageConfig;
  readonly vpc: ec2.IVpc;
}

/** Shorter than the service's keep-alive time-out, or requests would hit closed connections. */
const IDLE_TIMEOUT = Duration.seconds(60);

/**
 * Time for requests in flight once a target is deregistered. Shorter than the task's stop time-out,
 * and no shorter than a request's deadline: the stage configuration refuses longer deadlines.
 */
const DEREGISTRATION_DELAY = Duration.millis(DEREGISTRATION_DELAY_MS);

/** Internet-facing load balancer; HTTPS if there is a certificate. */
export class PublicLoadBalancer extends Construct {
  readonly loadBalancer: elbv2.ApplicationLoadBalancer;
  readonly certificate: acm.ICertificate | undefined;
  /** URL of the service, without a trailing slash. */
  readonly url: string;
  /** True if the stack creates the DNS record; else the owner of the domain has to. */
  readonly addressMade: boolean;
  readonly #vpc: ec2.IVpc;

  constructor(scope: Construct, id: string, { config, vpc }: PublicLoadBalancerProps) {
    super(scope, id);
    this.#vpc = vpc;
    if (IDLE_TIMEOUT.toMilliseconds() >= KEEP_ALIVE_TIMEOUT_MS) {
      throw new Error(
        `The service keeps idle connections for ${KEEP_ALIVE_TIMEOUT_MS} ms, no longer than the load balancer (${IDLE_TIMEOUT.toMilliseconds()} ms): raise KEEP_ALIVE_TIMEOUT_MS in the contract.`,
      );
    }
    const zone = hostedZone(this, config);
    this.certificate = certificate(this, config, zone);
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Load balancer of the service',
      allowAllOutbound: false,
    });
    acknowledge(securityGroup, { EC23: 'Public service.' });
    this.loadBalancer = new elbv2.ApplicationLoadBalancer(this, 'Resource', {
      vpc,
      internetFacing: true,
      vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
      securityGroup,
      idleTimeout: IDLE_TIMEOUT,
      dropInvalidHeaderFields: true,
    });
    this.#logAccess(config);
    const { domainName } = config;
    this.addressMade = zone !== undefined && domainName !== undefined;
    if (zone && domainName !== undefined) {
      new route53.ARecord(this, 'Address', {
        zone,
        recordName: domainName,
        target: route53.RecordTarget.fromAlias(new LoadBalancerTarget(this.loadBalancer)),
      });
    }
    const host = domainName ?? this.loadBalancer.loadBalancerDnsName;
    this.url = `${this.certificate ? 'https' : 'http'}://${host}`;
  }

  /** Target group whose health check is the readiness path. */
  addTargetGroup(id: string): elbv2.ApplicationTargetGroup {
    return new elbv2.ApplicationTargetGroup(this, id, {
      vpc: this.#vpc,
      targetType: elbv2.TargetType.IP,
      protocol: elbv2.ApplicationProtocol.HTTP,
      port: DEFAULT_PORT,
      deregistrationDelay: DEREGISTRATION_DELAY,
      healthCheck: {
        path: PATHS.readiness,
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 3,
        healthyHttpCodes: '200',
      },
    });
  }

  /** Public listener: HTTPS with a redirect from HTTP if there is a certificate, else HTTP. */
  addPublicListener(defaultAction: elbv2.ListenerAction): elbv2.ApplicationListener {
    if (!this.certificate) {
      return this.loadBalancer.addListener('Http', { port: 80, open: true, defaultAction });
    }
    this.loadBalancer.addRedirect({ open: true });
    return this.addListener('Https', 443, defaultAction);
  }

  /** Listener that uses HTTPS if there is a certificate. */
  addListener(
    id: string,
    port: number,
    defaultAction: elbv2.ListenerAction,
  ): elbv2.ApplicationListener {
    return this.loadBalancer.addListener(id, {
      port,
      open: true,
      defaultAction,
      ...(this.certificate
        ? { protocol: elbv2.ApplicationProtocol.HTTPS, certificates: [this.certificate] }
        : { protocol: elbv2.ApplicationProtocol.HTTP }),
    });
  }

  /** Access logs, by attributes: logAccessLogs() requires a region, and the stack has none. */
  #logAccess(config: StageConfig): void {
    const bucket = new LogBucket(this, 'AccessLogs', config);
    const prefix = 'load-balancer';
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`${prefix}/AWSLogs/${Stack.of(this).account}/*`)],
      }),
    );
    this.loadBalancer.setAttribute('access_logs.s3.enabled', 'true');
    this.loadBalancer.setAttribute('access_logs.s3.bucket', bucket.bucketName);
    this.loadBalancer.setAttribute('access_logs.s3.prefix', prefix);
    // Elastic Load Balancing writes a test object when the attribute is set.
    if (bucket.policy) this.loadBalancer.node.addDependency(bucket.policy);
  }
}
