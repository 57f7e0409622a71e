import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JoinedPieces } from '../../../../service/http/connections/joined-pieces.ts';

function joined(pieces: Iterable<Uint8Array>): Buffer {
  const joinedPieces = new JoinedPieces();
  for (const piece of pieces) joinedPieces.add(Buffer.from(piece));
  return joinedPieces.bytes();
}

describe('JoinedPieces', () => {
  it('joins pieces of any length in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (pieces) => {
        expect(joined(pieces)).toEqual(Buffer.concat(pieces));
      }),
    );
  });

  it('gives a single piece back without a copy', () => {
    const piece = Buffer.from('{"text":"good"}');
    const pieces = new JoinedPieces();
    pieces.add(piece);
    expect(pieces.bytes().buffer).toBe(piece.buffer);
  });

  it('keeps no piece after the first: each takes more memory than its bytes', () => {
    const pieces = new JoinedPieces();
    pieces.add(Buffer.from('a'));
    const reused = Buffer.from('b');
    pieces.add(reused);
    reused.write('x');
    expect(pieces.bytes().toString()).toBe('ab');
  });
});
