import { Flight } from './flight.ts';
import type { RequestContext } from './request-context.ts';

export interface FlightsOptions<Key, T> {
  /** One computation for all the keys that nobody computes yet. */
  readonly compute: (keys: readonly Key[], context: RequestContext) => Promise<T>;
  /** Takes a result for which no request waits any more. */
  readonly onDeserted: (result: T) => void;
}

/** The computations under way: requests for the same key wait for the same one. */
export class Flights<Key, T> {
  readonly #options: FlightsOptions<Key, T>;
  readonly #underWay = new Map<Key, Flight<T>>();

  constructor(options: FlightsOptions<Key, T>) {
    this.#options = options;
  }

  /**
   * Joins what is under way and starts one computation for all the rest.
   *
   * @returns the results that hold the keys between them, in no order
   * @throws OverloadedError, AbandonedError as `Flight.join`, and what the computation throws
   */
  join(keys: readonly Key[], context: RequestContext): Promise<readonly T[]> {
    const joined = new Set<Flight<T>>();
    const fresh: Key[] = [];
    for (const key of new Set(keys)) {
      const flight = this.#underWay.get(key);
      if (flight && !flight.aborted) joined.add(flight);
      else fresh.push(key);
    }
    if (fresh.length > 0) joined.add(this.#launch(fresh, context));
    return Promise.all([...joined].map((flight) => flight.join(context)));
  }

  #launch(keys: readonly Key[], context: RequestContext): Flight<T> {
    const flight: Flight<T> = new Flight(context, async (shared) => {
      // Yield first, so that the flight is known before the computation can end.
      await Promise.resolve();
      try {
        const result = await this.#options.compute(keys, shared);
        if (flight.deserted) this.#options.onDeserted(result);
        return result;
      } finally {
        for (const key of keys) {
          if (this.#underWay.get(key) === flight) this.#underWay.delete(key);
        }
      }
    });
    for (const key of keys) this.#underWay.set(key, flight);
    return flight;
  }
}
