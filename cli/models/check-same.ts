import { inRunningOrder, PREPROCESSING_STEPS } from '../../service/contract/preprocessing.ts';
import type { Bundle } from '../../service/inference/bundle/manifest.ts';
import type { AddModelOptions } from './add-model-options.ts';
import { languagesOfCard } from './model-languages.ts';
import { repositoryOf } from './open-source.ts';
import { type ModelSource, SourceError } from './source.ts';

/**
 * Checks that the model to add is the one that the manifest already locks under its name.
 *
 * @param source opened only where a revision is given, which may be a branch or tag
 * @throws SourceError naming the locked value that differs
 */
export async function checkSame(
  bundle: Bundle,
  place: string,
  { revision, file, labels, languages, precision, preprocessing }: AddModelOptions,
  source: () => Promise<ModelSource>,
): Promise<void> {
  const repository = repositoryOf(place);
  // Earlier versions wrote the root of a bucket with a slash.
  if (repository !== bundle.source.repository.replace(/\/+$/, ''))
    refuse(bundle, `not ${repository}`);
  if (revision !== undefined) {
    const { origin } = await source();
    if (origin.revision !== bundle.source.revision) {
      refuse(bundle, `not the revision ${revision} (${origin.revision ?? 'none'})`);
    }
  }
  if (labels !== undefined && labels.join() !== bundle.labels.join()) {
    refuse(bundle, `not the labels ${labels.join(',')}`);
  }
  // Earlier versions wrote a language where this one writes its group, such as `nb`.
  const locked = languagesOfCard(bundle.languages ?? []);
  if (languages !== undefined && languages.join() !== locked.join()) {
    refuse(bundle, `not the languages ${languages.join(',')}`);
  }
  if (file !== undefined && (bundle.conversion !== undefined || file !== bundle.graph)) {
    refuse(bundle, `not the graph ${file}`);
  }
  if (precision !== undefined && precision !== bundle.conversion?.precision) {
    refuse(bundle, `not weights converted to ${precision}`);
  }
  const steps = bundle.preprocessing ?? PREPROCESSING_STEPS;
  if (preprocessing !== undefined && preprocessing.join() !== inRunningOrder(steps).join()) {
    refuse(bundle, `not the preprocessing ${preprocessing.join(',') || 'none'}`);
  }
}

/** @throws SourceError with what is locked, and what differs from it */
export function refuse(
  { name, source, labels, graph, conversion }: Bundle,
  difference: string,
): never {
  const { repository, revision } = source;
  const origin = revision === null ? repository : `${repository}@${revision.slice(0, 12)}`;
  const form = conversion === undefined ? graph : `weights converted to ${conversion.precision}`;
  throw new SourceError(
    `The manifest locks ${name} as ${origin}, ${form}, labels ${labels.join(',')}, ${difference}; ` +
      `give another name by --name, or remove it by \`tss models remove ${name}\``,
    { retryable: false },
  );
}
