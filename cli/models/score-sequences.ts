/**
 * Scores token sequences alone, in a separate process: `tss models golden` runs it on an emulated
 * CPU. Reads a ScoringRequest from the file that its argument names and writes the probabilities,
 * both as JSON.
 */
import { readFile } from 'node:fs/promises';
import { type ScoringRequest, scoreHere } from './score-here.ts';

const request: ScoringRequest = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8'));
process.stdout.write(JSON.stringify(await scoreHere(request)));
