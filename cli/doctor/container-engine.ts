import { execFile } from 'node:child_process';
import type { StageConfig } from '../../lib/stage-config.ts';
import type { Finding } from './finding.ts';

/** The program that the CDK builds the image with. */
export async function checkContainerEngine(
  { imageUri, imageBuild }: StageConfig,
  signal: AbortSignal,
  program = process.env.CDK_DOCKER ?? 'docker',
): Promise<Finding> {
  if (imageUri !== undefined) return { state: 'ok', found: 'not needed with imageUri' };
  if (imageBuild === 'codebuild') return { state: 'ok', found: 'not needed: CodeBuild builds' };
  const problem = await new Promise<Error | null>((resolve) =>
    execFile(program, ['version'], { signal }, (error) => resolve(error)),
  );
  if (problem === null) return { state: 'ok', found: program };
  signal.throwIfAborted();
  return {
    state: 'fail',
    found: `"${program} version" failed`,
    remedy:
      'Start a container engine, name another one in CDK_DOCKER, or give -c imageBuild=codebuild or -c imageUri=URI.',
  };
}
