import { parseTokenizerDefinition } from '../../../../service/inference/tokenizer/tokenizer-definition.ts';

/** GPT-2's alphabet: printable characters stand for themselves, other bytes for U+0100 on. */
function byteAlphabet(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(isPrintable ? byte : next++);
  });
}

const FRAME = ['<s>', '<pad>', '</s>', '<unk>', '<mask>'];
const MERGES = [
  'Ġ t',
  'h e',
  'Ġt he',
  'i n',
  'in g',
  'Ġ a',
  'l l',
  'o w',
  'ð Ł',
  'l ow',
  '. .',
  'Ġ Ġ',
];

/** A small tokenizer of RoBERTa's kind. */
export function byteLevelJson() {
  const pieces = [...FRAME, ...byteAlphabet(), ...MERGES.map((merge) => merge.replace(' ', ''))];
  return {
    added_tokens: FRAME.map((content, id) => ({
      id,
      content,
      special: true,
      single_word: false,
      lstrip: content === '<mask>',
      rstrip: false,
      normalized: false,
    })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false },
    post_processor: { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0] },
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges: MERGES,
    },
  };
}

export const BYTE_LEVEL = parseTokenizerDefinition(byteLevelJson(), 'tokenizer.json');
