import { describe, expect, it } from '@jest/globals';
import { parsePreprocessing } from '../../../service/contract/preprocessing.ts';

describe('parsing a list of preprocessing steps', () => {
  it.each([
    ['none', []],
    ['nfd-drop-marks', ['nfd-drop-marks']],
    ['unescape-html, mask-users-and-links', ['unescape-html', 'mask-users-and-links']],
  ])('reads "%s"', (text, steps) => {
    expect(parsePreprocessing(text)).toEqual(steps);
  });

  it('returns the steps in the order in which they run', () => {
    expect(parsePreprocessing('nfd-drop-marks,mask-users-and-links,unescape-html')).toEqual([
      'unescape-html',
      'mask-users-and-links',
      'nfd-drop-marks',
    ]);
  });

  it.each([
    ['an unknown step', 'lowercase', "unknown preprocessing step 'lowercase'"],
    ['an empty list', '', "unknown preprocessing step ''"],
    ['"none" beside a step', 'none,unescape-html', "unknown preprocessing step 'none'"],
    [
      'a repeated step',
      'unescape-html,unescape-html',
      "preprocessing step 'unescape-html' is repeated",
    ],
  ])('rejects %s and names the known steps', (_, text, fault) => {
    expect(() => parsePreprocessing(text)).toThrow(
      new RangeError(
        `${fault}; use 'none', or one or more of unescape-html, mask-users-and-links, nfd-drop-marks`,
      ),
    );
  });
});
