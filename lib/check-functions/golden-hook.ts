/**
 * Lambda function that Amazon ECS calls when test traffic reaches a release, before production
 * traffic does. It asks for the golden texts and fails the release if an answer is wrong.
 */
import { cpuFamilyOf } from '../../service/contract/cpu-family.ts';
import { checkGolden } from './check.ts';
import { readGolden } from './golden.ts';
import { callerHeaders, readSecret, required } from './runtime.ts';

/** Result for ECS; anything but SUCCEEDED rolls the release back. */
export interface HookResult {
  readonly hookStatus: 'SUCCEEDED' | 'FAILED';
}

export interface HookDependencies {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readSecret: (arn: string) => Promise<string>;
  /** Folder of the manifest and of the golden file. */
  readonly modelsFolder: string;
  readonly timeoutMs: number;
  readonly pauseMs: number;
}

/** Listener rules take seconds to reach every load balancer node, so one refusal proves nothing. */
const ATTEMPTS = 3;

export async function runHook(dependencies: HookDependencies): Promise<HookResult> {
  const { env, readSecret: read, timeoutMs, pauseMs } = dependencies;
  try {
    const family = cpuFamilyOf(required(env, 'CPU_FAMILY'));
    const golden = readGolden(dependencies.modelsFolder, required(env, 'MODEL_NAME'), family);
    await checkGolden(golden, {
      url: `${required(env, 'TEST_URL')}/v1/inference`,
      headers: {
        ...(await callerHeaders('golden-hook', env, read)),
        'x-release-check': await read(required(env, 'RELEASE_CHECK_SECRET_ARN')),
      },
      timeoutMs,
      attempts: ATTEMPTS,
      pauseMs,
      serverName: env.SERVER_NAME,
    });
    console.log(
      `${golden.texts.length} golden texts of ${golden.model.revision} are answered as expected.`,
    );
    return { hookStatus: 'SUCCEEDED' };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return { hookStatus: 'FAILED' };
  }
}

export function handler(): Promise<HookResult> {
  return runHook({
    env: process.env,
    readSecret,
    modelsFolder: process.env.LAMBDA_TASK_ROOT ?? '.',
    timeoutMs: 10_000,
    pauseMs: 5_000,
  });
}
