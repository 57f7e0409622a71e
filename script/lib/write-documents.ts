import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { GeneratedDocument } from './generated-documents.ts';

/** Writes the documents whose content changes, and prints the path of each. */
export function writeDocuments(documents: readonly GeneratedDocument[]): void {
  for (const { path, content } of documents) {
    if (existsSync(path) && readFileSync(path, 'utf8') === content) continue;
    writeFileSync(path, content);
    console.log(`Written: ${path}`);
  }
}
