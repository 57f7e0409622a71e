import type { StageConfig } from './presets.ts';

const ANYONE = '0.0.0.0/0';
/** Networks of companies (RFC 1918), from which an internal load balancer is reached. */
export const PRIVATE_NETWORKS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

type Choice = Pick<StageConfig, 'allowedCidrs' | 'loadBalancer'>;

/** Networks that may reach the load balancer. */
export function callerCidrs({ allowedCidrs, loadBalancer }: Choice): readonly string[] {
  return allowedCidrs ?? (loadBalancer === 'internal' ? PRIVATE_NETWORKS : [ANYONE]);
}

/** True if a function outside the VPC reaches the load balancer. */
export function isOpenToAnyone(choice: Choice): boolean {
  return choice.loadBalancer === 'public' && callerCidrs(choice).includes(ANYONE);
}
