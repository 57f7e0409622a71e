/** Writes the documents that are made from the contract; a test says when this was forgotten. */
import { generatedDocuments } from './lib/generated-documents.ts';
import { writeDocuments } from './lib/write-documents.ts';

writeDocuments(generatedDocuments());
