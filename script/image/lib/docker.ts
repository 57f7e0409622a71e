import { existsSync } from 'node:fs';
import Type from 'typebox';
import Value from 'typebox/value';
import { execute } from './execute.ts';

export interface BuildOptions {
  readonly tag: string;
  /** Folder of the build context; default: the current one. */
  readonly context?: string;
  readonly target?: string;
  readonly platform?: string;
  readonly buildArguments?: Readonly<Record<string, string>>;
  /** File that holds the secret, by id. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Members of an image's configuration that the tests read. */
export interface ImageConfig {
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: readonly string[];
  readonly stopSignal: string;
  readonly healthcheck: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Digests of the layers' uncompressed content, from the base up. */
  readonly layers: readonly string[];
}

/** Members of the output of `docker image inspect`. */
const Inspection = Type.Tuple([
  Type.Object({
    Config: Type.Object({
      User: Type.String(),
      Entrypoint: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
      Cmd: Type.Array(Type.String()),
      Env: Type.Array(Type.String()),
      StopSignal: Type.String(),
      Healthcheck: Type.Object({ Test: Type.Array(Type.String()) }),
      Labels: Type.Record(Type.String(), Type.String()),
    }),
    RootFS: Type.Object({ Layers: Type.Array(Type.String()) }),
  }),
]);

/** Runs Docker's command line tool with the engine of DOCKER_HOST. @returns its output */
export function docker(...words: readonly string[]): Promise<string> {
  return execute('docker', words);
}

/** @throws Error with the output of the build */
export async function buildImage({
  tag,
  context = '.',
  target,
  platform,
  buildArguments = {},
  secrets = {},
}: BuildOptions): Promise<void> {
  // The host's network leads to the servers of a test.
  const words = ['build', '--network', 'host', '--tag', tag];
  if (target !== undefined) words.push('--target', target);
  if (platform !== undefined) words.push('--platform', platform);
  for (const [name, value] of Object.entries(buildArguments)) {
    words.push('--build-arg', `${name}=${value}`);
  }
  for (const [id, path] of Object.entries(secrets)) words.push('--secret', `id=${id},src=${path}`);
  await execute(await buildClient(), [...words, context], BUILDKIT);
}

export async function imageConfig(image: string): Promise<ImageConfig> {
  const output = await docker('image', 'inspect', image);
  const [{ Config, RootFS }] = Value.Parse(Inspection, JSON.parse(output));
  return {
    user: Config.User,
    entrypoint: Config.Entrypoint ?? [],
    command: Config.Cmd,
    environment: Config.Env,
    stopSignal: Config.StopSignal,
    healthcheck: Config.Healthcheck.Test,
    labels: Config.Labels,
    layers: RootFS.Layers,
  };
}

export async function removeImage(image: string): Promise<void> {
  await docker('image', 'rm', '--force', image);
}

const BUILDKIT = { DOCKER_BUILDKIT: '1' };
/** The client of Debian's package docker.io. */
const DEBIAN_CLIENT = '/usr/bin/docker';

/** A client that is first in PATH may lack the plugin buildx; Debian's needs none. */
function buildClient(): Promise<string> {
  return execute('docker', ['build', '--help'], BUILDKIT).then(
    () => 'docker',
    () => (existsSync(DEBIAN_CLIENT) ? DEBIAN_CLIENT : 'docker'),
  );
}
