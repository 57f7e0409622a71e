import type { StageConfig } from '../stage-config.ts';
import type { PublicLoadBalancer } from './public-load-balancer.ts';

interface FirstRequest {
  /** For a shell. */
  readonly command: string;
  readonly description: string;
}

/**
 * A first request that is answered as soon as the stage is deployed: where no record of ours leads
 * to it, it names the load balancer, whose own name is in no certificate.
 */
export function firstRequest(config: StageConfig, endpoint: PublicLoadBalancer): FirstRequest {
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
      description: 'A first request, which does not wait until the name points here',
    };
  }
  if (hasKey) {
    return {
      command: request(direct, 'https://NAME'),
      description: 'A first request; NAME is the one in the certificate',
    };
  }
  // Nothing secret is sent. A key would be, and so is sent only to whom the certificate names.
  return {
    command: request(' --insecure', url),
    description:
      'A first request; --insecure, because the name in the certificate is another than this one',
  };
}
