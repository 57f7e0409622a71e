import { describe, expect, it } from '@jest/globals';
import { lintLua } from '../../script/lib/lua-lint.ts';

const lint = (text: string) => lintLua([[{ path: 'a.lua', text }]]);

describe('the Lua linter', () => {
  it('accepts a script that reads all its variables and the globals of Redis only', () => {
    const text = `
      local key, limit = KEYS[1], tonumber(ARGV[1])
      local function double(x, ...)
        return x * 2, ...
      end
      local found = { count = 0 }
      for index, member in ipairs(redis.call('ZRANGE', key, 0, limit)) do
        found.count = double(index)
        found[member] = string.len(member)
      end
      for i = 1, limit do
        local left = limit - i
        while left > 0 do
          left = left - 1
        end
      end
      repeat
        local last = redis.call('LPOP', key)
      until not last
      if found.count > 0 then
        return found
      elseif limit > 9 then
        return nil
      else
        do return key end
      end`;
    expect(lint(text)).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['a local variable', 'local a = 1', "'a' is never read"],
    ['a local function', 'local function f() end', "'f' is never read"],
    ['a parameter', 'local function f(a) end\nreturn f()', "'a' is never read"],
    ['a loop variable', 'for i = 1, 2 do end', "'i' is never read"],
    ['one of two loop variables', 'for k, v in pairs({}) do return v end', "'k' is never read"],
    ['an assigned variable', 'local a\na = 1', "'a' is never read"],
    [
      'an outer variable hidden by an inner one',
      'local a\ndo local a; return a end',
      "'a' is never",
    ],
  ])('reports %s that is never read', (_, text, problem) => {
    expect(lint(text)).toEqual([expect.stringContaining(`a.lua:1: ${problem}`)]);
  });

  it('accepts an unread variable whose name starts with an underscore', () => {
    expect(lint('for _, value in ipairs({}) do return value end')).toEqual([]);
  });

  it.each([
    ['read', 'return\nmissing'],
    ['called', 'return 1 +\nmissing()'],
    ['assigned', 'local a\nmissing = 1\nreturn a'],
    ['declared as a function', 'local a = 1\nfunction missing() return a end'],
    [
      'read outside the block of its variable',
      'do local missing = 1; return missing end\nreturn\nmissing',
    ],
  ])('reports a global that is %s', (_, text) => {
    expect(lint(text)).toEqual([
      expect.stringMatching(/^a\.lua:[23]: unknown global 'missing'; declare it with local$/),
    ]);
  });

  it.each([
    ['a syntax error', 'local a = 1\nif a then return a', 'a.lua:2'],
    ['syntax newer than the Lua 5.1 of Redis', 'local a = 7\nreturn a // 2', 'a.lua:2'],
  ])('reports %s with its place', (_, text, place) => {
    const problems = lint(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${place}: `));
  });

  describe('given a file that several scripts share', () => {
    const shared = { path: 'shared.lua', text: 'local function one() return 1 end\n' };
    const reader = { path: 'reader.lua', text: 'return one()\n' };
    const other = { path: 'other.lua', text: 'return 2\n' };

    it('accepts a function that one of the scripts calls', () => {
      expect(
        lintLua([
          [shared, reader],
          [shared, other],
        ]),
      ).toEqual([]);
    });

    it('reports a function that none of them calls', () => {
      expect(lintLua([[shared, other], [shared]])).toEqual([
        "shared.lua:1: 'one' is never read; remove it",
      ]);
    });

    it('reports a problem at its place in the second file', () => {
      const text = 'return one() +\nmissing\n';
      expect(lintLua([[shared, { path: 'second.lua', text }]])).toEqual([
        "second.lua:2: unknown global 'missing'; declare it with local",
      ]);
    });
  });
});
