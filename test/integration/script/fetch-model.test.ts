/** The model of an image that is built from a checkout without the graph. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HubStub } from '../../helpers/hub-stub.ts';
import { robertaRepository } from '../../helpers/roberta-repository.ts';
import { ModelsFolder } from '../../helpers/run-models.ts';

const REPOSITORY = 'acme/tweets';
const NAME = 'tweets';
const LABELS = 'negative,neutral,positive';
const PROGRAM = resolve('script/image/fetch-model.ts');

let folder: ModelsFolder;
let hub: HubStub;
/** A build context: models/ as it is in a checkout that has not pulled the model. */
let sandbox: string;

beforeAll(async () => {
  folder = new ModelsFolder();
  hub = await HubStub.start({ name: REPOSITORY, files: robertaRepository() });
  const words = ['add', REPOSITORY, '--labels', LABELS, '--force'];
  const { code, stderr } = await folder.run(words, { HF_ENDPOINT: hub.url });
  expect([code, stderr]).toEqual([0, expect.anything()]);
  rmSync(join(folder.path, NAME, 'model.onnx'));
});

afterAll(async () => {
  await hub.close();
  rmSync(folder.path, { recursive: true });
});

beforeEach(() => {
  sandbox = mkdtempSync(join(tmpdir(), 'image-'));
  cpSync(folder.path, join(sandbox, 'models'), { recursive: true });
});

afterEach(() => {
  hub.repository.files.delete('model.onnx');
  rmSync(sandbox, { recursive: true });
});

/** Runs the program of the Dockerfile's model stage. */
async function fetchModel(source: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [PROGRAM, NAME, source, 'downloads', 'app/models'], {
    cwd: sandbox,
    env: { HF_ENDPOINT: hub.url },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

describe('a converted model, fetched for an image from the hub', () => {
  it('is converted again from the weights, which later builds take from the cache', async () => {
    const { code, output } = await fetchModel('hub');
    expect([code, output]).toEqual([0, expect.stringMatching(/verified; fetched: .*model\.onnx/)]);
    expect(existsSync(join(sandbox, 'app/models', NAME, 'model.onnx'))).toBe(true);
    const before = hub.store.requests.length;
    expect((await fetchModel('hub')).code).toBe(0);
    rmSync(join(sandbox, 'app'), { recursive: true });
    expect((await fetchModel('hub')).code).toBe(0);
    expect(hub.store.requests).toHaveLength(before);
  });

  it('is converted also where the repository has a graph of the same name', async () => {
    hub.repository.files.set('model.onnx', Buffer.from('a graph of the repository'));
    const { code, output } = await fetchModel('hub');
    expect([code, output]).toEqual([0, expect.stringMatching(/verified; fetched: .*model\.onnx/)]);
  });

  it('needs the golden texts of the commit that added it', async () => {
    rmSync(join(sandbox, 'models', NAME, 'golden.jsonl'));
    const { code, output } = await fetchModel('hub');
    expect([code, output]).toEqual([1, expect.stringMatching(/golden\.jsonl.*commit/s)]);
  });

  it('is refused where its files are missing and no other source is named', async () => {
    const { code, output } = await fetchModel('bundled');
    expect([code, output]).toEqual([1, expect.stringMatching(/is missing.*MODEL_SOURCE=hub/s)]);
  });
});
