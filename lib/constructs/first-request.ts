import type { StageConfig } from '../stage-config.ts';
import type { ServiceLoadBalancer } from './service-load-balancer.ts';

interface FirstRequest {
  /** Shell command. */
  readonly command: string;
  readonly description: string;
}

/**
 * A request that works as soon as the stage is deployed. Without our DNS record it targets the load
 * balancer, whose host name is not in the certificate.
 */
export function firstRequest(config: StageConfig, endpoint: ServiceLoadBalancer): FirstRequest {
  const { domainName, apiKeysSecretArn } = config;
  const { certificate, addressMade, url, loadBalancer } = endpoint;
  const hasKey = apiKeysSecretArn !== undefined;
  const request = (options: string, base: string) =>
    `curl -s${options} ${base}/v1/inference${hasKey ? " -H 'x-api-key: KEY'" : ''} -H 'content-type: application/json' -d '{"texts":["I love this phone"]}'`;
  if (!certificate || addressMade) {
    return { command: request('', url), description: 'A first request' };
  }
  const direct = ` --connect-to ::${loadBalancer.loadBalancerDnsName}:`;
  if (domainName !== undefined) {
    return {
      command: request(direct, url),
      description: 'A first request; works before the name points here',
    };
  }
  if (hasKey) {
    return {
      command: request(direct, 'https://NAME'),
      description: 'A first request; replace NAME with the name in the certificate',
    };
  }
  // Without an API key the request has no secret, so the certificate need not be checked.
  return {
    command: request(' --insecure', url),
    description: 'A first request; --insecure, because the certificate is for another name',
  };
}
