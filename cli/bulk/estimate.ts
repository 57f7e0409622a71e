import { SPOT_DISCOUNT, STATE_TRANSITION_THOUSAND } from '../kit/prices.ts';
import { sum } from '../kit/statistics.ts';
import { START_SECONDS, STEPS_PER_ITEM, type TaskSize, taskSecondUsd } from './task-cost.ts';

export interface Estimate {
  readonly tasks: number;
  readonly texts: number;
  readonly vcpuHours: number;
  readonly minutes: number;
  readonly usdOnSpot: number;
  readonly usdOnDemand: number;
}

export interface EstimateOptions {
  readonly settings: TaskSize;
  readonly concurrency: number;
  readonly bytesPerText: number;
  readonly textsPerSecondPerVcpu: number;
}

/** Estimates a run's time and cost. @param bytes bytes of each item */
export function estimate(bytes: readonly number[], options: EstimateOptions): Estimate {
  const { settings, concurrency, bytesPerText, textsPerSecondPerVcpu } = options;
  const textsPerSecond = textsPerSecondPerVcpu * settings.taskVcpus;
  const seconds = bytes.map((size) => START_SECONDS + size / bytesPerText / textsPerSecond);
  const total = sum(seconds);
  const longest = seconds.reduce((most, one) => Math.max(most, one), 0);
  const steps = (STEPS_PER_ITEM * bytes.length * STATE_TRANSITION_THOUSAND) / 1_000;
  const usdOnDemand = total * taskSecondUsd(settings);
  return {
    tasks: bytes.length,
    texts: sum(bytes) / bytesPerText,
    vcpuHours: (total * settings.taskVcpus) / 3_600,
    minutes: Math.max(longest, total / Math.min(concurrency, bytes.length || 1)) / 60,
    usdOnSpot: usdOnDemand * (1 - SPOT_DISCOUNT) + steps,
    usdOnDemand: usdOnDemand + steps,
  };
}
