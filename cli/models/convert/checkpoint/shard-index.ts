import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import Type from 'typebox';
import Value from 'typebox/value';
import { ConversionError } from '../conversion-error.ts';

const Index = Type.Object({ weight_map: Type.Record(Type.String(), Type.String()) });

/** Files beside the index that hold the tensors, each once. */
export async function readShardNames(path: string): Promise<string[]> {
  const name = basename(path);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new ConversionError(`${name} is not JSON; download it again`, { cause });
  }
  if (!Value.Check(Index, json)) {
    throw new ConversionError(`${name} has no weight_map of tensor names and file names`);
  }
  const shards = [...new Set(Object.values(json.weight_map))].sort();
  for (const shard of shards) {
    if (shard === basename(shard) && /^[\w.-]+$/.test(shard) && !shard.startsWith('.')) continue;
    throw new ConversionError(`${name} names '${shard}', which is not a file beside it`);
  }
  return shards;
}
