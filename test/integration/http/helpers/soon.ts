/** Turns of the event loop after which a condition counts as never met; some seconds of work. */
const TURNS_MAX = 1_000_000;

/** Resolves in the next turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves once the condition holds. Counts turns of the event loop, so that a stall is not a failure. */
export async function soon(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn === TURNS_MAX) {
      throw new Error(`The condition did not come true within ${TURNS_MAX} turns.`);
    }
    await nextTurn();
  }
}
