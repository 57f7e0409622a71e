/**
 * Loaded into a server under test (`node --import`): measures its main thread from inside and
 * reports when asked. Worker threads inherit the argument and are left alone.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread, Worker } from 'node:worker_threads';

const RESOLUTION_MS = 1;

export type ProbeQuestion = { readonly kind: 'reset' } | { readonly kind: 'report' };

export interface ProbeReport {
  /** Delay of a timer past the time that was asked for. */
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
  /** Tokens of the texts sent to workers, and the same with their padding. */
  readonly realTokens: number;
  readonly computedTokens: number;
}

if (isMainThread && process.send) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let realTokens = 0;
  let computedTokens = 0;

  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function count(this: Worker, message: unknown, ...rest: never[]) {
    const lengths = lengthsOf(message);
    if (lengths) {
      for (const length of lengths) realTokens += length;
      computedTokens += Math.max(...lengths) * lengths.length;
    }
    postMessage.call(this, message, ...rest);
  };

  process.on('message', ({ kind }: ProbeQuestion) => {
    const lateMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const report: ProbeReport = {
      delayP50Ms: lateMs(delay.percentile(50)),
      delayP99Ms: lateMs(delay.percentile(99)),
      delayMaxMs: lateMs(delay.max),
      realTokens,
      computedTokens,
    };
    if (kind === 'reset') {
      delay.reset();
      realTokens = 0;
      computedTokens = 0;
    }
    process.send?.(report);
  });
  process.channel?.unref();
}

/** The engine's batches carry the token count of each text. */
function lengthsOf(message: unknown): Int32Array | undefined {
  if (typeof message !== 'object' || message === null || !('lengths' in message)) return undefined;
  return message.lengths instanceof Int32Array ? message.lengths : undefined;
}
