import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The hub's token, from where the hub's own tools read it: `HF_TOKEN`, its old name, or the file
 * that `hf auth login` writes, which `HF_TOKEN_PATH` or `HF_HOME` may have moved.
 */
export function hubToken(environment: Environment): string | undefined {
  const token = environment.HF_TOKEN || environment.HUGGING_FACE_HUB_TOKEN;
  if (token) return token.trim() || undefined;
  const path = tokenPath(environment);
  return existsSync(path) ? readFileSync(path, 'utf8').trim() || undefined : undefined;
}

function tokenPath({ HF_TOKEN_PATH, HF_HOME, XDG_CACHE_HOME, HOME }: Environment): string {
  if (HF_TOKEN_PATH) return HF_TOKEN_PATH;
  const cache = XDG_CACHE_HOME || join(HOME || homedir(), '.cache');
  return join(HF_HOME || join(cache, 'huggingface'), 'token');
}
