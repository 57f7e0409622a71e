import { stripMarks } from './normalize.ts';

export interface BertNormalizerConfig {
  readonly clean_text?: boolean;
  readonly handle_chinese_chars?: boolean;
  readonly strip_accents?: boolean | null;
  readonly lowercase?: boolean;
}

const REMOVED = /[\uFFFD\p{Cf}\p{Co}\p{Cs}]|(?![\t\n\r])\p{Cc}/gu;
const WHITESPACE = /\s/g;
/** The ranges of the reference, which omits U+2B820 to U+2B91F. */
const IDEOGRAPH =
  /[\u4E00-\u9FFF\u3400-\u4DBF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B920}-\u{2CEAF}\uF900-\uFAFF\u{2F800}-\u{2FA1F}]/u;
const IDEOGRAPHS = new RegExp(IDEOGRAPH, 'gu');

/** Positions where a cut changes no token: a space between words, or before a word of one character. */
const CUT = /(?<=\S) (?=\S)|(?=[!-/:-@[-`{-~])/gu;
const CUT_WITH_IDEOGRAPHS = new RegExp(`${CUT.source}|(?=${IDEOGRAPH.source})`, 'gu');

/** Global pattern of the positions where a text may be cut. */
export function bertCut(config: BertNormalizerConfig): RegExp {
  return separatesIdeographs(config) ? CUT_WITH_IDEOGRAPHS : CUT;
}

function separatesIdeographs({ handle_chinese_chars = true }: BertNormalizerConfig): boolean {
  return handle_chinese_chars;
}

/**
 * BERT's normalizer, equal to the reference (Hugging Face's tokenizers). The library's normalizer
 * reads UTF-16 units instead of characters, writes a final sigma that the reference does not, and
 * needs milliseconds for a long word.
 */
export function bertNormalizer(config: BertNormalizerConfig): (text: string) => string {
  const cleans = config.clean_text ?? true;
  const separates = separatesIdeographs(config);
  const lowercases = config.lowercase ?? true;
  const strips = config.strip_accents ?? lowercases;
  return (text) => {
    let normalized = text;
    if (cleans) normalized = normalized.replace(REMOVED, '').replace(WHITESPACE, ' ');
    if (separates) normalized = normalized.replace(IDEOGRAPHS, ' $& ');
    if (strips) normalized = stripMarks(normalized);
    // The reference lowercases single characters, so it never writes a final sigma.
    if (lowercases) normalized = normalized.replaceAll('Σ', 'σ').toLowerCase();
    return normalized;
  };
}
