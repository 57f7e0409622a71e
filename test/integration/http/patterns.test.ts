import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { patternInWords } from '../../../service/http/patterns.ts';
import { startApp, type TestApp } from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

/** Explained by itself: "is empty or blank". */
const NOT_BLANK = '\\S';

it('every pattern of the API has words for the caller who breaks it', () => {
  const patterns = JSON.stringify(app.document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g);
  const names = new Set(Array.from(patterns, ([, pattern = '']) => String(JSON.parse(pattern))));
  names.delete(NOT_BLANK);
  expect(names.size).toBeGreaterThan(4);
  expect([...names].filter((name) => patternInWords(name) === undefined)).toEqual([]);
});
