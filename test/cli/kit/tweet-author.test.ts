import { describe, expect, it } from '@jest/globals';
import { authorFields, lackedAuthorIdsNote, lacksAuthorId } from '../../../cli/kit/tweet-author.ts';

describe('the author of a flat tweet', () => {
  it.each([
    ['7', '@Ann', { author_id: '7', author: { id: '7', username: 'Ann' } }],
    ['7', '@', { author_id: '7' }],
    ['7', undefined, { author_id: '7' }],
    [undefined, '@Ann', { username: 'Ann' }],
    [undefined, undefined, {}],
  ])('with the id %p and the name %p is %j', (id, username, fields) => {
    expect(authorFields(id, username)).toEqual(fields);
  });

  it('is missing in a tweet with a name only, which no user counts', () => {
    expect(lacksAuthorId(authorFields(undefined, 'Ann'))).toBe(true);
    expect(lacksAuthorId({ username: '' })).toBe(false);
    expect(lacksAuthorId(authorFields('7', 'Ann'))).toBe(false);
    expect(lacksAuthorId({ username: 'Ann', author: { id: '7', username: 'Ann' } })).toBe(false);
    expect(lacksAuthorId({})).toBe(false);
  });

  it('is told at the end of a command if it is missing', () => {
    expect(lackedAuthorIdsNote(0)).toBe('');
    expect(lackedAuthorIdsNote(2)).toBe(
      ', 2 with a username but no author id (no user counts them; add author_id)',
    );
  });
});
