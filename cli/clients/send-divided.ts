import { CliError } from '../kit/errors.ts';
import { type Refusal, refusalIn } from '../kit/refusal.ts';
import { type AdminClient, exceedsDeadline, ServiceRefusal } from './admin-client.ts';

/** Statuses by which the service refuses a batch for what is in it: too large, or invalid. */
const DIVIDED = new Set([400, 413]);

/** The route that stores items. */
export interface StoringRoute<Item> {
  readonly service: Pick<AdminClient, 'call'>;
  readonly path: string;
  readonly bodyOf: (part: readonly Item[]) => unknown;
}

/** Answer of the service about one item. */
export interface Outcome {
  /** Null for a stored item. */
  readonly refusal: Refusal | null;
  /** The model does not read the language. */
  readonly isOtherLanguage: boolean;
}

/**
 * Has items stored, in smaller parts when the service refuses them for one of them or for their size,
 * or takes too long for all of them.
 *
 * @param settle called for each item
 * @throws CliError when the service refuses a part for another reason
 */
export async function sendDivided<Item>(
  items: readonly Item[],
  route: StoringRoute<Item>,
  settle: (item: Item, outcome: Outcome) => void,
): Promise<void> {
  const { service, path, bodyOf } = route;
  const isDivisible = items.length > 1;
  let outcomes: readonly Outcome[];
  try {
    outcomes = outcomesIn(await service.call('POST', path, bodyOf(items), { isDivisible }));
  } catch (error) {
    const isRefused = error instanceof ServiceRefusal && DIVIDED.has(error.status);
    if (isDivisible && (isRefused || exceedsDeadline(error))) {
      const middle = Math.ceil(items.length / 2);
      await sendDivided(items.slice(0, middle), route, settle);
      await sendDivided(items.slice(middle), route, settle);
      return;
    }
    if (!isRefused) throw error;
    outcomes = [{ refusal: error.refusal, isOtherLanguage: false }];
  }
  if (outcomes.length !== items.length) {
    throw new CliError('The service did not answer with one result per item.');
  }
  for (const [index, item] of items.entries()) {
    const outcome = outcomes[index];
    if (outcome) settle(item, outcome);
  }
}

function outcomesIn(answer: unknown): Outcome[] {
  const results: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'results') : undefined;
  if (!Array.isArray(results)) return [];
  return results.map(({ status, problem, languageSupported }) => ({
    refusal: status === 'ok' ? null : refusalIn(problem),
    isOtherLanguage: languageSupported === false,
  }));
}
