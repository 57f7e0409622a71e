import { describe } from '@jest/globals';
import { type Engine, startEngine } from '../../script/image/lib/start-engine.ts';

const found =
  process.platform === 'linux'
    ? await startEngine()
    : 'this system is not Linux, where the addresses of containers can be reached.';

// Not by the console, whose lines Jest drops when a whole file is skipped.
if (typeof found === 'string') process.stdout.write(`Skipped: ${found}\n`);

/** The Docker engine that runs the tasks; undefined where `describeRunning` skips. */
export const engine: Engine | undefined = typeof found === 'string' ? undefined : found;

/** Address of the engine for other programs. */
export const ENGINE_HOST = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';

/** `describe` for tests that run tasks. */
export const describeRunning = engine === undefined ? describe.skip : describe;
