import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Folders of the tools: checkov wants other versions of what cfn-lint needs. */
const FOLDERS = {
  'cfn-lint': '.tools/python',
  checkov: '.tools/checkov',
  ministack: '.tools/python',
  python: '.tools/python',
} as const;

/**
 * The path of a program among the AWS tools.
 *
 * @throws Error when they are not installed
 */
export function awsTool(name: keyof typeof FOLDERS, folder: string = FOLDERS[name]): string {
  const path = resolve(folder, 'bin', name);
  if (existsSync(path)) return path;
  throw new Error(`${folder}/bin/${name} is missing: run script/test once, which installs it.`);
}
