import type { StageConfig } from '../../lib/stage-config.ts';
import { CliError } from '../kit/errors.ts';
import { GIGABYTE, HOURS_PER_MONTH, SNAPSHOT_GIGABYTE_MONTH, STORE_NODES } from '../kit/prices.ts';
import { cheapestNode, nodeCapacityBytes, storedBytes } from './store-size.ts';

/** Bytes that the load stores, and the nodes that hold them. */
export interface StoreSize {
  readonly bytes: number;
  readonly nodeType: string;
  readonly nodes: number;
  /** Capacity of the stage's node without its reserve. */
  readonly capacityBytes: number;
  readonly fits: boolean;
  /** Cheapest node type that holds the bytes; null: none does. */
  readonly cheapest: { readonly nodeType: string; readonly usdPerMonth: number } | null;
}

/** @throws CliError when the price and memory of the stage's node type are unknown */
export function sizeStore(config: StageConfig, tweetsPerDay: number): StoreSize {
  const { valkeyNodeType: nodeType, valkeyReplicas } = config;
  nodePrice(nodeType);
  const nodes = valkeyReplicas + 1;
  const bytes = storedBytes(config, tweetsPerDay);
  const capacityBytes = nodeCapacityBytes(nodeType);
  const cheapest = cheapestNode(bytes);
  return {
    bytes,
    nodeType,
    nodes,
    capacityBytes,
    fits: bytes <= capacityBytes,
    cheapest:
      cheapest === undefined
        ? null
        : { nodeType: cheapest, usdPerMonth: HOURS_PER_MONTH * nodes * nodePrice(cheapest) },
  };
}

/** @throws CliError when the price of the node type is unknown */
export function valkey({ valkeyNodeType, valkeyReplicas }: StageConfig) {
  const nodes = valkeyReplicas + 1;
  return {
    name: 'Valkey',
    usdPerMonth: HOURS_PER_MONTH * nodes * nodePrice(valkeyNodeType),
    basis: `${nodes} x ${valkeyNodeType}`,
  };
}

/** Daily snapshots of a full store; the newest is free. */
export function snapshots({ valkeySnapshotDays }: StageConfig, bytes: number) {
  const paid = Math.max(0, valkeySnapshotDays - 1);
  const gigabytes = (paid * bytes) / GIGABYTE;
  return {
    name: 'snapshots',
    usdPerMonth: gigabytes * SNAPSHOT_GIGABYTE_MONTH,
    basis: paid === 0 ? 'none paid for' : `${paid} paid for, ${gigabytes.toFixed(1)} GB`,
  };
}

function nodePrice(type: string): number {
  const node = STORE_NODES[type];
  if (node === undefined) {
    throw new CliError(
      `The price of ${type} is not in cli/kit/prices.ts, which has ${Object.keys(STORE_NODES).join(', ')}; add it there.`,
      { exitCode: 2 },
    );
  }
  return node.hour;
}
