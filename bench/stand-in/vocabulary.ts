import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { readSentencePiece } from '../../cli/models/tokenizer/read-sentencepiece.ts';
import type { Shape } from './shapes.ts';

/** Vocabularies cut down, which the tests of the tokenizers use. */
const CUT = fileURLToPath(new URL('../../test/cli/models/tokenizer/fixtures', import.meta.url));

/** XLM-RoBERTa's ids that its SentencePiece model does not have: <pad> and <mask>. */
const XLM_EXTRA_IDS = 2;
/** Below the score of every real piece: no text is split into an invented one. */
const UNLIKELY = -99;

/**
 * Writes the files of a tokenizer of the real size: a vocabulary cut down, filled up with invented
 * entries. Texts have more tokens than with the real vocabulary.
 */
export async function writeVocabulary(
  folder: string,
  { modelType, vocabulary }: Shape,
): Promise<void> {
  const cut = (name: string) => join(CUT, modelType, name);
  switch (modelType) {
    case 'roberta': {
      const ids: Record<string, number> = JSON.parse(await readFile(cut('vocab.json'), 'utf8'));
      const full = { ...ids, ...inventedIds(Object.keys(ids).length, vocabulary) };
      await writeFile(join(folder, 'vocab.json'), JSON.stringify(full));
      return copyFile(cut('merges.txt'), join(folder, 'merges.txt'));
    }
    case 'bert': {
      const words = (await readFile(cut('vocab.txt'), 'utf8')).trimEnd().split('\n');
      const full = [...words, ...Object.keys(inventedIds(words.length, vocabulary))];
      return writeFile(join(folder, 'vocab.txt'), `${full.join('\n')}\n`);
    }
    case 'xlm-roberta':
      return writeFile(
        join(folder, 'sentencepiece.bpe.model'),
        await sentencePiece(cut('sentencepiece.bpe.model'), vocabulary - XLM_EXTRA_IDS),
      );
  }
}

function inventedIds(from: number, to: number): Record<string, number> {
  return Object.fromEntries(
    Array.from({ length: to - from }, (_, index) => [`[unused${from + index}]`, from + index]),
  );
}

/** A SentencePiece model with pieces added: fields may come in any order, the pieces last. */
async function sentencePiece(path: string, pieces: number): Promise<Buffer> {
  const model = await readFile(path);
  const present = readSentencePiece(model, path).pieces.length;
  const writer = new BinaryWriter();
  for (const piece of Object.keys(inventedIds(present, pieces))) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(piece);
    writer.tag(2, WireType.Bit32).float(UNLIKELY);
    writer.join();
  }
  return Buffer.concat([model, writer.finish()]);
}
