/** Wording of the influence of words on the page; nothing here touches the document. */

/** A word of an explained text; see `explain=words`. */
export interface ExplainedWord {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly influence: number | null;
}

/** A piece of the text: a word with its shade, or the characters between words. */
export interface Piece {
  readonly text: string;
  /** -1 to 1, 0 for no shade: against or for the label. */
  readonly shade: number;
}

/** Smaller influences decide nothing, and their shades would hide the others. */
const LEAST = 0.02;
/** The strongest shade is that of the strongest word, but at least of this influence. */
const LEAST_FULL_SHADE = 0.1;

/** The text in pieces that join to it again. */
export function piecesOf(text: string, words: readonly ExplainedWord[]): Piece[] {
  const strongest = Math.max(
    LEAST_FULL_SHADE,
    ...words.map(({ influence }) => strengthOf(influence)),
  );
  const pieces: Piece[] = [];
  let from = 0;
  for (const { start, end, influence } of words) {
    if (start > from) pieces.push({ text: text.slice(from, start), shade: 0 });
    const isShaded = strengthOf(influence) >= LEAST;
    pieces.push({
      text: text.slice(start, end),
      shade: isShaded ? (influence ?? 0) / strongest : 0,
    });
    from = end;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), shade: 0 });
  return pieces;
}

/** A difference of scores in percentage points, such as `+12.3`. */
export function points(influence: number | null): string {
  if (influence === null) return '–';
  const rounded = (influence * 100).toFixed(1);
  if (rounded === '0.0' || rounded === '-0.0') return '0.0';
  return influence > 0 ? `+${rounded}` : rounded.replace('-', '−');
}

/** The strongest words for and against a label in a sentence. */
export function summaryOf(words: readonly ExplainedWord[], label: string): string {
  const told = words.filter(({ influence }) => strengthOf(influence) >= LEAST);
  const sorted = told.toSorted((a, b) => (b.influence ?? 0) - (a.influence ?? 0));
  const [first, last] = [sorted[0], sorted.at(-1)];
  const saying: string[] = [];
  if (first && (first.influence ?? 0) > 0) {
    saying.push(`“${first.text}” speaks most for ${label} (${points(first.influence)} points)`);
  }
  if (last && (last.influence ?? 0) < 0) {
    saying.push(
      `“${last.text}” speaks most against ${saying.length > 0 ? 'it' : label} (${points(last.influence)} points)`,
    );
  }
  return saying.length === 0 ? `No single word decides for ${label}.` : `${saying.join(', ')}.`;
}

function strengthOf(influence: number | null): number {
  return Math.abs(influence ?? 0);
}
