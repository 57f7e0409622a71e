import type { Bundle } from '../../service/inference/bundle/manifest.ts';
import { FolderSource, folderRepository } from './folder-source.ts';
import { HubSource } from './hub-source.ts';
import { hubToken } from './hub-token.ts';
import { type ModelSource, SourceError } from './source.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const HUB_REPOSITORY = /^[\w.-]+\/[\w.-]+$/;
const BUCKET = /^s3:\/\/[^/]/;
const FOLDER = /^(\.{1,2}$|\.{0,2}\/)/;

/**
 * Opens what a user names: `s3://bucket/prefix`, a folder (it begins with `/` or `./`), or a
 * repository of the Hugging Face hub.
 *
 * Reads `HF_ENDPOINT` and the token as the hub's own tools do, and for S3 what every AWS SDK reads.
 *
 * @throws SourceError
 */
export async function openSource(
  place: string,
  revision: string,
  environment: Environment,
): Promise<ModelSource> {
  checkPlace(place);
  if (place.startsWith('s3://')) {
    // Loading the SDK takes longer than all the rest.
    const { S3Source } = await import('./s3-source.ts');
    return new S3Source(repositoryOf(place), environment);
  }
  if (isFolder(place)) return new FolderSource(place);
  return HubSource.open({
    repository: place,
    revision,
    endpoint: (environment.HF_ENDPOINT ?? 'https://huggingface.co').replace(/\/+$/, ''),
    token: hubToken(environment),
  });
}

/** Tells a folder of this machine from the places of a network. */
export function isFolder(place: string): boolean {
  return FOLDER.test(place);
}

/** Tells the hub from places that hold only what they hold now. */
export function hasRevisions(place: string): boolean {
  return !place.startsWith('s3://') && !isFolder(place);
}

/** Checks the form of a place. @throws SourceError */
export function checkPlace(place: string): void {
  if (BUCKET.test(place) || isFolder(place) || HUB_REPOSITORY.test(place)) return;
  throw new SourceError(
    `"${place}" is neither organization/name on the hub, nor s3://bucket/prefix, nor a path ` +
      'that begins with / or ./',
    { retryable: false },
  );
}

/** The repository that the manifest stores for a place, found without opening it. */
export function repositoryOf(place: string): string {
  if (place.startsWith('s3://')) return place.replace(/\/$/, '');
  return isFolder(place) ? folderRepository(place) : place;
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
