import { describe, expect, it } from '@jest/globals';
import { Flights } from '../../../service/application/flights.ts';
import { PhaseTimings, type RequestContext } from '../../../service/application/request-context.ts';
import { AbandonedError } from '../../../service/domain/errors.ts';

function request(client = new AbortController()): RequestContext {
  return {
    deadline: { atMs: performance.now() + 10_000 },
    signal: client.signal,
    timings: new PhaseTimings(),
  };
}

/** Computations that end when they are told to. */
function setUp() {
  const signals: AbortSignal[] = [];
  const ends: ((result: string) => void)[] = [];
  const deserted: string[] = [];
  const flights = new Flights<string, string>({
    compute: (_keys, { signal }) => {
      signals.push(signal);
      return new Promise((resolve) => ends.push(resolve));
    },
    onDeserted: (result) => deserted.push(result),
  });
  return { flights, signals, ends, deserted };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('computations under way', () => {
  it('are shared by requests for the same key', async () => {
    const { flights, ends } = setUp();
    const answers = Promise.all([
      flights.join(['a'], request()),
      flights.join(['a', 'b'], request()),
    ]);
    await nextTurn();
    expect(ends).toHaveLength(2);
    ends[0]!('of a');
    ends[1]!('of b');
    expect(await answers).toEqual([['of a'], ['of a', 'of b']]);
  });

  it('are aborted once every client has left, and give their result to nobody', async () => {
    const { flights, signals, ends, deserted } = setUp();
    const clients = [new AbortController(), new AbortController()];
    const answers = clients.map((client) => flights.join(['a'], request(client)));
    await nextTurn();
    clients[0]!.abort();
    await expect(answers[0]).rejects.toThrow(AbandonedError);
    expect(signals[0]!.aborted).toBe(false);
    clients[1]!.abort();
    await expect(answers[1]).rejects.toThrow(AbandonedError);
    expect(signals[0]!.aborted).toBe(true);
    ends[0]!('too late');
    await nextTurn();
    expect(deserted).toEqual(['too late']);
  });

  it('hear of no abort once they have ended', async () => {
    const { flights, signals, ends } = setUp();
    const answer = flights.join(['a'], request());
    await nextTurn();
    ends[0]!('done');
    await answer;
    expect(signals[0]!.aborted).toBe(false);
  });
});
