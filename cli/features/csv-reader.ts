import { createReadStream } from 'node:fs';

/** What is wrong with a CSV file, and the line where it begins. */
export class CsvFault extends Error {}

interface CsvShape {
  /** Cells of the first line. */
  readonly header: readonly string[];
  /** Records after the header, without blank lines. */
  readonly records: number;
}

/**
 * Checks a file by RFC 4180 before DuckDB reads it, whose messages name neither line nor reason
 * for the same faults, and which leaves out rows silently for some.
 *
 * @throws CsvFault
 */
export async function checkCsv(path: string): Promise<CsvShape> {
  const scanner = new CsvScanner();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(path)) {
      scanner.read(decoder.decode(chunk, { stream: true }));
    }
    scanner.read(decoder.decode());
  } catch (error) {
    if (error instanceof CsvFault || (error instanceof Error && 'syscall' in error)) throw error;
    throw new CsvFault(`line ${scanner.line} or a later one is not UTF-8; save the file as UTF-8`);
  }
  return scanner.end();
}

type State = 'cell start' | 'plain cell' | 'quoted cell' | 'quote in quoted cell';

class CsvScanner {
  line = 1;
  #startLine = 1;
  #state: State = 'cell start';
  #cell = '';
  #cells: string[] = [];
  #isQuoted = false;
  #header: readonly string[] | undefined;
  #records = 0;
  #wasReturn = false;

  read(text: string): void {
    for (const character of text) this.#take(character);
  }

  end(): CsvShape {
    if (this.#state === 'quoted cell') {
      throw new CsvFault(`line ${this.#startLine}: a quote is opened and never closed`);
    }
    this.#endRecord();
    return { header: this.#header ?? [], records: this.#records };
  }

  #take(character: string): void {
    const isSecondOfCrLf = character === '\n' && this.#wasReturn;
    this.#wasReturn = character === '\r';
    if (!isSecondOfCrLf && (character === '\n' || character === '\r')) this.line++;
    if (this.#state === 'quoted cell') {
      if (character === '"') this.#state = 'quote in quoted cell';
      else this.#cell += character;
    } else if (isSecondOfCrLf) {
      this.#startLine = this.line;
    } else if (character === '\0') {
      throw new CsvFault(`line ${this.line}: a NUL character; save the file as UTF-8, not UTF-16`);
    } else if (character === ',') this.#endCell();
    else if (character === '\n' || character === '\r') this.#endRecord();
    else this.#inCell(character);
  }

  #inCell(character: string): void {
    if (this.#state === 'quote in quoted cell') {
      if (character !== '"') {
        throw new CsvFault(
          `line ${this.line}: text after a closing quote; write a quote inside of a cell as ""`,
        );
      }
      this.#state = 'quoted cell';
    } else if (character === '"') {
      if (this.#state === 'plain cell') {
        throw new CsvFault(
          `line ${this.line}: a quote inside of a cell without quotes; put the cell in quotes and write the quote as ""`,
        );
      }
      this.#state = 'quoted cell';
      this.#isQuoted = true;
      return;
    } else this.#state = 'plain cell';
    this.#cell += character;
  }

  #endCell(): void {
    this.#cells.push(this.#cell);
    this.#cell = '';
    this.#state = 'cell start';
  }

  #endRecord(): void {
    const isBlank = this.#cells.length === 0 && this.#cell === '' && !this.#isQuoted;
    this.#endCell();
    const [cells, line] = [this.#cells, this.#startLine];
    [this.#cells, this.#isQuoted, this.#startLine] = [[], false, this.line];
    if (isBlank) return;
    if (!this.#header) {
      this.#header = cells;
      return;
    }
    this.#records++;
    if (cells.length === this.#header.length) return;
    throw new CsvFault(
      `line ${line} has ${cells.length} cells, and the header ${this.#header.length}`,
    );
  }
}
