import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CACHE_DIR } from '../assets.ts';
import { CannotRun } from '../cannot-run.ts';

/** Hugging Face's addon: 60 MB for all platforms, too much for the node_modules of every clone. */
const PACKAGE = 'tokenizers';
const VERSION = '0.23.2';
const INSTALL_TIMEOUT_MS = 300_000;

/** The part of the addon that the benchmark uses. */
export interface NativeTokenizer {
  encode(text: string): Promise<{ getIds(): number[] }>;
}

/**
 * Opens a tokenizer.json with the native addon, which is installed into the cache first.
 *
 * @throws CannotRun when the addon cannot be installed or loaded
 */
export function openNativeTokenizer(path: string): NativeTokenizer {
  const folder = join(CACHE_DIR, 'native-tokenizer');
  const manifest = join(folder, 'node_modules', PACKAGE, 'package.json');
  if (!existsSync(manifest) || JSON.parse(readFileSync(manifest, 'utf8')).version !== VERSION) {
    const args = ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit'];
    const { status, stderr } = spawnSync('npm', [...args, `${PACKAGE}@${VERSION}`], {
      timeout: INSTALL_TIMEOUT_MS,
      encoding: 'utf8',
    });
    if (status !== 0) throw new CannotRun(`npm cannot install ${PACKAGE}: ${stderr.slice(-500)}`);
  }
  const { Tokenizer } = createRequire(join(folder, 'index.js'))(PACKAGE);
  return Tokenizer.fromFile(path);
}
