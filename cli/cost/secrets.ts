import type { StageConfig } from '../../lib/stage-config.ts';
import { CUSTOMER_KEY, SECRET_MONTH } from '../kit/prices.ts';
import type { Component } from './component.ts';
import { secretReadsPerMonth } from './probe.ts';

export function secrets(config: StageConfig): Component {
  const given = [config.xBearerTokenSecretArn, config.adminTokenSecretArn, config.apiKeysSecretArn];
  const made = config.deployment === 'canary' ? 3 : 2;
  const count = made + given.filter((arn) => arn !== undefined).length;
  return { name: 'secrets', usdPerMonth: count * SECRET_MONTH, basis: `${count}` };
}

/** The customer's key: one request for each object of the offline store and each secret read. */
export function customerKey(config: StageConfig, objects: number): Component {
  if (config.kmsKeyArn === undefined) {
    return { name: 'customer key', usdPerMonth: 0, basis: 'none' };
  }
  const requests = Math.round(objects + secretReadsPerMonth(config));
  return {
    name: 'customer key',
    usdPerMonth: CUSTOMER_KEY.month + (requests / 10_000) * CUSTOMER_KEY.tenThousandRequests,
    basis: `1 key, ${requests.toLocaleString('en')} requests`,
  };
}
