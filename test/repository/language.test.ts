import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const PAGES = '{*,.github/**/*,{bench,cli,docs,lib,models,script,service,test}/**/*}.md';
const SOURCES = '{bench,bin,cli,docs,lib,script,service,test}/**/*.{ts,js,mjs,lua}';

/** Phrases that have to be read twice, each with a plain one. */
const BANNED: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\bnobody (?!-)/i, 'no client, no process'],
  [/\bwhoever\b/i, 'the caller, the client'],
  [/\banew\b/i, 'again'],
  [/\bshall\b/i, 'must'],
  [/\bof (?:its|their|our) own\b/i, 'separate, private, its'],
  [/(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|fewer\b)[a-z]/i, 'is not a'],
  [/\bdies of\b/i, 'ends after'],
  [/\bso many\b/i, 'the number of, by its parameter'],
  [/\bcannot be had\b/i, 'is missing, cannot be installed'],
];

const COMMENT_START = /(?:\/\*\*[\s*]*|^ *(?:\/\/|--) )/.source;
/** A comment names its subject first, in the words of the field. */
const RIDDLE = new RegExp(
  `${COMMENT_START}(?:What|Whether|Who|Whom|Whose|Which|Those|The ones?|For what|How|Where)\\b`,
  'm',
);

const pages = globSync(PAGES).filter((path) => path !== 'CHANGELOG.md');
const sources = globSync(SOURCES).filter((path) => path !== 'test/repository/language.test.ts');

/** `path: found`, for a report that leads to the place. */
function placesOf(phrase: RegExp, paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const found = phrase.exec(readFileSync(path, 'utf8').replaceAll(/\s*\n[ *]*(?=\w)/g, ' '));
    return found ? [`${path}: ${found[0]}`] : [];
  });
}

describe('comments, messages and documents', () => {
  it('are found', () => {
    expect(pages).toContain('docs/alarms.md');
    expect(sources).toContain('service/main.ts');
  });

  it.each(BANNED)('avoid %s; better: %s', (phrase) => {
    expect(placesOf(phrase, [...pages, ...sources])).toEqual([]);
  });

  it('begin with a noun or a verb in comments', () => {
    const found = sources.flatMap((path) => {
      const riddle = RIDDLE.exec(readFileSync(path, 'utf8'));
      return riddle ? [`${path}: ${riddle[0]}`] : [];
    });
    expect(found).toEqual([]);
  });
});
