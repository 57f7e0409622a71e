import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WEIGHTS } from './choose-files.ts';
import { readShardNames } from './convert/checkpoint/shard-index.ts';
import { ConversionError } from './convert/conversion-error.ts';
import { type ConvertOptions, convertCheckpoint } from './convert/convert-checkpoint.ts';
import { SourceError } from './source.ts';

/** Names of the weights that an index lists; none for a file that is no index. */
export async function shardsOf(folder: string, file: string): Promise<readonly string[]> {
  if (!file.endsWith('.index.json')) return [];
  return explained(() => readShardNames(join(folder, file)));
}

type GraphToWrite = Pick<ConvertOptions, 'precision' | 'weightsBeside'> & { readonly name: string };

/**
 * Converts the weights of a folder to ONNX graphs of some precisions.
 *
 * @param weights the file, or the index, that was fetched; others are of an earlier attempt
 * @throws SourceError when the weights do not fit config.json, or are damaged
 */
export async function convertWeights(
  folder: string,
  weights: string,
  graphs: readonly GraphToWrite[],
): Promise<void> {
  for (const name of WEIGHTS) {
    if (name !== weights) await rm(join(folder, name), { force: true });
  }
  for (const { name, ...graph } of graphs) {
    await explained(() => convertCheckpoint({ ...graph, folder, out: join(folder, name) }));
  }
}

/** The converter's faults as errors that are printed without a stack. */
async function explained<T>(convert: () => Promise<T>): Promise<T> {
  try {
    return await convert();
  } catch (cause) {
    if (!(cause instanceof ConversionError)) throw cause;
    throw new SourceError(cause.message, { retryable: false, cause });
  }
}
