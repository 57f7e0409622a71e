import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import {
  bulkVcpus,
  releaseVcpus,
  SPOT_VCPU_QUOTA_CODE,
  spotVcpus,
  VCPU_QUOTA_CODE,
} from '../../lib/stage-config/fargate-vcpus.ts';
import type { StageConfig } from '../../lib/stage-config.ts';
import { counted } from '../kit/counted.ts';
import type { Check, Finding } from './finding.ts';

/** Checks of Fargate's quotas; that of Spot only for a stage that runs tasks on it. */
export function vcpuChecks(config: StageConfig): Check[] {
  const check = (code: string, judge: (quota: number, config: StageConfig) => Finding) => {
    return async (signal: AbortSignal) => judge(await quotaOf(code, signal), config);
  };
  const spot: Check = {
    name: 'Spot vCPU quota',
    run: check(SPOT_VCPU_QUOTA_CODE, judgeSpotQuota),
  };
  return [
    { name: 'vCPU quota', run: check(VCPU_QUOTA_CODE, judgeQuota) },
    ...(spotVcpus(config) > 0 ? [spot] : []),
  ];
}

async function quotaOf(code: string, abortSignal: AbortSignal): Promise<number> {
  const { Quota } = await new ServiceQuotasClient({}).send(
    new GetServiceQuotaCommand({ ServiceCode: 'fargate', QuotaCode: code }),
    { abortSignal },
  );
  if (Quota?.Value === undefined) throw new Error(`Quota ${code} has no value`);
  return Quota.Value;
}

/** A run in bulk needs vCPUs on demand only for items that Spot lost: it can wait for them. */
export function judgeQuota(quota: number, config: StageConfig): Finding {
  const release = releaseVcpus(config);
  const found = `${quota} vCPUs, a release needs ${release}`;
  if (quota < release) {
    const remedy = `${ask(release, VCPU_QUOTA_CODE)}, or lower maxTasks.`;
    return { state: 'fail', found, remedy };
  }
  const { bulk, bulkTaskVcpus } = config;
  if (!bulk || quota >= release + bulkTaskVcpus) return { state: 'ok', found };
  return {
    state: 'warn',
    found: `${found}, a task in bulk ${bulkTaskVcpus} more`,
    remedy: `${ask(release + bulkTaskVcpus, VCPU_QUOTA_CODE)}: an item that Spot has lost twice runs on demand.`,
  };
}

export function judgeSpotQuota(quota: number, config: StageConfig): Finding {
  const wanted = spotVcpus(config);
  const { bulkConcurrency, bulkTaskVcpus } = config;
  const bulk = bulkVcpus(config);
  const tasks = [
    ...(wanted > bulk ? [`a release ${wanted - bulk}`] : []),
    ...(bulk > 0
      ? [`${counted(bulkConcurrency, 'task')} in bulk of ${counted(bulkTaskVcpus, 'vCPU')} ${bulk}`]
      : []),
  ];
  const found = `${quota} vCPUs, needed: ${tasks.join(', ')}`;
  if (quota >= wanted) return { state: 'ok', found };
  const lower = bulk > 0 ? 'bulkConcurrency' : 'maxTasks';
  const remedy = `${ask(wanted, SPOT_VCPU_QUOTA_CODE)}, or lower ${lower}.`;
  return { state: 'fail', found, remedy };
}

function ask(vcpus: number, code: string): string {
  return `Ask for ${vcpus} in Service Quotas (Fargate, ${code})`;
}
