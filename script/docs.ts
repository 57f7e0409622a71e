/** Writes the documents that are made from the contract; a test says when this was forgotten. */
import { writeFileSync } from 'node:fs';
import { generatedDocuments } from './lib/generated-documents.ts';

for (const { path, content } of generatedDocuments()) writeFileSync(path, content);
