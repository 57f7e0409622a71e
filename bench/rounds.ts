/** Fewest rounds a ratio is taken from. */
export const ROUNDS = 5;

/** Time between two arms, for threads that spin after their work to fall asleep. */
const SETTLE_MS = 300;

/**
 * Measures two arms in turn and changes which goes first with every round, so that a machine
 * that grows slower or busier does so for both.
 *
 * @returns for each round, what the two arms came to.
 */
export async function interleave<T>(
  rounds: number,
  a: () => Promise<T>,
  b: () => Promise<T>,
): Promise<{ readonly a: T; readonly b: T }[]> {
  const results: { a: T; b: T }[] = [];
  for (let round = 0; round < rounds; round++) {
    const aFirst = round % 2 === 0;
    const first = await settled(aFirst ? a : b);
    const second = await settled(aFirst ? b : a);
    results.push(aFirst ? { a: first, b: second } : { a: second, b: first });
  }
  return results;
}

async function settled<T>(arm: () => Promise<T>): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return arm();
}
