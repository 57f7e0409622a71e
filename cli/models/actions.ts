import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { type Bundle, findBundle, readManifest } from '../../service/inference/bundle/manifest.ts';
import { modelsDir } from '../kit/environment.ts';
import { UsageError } from '../kit/errors.ts';
import { WORKER_URL } from '../kit/inference-worker.ts';
import { add, MARK } from './add.ts';
import type { AddModelOptions } from './add-model-options.ts';
import { checkFolder } from './check-folder.ts';
import { checkSame } from './check-same.ts';
import { makeGolden } from './golden.ts';
import { inventory, verify } from './inventory.ts';
import { downloadsDir } from './leftovers.ts';
import { unidentifiableNote } from './model-languages.ts';
import { withModelsLock } from './models-lock.ts';
import { checkPlace, hasRevisions, isFolder, openOrigin, openSource } from './open-source.ts';
import type { PullOptions } from './pull.ts';
import { pullOrConvert } from './reconvert.ts';
import { writeManifest } from './write-manifest.ts';

const output = process.stderr;

/** Adds a model; completes the one of that name when the manifest has it. @returns a summary */
export async function addModel(place: string, options: AddModelOptions): Promise<string> {
  const { name = lastPart(place).toLowerCase(), revision, file, labels, precision } = options;
  if (file !== undefined && precision !== undefined) {
    throw new UsageError('--file takes a graph as it is, --precision converts weights: give one');
  }
  checkPlace(place);
  checkRevision(place, revision);
  const dir = modelsDir();
  const source = () => openSource(place, revision ?? 'main', process.env);
  return withModelsLock(dir, output, async () => {
    const manifest = await readManifest(dir);
    const locked = manifest.models.find((bundle) => bundle.name === name);
    if (locked !== undefined) {
      await checkSame(locked, place, options, source);
      // A process that was killed after it wrote the manifest leaves it.
      await rm(join(dir, name, MARK), { force: true });
      // A branch may have moved on from the locked commit.
      if (!isFolder(place)) return pullBundle(locked, () => openOrigin(locked, process.env), place);
      await checkFolder(locked, place, join(downloadsDir(dir), name), output);
      return pullBundle(locked, source);
    }
    const bundle = await add({
      modelsDir: dir,
      manifest,
      name,
      source,
      graph: file,
      labels,
      precision,
      languages: options.languages,
      preprocessing: options.preprocessing,
      force: options.force ?? false,
      workerUrl: WORKER_URL,
      output,
    });
    return (
      `${name} ${bundle.revision} is locked in the manifest; MODEL_NAME=${name} serves it.` +
      unidentifiableNote(bundle.languages)
    );
  });
}

/** @returns a summary */
export async function pullModel(
  name: string,
  from: string | undefined,
  revision: string | undefined,
): Promise<string> {
  if (from === undefined && revision !== undefined) {
    throw new UsageError('--revision goes with --from: the manifest locks the revision');
  }
  if (from !== undefined) checkRevision(from, revision);
  return withModelsLock(modelsDir(), output, async () => {
    const bundle = findBundle(await readManifest(modelsDir()), name);
    const source = () =>
      from === undefined
        ? openOrigin(bundle, process.env)
        : openSource(from, revision ?? 'main', process.env);
    return pullBundle(bundle, source, from);
  });
}

/** @returns a table */
export async function listModels(): Promise<string> {
  return inventory(modelsDir(), await readManifest(modelsDir()));
}

export async function verifyModels(names: readonly string[]): ReturnType<typeof verify> {
  return verify(modelsDir(), await readManifest(modelsDir()), names);
}

/** @returns a summary */
export async function makeModelGolden(name: string): Promise<string> {
  const dir = modelsDir();
  return withModelsLock(dir, output, async () => {
    const manifest = await readManifest(dir);
    const bundle = findBundle(manifest, name);
    await makeGolden({ modelsDir: dir, manifest, bundle, output });
    return `${name}: the golden probabilities of each CPU family are in the manifest; its revision is ${bundle.revision} as before.`;
  });
}

/** @returns a summary */
export async function removeModel(name: string): Promise<string> {
  if (name === ENVIRONMENT.MODEL_NAME.default) {
    throw new UsageError(`${name} cannot be removed: the service serves it by default`);
  }
  const dir = modelsDir();
  return withModelsLock(dir, output, async () => {
    const manifest = await readManifest(dir);
    findBundle(manifest, name);
    const models = manifest.models.filter((bundle) => bundle.name !== name);
    await writeManifest(dir, { models });
    await rm(join(dir, name), { recursive: true, force: true });
    return `${name} is removed.`;
  });
}

/** @param unread place that is not compared with a complete bundle */
async function pullBundle(
  bundle: Bundle,
  source: PullOptions['source'],
  unread?: string,
): Promise<string> {
  const { name } = bundle;
  const fetched = await pullOrConvert(bundle, {
    source,
    downloadsDir: downloadsDir(modelsDir()),
    folder: join(modelsDir(), name),
    output,
  });
  if (fetched.length > 0) return `${name} is complete; fetched as locked: ${fetched.join(', ')}.`;
  const note =
    unread === undefined
      ? ''
      : ` ${unread} was not read; to lock what it holds now, run \`tss models remove ${name}\` and add it again.`;
  return `${name} is complete: every file matches the manifest.${note}`;
}

/** @throws UsageError for a revision of a place that has none */
function checkRevision(place: string, revision: string | undefined): void {
  if (revision === undefined || hasRevisions(place)) return;
  throw new UsageError(`--revision is for the hub: ${place} has no revisions`);
}

function lastPart(place: string): string {
  return place.replace(/\/+$/, '').split('/').at(-1) ?? '';
}
