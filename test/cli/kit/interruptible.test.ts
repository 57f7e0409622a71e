import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { interruptible } from '../../../cli/kit/interruptible.ts';

const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
const exit = jest.spyOn(process, 'exit').mockReturnValue(undefined as never);
const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);

/** Runs a command that cleans up when its signal aborts, as the action does. */
function start(action: (signal: AbortSignal) => Promise<void>) {
  return interruptible({ kept: 'Stopped; nothing was written.', cleansUp: true }, action)();
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

describe('a command that cleans up after Ctrl-C', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    jest.clearAllMocks();
  });
  afterEach(() => {
    jest.useRealTimers();
    process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
    process.exitCode = undefined;
  });

  it('says what is kept, and exits 130', async () => {
    const running = start(untilAborted);
    process.emit('SIGINT', 'SIGINT');
    await running;
    expect(written).toHaveBeenCalledWith('\nStopped; nothing was written.\n');
    expect([process.exitCode, exit.mock.calls.length]).toEqual([130, 1]);
    expect(kill).not.toHaveBeenCalled();
  });

  it('takes the same signal within a second for one, as a terminal and npm send it', async () => {
    const running = start(untilAborted);
    process.emit('SIGINT', 'SIGINT');
    jest.advanceTimersByTime(999);
    process.emit('SIGINT', 'SIGINT');
    await running;
    expect(kill).not.toHaveBeenCalled();
  });

  it.each([
    ['the same signal after a second', 'SIGINT', 1_000],
    ['another signal at once', 'SIGTERM', 0],
  ] as const)('is ended by %s', (_, signal, afterMs) => {
    void start(() => new Promise(() => {}));
    process.emit('SIGINT', 'SIGINT');
    jest.advanceTimersByTime(afterMs);
    process.emit(signal, signal);
    expect(kill).toHaveBeenCalledWith(process.pid, signal);
  });

  it('is ended if it does not clean up in time', () => {
    void start(() => new Promise(() => {}));
    process.emit('SIGINT', 'SIGINT');
    jest.advanceTimersByTime(5_000);
    expect(kill).toHaveBeenCalledWith(process.pid, 'SIGINT');
  });

  it('does not say that it stopped if it finished in spite of the signal', async () => {
    await start(async () => {
      process.emit('SIGINT', 'SIGINT');
    });
    expect(written).not.toHaveBeenCalled();
    expect([process.exitCode, exit.mock.calls.length]).toEqual([undefined, 0]);
  });
});
