import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { applySettings } from '../../../../cli/models/tokenizer/apply-settings.ts';
import { buildTokenizer } from '../../../../cli/models/tokenizer/build-tokenizer.ts';
import { EventLoopTurns } from '../../../../service/inference/tokenizer/event-loop-turns.ts';
import { parseTokenizerDefinition } from '../../../../service/inference/tokenizer/tokenizer-definition.ts';
import { TransformersTokenizer } from '../../../../service/inference/tokenizer/transformers-tokenizer.ts';

const FIXTURES = resolve('test/cli/models/tokenizer/fixtures');
const FILE = 'tokenizer.json';

interface Case {
  readonly vocabulary: 'bert' | 'mpnet' | 'roberta';
  readonly modelType: string;
  /** Options that tokenizer.json was written with. */
  readonly file: object;
  readonly config: object;
  readonly ids: readonly (readonly [text: string, ids: readonly number[]])[];
}

/** The ids of transformers 5; generate_settings.py wrote them. */
const CASES: readonly Case[] = JSON.parse(readFileSync(join(FIXTURES, 'settings.json'), 'utf8'));

interface UnigramCase extends Pick<Case, 'modelType' | 'config' | 'ids'> {
  readonly modelType: 'xlm-roberta' | 'camembert';
  /** Parts of tokenizer.json; the normalizers follow the map of characters. */
  readonly file: { readonly pre_tokenizer?: object; readonly normalizers?: readonly object[] };
}

const UNIGRAM_CASES: readonly UnigramCase[] = JSON.parse(
  readFileSync(join(FIXTURES, 'unigram-settings.json'), 'utf8'),
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(tokenizer: object, config: object, modelConfig: object): Buffer {
  writeFileSync(join(folder, FILE), JSON.stringify(tokenizer));
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(modelConfig));
  return read();
}

function read(): Buffer {
  return readFileSync(join(folder, FILE));
}

function build(vocabulary: Case['vocabulary'], modelType: string, options: object) {
  const kind = vocabulary === 'roberta' ? 'bytePair' : 'wordPiece';
  return buildTokenizer(join(FIXTURES, vocabulary), kind, modelType, options);
}

/** Texts with their ids by the tokenizer.json of the folder. */
async function encoded(texts: readonly string[]) {
  const definition = parseTokenizerDefinition(JSON.parse(String(read())), FILE);
  const tokenizer = new TransformersTokenizer(definition, 100, new EventLoopTurns());
  const found: (readonly [string, readonly number[]])[] = [];
  for (const text of texts) found.push([text, (await tokenizer.encode(text)).ids]);
  return found;
}

describe('tokenizer_config.json beside a tokenizer.json', () => {
  it.each(CASES.map((one) => ({ ...one, shown: JSON.stringify(one.config) })))(
    'gives the ids of transformers: $modelType, written with $file, with $shown',
    async ({ vocabulary, modelType, file, config, ids }) => {
      write(await build(vocabulary, modelType, file), config, { model_type: modelType });
      await applySettings(folder, FILE);
      expect(await encoded(ids.map(([text]) => text))).toEqual(ids);
    },
  );

  it.each(UNIGRAM_CASES.map((one) => ({ ...one, shown: JSON.stringify(one.config) })))(
    'gives the ids of transformers also for parts that it drops: $modelType, $file, with $shown',
    async ({ modelType, file, config, ids }) => {
      const own = await buildTokenizer(join(FIXTURES, modelType), 'unigram', modelType, {});
      const { normalizers = [], ...parts } = file;
      const normalizer = {
        type: 'Sequence',
        normalizers: [Reflect.get(own, 'normalizer'), ...normalizers],
      };
      write({ ...own, normalizer, ...parts }, config, { model_type: modelType });
      await applySettings(folder, FILE);
      expect(await encoded(ids.map(([text]) => text))).toEqual(ids);
      expect(await applySettings(folder, FILE)).toBeUndefined();
    },
  );

  it('says which parts of a tokenizer.json of XLM-RoBERTa are not kept', async () => {
    const own = await buildTokenizer(join(FIXTURES, 'xlm-roberta'), 'unigram', 'xlm-roberta', {});
    const parts = {
      normalizer: { type: 'Strip', strip_left: true, strip_right: true },
      pre_tokenizer: { type: 'Metaspace', replacement: '▁' },
    };
    write({ ...own, ...parts }, {}, { model_type: 'xlm-roberta' });
    expect(await applySettings(folder, FILE)).toBe(
      'a split at white space before Metaspace and no Strip',
    );
  });

  it.each<[reason: string, options: object, config: object, modelConfig: object]>([
    ['agrees', { do_lower_case: false }, { do_lower_case: false }, { model_type: 'bert' }],
    ['means the same', { strip_accents: true }, { do_lower_case: true }, { model_type: 'bert' }],
    [
      'names a class that takes the file as it is',
      { do_lower_case: false },
      { tokenizer_class: 'PreTrainedTokenizerFast', do_lower_case: true },
      { model_type: 'bert' },
    ],
    [
      'names no class, but config.json such a one',
      { do_lower_case: false },
      { do_lower_case: true },
      { model_type: 'bert', tokenizer_class: 'PreTrainedTokenizerFast' },
    ],
    ['is of an unknown family', { do_lower_case: false }, {}, { model_type: 'other' }],
  ])('leaves the bytes of the file if it %s', async (_, options, config, modelConfig) => {
    const before = write(await build('bert', 'bert', options), config, modelConfig);
    expect(await applySettings(folder, FILE)).toBeUndefined();
    expect(read()).toEqual(before);
  });

  it('gives the same bytes each time, of another size than the file had', async () => {
    const cased = await build('bert', 'bert', { do_lower_case: false, strip_accents: true });
    const config = { tokenizer_class: 'BertTokenizer', strip_accents: false };
    const before = write(cased, config, { model_type: 'bert' });
    expect(await applySettings(folder, FILE)).toBe('strip_accents false, lowercase true');
    const first = read();
    expect(first.length).not.toBe(before.length);
    expect(await applySettings(folder, FILE)).toBeUndefined();
    write(cased, config, { model_type: 'bert' });
    await applySettings(folder, FILE);
    expect(read()).toEqual(first);
  });

  it('gives the file another size also if the options do not', async () => {
    const cased = await build('bert', 'bert', { do_lower_case: false });
    const before = write(cased, {}, { model_type: 'bert' });
    // "true" and the newline at the end are as long as "false".
    expect(await applySettings(folder, FILE)).toBe('strip_accents true, lowercase true');
    expect(read().length).toBe(before.length + 1);
  });

  it('is refused if it sets an option that a model of another type does not have', async () => {
    const config = { tokenizer_class: 'BertTokenizer', do_lower_case: true };
    write(await build('roberta', 'roberta', {}), config, { model_type: 'roberta' });
    await expect(applySettings(folder, FILE)).rejects.toThrow(
      'tokenizer_config.json sets do_lower_case to true, but tokenizer.json has a model of the type BPE in place of WordPiece',
    );
  });

  it('is refused if it puts no space before a text of XLM-RoBERTa', async () => {
    const unigram = await buildTokenizer(
      join(FIXTURES, 'xlm-roberta'),
      'unigram',
      'xlm-roberta',
      {},
    );
    write(unigram, { add_prefix_space: false }, { model_type: 'xlm-roberta' });
    await expect(applySettings(folder, FILE)).rejects.toThrow(
      'tokenizer_config.json sets add_prefix_space to false, but the service always puts a space before a text',
    );
    write(unigram, { add_prefix_space: true }, { model_type: 'xlm-roberta' });
    expect(await applySettings(folder, FILE)).toBeUndefined();
  });
});
