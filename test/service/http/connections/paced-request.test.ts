import { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PacedRequest } from '../../../../service/http/connections/paced-request.ts';

let socket: Socket;
let request: PacedRequest;
let arrived: string[];
beforeEach(() => {
  socket = new Socket();
  request = new PacedRequest(socket);
  arrived = [];
});
afterEach(() => {
  socket.destroy();
});

/** As Node's parser does for the chunks of a body that it has received at once. */
function receive(pieces: number): void {
  for (let piece = 0; piece < pieces; piece++) request.push(Buffer.from('a'));
}

const listen = () => request.on('data', (piece: Buffer) => arrived.push(piece.toString()));

describe('PacedRequest', () => {
  it('passes on the pieces of a usual body as they arrive', async () => {
    listen();
    await setImmediate();
    receive(99);
    expect(arrived).toEqual(Array(99).fill('a'));
    expect(socket.isPaused()).toBe(false);
  });

  it('stops reading from the connection after 100 pieces, until the next turn', async () => {
    listen();
    await setImmediate();
    receive(5_000);
    // After Node has asked for more.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(socket.isPaused()).toBe(true);
    expect(arrived.length).toBe(100);
    await setImmediate();
    await setImmediate();
    expect(socket.isPaused()).toBe(false);
    expect(arrived).toEqual([...Array(100).fill('a'), 'a'.repeat(4_900)]);
  });

  it('also stops reading from a connection that is resumed to discard the body', async () => {
    listen();
    await setImmediate();
    receive(5_000);
    socket.resume();
    receive(1);
    expect(socket.isPaused()).toBe(true);
  });

  it('lets one connection read on in each turn', async () => {
    const sockets = Array.from({ length: 3 }, () => new Socket());
    const requests = sockets.map((each) => new PacedRequest(each).on('data', () => undefined));
    await setImmediate();
    for (const each of requests) {
      for (let piece = 0; piece < 200; piece++) each.push(Buffer.from('a'));
    }
    const paused = () => sockets.filter((each) => each.isPaused()).length;
    const counts: number[] = [];
    for (let turn = 0; turn < 5; turn++) {
      counts.push(paused());
      await setImmediate();
    }
    for (const each of sockets) each.destroy();
    expect(counts).toEqual([3, 2, 1, 0, 0]);
  });

  it('passes on everything before the end, also within the turn', async () => {
    listen();
    let isEnded = false;
    request.on('end', () => {
      isEnded = true;
    });
    await setImmediate();
    receive(250);
    request.push(null);
    await setImmediate();
    expect(arrived.join('')).toBe('a'.repeat(250));
    expect(isEnded).toBe(true);
  });

  it('holds few pieces of a body before it is read', async () => {
    receive(10_000);
    await setImmediate();
    listen();
    await setImmediate();
    expect(arrived.join('')).toBe('a'.repeat(10_000));
    expect(arrived.length).toBeLessThanOrEqual(101);
  });
});
