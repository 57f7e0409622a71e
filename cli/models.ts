/** The models of this checkout: `npm run models -- add|pull|list|verify|remove`. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENVIRONMENT } from '../service/contract/variables.ts';
import { StartupError } from '../service/domain/errors.ts';
import { findBundle, type Manifest, readManifest } from '../service/inference/bundle/manifest.ts';
import { add } from './models/add.ts';
import { inventory, verify } from './models/inventory.ts';
import { openOrigin, openSource } from './models/open-source.ts';
import { pull } from './models/pull.ts';
import { SourceError } from './models/source.ts';
import { writeManifest } from './models/write-manifest.ts';

const USAGE = `Usage: npm run models -- COMMAND

  add SOURCE [--name NAME] [--revision REV] [--file GRAPH] [--labels A,B,C]
                  downloads a model, tries it and locks its files in models/manifest.json.
                  SOURCE is organisation/name on the Hugging Face hub, s3://bucket/prefix, or a
                  folder, beginning with / or ./
  pull NAME [--from SOURCE] [--revision REV]
                  fetches what is missing of a model in the manifest, exactly as locked
  list            the models of the manifest, and whether their files are there
  verify [NAME]...
                  reads every file and compares it with the manifest
  remove NAME     forgets a model and deletes its files

  --revision REV  branch, tag or commit on the hub; default: main
  --file GRAPH    the ONNX graph; default: model_quantized.onnx, else model.onnx
  --labels A,B,C  what the logits stand for, where config.json does not say

MODELS_DIR names another folder than models/. HF_ENDPOINT, HF_TOKEN and HF_TOKEN_PATH work as
with the hub's own tools, the AWS variables and files as with the AWS CLI.`;

class UsageError extends Error {}

const workerUrl = new URL('../inference-worker.js', import.meta.url);
const modelsDir = process.env.MODELS_DIR ?? fileURLToPath(new URL('../../models', import.meta.url));
const output = process.stderr;

interface Options {
  readonly name?: string;
  readonly revision?: string;
  readonly file?: string;
  readonly labels?: string;
  readonly from?: string;
}

const COMMANDS: Readonly<
  Record<string, (words: readonly string[], options: Options) => Promise<string>>
> = {
  async add(words, { revision = 'main', file, labels, ...options }) {
    const place = only(words, 'SOURCE');
    const name = options.name ?? lastPart(place).toLowerCase();
    const manifest = await readManifest(modelsDir);
    if (manifest.models.some((bundle) => bundle.name === name)) {
      return pullBundle(name, manifest, () => openSource(place, revision, process.env));
    }
    const bundle = await add({
      modelsDir,
      manifest,
      name,
      source: () => openSource(place, revision, process.env),
      graph: file,
      labels: labels?.split(','),
      workerUrl,
      output,
    });
    return `${name} ${bundle.revision} is locked in the manifest; MODEL_NAME=${name} serves it.`;
  },

  async pull(words, { from, revision = 'main' }) {
    const name = only(words, 'NAME');
    const manifest = await readManifest(modelsDir);
    const bundle = findBundle(manifest, name);
    return pullBundle(name, manifest, () =>
      from === undefined
        ? openOrigin(bundle, process.env)
        : openSource(from, revision, process.env),
    );
  },

  async list() {
    return inventory(modelsDir, await readManifest(modelsDir));
  },

  async verify(words) {
    const { lines, ok } = await verify(modelsDir, await readManifest(modelsDir), words);
    if (!ok) process.exitCode = 1;
    return lines.join('\n');
  },

  async remove(words) {
    const name = only(words, 'NAME');
    if (name === ENVIRONMENT.MODEL_NAME.default) {
      throw new UsageError(`${name} is what the service runs without any environment; it stays`);
    }
    const manifest = await readManifest(modelsDir);
    findBundle(manifest, name);
    await writeManifest(modelsDir, {
      models: manifest.models.filter((bundle) => bundle.name !== name),
    });
    await rm(join(modelsDir, name), { recursive: true, force: true });
    return `${name} is removed.`;
  },
};

async function pullBundle(
  name: string,
  manifest: Manifest,
  source: Parameters<typeof pull>[1]['source'],
): Promise<string> {
  const fetched = await pull(findBundle(manifest, name), {
    source,
    downloadsDir: join(modelsDir, '.downloads'),
    folder: join(modelsDir, name),
    output,
  });
  return fetched.length === 0
    ? `${name} is complete: every file is what the manifest says.`
    : `${name} is complete; fetched as locked: ${fetched.join(', ')}.`;
}

function lastPart(place: string): string {
  return place.replace(/\/+$/, '').split('/').at(-1) ?? '';
}

function only(words: readonly string[], what: string): string {
  const [word] = words;
  if (word === undefined || words.length > 1) {
    throw new UsageError(`expected one ${what}, got ${words.length}`);
  }
  return word;
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      name: { type: 'string' },
      revision: { type: 'string' },
      file: { type: 'string' },
      labels: { type: 'string' },
      from: { type: 'string' },
    },
  });
  const [word = '', ...words] = positionals;
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (values.help || command === undefined) {
    console.log(USAGE);
    process.exitCode = values.help ? 0 : 2;
  } else {
    console.log(await command(words, values));
  }
} catch (error) {
  const isUsage = error instanceof UsageError || isBadOption(error);
  const isExplained = isUsage || error instanceof SourceError || error instanceof StartupError;
  console.error(isExplained ? `models: ${error.message}` : error);
  process.exitCode = isUsage ? 2 : 1;
}

/** What `parseArgs` throws. */
function isBadOption(error: unknown): error is TypeError {
  return error instanceof TypeError && 'code' in error;
}
