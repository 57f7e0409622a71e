import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

/** Options that Redis 5 knows. A script that stops at a newer one has already counted its tweet. */
const OPTIONS_OF_REDIS_5 = ['EX', 'LIMIT'];

describe('Lua scripts of the store', () => {
  it('use only options of commands that the oldest supported Redis knows', () => {
    const options = globSync('service/feature-store/redis/lua/*.lua').flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => /\b(?:p?call|look)\(/.test(line))
        // The first argument is the command.
        .flatMap((line) => [...line.matchAll(/, '([A-Z]+)'/g)].map(([, option]) => option)),
    );
    expect([...new Set(options)].toSorted()).toEqual(OPTIONS_OF_REDIS_5);
  });
});
