/** Names by which CloudWatch keeps the metrics of a load balancer. */
export interface LoadBalancerNames {
  /** Full name: `app/NAME/ID`. */
  readonly loadBalancer: string;
  /** Full names by label: `blue` and `green`. */
  readonly targetGroups: Readonly<Record<string, string>>;
}

/** Names of everything that dashboards and alarms of a stage watch. */
export interface MonitoredNames extends LoadBalancerNames {
  readonly cluster: string;
  readonly service: string;
  readonly logGroup: string;
  /** Web ACL; undefined without a firewall. */
  readonly webFirewall: string | undefined;
  /** Cache clusters of the feature store, primary and copies. */
  readonly storeNodes: readonly string[];
  /** Firehose stream and the log of its errors; undefined without an offline store. */
  readonly predictions: { readonly stream: string; readonly logGroup: string } | undefined;
  /** ARN of the state machine that scores in bulk; undefined without a bulk stack. */
  readonly bulkStateMachine: string | undefined;
  /** Function that probes the service; undefined without a probe. */
  readonly probe: string | undefined;
}
