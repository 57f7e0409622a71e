import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Copies what .dockerignore lets into a build, to be changed and built from. */
export function copyBuildContext(): string {
  const context = mkdtempSync(join(tmpdir(), 'context-'));
  const allowed = readFileSync('.dockerignore', 'utf8').matchAll(/^!(.+)$/gm);
  for (const [, path = ''] of allowed) cpSync(path, join(context, path), { recursive: true });
  for (const path of ['Dockerfile', '.dockerignore']) cpSync(path, join(context, path));
  return context;
}
