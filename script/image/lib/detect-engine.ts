import { buildahEngine } from './buildah-engine.ts';
import type { ContainerEngine } from './container-engine.ts';
import { dockerEngine } from './docker-engine.ts';
import { execute } from './execute.ts';

/** Docker where its engine answers, else buildah with runc. */
export function containerEngine(): Promise<ContainerEngine> {
  return execute('docker', ['info']).then(
    () => dockerEngine,
    () => buildahEngine,
  );
}
