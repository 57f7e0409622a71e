import { randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleRevision, describeFiles } from '../../../service/inference/bundle/bundle-files.ts';
import type { Manifest } from '../../../service/inference/bundle/manifest.ts';

/** Makes the service behave differently, as an edit of its code does. */
export function changeCode(context: string): void {
  const path = join(context, 'service/main.ts');
  appendFileSync(path, `\nprocess.title = '${randomBytes(8).toString('hex')}';\n`);
}

/** Makes the embedded model one that was never there before, of all but the same size. */
export async function changeModel(context: string): Promise<void> {
  const path = join(context, 'models/manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  const [bundle] = manifest.models;
  if (bundle === undefined) throw new Error(`${path} has no model`);
  const folder = join(context, 'models', bundle.name);
  // An unknown field of eight bytes, which every reader of ONNX skips.
  const field = Buffer.concat([Buffer.from([0xfa, 0x3f, 8]), randomBytes(8)]);
  appendFileSync(join(folder, bundle.graph), field);
  const names = bundle.files.map(({ name }) => name);
  bundle.files = await describeFiles(folder, names);
  bundle.revision = bundleRevision(bundle.files, bundle.preprocessing);
  writeFileSync(path, JSON.stringify(manifest));
}
