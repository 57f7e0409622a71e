/** Several commands on one models/ at once, and commands that end by a signal. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../helpers/eventually.ts';
import { foreignRepository } from '../../../helpers/foreign-graph.ts';
import { HubStub } from '../../../helpers/hub-stub.ts';
import { EMBEDDED, ModelsFolder } from '../../../helpers/run-models.ts';
import type { ToolProcess } from '../../../helpers/tool-process.ts';

const GRAPH = 'model.onnx';

let folder: ModelsFolder;
let source: string;
let before: string[];

beforeEach(() => {
  folder = new ModelsFolder();
  source = mkdtempSync(join(tmpdir(), 'source-'));
  for (const [name, bytes] of foreignRepository()) writeFileSync(join(source, name), bytes);
  before = visible();
});

afterEach(() => {
  rmSync(folder.path, { recursive: true });
  rmSync(source, { recursive: true });
});

/** Visible content of models/. */
function visible(): string[] {
  return readdirSync(folder.path)
    .filter((name) => !name.startsWith('.'))
    .sort();
}

function manifestText(): string {
  return readFileSync(join(folder.path, 'manifest.json'), 'utf8');
}

function locks(): string[] {
  return readdirSync(folder.path).filter((name) => name.startsWith('.lock-'));
}

/** Resolves when a command waits for another process. */
async function waits({ child }: ToolProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', (text: string) => {
    said += text;
  });
  await eventually(async () => expect(said).toMatch(/^Waiting for process \d+/m));
}

const names = () => folder.manifest.models.map(({ name }) => name);

describe('commands at once', () => {
  it('add their models one after another', async () => {
    // Held until all of them wait.
    const own = join(folder.path, `.lock-${process.pid}-0a`);
    writeFileSync(own, '');
    const adding = ['a', 'b', 'c'].map((name) => folder.start(['add', source, '--name', name]));
    await Promise.all(adding.map((each) => waits(each)));
    rmSync(own);
    const added = await Promise.all(adding.map(({ ended }) => ended));
    expect(added.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(names().sort()).toEqual(['a', 'b', 'c', EMBEDDED]);
    expect((await folder.run(['verify'])).code).toBe(0);
    expect(locks()).toEqual([]);
  });

  it('that add the same model add it once', async () => {
    const words = ['add', source, '--name', 'a'];
    const added = await Promise.all([folder.run(words), folder.run(words)]);
    expect(added.map(({ code }) => code)).toEqual([0, 0]);
    expect(added.map(({ stdout }) => stdout).sort()).toEqual([
      expect.stringContaining('is locked in the manifest'),
      expect.stringContaining('is complete'),
    ]);
    expect(names()).toEqual([EMBEDDED, 'a']);
  });

  it('wait for a process that lives, and do not wait for one that has ended', async () => {
    const ended = folder.start(['list']);
    await ended.ended;
    writeFileSync(join(folder.path, `.lock-${ended.child.pid}-0a`), '');
    expect(await folder.run(['add', source, '--name', 'a'])).toMatchObject({ code: 0 });
    expect(locks()).toEqual([]);
    const own = join(folder.path, `.lock-${process.pid}-0a`);
    writeFileSync(own, '');
    const waiting = folder.start(['remove', 'a']);
    await waits(waiting);
    expect(names()).toContain('a');
    rmSync(own);
    expect((await waiting.ended).code).toBe(0);
    expect(names()).not.toContain('a');
  });
});

describe('a command that ends by a signal', () => {
  let hub: HubStub;
  beforeEach(async () => {
    const files = foreignRepository();
    files.set(GRAPH, Buffer.concat([files.get(GRAPH) ?? Buffer.alloc(0), padding(8_000_000)]));
    hub = await HubStub.start({ name: 'acme/x', files });
  });
  afterEach(() => hub.close());

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    '%s: leaves the manifest and the models as they were, and does not block the next',
    async (signal) => {
      const manifest = manifestText();
      hub.store.breakNext(GRAPH, 5_000_000, 'silence');
      const environment = { HF_ENDPOINT: hub.url };
      await folder.start(['add', 'acme/x'], environment).killWhen(/model\.onnx .* 5\d %/, signal);
      expect(locks()).toHaveLength(signal === 'SIGKILL' ? 1 : 0);
      expect(manifestText()).toBe(manifest);
      expect(visible()).toEqual(before);
      expect(await folder.run(['add', 'acme/x'], environment)).toMatchObject({ code: 0 });
      expect(names()).toEqual([EMBEDDED, 'x']);
      expect(locks()).toEqual([]);
    },
  );

  it('between its last two steps is undone by the next', async () => {
    cpSync(source, join(folder.path, 'x'), { recursive: true });
    writeFileSync(join(folder.path, 'x/.being-added'), '');
    writeFileSync(join(folder.path, '.manifest.json.next'), '{"models":');
    mkdirSync(join(folder.path, '.downloads/x'), { recursive: true });
    const { code, stderr } = await folder.run(['add', source, '--name', 'x']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('interrupted `tss models add`')]);
    expect(existsSync(join(folder.path, 'x/.being-added'))).toBe(false);
    expect((await folder.run(['verify'])).code).toBe(0);
  });
});

/** An unknown field: the ONNX file that it ends is still valid. */
function padding(bytes: number): Buffer {
  const length: number[] = [];
  for (let rest = bytes; rest > 0; rest >>>= 7)
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  return Buffer.concat([Buffer.from([0xfa, 0x3f, ...length]), Buffer.alloc(bytes)]);
}
