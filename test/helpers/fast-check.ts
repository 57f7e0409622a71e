/**
 * Property tests try the same cases in every CI run, and new ones on a developer's machine. A
 * failure prints its seed; FAST_CHECK_SEED=<seed> repeats it.
 */
import fc from 'fast-check';

const { CI, FAST_CHECK_SEED: seed = CI ? '20260223' : undefined } = process.env;
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });
