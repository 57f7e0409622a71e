import Type from 'typebox';
import Value from 'typebox/value';
import type { BuildOptions, ContainerEngine, ImageConfig } from './container-engine.ts';
import { execute } from './execute.ts';

const Inspection = Type.Tuple([
  Type.Object({
    Config: Type.Object({
      User: Type.String(),
      WorkingDir: Type.String(),
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

/** Words of `docker build` and `buildah build`, which share them. */
export function buildWords({
  tag,
  context = '.',
  file,
  target,
  platform,
  buildArguments = {},
  secrets = {},
}: BuildOptions): string[] {
  const words = ['--tag', tag];
  if (file !== undefined) words.push('--file', file);
  if (target !== undefined) words.push('--target', target);
  if (platform !== undefined) words.push('--platform', platform);
  for (const [name, value] of Object.entries(buildArguments)) {
    words.push('--build-arg', `${name}=${value}`);
  }
  for (const [id, path] of Object.entries(secrets)) words.push('--secret', `id=${id},src=${path}`);
  return [...words, context];
}

/** Reads what `docker image inspect` says. */
export function parseInspection(json: unknown): ImageConfig {
  const [{ Config, RootFS }] = Value.Parse(Inspection, json);
  return {
    user: Config.User,
    workingDir: Config.WorkingDir,
    entrypoint: Config.Entrypoint ?? [],
    command: Config.Cmd,
    environment: Config.Env,
    stopSignal: Config.StopSignal,
    healthcheck: Config.Healthcheck.Test,
    labels: Config.Labels,
    layers: RootFS.Layers,
  };
}

export const dockerEngine: ContainerEngine = {
  name: 'docker',
  async build(options) {
    const words = ['build', '--network', 'host', ...buildWords(options)];
    await execute('docker', words, { DOCKER_BUILDKIT: '1' });
  },
  async config(image) {
    return parseInspection(JSON.parse(await execute('docker', ['image', 'inspect', image])));
  },
  async save(image, file) {
    await execute('docker', ['save', '--output', file, image]);
  },
  async makeRunnable(image) {
    return { runnable: { engine: 'docker', image }, release: async () => {} };
  },
  async remove(image) {
    await execute('docker', ['image', 'rm', '--force', image]);
  },
};
