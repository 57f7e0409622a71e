import { existsSync, readFileSync } from 'node:fs';
import type { Bundle } from '../../service/inference/bundle/manifest.ts';
import { FolderSource } from './folder-source.ts';
import { HubSource } from './hub-source.ts';
import { type ModelSource, SourceError } from './source.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const HUB_REPOSITORY = /^[\w.-]+\/[\w.-]+$/;

/**
 * Opens what a user names: `s3://bucket/prefix`, a folder (it begins with `/` or `./`), or a
 * repository of the Hugging Face hub.
 *
 * Reads `HF_ENDPOINT`, `HF_TOKEN` and `HF_TOKEN_PATH` as the hub's own tools do, and for S3
 * what every AWS SDK reads.
 *
 * @throws SourceError
 */
export async function openSource(
  place: string,
  revision: string,
  environment: Environment,
): Promise<ModelSource> {
  if (place.startsWith('s3://')) {
    // Loading the SDK takes longer than all the rest.
    const { S3Source } = await import('./s3-source.ts');
    return new S3Source(place, environment);
  }
  if (/^(\.{1,2}$|\.{0,2}\/)/.test(place)) return new FolderSource(place);
  if (HUB_REPOSITORY.test(place)) {
    return HubSource.open({
      repository: place,
      revision,
      endpoint: (environment.HF_ENDPOINT ?? 'https://huggingface.co').replace(/\/+$/, ''),
      token: hubToken(environment),
    });
  }
  throw new SourceError(
    `"${place}" is neither organisation/name on the hub, nor s3://bucket/prefix, nor a path ` +
      'that begins with / or ./',
    { retryable: false },
  );
}

/**
 * Opens the place that the manifest names for a bundle.
 *
 * @throws SourceError
 */
export async function openOrigin(
  { name, source: { repository, revision } }: Bundle,
  environment: Environment,
): Promise<ModelSource> {
  const isHub = HUB_REPOSITORY.test(repository);
  if (repository.startsWith('file:') || (isHub && revision === null)) {
    throw new SourceError(
      `The manifest names no place that ${name} could be fetched from; name one by --from`,
      { retryable: false },
    );
  }
  return openSource(repository, revision ?? '', environment);
}

function hubToken({ HF_TOKEN, HF_TOKEN_PATH }: Environment): string | undefined {
  if (HF_TOKEN) return HF_TOKEN;
  if (!HF_TOKEN_PATH || !existsSync(HF_TOKEN_PATH)) return undefined;
  return readFileSync(HF_TOKEN_PATH, 'utf8').trim() || undefined;
}
