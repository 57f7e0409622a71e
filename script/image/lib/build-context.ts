import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Copies the files that .dockerignore lets into a build, so that the copy can be changed and built.
 *
 * @throws Error when .dockerignore has a line of a kind that is not read here.
 */
export function copyBuildContext(): string {
  const context = mkdtempSync(join(tmpdir(), 'context-'));
  const lines = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && line !== '*' && !line.startsWith('#'));
  const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const refused = lines.filter((line) => !line.startsWith('!')).map(matcherOf);
  const filter = (path: string) => !refused.some((matches) => matches(path));
  for (const path of [...allowed, 'Dockerfile', '.dockerignore']) {
    cpSync(path, join(context, path), { recursive: true, filter });
  }
  return context;
}

function matcherOf(pattern: string): (path: string) => boolean {
  const ending = /^\*\*\/\*(\.\w+)$/.exec(pattern)?.[1];
  if (ending !== undefined) return (path) => path.endsWith(ending);
  const beginning = /^([^*]+[^*/])\*$/.exec(pattern)?.[1];
  if (beginning !== undefined) return (path) => path.startsWith(beginning);
  if (pattern.includes('*')) {
    throw new Error(
      `.dockerignore has "${pattern}": use a path, BEGINNING* or **/*.ENDING, or read it here.`,
    );
  }
  return (path) => path === pattern || path.startsWith(`${pattern}/`);
}
