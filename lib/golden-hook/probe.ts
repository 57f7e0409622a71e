/**
 * Lambda function that asks the service for one text, as a caller does. An answer of any model is
 * right: during a release two models serve. What fails is an error of the function, which alarms.
 */
import { post } from './post.ts';
import { readSecret, required } from './runtime.ts';

export interface ProbeDependencies {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readSecret: (arn: string) => Promise<string>;
  readonly pauseMs: number;
}

const TEXT = 'I love this phone';

/** @throws Error when the service does not answer with a label */
export async function runProbe({ env, readSecret: read, pauseMs }: ProbeDependencies) {
  const apiKeys = env.API_KEYS_SECRET_ARN;
  const body = await post(
    {
      url: `${required(env, 'PROBE_URL')}/v1/inference`,
      headers: {
        // The firewall rejects requests without a user agent.
        'user-agent': 'probe',
        ...(apiKeys && { 'x-api-key': (await read(apiKeys)).split(',')[0] ?? '' }),
      },
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
