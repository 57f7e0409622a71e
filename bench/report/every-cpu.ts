import { readFileSync } from 'node:fs';
import { betweenMarkers } from '../../script/lib/between-markers.ts';
import type { CpuFamily } from '../../service/contract/cpu-family.ts';
import type { Difference, Measurement } from '../every-cpu/measure.ts';
import { markdownTable } from './table.ts';

export const RESULTS_PATH = 'bench/results/every-cpu.json';
const DOCUMENT = 'docs/cpu-families.md';

interface GoldenDifference {
  /** Of a probability. */
  readonly largest: number;
  /** Texts with another label. */
  readonly labels: number;
}

/** Scores of one CPU beside the golden files. */
export interface Row extends Omit<Measurement, 'lines' | 'alone'> {
  readonly cpu: string;
  readonly family: CpuFamily;
  readonly texts: number;
  /** Compared with the golden file of x64, and of the own family. */
  readonly againstX64: GoldenDifference;
  readonly againstOwn: GoldenDifference;
}

/** The page about CPU families as it must be, for the results. */
export function everyCpuDocument(): { path: string; content: string } {
  const { date, rows }: { date: string; rows: Row[] } = JSON.parse(
    readFileSync(RESULTS_PATH, 'utf8'),
  );
  const document = readFileSync(DOCUMENT, 'utf8');
  const content = `${table(rows)}\n\nMeasured on ${date.slice(0, 10)}, \`${RESULTS_PATH}\`.\n`;
  return { path: DOCUMENT, content: betweenMarkers(DOCUMENT, document, 'every-cpu', content) };
}

function table(rows: readonly Row[]): string {
  const head = [
    'CPU',
    'texts',
    'the same text twice',
    'padded by 1',
    'padded to a multiple of 16',
    'batches of 16 of mixed lengths',
    'batches as the service forms them',
    'golden file of x64',
    'golden file of the family',
  ];
  return markdownTable(
    head,
    rows.map((row) => [
      row.cpu,
      String(row.texts),
      ...[
        row.sameTextTwice,
        row.paddedByOne,
        row.paddedTo16,
        row.mixedBatches,
        row.serviceBatches,
      ].map(cell),
      ...[row.againstX64, row.againstOwn].map(
        ({ largest, labels }) => `${largest.toFixed(4)}, ${labels}`,
      ),
    ]),
  );
}

function cell({ largest, texts }: Difference): string {
  return `${largest === 0 ? '0' : largest.toExponential(1)}, ${texts}`;
}
