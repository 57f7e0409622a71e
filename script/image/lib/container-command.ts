import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import Type from 'typebox';
import Value from 'typebox/value';
import type { RunnableImage } from './container-engine.ts';

/** Members of the output of `runc spec` that are changed here. */
const Spec = Type.Object({
  process: Type.Object({ capabilities: Type.Record(Type.String(), Type.Unknown()) }),
  mounts: Type.Array(Type.Unknown()),
  linux: Type.Object({ namespaces: Type.Array(Type.Object({ type: Type.String() })) }),
});

export interface ContainerOptions {
  /** Instead of the image's own. */
  readonly command?: readonly string[];
  /** Folder of this machine that the container may write to as well. */
  readonly writable?: string | undefined;
  /** By which `commandInside` finds it. */
  readonly name?: string;
  /** Nothing outside reaches it, and no port of this machine is in its way. */
  readonly isolated?: boolean;
}

/**
 * The command that runs a container in the foreground as tightly as an orchestrator would: the
 * root file system read-only without any writable folder, no capability, no new privileges, the
 * image's own user. It shares the host's network unless told. Signals sent to the command reach process 1;
 * the command ends with its status.
 *
 * Files and folders of this machine that a variable names are there too, read-only.
 */
export function containerCommand(
  runnable: RunnableImage,
  environment: Readonly<Record<string, string>>,
  options: ContainerOptions = {},
): [file: string, ...args: string[]] {
  const { command, writable, name = `service-${randomUUID()}`, isolated = false } = options;
  const named = Object.values(environment).filter(
    (value) => isAbsolute(value) && existsSync(value) && value !== writable,
  );
  const shared = named.map((path) => ({ path, access: 'ro' }));
  if (writable !== undefined) shared.push({ path: writable, access: 'rw' });
  // The image's user is none of this machine's.
  for (const { path, access } of shared) chmodSync(path, access === 'rw' ? 0o777 : 0o755);
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  if (runnable.engine === 'docker') {
    return [
      'docker',
      ...['run', '--rm', '--name', name, '--read-only', '--cap-drop=ALL'],
      isolated ? '--network=none' : '--network=host',
      '--security-opt=no-new-privileges',
      ...shared.map(({ path, access }) => `--volume=${path}:${path}:${access}`),
      ...variables.map((variable) => `--env=${variable}`),
      runnable.image,
      ...(command ?? []),
    ];
  }
  const bundle = mkdtempSync(join(tmpdir(), 'container-'));
  execFileSync('runc', ['spec', '--bundle', bundle]);
  const path = join(bundle, 'config.json');
  const spec = Value.Parse(Spec, JSON.parse(readFileSync(path, 'utf8')));
  const { root, config } = runnable;
  const [uid = 0, gid = 0] = config.user.split(':').map(Number);
  const none = Object.keys(spec.process.capabilities).map((set) => [set, []]);
  const tightened = {
    ...spec,
    root: { path: root, readonly: true },
    process: {
      ...spec.process,
      terminal: false,
      user: { uid, gid },
      cwd: config.workingDir,
      args: [...config.entrypoint, ...(command ?? config.command)],
      env: [...config.environment, ...variables],
      capabilities: Object.fromEntries(none),
      noNewPrivileges: true,
    },
    mounts: [
      ...spec.mounts,
      ...shared.map(({ path: folder, access }) => ({
        source: folder,
        destination: folder,
        type: 'bind',
        options: ['rbind', access],
      })),
    ],
    linux: {
      ...spec.linux,
      namespaces: spec.linux.namespaces.filter(({ type }) => isolated || type !== 'network'),
    },
  };
  writeFileSync(path, JSON.stringify(tightened));
  return ['runc', 'run', '--bundle', bundle, name];
}

/** The command that runs another one inside a container under way, in the same manner. */
export function commandInside(
  { engine }: RunnableImage,
  name: string,
  command: readonly string[],
): [file: string, ...args: string[]] {
  return [engine, 'exec', name, ...command];
}
