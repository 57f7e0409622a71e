import type { Fault } from '../contract/configuration.ts';
import type { Settings } from '../contract/variables.ts';

/** Shortest secret that callers send: 16 characters of a random text cannot be guessed. */
const MIN_SECRET_CHARACTERS = 16;

/** Secrets of callers that can be guessed; their values are not shown. */
export function shortSecrets({ ADMIN_TOKEN, API_KEYS }: Settings): Fault[] {
  const secrets = [
    ['ADMIN_TOKEN', ADMIN_TOKEN?.split(',') ?? []],
    ['API_KEYS', API_KEYS?.split(',') ?? []],
  ] as const;
  return secrets.flatMap(([name, values]) =>
    values.some(({ length }) => length < MIN_SECRET_CHARACTERS)
      ? [
          {
            name,
            problem: `holds a secret of less than ${MIN_SECRET_CHARACTERS} characters; use a long random one, such as of openssl rand -hex 16`,
          },
        ]
      : [],
  );
}
