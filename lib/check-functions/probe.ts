/**
 * Lambda function that asks the service for one text, as a caller does. An answer of any model is
 * right: during a release two models serve. What fails is an error of the function, which alarms.
 */
import { post } from './post.ts';
import { callerHeaders, readSecret, required } from './runtime.ts';

export interface ProbeDependencies {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readSecret: (arn: string) => Promise<string>;
  readonly pauseMs: number;
}

const TEXT = 'I love this phone';

/** @throws Error when the service does not answer with a label */
export async function runProbe({ env, readSecret: read, pauseMs }: ProbeDependencies) {
  const body = await post(
    {
      url: `${required(env, 'PROBE_URL')}/v1/inference`,
      headers: await callerHeaders('probe', env, read),
      timeoutMs: 10_000,
      attempts: 2,
      pauseMs,
      serverName: env.SERVER_NAME,
    },
    JSON.stringify({ texts: [TEXT] }),
  );
  const answer: { results?: { sentimentAnalyst?: unknown }[] } | null = JSON.parse(body);
  if (typeof answer?.results?.[0]?.sentimentAnalyst !== 'string') {
    throw new Error(`The answer has no label: ${body.slice(0, 100)}`);
  }
}

export function handler(): Promise<void> {
  return runProbe({ env: process.env, readSecret, pauseMs: 5_000 });
}
