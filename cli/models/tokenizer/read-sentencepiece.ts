import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { SourceError } from '../source.ts';

/** The part of sentencepiece_model.proto that a unigram tokenizer needs, by field number. */
const MODEL = { pieces: 1, trainerSpec: 2, normalizerSpec: 3 };
const PIECE = { piece: 1, score: 2 };
const TRAINER = { modelType: 3 };
const NORMALIZER = { precompiledCharsmap: 2 };
const UNIGRAM = 1;

export interface SentencePieceModel {
  /** Piece and log probability, in the order of the file. */
  readonly pieces: readonly (readonly [piece: string, score: number])[];
  /** Base64; null where the model leaves characters as they are. */
  readonly precompiledCharsmap: string | null;
}

/**
 * Reads a SentencePiece model, such as `sentencepiece.bpe.model`, which is a unigram model in
 * spite of its name.
 *
 * @throws SourceError when it is damaged or of another type
 */
export function readSentencePiece(bytes: Uint8Array, file: string): SentencePieceModel {
  const pieces: (readonly [string, number])[] = [];
  let modelType = UNIGRAM;
  let precompiledCharsmap: string | null = null;
  try {
    eachField(bytes, (field, value) => {
      if (field === MODEL.pieces) pieces.push(readPiece(value.bytes()));
      else if (field === MODEL.trainerSpec) {
        eachField(value.bytes(), (inner, setting) => {
          if (inner === TRAINER.modelType) modelType = setting.int32();
        });
      } else if (field === MODEL.normalizerSpec) {
        eachField(value.bytes(), (inner, setting) => {
          if (inner !== NORMALIZER.precompiledCharsmap) return;
          const map = Buffer.from(setting.bytes());
          if (map.length > 0) precompiledCharsmap = map.toString('base64');
        });
      }
    });
  } catch (cause) {
    throw new SourceError(`${file} is not a SentencePiece model: ${String(cause)}`, {
      retryable: false,
      cause,
    });
  }
  if (modelType !== UNIGRAM || pieces.length === 0) {
    throw new SourceError(
      `${file} holds ${pieces.length} pieces of SentencePiece model type ${modelType}; ` +
        'only the unigram type (1) is supported',
      { retryable: false },
    );
  }
  return { pieces, precompiledCharsmap };
}

function readPiece(bytes: Uint8Array): readonly [string, number] {
  let piece = '';
  let score = 0;
  eachField(bytes, (field, value) => {
    if (field === PIECE.piece) piece = value.string();
    else if (field === PIECE.score) score = value.float();
  });
  return [piece, score];
}

interface FieldValue {
  bytes(): Uint8Array;
  string(): string;
  float(): number;
  int32(): number;
}

/** Calls `visit` for each field; one that it does not read is skipped. */
function eachField(bytes: Uint8Array, visit: (field: number, value: FieldValue) => void): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const start = reader.pos;
    visit(field, {
      bytes: () => expecting(WireType.LengthDelimited, () => reader.bytes()),
      string: () => expecting(WireType.LengthDelimited, () => reader.string()),
      float: () => expecting(WireType.Bit32, () => reader.float()),
      int32: () => expecting(WireType.Varint, () => reader.int32()),
    });
    if (reader.pos === start) reader.skip(wireType, field);

    function expecting<T>(wanted: WireType, read: () => T): T {
      if (wireType !== wanted) throw new Error(`field ${field} has wire type ${wireType}`);
      return read();
    }
  }
}
