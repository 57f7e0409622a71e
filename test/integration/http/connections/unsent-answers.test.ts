import type { Socket } from 'node:net';
import { expect, it } from '@jest/globals';
import { UnsentAnswers } from '../../../../service/http/connections/unsent-answers.ts';

class FakeSocket {
  destroyed = false;
  readonly writableLength: number;

  constructor(writableLength: number) {
    this.writableLength = writableLength;
  }

  destroy(): void {
    this.destroyed = true;
  }
}

function anAnswer(answers: UnsentAnswers, bytes: number): FakeSocket {
  const socket = new FakeSocket(bytes);
  answers.add(socket as unknown as Socket);
  return socket;
}

it('cuts off the oldest unread answers when all together exceed the limit in bytes', () => {
  const answers = new UnsentAnswers(10);
  const sockets = [6, 3, 4].map((bytes) => anAnswer(answers, bytes));
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
});

it('does not count answers that have been read', () => {
  const answers = new UnsentAnswers(10);
  const first = anAnswer(answers, 6);
  answers.remove(first as unknown as Socket);
  const others = [6, 4].map((bytes) => anAnswer(answers, bytes));
  expect([first, ...others].map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
});
