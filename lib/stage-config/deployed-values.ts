import { chosenValues } from './chosen-values.ts';
import { PRESETS, presetOf, type StageConfig } from './presets.ts';
import type { StageKey } from './schema.ts';

/** Keys whose value AWS cannot change where something runs; another value needs another stage. */
export const FIXED_KEYS: readonly StageKey[] = [
  'vpcId',
  'loadBalancerSubnetIds',
  'storeSubnetIds',
  'vpcCidr',
  'zoneNames',
  'loadBalancer',
  'kmsKeyArn',
];

export interface Difference {
  readonly key: string;
  /** JSON; absent: no value. */
  readonly deployed: string | undefined;
  readonly next: string | undefined;
  /** `fallback`: a value that was chosen once, and that the next deployment would lose. */
  readonly kind: 'fallback' | 'fixed' | 'change';
}

/**
 * Compares a stage's values with the deployed ones: the changes of the next deployment.
 *
 * @param output the stage's output of chosen values, JSON
 * @throws Error when the output is not a JSON object
 */
export function compareWithDeployed(output: string, config: StageConfig): Difference[] {
  const deployed = parseOutput(output);
  const chosen = chosenValues(config);
  const before: Readonly<Record<string, unknown>> = { ...PRESETS[config.preset], ...deployed };
  const next: Readonly<Record<string, unknown>> = { ...config };
  return Object.keys({ ...deployed, ...chosen })
    .filter((key) => key !== 'preset')
    .map((key) => ({ key, deployed: json(before[key]), next: json(next[key]) }))
    .filter((difference) => difference.deployed !== difference.next)
    .map((difference) => ({ ...difference, kind: kindOf(difference.key, deployed, chosen) }));
}

/**
 * Bounds of the number of tasks that a stage was deployed with.
 *
 * @param output the stage's output of chosen values, JSON
 * @throws Error when the output is not a JSON object
 */
export function deployedLimits(output: string): { minimum: number; maximum: number } {
  const deployed: Partial<StageConfig> = parseOutput(output);
  const { minTasks, maxTasks } = PRESETS[presetOf(deployed.stage ?? '', deployed.preset)];
  return { minimum: deployed.minTasks ?? minTasks, maximum: deployed.maxTasks ?? maxTasks };
}

function parseOutput(output: string): object {
  const deployed: unknown = JSON.parse(output);
  if (typeof deployed !== 'object' || deployed === null || Array.isArray(deployed)) {
    throw new Error(`The output of deployed values is not a JSON object: ${output.slice(0, 80)}`);
  }
  return deployed;
}

function kindOf(key: string, deployed: object, chosen: object): Difference['kind'] {
  if (FIXED_KEYS.some((fixed) => fixed === key)) return 'fixed';
  return Object.hasOwn(deployed, key) && !Object.hasOwn(chosen, key) ? 'fallback' : 'change';
}

function json(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** A difference in words. */
export function describeDifference({ key, deployed, next, kind }: Difference): string {
  const change = `${key}: deployed ${deployed ?? 'nothing'}, next ${next ?? 'nothing'}`;
  if (kind === 'fixed') return `${change}; it cannot be changed, use a stage of another name`;
  return kind === 'fallback' ? `${change}, the preset's; write it into the stage's file` : change;
}
