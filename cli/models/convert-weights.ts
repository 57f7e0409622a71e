import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WEIGHTS } from './choose-files.ts';
import { readShardNames } from './convert/checkpoint/shard-index.ts';
import { CheckpointError, ConversionError } from './convert/conversion-error.ts';
import { type ConvertOptions, convertCheckpoint } from './convert/convert-checkpoint.ts';
import { SourceError } from './source.ts';

/** Names of the weights that an index lists; none for a file that is not an index. */
export async function shardsOf(folder: string, file: string): Promise<readonly string[]> {
  if (!file.endsWith('.index.json')) return [];
  return explained(() => readShardNames(join(folder, file)));
}

type GraphToWrite = Pick<ConvertOptions, 'precision' | 'weightsBesideFrom'> & {
  readonly name: string;
};

/**
 * Converts the weights of a folder to ONNX graphs of some precisions.
 *
 * @param weights the fetched file or index; other files are left from an earlier attempt
 * @param isAsStated the weights have the hashes that their source states
 * @throws SourceError when the weights do not fit config.json, or are damaged
 */
export async function convertWeights(
  folder: string,
  weights: string,
  graphs: readonly GraphToWrite[],
  isAsStated: boolean,
): Promise<void> {
  for (const name of WEIGHTS) {
    if (name !== weights) await rm(join(folder, name), { force: true });
  }
  for (const { name, ...graph } of graphs) {
    const out = join(folder, name);
    await explained(() => convertCheckpoint({ ...graph, folder, out }), isAsStated);
  }
}

/** Turns the converter's errors into errors that are printed without a stack. */
async function explained<T>(convert: () => Promise<T>, isAsStated = false): Promise<T> {
  try {
    return await convert();
  } catch (cause) {
    if (!(cause instanceof ConversionError)) throw cause;
    const isAtSource = isAsStated && cause instanceof CheckpointError;
    const remedy =
      '. Its hash is the one that the source states, so it is damaged there: try another revision';
    throw new SourceError(cause.message + (isAtSource ? remedy : ''), { retryable: false, cause });
  }
}
