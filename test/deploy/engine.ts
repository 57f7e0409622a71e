import { describe } from '@jest/globals';
import { type LocalEngine, localEngine } from '../../script/image/lib/local-engine.ts';

const found = await localEngine();

if (typeof found === 'string') console.log(`Skipped: ${found}`);

/** The Docker engine that runs the tasks; undefined where `describeRunning` skips. */
export const engine: LocalEngine | undefined = typeof found === 'string' ? undefined : found;

/** `describe` for tests that run tasks. */
export const describeRunning = engine === undefined ? describe.skip : describe;
