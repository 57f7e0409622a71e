import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE_DIR } from '../assets.ts';
import { writeRandomSafetensors } from './random-safetensors.ts';
import { configOf, SHAPES, type ShapeName } from './shapes.ts';
import { tensorsOf } from './tensors.ts';
import { writeVocabulary } from './vocabulary.ts';

/**
 * Writes a stand-in for a published model, once: a folder laid out like its repository, with random
 * weights of the real shape and a tokenizer of the real size.
 *
 * @returns the folder
 */
export async function writeStandIn(name: ShapeName, say: (text: string) => void): Promise<string> {
  const folder = join(CACHE_DIR, 'stand-ins', name);
  if (existsSync(folder)) return folder;
  say(`writing random weights of the shape of ${name} ...`);
  const shape = SHAPES[name];
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await writeFile(join(unfinished, 'config.json'), `${JSON.stringify(configOf(shape), null, 2)}\n`);
  await writeVocabulary(unfinished, shape);
  await writeRandomSafetensors(join(unfinished, 'model.safetensors'), tensorsOf(shape));
  await rename(unfinished, folder);
  return folder;
}
