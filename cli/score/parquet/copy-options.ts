import { formatOfName, isGzip } from '../formats/format-of.ts';

/** Options of DuckDB's COPY for an output. @param out its name, which tells the format */
export function copyOptions(out: string): string {
  const compression = isGzip(out) ? 'gzip' : 'uncompressed';
  switch (formatOfName(out)) {
    case 'csv': {
      const isTabs = /\.tsv(?:\.gz)?$/i.test(out);
      return `(FORMAT csv, HEADER, DELIMITER '${isTabs ? '\t' : ','}', COMPRESSION ${compression})`;
    }
    case 'jsonl':
      return `(FORMAT json, COMPRESSION ${compression})`;
    default:
      return '(FORMAT parquet, COMPRESSION zstd)';
  }
}
