import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { collect, day, httpUrl, integer, number } from '../../../cli/kit/arguments.ts';
import {
  modelsDir,
  predictionLogDir,
  requiredVariable,
  serviceUrl,
} from '../../../cli/kit/environment.ts';
import { mean, quantile, ratio } from '../../../cli/kit/statistics.ts';
import { tableLines } from '../../../cli/kit/table.ts';

describe('parsers of options', () => {
  it.each(['1', '100'])('an integer accepts %p', (given) => {
    expect(integer('--n', 1, 100)(given)).toBe(Number(given));
  });

  it.each(['0', '101', 'abc', '', '1.5', '1e2', ' 1'])('an integer refuses %p', (given) => {
    expect(() => integer('--n', 1, 100)(given)).toThrow(
      `--n must be an integer from 1 to 100, got '${given}'`,
    );
  });

  it.each(['0.5', '1e0', '0'])('a number accepts %p', (given) => {
    expect(number('--share', 0, 1)(given)).toBe(Number(given));
  });

  it.each(['-0.1', '2', ' ', 'NaN'])('a number refuses %p', (given) => {
    expect(() => number('--share', 0, 1)(given)).toThrow(
      `--share must be a number from 0 to 1, got '${given}'`,
    );
  });

  it.each(['2026-11-23', '2028-02-29'])('a day accepts %p', (given) => {
    expect(day('--since')(given)).toBe(given);
  });

  it.each(['2026-02-31', '2026-02-29', '2026-13-01', '2026-11-1', '2026-11', 'x'])(
    'a day refuses %p',
    (given) => {
      expect(() => day('--since')(given)).toThrow(
        `--since must be a day such as 2026-11-23, got '${given}'`,
      );
    },
  );

  it.each(['localhost:3000', 'ftp://a', 'x'])('an address refuses %p', (given) => {
    expect(() => httpUrl('--url')(given)).toThrow('--url must be an http:// or https:// address');
  });

  it.each(['http://a/tweets', 'https://a?x=1', 'http://a/#b'])(
    'an address with a path or a query is refused, which the calls would leave out: %p',
    (given) => {
      expect(() => httpUrl('--url')(given)).toThrow(
        `--url must not contain a path or a query, got '${given}'`,
      );
    },
  );

  it.each([
    ['http://a:3000', 'http://a:3000'],
    ['https://a/', 'https://a'],
    ['HTTPS://A:443', 'https://a'],
  ])('an address is accepted in each of its forms: %p', (given, url) => {
    expect(httpUrl('--url')(given)).toBe(url);
  });

  it('an address with a password is refused, and the message does not repeat it', () => {
    expect(() => httpUrl('--url')('http://user:hunter2@localhost:3000')).toThrow(
      /^--url must not contain a user or a password$/,
    );
  });

  it('a repeated option keeps its values in order', () => {
    expect(collect('b', collect('a', undefined))).toEqual(['a', 'b']);
  });
});

describe('the variables of the service', () => {
  const { HOST, PORT, MODELS_DIR, PREDICTION_LOG_DIR, ADMIN_TOKEN, X_BEARER_TOKEN } = process.env;
  const set = (variables: Record<string, string | undefined>) => {
    for (const [name, value] of Object.entries(variables)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  afterEach(() => set({ HOST, PORT, MODELS_DIR, PREDICTION_LOG_DIR, ADMIN_TOKEN, X_BEARER_TOKEN }));

  it.each([
    ['ADMIN_TOKEN', 'first-half\nsecond-half', 'tokens of visible ASCII characters, separated by'],
    ['X_BEARER_TOKEN', 'first-half\nsecond-half', 'visible ASCII characters without spaces'],
    ['ADMIN_TOKEN', 'first-half second-half', 'tokens of visible ASCII characters, separated by'],
    ['X_BEARER_TOKEN', 'first-hälf', 'visible ASCII characters without spaces'],
  ] as const)('%s=%j is refused, and the message does not repeat it', (name, value, remedy) => {
    set({ [name]: value });
    expect(() => requiredVariable(name, 'set it')).toThrow(
      `${name}: its value (a secret, not shown) is not allowed; use ${remedy}`,
    );
  });

  it('the first of several admin tokens is sent', () => {
    set({ ADMIN_TOKEN: 'first,second', X_BEARER_TOKEN: 'a,b' });
    expect(requiredVariable('ADMIN_TOKEN', 'set it')).toBe('first');
    expect(requiredVariable('X_BEARER_TOKEN', 'set it')).toBe('a,b');
  });

  it.each([
    [undefined, undefined, 'http://127.0.0.1:3000'],
    ['', '', 'http://127.0.0.1:3000'],
    ['0.0.0.0', '4702', 'http://127.0.0.1:4702'],
    ['::', '4702', 'http://127.0.0.1:4702'],
    ['::1', '80', 'http://[::1]'],
    ['example.org', undefined, 'http://example.org:3000'],
  ])('HOST=%p and PORT=%p make the address of the service', (host, port, url) => {
    set({ HOST: host, PORT: port });
    expect(serviceUrl()).toBe(url);
  });

  it.each(['0', '65536', 'abc', '-1'])('PORT=%p is refused', (port) => {
    set({ PORT: port });
    expect(serviceUrl).toThrow(`PORT must be an integer from 1 to 65535, got '${port}'`);
  });

  it.each([
    [undefined, resolve('models')],
    ['mine', resolve('mine')],
    ['/elsewhere', '/elsewhere'],
  ])('MODELS_DIR=%p is relative to the repository', (dir, path) => {
    set({ MODELS_DIR: dir });
    expect(modelsDir()).toBe(path);
  });

  it.each([
    [undefined, undefined],
    ['', undefined],
    ['log', resolve('log')],
  ])('PREDICTION_LOG_DIR=%p is relative to the repository', (dir, path) => {
    set({ PREDICTION_LOG_DIR: dir });
    expect(predictionLogDir()).toBe(path);
  });
});

describe('a table', () => {
  it('aligns its columns and ends lines without spaces', () => {
    const rows = [
      ['name', 'n', ''],
      ['a', '10', 'x'],
      ['longer', '7'],
    ];
    expect(tableLines(rows, 'lrl')).toEqual(['name     n', 'a       10  x', 'longer   7']);
  });

  it('aligns further columns like the last one named', () => {
    expect(
      tableLines(
        [
          ['a', '1', '22'],
          ['b', '33', '4'],
        ],
        'lr',
      ),
    ).toEqual(['a   1  22', 'b  33   4']);
  });

  it('without rows has no lines', () => {
    expect(tableLines([], 'l')).toEqual([]);
  });
});

describe('statistics', () => {
  it.each([
    [0, 1],
    [0.5, 2.5],
    [0.6, 2.8],
    [1, 4],
  ])('the quantile %d is interpolated between neighbors', (share, value) => {
    expect(quantile([4, 1, 3, 2], share)).toBeCloseTo(value, 12);
  });

  it('a quantile lies within the values, grows with the share and leaves its input alone', () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
        const before = [...list];
        const found = quantile(list, share);
        expect(found).toBeGreaterThanOrEqual(Math.min(...list));
        expect(found).toBeLessThanOrEqual(Math.max(...list));
        expect(quantile(list, 1)).toBeGreaterThanOrEqual(found);
        expect(list).toEqual(before);
      }),
    );
  });

  it('of nothing are 0, or not a number for a quantile', () => {
    expect([mean([]), ratio(0, 0), quantile([], 0.5)]).toEqual([0, 0, Number.NaN]);
  });
});
