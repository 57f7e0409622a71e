import { describe, expect, it } from '@jest/globals';
import { Coalescer } from '../../../service/application/coalesce.ts';
import type { RequestContext } from '../../../service/application/request-context.ts';
import { AbandonedError, DeadlineExceededError } from '../../../service/domain/errors.ts';
import { aContext } from '../../helpers/fakes.ts';

interface Computation {
  readonly keys: readonly string[];
  readonly context: RequestContext;
  /** Gives every key the value. */
  readonly end: (value: string) => void;
  readonly fail: (error: Error) => void;
}

/** A coalescer whose computations end on demand. */
function aCoalescer() {
  const computations: Computation[] = [];
  const coalescer = new Coalescer<string, string>((keys, timings) => {
    if (timings.has('source')) throw new DeadlineExceededError();
    return new Map(keys.map((key) => [key, 'late']));
  });
  const compute = (keys: readonly string[], context: RequestContext) => {
    const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<string, string>>();
    const end = (value: string) => resolve(new Map(keys.map((key) => [key, value])));
    computations.push({ keys, context, end, fail: reject });
    return promise;
  };
  return {
    isRunning: (key: string) => coalescer.isRunning(key),
    coalescer: {
      resolve: (keys: readonly string[], request: RequestContext) =>
        coalescer.resolve(keys, request, compute),
    },
    computations,
  };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const valuesOf = (results: ReadonlyMap<string, string>) => Object.fromEntries(results);

describe('Coalescer', () => {
  it('joins a running computation and starts one for all other keys', async () => {
    const { coalescer, computations } = aCoalescer();
    const first = coalescer.resolve(['a'], aContext());
    const second = coalescer.resolve(['a', 'b', 'c', 'b'], aContext());
    await nextTurn();
    expect(computations.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c']]);
    computations[0]!.end('first');
    computations[1]!.end('second');
    expect(valuesOf(await first)).toEqual({ a: 'first' });
    expect(valuesOf(await second)).toEqual({ a: 'first', b: 'second', c: 'second' });
  });

  it('computes a key again once its computation has ended', async () => {
    const { coalescer, computations } = aCoalescer();
    for (const value of ['first', 'second']) {
      const results = coalescer.resolve(['a'], aContext());
      await nextTurn();
      computations.at(-1)!.end(value);
      expect(valuesOf(await results)).toEqual({ a: value });
    }
  });

  it('gives a failure to every request and computes the key again afterwards', async () => {
    const { coalescer, computations } = aCoalescer();
    const requests = [coalescer.resolve(['a'], aContext()), coalescer.resolve(['a'], aContext())];
    const settled = Promise.allSettled(requests);
    await nextTurn();
    const failure = new Error('broken');
    computations[0]!.fail(failure);
    expect(await settled).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ]);
    const next = coalescer.resolve(['a'], aContext());
    await nextTurn();
    computations[1]!.end('done');
    expect(valuesOf(await next)).toEqual({ a: 'done' });
  });

  it('aborts a computation when its last request leaves, and starts a new one for the next', async () => {
    const { coalescer, computations } = aCoalescer();
    const clients = [new AbortController(), new AbortController()];
    const left = clients.map(({ signal }) => coalescer.resolve(['a'], aContext({ signal })));
    await nextTurn();
    const { signal } = computations[0]!.context;
    clients[0]!.abort(new AbandonedError('left'));
    await expect(left[0]).rejects.toThrow(AbandonedError);
    expect(signal.aborted).toBe(false);
    clients[1]!.abort(new AbandonedError('left'));
    await expect(left[1]).rejects.toThrow(AbandonedError);
    expect(signal.reason).toBeInstanceOf(AbandonedError);

    const next = coalescer.resolve(['a'], aContext());
    await nextTurn();
    computations[0]!.end('of the aborted computation');
    computations[1]!.end('of the next computation');
    expect(valuesOf(await next)).toEqual({ a: 'of the next computation' });
  });

  it('tells whether a computation of a key can be joined', async () => {
    const { coalescer, computations, isRunning } = aCoalescer();
    expect(isRunning('a')).toBe(false);
    const client = new AbortController();
    const left = coalescer.resolve(['a'], aContext({ signal: client.signal }));
    expect(isRunning('a')).toBe(true);
    client.abort(new AbandonedError('left'));
    await expect(left).rejects.toThrow(AbandonedError);
    expect(isRunning('a')).toBe(false);

    const next = coalescer.resolve(['a'], aContext());
    expect(isRunning('a')).toBe(true);
    await nextTurn();
    computations.at(-1)!.end('done');
    await next;
    expect(isRunning('a')).toBe(false);
  });

  it('does not abort a computation that has ended', async () => {
    const { coalescer, computations } = aCoalescer();
    const results = coalescer.resolve(['a'], aContext());
    await nextTurn();
    computations[0]!.end('done');
    await results;
    expect(computations[0]!.context.signal.aborted).toBe(false);
  });

  it('gives a computation the latest deadline of its requests', async () => {
    const { coalescer, computations } = aCoalescer();
    const [early, late] = [aContext({ deadlineInMs: 60_000 }), aContext({ deadlineInMs: 90_000 })];
    const requests = [coalescer.resolve(['a'], early)];
    await nextTurn();
    expect(computations[0]!.context.deadline.atMs).toBe(early.deadline.atMs);
    requests.push(coalescer.resolve(['a'], late));
    expect(computations[0]!.context.deadline.atMs).toBe(late.deadline.atMs);
    computations[0]!.end('done');
    await Promise.all(requests);
  });

  it('gives a request at its own deadline what is to be given then, or fails it', async () => {
    const { coalescer, computations } = aCoalescer();
    const long = coalescer.resolve(['a'], aContext());
    const late = await coalescer.resolve(['a'], aContext({ deadlineInMs: 5 }));
    expect(valuesOf(late)).toEqual({ a: 'late' });
    computations[0]!.context.timings.add('source', 1, 8);
    await expect(coalescer.resolve(['a'], aContext({ deadlineInMs: 5 }))).rejects.toThrow(
      DeadlineExceededError,
    );
    computations[0]!.end('done');
    expect(valuesOf(await long)).toEqual({ a: 'done' });
  });

  it('adds the timings of a computation to each of its requests', async () => {
    const { coalescer, computations } = aCoalescer();
    const contexts = [aContext(), aContext()];
    const results = contexts.map((context) => coalescer.resolve(['a'], context));
    await nextTurn();
    computations[0]!.context.timings.add('source', 1, 8);
    computations[0]!.end('done');
    await Promise.all(results);
    for (const { timings } of contexts) expect([...timings.entries()]).toEqual([['source', 7]]);
  });
});
