import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { checkAddedTokens } from '../../../../cli/models/tokenizer/added-tokens.ts';
import { buildTokenizer } from '../../../../cli/models/tokenizer/build-tokenizer.ts';
import { readTokenizerSettings } from '../../../../cli/models/tokenizer/special-tokens.ts';
import type { VocabularyKind } from '../../../../cli/models/tokenizer/vocabulary-kind.ts';
import { EventLoopTurns } from '../../../../service/inference/tokenizer/event-loop-turns.ts';
import { parseTokenizerDefinition } from '../../../../service/inference/tokenizer/tokenizer-definition.ts';
import { TransformersTokenizer } from '../../../../service/inference/tokenizer/transformers-tokenizer.ts';

const FIXTURES = resolve('test/cli/models/tokenizer/fixtures');
const WINDOW = 4_096;

function readLines<T>(path: string): T[] {
  const text = gunzipSync(readFileSync(resolve(FIXTURES, path))).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

async function tokenizerOf(
  kind: VocabularyKind,
  name: string,
  modelType: string,
  folder = resolve(FIXTURES, name),
) {
  const built = await buildTokenizer(folder, kind, modelType, await readTokenizerSettings(folder));
  // As the service reads it back from tokenizer.json.
  const definition = parseTokenizerDefinition(JSON.parse(JSON.stringify(built)), name);
  return new TransformersTokenizer(definition, WINDOW, new EventLoopTurns());
}

describe('a tokenizer built from vocabulary files', () => {
  const texts = readLines<string>('texts.jsonl.gz');

  it.each<[name: string, kind: VocabularyKind, modelType: string]>([
    ['roberta', 'bytePair', 'roberta'],
    ['bert', 'wordPiece', 'bert'],
    ['bert-cased', 'wordPiece', 'bert'],
    ['mpnet', 'wordPiece', 'mpnet'],
    ['xlm-roberta', 'unigram', 'xlm-roberta'],
    ['camembert', 'unigram', 'camembert'],
  ])('gives the ids of transformers for %s', async (name, kind, modelType) => {
    const tokenizer = await tokenizerOf(kind, name, modelType);
    const expected = readLines<number[]>(`${name}/ids.jsonl.gz`);
    const differences: { text: string; ids: readonly number[]; expected?: number[] }[] = [];
    for (const [index, text] of texts.entries()) {
      const { ids } = await tokenizer.encode(text);
      const wanted = expected[index];
      if (JSON.stringify(ids) !== JSON.stringify(wanted)) {
        differences.push({ text, ids, ...(wanted && { expected: wanted }) });
      }
    }
    expect(texts.length).toBeGreaterThan(2_000);
    expect(differences).toEqual([]);
  });

  // Texts of more than 1,000 characters are cut at spaces and encoded part by part.
  it.each<[name: string, kind: VocabularyKind, modelType: string]>([
    ['bert', 'wordPiece', 'bert'],
    ['xlm-roberta', 'unigram', 'xlm-roberta'],
  ])('gives a long text the ids of its parts for %s', async (name, kind, modelType) => {
    const tokenizer = await tokenizerOf(kind, name, modelType);
    // A mark would join with the space before it.
    const parts = texts.filter((text) => /^[^\p{M}]/u.test(text) && text.length < 200);
    for (let start = 0; start + 40 <= parts.length; start += 40) {
      const some = parts.slice(start, start + 40);
      const { ids, truncated } = await tokenizer.encode(some.join(' '));
      const expected: number[] = [];
      for (const part of some) expected.push(...(await tokenizer.encode(part)).ids.slice(1, -1));
      expect(truncated).toBe(false);
      expect(ids.slice(1, -1)).toEqual(expected);
    }
  });
});

interface AddedTokensCase {
  readonly name: string;
  readonly vocabulary: string;
  readonly files: Readonly<Record<string, unknown>>;
  readonly ids: readonly (readonly [text: string, ids: readonly number[]])[];
}

/** The vocabulary of a fixture, with files beside it. */
function folderOf(vocabulary: string, files: AddedTokensCase['files']): string {
  const folder = mkdtempSync(join(tmpdir(), 'vocabulary-'));
  cpSync(resolve(FIXTURES, vocabulary), folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), JSON.stringify(content));
  }
  return folder;
}

describe('the tokenizer class of a model without tokenizer.json', () => {
  const build = (kind: VocabularyKind, name: string, files: AddedTokensCase['files']) =>
    tokenizerOf(kind, name, name, folderOf(name, files));

  it.each([
    ['wordPiece', 'bert', 'tokenizer_config.json', 'RoFormerTokenizer'],
    // As Japanese models of BERT name theirs.
    ['wordPiece', 'bert', 'config.json', 'BertJapaneseTokenizer'],
    ['bytePair', 'roberta', 'tokenizer_config.json', 'PhobertTokenizer'],
    ['unigram', 'xlm-roberta', 'config.json', 'MBartTokenizer'],
  ] as const)('is refused for %s of %s if %s names another: %s', async (kind, name, file, own) => {
    await expect(build(kind, name, { [file]: { tokenizer_class: own } })).rejects.toThrow(
      `The model names the tokenizer class ${own}, which cannot be built from`,
    );
  });

  it.each([
    ['wordPiece', 'bert', 'roformer'],
    ['bytePair', 'roberta', 'flaubert'],
    ['unigram', 'xlm-roberta', 'mbart'],
  ] as const)(
    'is refused for %s of %s if none is named, and the model is of the type %s',
    async (kind, name, type) => {
      await expect(tokenizerOf(kind, name, type)).rejects.toThrow(
        `The model_type ${type} has a tokenizer that cannot be built from`,
      );
    },
  );

  it('is that of tokenizer_config.json, if both files name one', async () => {
    const files = {
      'tokenizer_config.json': { tokenizer_class: 'BertTokenizerFast' },
      'config.json': { tokenizer_class: 'BertJapaneseTokenizer' },
    };
    await expect(build('wordPiece', 'bert', files)).resolves.toBeDefined();
  });
});

describe('tokens that were added to a vocabulary', () => {
  const kinds: Readonly<Record<string, VocabularyKind>> = {
    bert: 'wordPiece',
    roberta: 'bytePair',
    'xlm-roberta': 'unigram',
  };
  const cases: AddedTokensCase[] = JSON.parse(
    readFileSync(join(FIXTURES, 'added-tokens.json'), 'utf8'),
  );
  const wordPieces = readFileSync(join(FIXTURES, 'bert/vocab.txt'), 'utf8').trimEnd().split('\n');
  const size = wordPieces.length;
  const build = (files: AddedTokensCase['files']) => {
    const folder = folderOf('bert', files);
    return tokenizerOf('wordPiece', 'bert', 'bert', folder);
  };

  it.each(cases)(
    'get the ids of transformers if $name of $vocabulary names them',
    async ({ vocabulary, files, ids }) => {
      const folder = folderOf(vocabulary, files);
      const tokenizer = await tokenizerOf(kinds[vocabulary]!, vocabulary, vocabulary, folder);
      const found: (readonly [string, readonly number[]])[] = [];
      for (const [text] of ids) found.push([text, (await tokenizer.encode(text)).ids]);
      expect(found).toEqual(ids);
    },
  );

  it('may have null for what is not set', async () => {
    const tokenizer = await build({
      'tokenizer_config.json': {
        added_tokens_decoder: { [size]: { content: '😍', single_word: null, normalized: null } },
        additional_special_tokens: [null],
      },
    });
    expect((await tokenizer.encode('😍')).ids).toContain(size);
  });

  it('keep the id of the vocabulary if it holds them', async () => {
    const id = wordPieces.indexOf('good');
    const tokenizer = await build({ 'added_tokens.json': { good: id, '😍': size } });
    expect((await tokenizer.encode('goodness 😍')).ids).toEqual(expect.arrayContaining([id, size]));
  });

  it.each([
    [
      'after a gap',
      { '😍': size + 1 },
      `"😍" has the id ${size + 1}, but transformers gives it ${size}`,
    ],
    ['of another piece', { '😍': 7 }, '"😍" has the id 7'],
    ['other than in the vocabulary', { good: size }, `"good" has the id ${size}`],
  ])('are refused with an id %s', async (_, ids, message) => {
    await expect(build({ 'added_tokens.json': ids })).rejects.toThrow(message);
  });

  it('are refused if the normalizer leaves nothing of them', async () => {
    await expect(build({ 'added_tokens.json': { '\u200d': size } })).rejects.toThrow(
      'consists of characters that the tokenizer removes',
    );
  });

  it.each(['[CLS]', '[MASK]', '<mask>', '</s>'])(
    'do not make %s readable, which is special to the families',
    async (content) => {
      const special = { 'tokenizer_config.json': { additional_special_tokens: [content] } };
      const text = `so ${content} good`;
      expect(await (await build(special)).encode(text)).toEqual(
        await (await build({})).encode(text),
      );
    },
  );

  it('may be the special tokens that the vocabulary lacks', async () => {
    const files = {
      'added_tokens.json': { '[START]': size },
      'special_tokens_map.json': { cls_token: '[START]' },
    };
    const { ids } = await (await build(files)).encode('[START]');
    expect([ids[0], ids.indexOf(size, 1)]).toEqual([size, -1]);
  });

  it('must be those of a tokenizer.json that lies beside other files', async () => {
    const tokenizer = { added_tokens: [{ content: '😍' }] };
    const files = (content: string) => ({
      'tokenizer.json': tokenizer,
      'added_tokens.json': { [content]: size },
      'special_tokens_map.json': { additional_special_tokens: ['<s>NOTUSED'] },
    });
    await checkAddedTokens(folderOf('bert', files('😍')), 'tokenizer.json');
    await expect(checkAddedTokens(folderOf('bert', files('😡')), 'tokenizer.json')).rejects.toThrow(
      'tokenizer.json lacks the added token "😡"',
    );
  });
});
