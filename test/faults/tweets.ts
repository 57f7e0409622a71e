import type { ServiceProcess } from '../helpers/service-process.ts';

const DAY_MS = 86_400_000;
const CREATED_AT = new Date(Date.now() - DAY_MS).toISOString();

export const ADMIN_TOKEN = 'admin-token-of-the-fault-suite';
export const AS_ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };

/** Tweets of one author, whose id starts theirs. */
export function tweetsOf(author: number, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: `${author}${`${index}`.padStart(4, '0')}`,
    text: `I love phone number ${index}`,
    author_id: `${author}`,
    created_at: CREATED_AT,
  }));
}

export type StubTweet = ReturnType<typeof tweetsOf>[number];

export interface Outcome {
  readonly id: string;
  /** 0: no answer. */
  readonly status: number;
  readonly code?: string;
  readonly featureStore?: string;
  readonly retryAfter?: string | null;
}

/** Asks for one tweet. */
export async function ask(service: ServiceProcess, id: string): Promise<Outcome> {
  try {
    const response = await service.tweet(`https://x.com/a/status/${id}`);
    const { code, featureStore } = (await response.json()) as Partial<Outcome>;
    const retryAfter = response.headers.get('retry-after');
    return {
      ...{ id, status: response.status, retryAfter },
      ...(code !== undefined && { code }),
      ...(featureStore !== undefined && { featureStore }),
    };
  } catch (error) {
    const { code = 'unknown' } = ((error as Error).cause ?? {}) as { code?: string };
    return { id, status: 0, code };
  }
}

/** Asks for tweets, as many at a time as there are clients. */
export async function askAll(
  service: ServiceProcess,
  ids: readonly string[],
  clients = 4,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const rest = [...ids];
  const work = async () => {
    for (let id = rest.shift(); id !== undefined; id = rest.shift()) {
      outcomes.push(await ask(service, id));
    }
  };
  await Promise.all(Array.from({ length: clients }, work));
  return outcomes;
}

/** Of the ids, those that are stored. @throws while the store is away */
export async function storedOf(
  service: ServiceProcess,
  ids: readonly string[],
): Promise<Set<string>> {
  const response = await service.get(`/v1/features/tweets?ids=${ids.join()}`);
  if (!response.ok) throw new Error(`features answered ${response.status}`);
  const { rows } = (await response.json()) as { rows: ({ tweetId: string } | null)[] };
  return new Set(rows.flatMap((row) => (row ? [row.tweetId] : [])));
}

/** Tweets that count for an author. @throws while the store is away */
export async function totalOf(service: ServiceProcess, author: number): Promise<number> {
  const response = await service.get(`/v1/users/${author}/sentiment`);
  if (response.status === 404) return 0;
  if (!response.ok) throw new Error(`users answered ${response.status}`);
  return ((await response.json()) as { total: number }).total;
}

/** Counts of each value: `24 miss, 1 hit`. */
export function tally(values: readonly (string | number | undefined)[]): string {
  const counts = Map.groupBy(values, (value) => value);
  return [...counts].map(([value, all]) => `${all.length} ${value}`).join(', ');
}
