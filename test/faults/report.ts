import { readFileSync, writeFileSync } from 'node:fs';
import { betweenMarkers } from '../../script/lib/between-markers.ts';

const DOCUMENT = 'docs/reliability.md';

/** Result of one fault. Null: not a figure of this fault. */
export interface Result {
  readonly fault: string;
  /** Requests sent during the fault, and those that got an answer that the API documents. */
  readonly asked: number;
  readonly answered: number;
  /** Answered tweets that are not stored in the end, and those that count more than once. */
  readonly lost: number | null;
  readonly doubled: number | null;
  /** Time from the end of the fault until the first request that shows nothing of it. */
  readonly recoveryMs: number | null;
  readonly note: string;
}

const HEAD = ['Fault', 'Answered', 'Lost', 'Doubled', 'Recovery', 'During the fault'];

export class Report {
  readonly #results: Result[] = [];

  add(result: Result): Result {
    this.#results.push(result);
    return result;
  }

  notRun(fault: string, reason: string): void {
    this.add({
      ...{ fault, asked: 0, answered: 0, lost: null, doubled: null, recoveryMs: null },
      note: `not run: ${reason}`,
    });
  }

  /** Prints the table; writes it to the document where FAULTS_PUBLISH asks for it. */
  publish(): void {
    const rows = this.#results.map((result) => [
      result.fault,
      result.asked === 0 ? '' : `${result.answered} of ${result.asked}`,
      `${result.lost ?? ''}`,
      `${result.doubled ?? ''}`,
      result.recoveryMs === null ? '' : `${(result.recoveryMs / 1_000).toFixed(2)} s`,
      result.note,
    ]);
    const lines = [HEAD, HEAD.map(() => '---'), ...rows];
    const table = lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
    process.stdout.write(`\n${table}\n`);
    if (process.env.FAULTS_PUBLISH !== 'true') return;
    const page = readFileSync(DOCUMENT, 'utf8');
    writeFileSync(DOCUMENT, betweenMarkers(DOCUMENT, page, 'faults', table));
  }
}
