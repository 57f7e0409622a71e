import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const FOLDER = '.tools/python';

/**
 * The path of a program among the AWS tools.
 *
 * @throws Error when they are not installed
 */
export function awsTool(name: 'cfn-lint' | 'ministack' | 'python', folder = FOLDER): string {
  const path = resolve(folder, 'bin', name);
  if (existsSync(path)) return path;
  throw new Error(`${folder}/bin/${name} is missing: run script/test once, which installs it.`);
}
