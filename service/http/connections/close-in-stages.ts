import type { Socket } from 'node:net';

/** Bounds on what is read and discarded after the answer. */
const MAX_MS = 5_000;
const MAX_BYTES = 64 * 1024 * 1024;
const CHECK_INTERVAL_MS = 100;

const closing = new WeakSet<Socket>();

/**
 * Closes a connection whose client is still sending, in stages (RFC 9112, 9.6): ends the output,
 * then discards input until the client closes or a bound is reached. Closing at once would reset
 * the connection, and the client would lose the answer.
 */
export function closeInStages(socket: Socket, { maxMs = MAX_MS, maxBytes = MAX_BYTES } = {}): void {
  if (closing.has(socket)) return;
  closing.add(socket);
  socket.end();
  socket.resume();
  const endMs = performance.now() + maxMs;
  const endBytes = socket.bytesRead + maxBytes;
  const check = setInterval(() => {
    if (performance.now() > endMs || socket.bytesRead > endBytes) socket.destroy();
  }, CHECK_INTERVAL_MS).unref();
  socket.once('close', () => clearInterval(check));
}

/** True if the connection only discards input. */
export function isClosingInStages(socket: Socket): boolean {
  return closing.has(socket);
}
