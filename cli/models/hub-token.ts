import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../kit/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The hub's token, from where the hub's own tools read it: `HF_TOKEN`, its old name, or the file
 * that `hf auth login` writes, which `HF_TOKEN_PATH` or `HF_HOME` may have moved.
 *
 * @throws CliError when it is not a token; the message does not repeat it
 */
export function hubToken(environment: Environment): string | undefined {
  for (const name of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN']) {
    const token = environment[name];
    if (token) return checked(token, name);
  }
  const path = tokenPath(environment);
  return existsSync(path) ? checked(readFileSync(path, 'utf8'), path) : undefined;
}

/** A token without the white space around it. A header with another one would fail, and show it. */
function checked(given: string, place: string): string | undefined {
  const token = given.trim();
  if (/^[!-~]*$/.test(token)) return token || undefined;
  throw new CliError(
    `${place}: its value (a secret, not shown) is not a token: use visible ASCII characters without spaces`,
  );
}

function tokenPath({ HF_TOKEN_PATH, HF_HOME, XDG_CACHE_HOME, HOME }: Environment): string {
  if (HF_TOKEN_PATH) return HF_TOKEN_PATH;
  const cache = XDG_CACHE_HOME || join(HOME || homedir(), '.cache');
  return join(HF_HOME || join(cache, 'huggingface'), 'token');
}
