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
import { callerCidrs } from '../stage-config/callers.ts';
import { DEREGISTRATION_DELAY_MS } from '../stage-config/task-environment.ts';
import type { StageConfig } from '../stage-config.ts';
import { certificate, hostedZone } from './certificate.ts';
import { LogBucket } from './log-bucket.ts';
import type { Network } from './network.ts';

export interface ServiceLoadBalancerProps {
  readonly config: StageConfig;
  readonly network: Network;
  /** Peers of the callers' listener beside `allowedCidrs`. */
  readonly furtherCallers: readonly ec2.IPeer[];
}

/** Port of the listener for test traffic. */
export const TEST_PORT = 8443;

const ANYONE = ec2.Peer.anyIpv4().uniqueId;

/** Shorter than the service's keep-alive time-out, or requests would hit closed connections. */
const IDLE_TIMEOUT = Duration.seconds(60);

/**
 * Time for requests in flight once a target is deregistered. Shorter than the task's stop time-out,
 * and no shorter than a request's deadline: the stage configuration refuses longer deadlines.
 */
const DEREGISTRATION_DELAY = Duration.millis(DEREGISTRATION_DELAY_MS);

/** Load balancer, public or internal; HTTPS if there is a certificate. */
export class ServiceLoadBalancer extends Construct {
  readonly loadBalancer: elbv2.ApplicationLoadBalancer;
  readonly certificate: acm.ICertificate | undefined;
  /** URL of the load balancer itself, whose name is in no certificate. */
  readonly directUrl: string;
  /** URL of the service, without a trailing slash. */
  readonly url: string;
  /** True if the stack creates the DNS record; else the owner of the domain has to. */
  readonly addressMade: boolean;
  readonly #vpc: ec2.IVpc;
  readonly #callers: readonly ec2.IPeer[];

  constructor(scope: Construct, id: string, props: ServiceLoadBalancerProps) {
    super(scope, id);
    const { config, network, furtherCallers } = props;
    const { vpc, loadBalancerSubnets } = network;
    this.#vpc = vpc;
    this.#callers = [...callerCidrs(config).map((cidr) => ec2.Peer.ipv4(cidr)), ...furtherCallers];
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
      internetFacing: config.loadBalancer === 'public',
      vpcSubnets: loadBalancerSubnets,
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
    const scheme = this.certificate ? 'https' : 'http';
    this.directUrl = `${scheme}://${this.loadBalancer.loadBalancerDnsName}`;
    this.url = domainName === undefined ? this.directUrl : `${scheme}://${domainName}`;
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

  /** Listener of the callers: HTTPS with a redirect from HTTP if there is a certificate, else HTTP. */
  addPublicListener(defaultAction: elbv2.ListenerAction): elbv2.ApplicationListener {
    if (!this.certificate) {
      return this.addListener('Http', 80, defaultAction, this.#callers);
    }
    admit(this.loadBalancer.addRedirect({ open: false }), this.#callers);
    return this.addListener('Https', 443, defaultAction, this.#callers);
  }

  /** Listener for these peers; it uses HTTPS if there is a certificate. */
  addListener(
    id: string,
    port: number,
    defaultAction: elbv2.ListenerAction,
    peers: readonly ec2.IPeer[],
  ): elbv2.ApplicationListener {
    const listener = this.loadBalancer.addListener(id, {
      port,
      open: false,
      defaultAction,
      ...(this.certificate
        ? { protocol: elbv2.ApplicationProtocol.HTTPS, certificates: [this.certificate] }
        : { protocol: elbv2.ApplicationProtocol.HTTP }),
    });
    admit(listener, peers);
    return listener;
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

function admit(listener: elbv2.ApplicationListener, peers: readonly ec2.IPeer[]): void {
  for (const peer of peers) {
    listener.connections.allowDefaultPortFrom(
      peer,
      peer.uniqueId === ANYONE ? `Allow from anyone on port ${listener.port}` : 'Callers',
    );
  }
}
