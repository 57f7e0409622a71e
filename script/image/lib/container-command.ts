import { chmodSync, existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';

export interface ContainerOptions {
  /** Replaces the image's own command. */
  readonly command?: readonly string[];
  /** Folder of this machine that the container may write to as well. */
  readonly writable?: string | undefined;
  /** Name for `docker exec`. */
  readonly name?: string;
  /** Gives the container no network, so that it has all ports to itself. */
  readonly isolated?: boolean;
}

/**
 * The command that runs a container in the foreground as tightly as an orchestrator would: the
 * root file system read-only without any writable folder, no capability, no new privileges, the
 * image's own user. It shares the host's network by default. Signals sent to the command reach
 * process 1; the command ends with its status.
 *
 * Files and folders of this machine that a variable names are there too, read-only.
 */
export function containerCommand(
  image: string,
  environment: Readonly<Record<string, string>>,
  { command = [], writable, name, isolated = false }: ContainerOptions = {},
): [file: string, ...args: string[]] {
  const named = Object.values(environment).filter(
    (value) => isAbsolute(value) && existsSync(value) && value !== writable,
  );
  const shared = named.map((path) => ({ path, access: 'ro' }));
  if (writable !== undefined) shared.push({ path: writable, access: 'rw' });
  // This machine does not know the image's user.
  for (const { path, access } of shared) chmodSync(path, access === 'rw' ? 0o777 : 0o755);
  return [
    'docker',
    ...['run', '--rm', '--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'],
    isolated ? '--network=none' : '--network=host',
    ...(name === undefined ? [] : [`--name=${name}`]),
    ...shared.map(({ path, access }) => `--volume=${path}:${path}:${access}`),
    ...Object.entries(environment).map(([variable, value]) => `--env=${variable}=${value}`),
    image,
    ...command,
  ];
}
