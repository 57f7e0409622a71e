import Type from 'typebox';
import Value from 'typebox/value';
import type { ContainerEngine, ImageConfig } from './container-engine.ts';
import { buildWords, parseInspection } from './docker-engine.ts';
import { execute } from './execute.ts';

const Inspection = Type.Object({
  Docker: Type.Object({
    config: Type.Unknown(),
    rootfs: Type.Object({ diff_ids: Type.Array(Type.String()) }),
  }),
});

async function buildah(...words: string[]): Promise<string> {
  // It needs no cgroups and no runtime, so that it works inside a container too.
  const output = await execute('buildah', words, { BUILDAH_ISOLATION: 'chroot' });
  return output.trim();
}

async function config(image: string): Promise<ImageConfig> {
  const inspected: unknown = JSON.parse(await buildah('inspect', '--type', 'image', image));
  const { Docker } = Value.Parse(Inspection, inspected);
  return parseInspection([{ Config: Docker.config, RootFS: { Layers: Docker.rootfs.diff_ids } }]);
}

export const buildahEngine: ContainerEngine = {
  name: 'buildah and runc',
  async build({ platform, buildArguments = {}, ...options }) {
    // Older versions ignore the platform of FROM, and would run every stage on the target's.
    const target: Record<string, string> =
      platform === undefined ? {} : { TARGETARCH: platform.replace('linux/', '') };
    const words = buildWords({ ...options, buildArguments: { ...buildArguments, ...target } });
    // The other format, OCI, has no HEALTHCHECK.
    await buildah('build', '--layers', '--format', 'docker', ...words);
  },
  config,
  async save(image, file) {
    await buildah('push', image, `docker-archive:${file}:${image}`);
  },
  async makeRunnable(image) {
    const container = await buildah('from', image);
    const root = await buildah('mount', container);
    const release = async () => {
      await buildah('rm', container);
    };
    return { runnable: { engine: 'runc', root, config: await config(image) }, release };
  },
  async remove(image) {
    await buildah('rmi', '--force', image);
  },
};
