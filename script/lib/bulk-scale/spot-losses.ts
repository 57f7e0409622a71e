/** A run whose tasks are lost now and then, as on Fargate Spot. */
export interface SpotRun {
  readonly items: number;
  /** Seconds in which a task is there before it scores: its start. */
  readonly startSeconds: number;
  /** Seconds in which a task scores its item. */
  readonly workSeconds: number;
  readonly concurrency: number;
  /** Losses of one running task in an hour, on average. */
  readonly lossesPerHour: number;
}

export interface SpotOutcome {
  /** From the first start to the end of the last item. */
  readonly seconds: number;
  /** Seconds of all tasks on Spot, and of those that took over on demand. */
  readonly spotSeconds: number;
  readonly onDemandSeconds: number;
  readonly losses: number;
}

/** Tries of an item on Spot; the next one runs on demand. */
const TRIES_ON_SPOT = 2;

/**
 * Simulates a run: a lost task has done nothing, as its output appears whole, and its item is tried
 * again at once in the same place. The places take the items in their order.
 *
 * @param random numbers in [0, 1)
 */
export function simulateSpotRun(run: SpotRun, random: () => number): SpotOutcome {
  const free = new Float64Array(Math.min(run.concurrency, run.items));
  const total = { spotSeconds: 0, onDemandSeconds: 0, losses: 0 };
  for (let item = 0; item < run.items; item++) {
    const { spotSeconds, onDemandSeconds, losses } = simulateItem(run, random);
    total.spotSeconds += spotSeconds;
    total.onDemandSeconds += onDemandSeconds;
    total.losses += losses;
    const place = firstFree(free);
    free[place] = (free[place] ?? 0) + spotSeconds + onDemandSeconds;
  }
  return { seconds: free.reduce((most, one) => Math.max(most, one), 0), ...total };
}

function simulateItem(run: SpotRun, random: () => number): Omit<SpotOutcome, 'seconds'> {
  const whole = run.startSeconds + run.workSeconds;
  let spotSeconds = 0;
  for (let tries = 0; tries < TRIES_ON_SPOT; tries++) {
    // Time to the next loss: exponential, as a lost task has no memory of how long it ran.
    const lossAt = (-Math.log(1 - random()) / run.lossesPerHour) * 3_600;
    if (lossAt >= whole) {
      return { spotSeconds: spotSeconds + whole, onDemandSeconds: 0, losses: tries };
    }
    spotSeconds += lossAt;
  }
  return { spotSeconds, onDemandSeconds: whole, losses: TRIES_ON_SPOT };
}

function firstFree(free: Float64Array): number {
  let first = 0;
  for (let place = 1; place < free.length; place++) {
    if ((free[place] ?? 0) < (free[first] ?? 0)) first = place;
  }
  return first;
}
