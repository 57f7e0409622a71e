import { describe, expect, it } from '@jest/globals';
import { releaseNotes } from '../../script/lib/release-notes.ts';

const changelog = `# Changelog

Text at the top.

## [Unreleased]

## [1.1.0] - 2026-02-03

Read docs/upgrading.md before
you upgrade.

### Added

- A route that
  answers.
- A flag.

## [1.0.0] - 2026-01-02

### Added

- Everything.
`;

describe('the notes of a release', () => {
  it('are the section of its version, with the lines of each entry joined', () => {
    expect(releaseNotes({ tag: 'v1.1.0', version: '1.1.0', changelog })).toBe(
      [
        'Read docs/upgrading.md before you upgrade.',
        '',
        '### Added',
        '',
        '- A route that answers.',
        '- A flag.',
        '',
      ].join('\n'),
    );
  });

  it('end with the file for the first version', () => {
    const notes = releaseNotes({ tag: 'v1.0.0', version: '1.0.0', changelog });
    expect(notes).toBe('### Added\n\n- Everything.\n');
  });

  it.each([
    ['a tag of another version', 'v1.1.0', '1.0.0', "tag 'v1.1.0' does not match version 1.0.0"],
    ['a tag without v', '1.0.0', '1.0.0', "tag '1.0.0' does not match"],
    ['a version without a section', 'v2.0.0', '2.0.0', "no section '## [2.0.0]'"],
    ['the start of a longer version', 'v1.0', '1.0', "no section '## [1.0]'"],
  ])('refuse %s', (_, tag, version, message) => {
    expect(() => releaseNotes({ tag, version, changelog })).toThrow(message);
  });

  it('refuse a section without entries', () => {
    const release = { tag: 'v1.0.0', version: '1.0.0', changelog: '## [1.0.0] - 2026-01-02\n' };
    expect(() => releaseNotes(release)).toThrow('is empty');
  });
});
