import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** A variable of the function. @throws Error when it is not set */
export function required(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`The function's variable ${name} is not set.`);
  return value;
}

/** Text of a secret. @throws Error when it has none */
export async function readSecret(SecretId: string): Promise<string> {
  const { SecretString } = await new SecretsManagerClient().send(
    new GetSecretValueCommand({ SecretId }),
  );
  if (!SecretString) throw new Error(`The secret ${SecretId} has no text.`);
  return SecretString;
}

/**
 * Headers of a request as a caller sends it, with the first API key if the stage has keys.
 *
 * @param userAgent name of the function; the firewall rejects requests without one
 * @throws Error when the keys cannot be read
 */
export async function callerHeaders(
  userAgent: string,
  { API_KEYS_SECRET_ARN: apiKeys }: Readonly<Record<string, string | undefined>>,
  read: (arn: string) => Promise<string>,
): Promise<Record<string, string>> {
  return {
    'user-agent': userAgent,
    ...(apiKeys && { 'x-api-key': (await read(apiKeys)).split(',')[0] ?? '' }),
  };
}
