import { normalizeTweetId } from '../../service/domain/tweet-url.ts';
import { counted } from '../kit/counted.ts';
import { CliError, UsageError } from '../kit/errors.ts';
import { Input } from '../kit/input.ts';
import { print } from '../kit/printable.ts';
import { Announcer } from '../kit/progress.ts';
import { strictLines } from '../kit/strict-lines.ts';
import { confirmedPurge, type PurgeOptions, removedWords } from './purge-calls.ts';

/** Bounds the memory of a run; a longer file can be split. */
const MOST_IDS = 1_000_000;

export interface ChosenTweets {
  readonly ids: readonly string[];
  /** File of further ids; `-` is standard input. */
  readonly file: string | undefined;
}

/** Purges tweets one after the other. @throws CliError */
export async function purgeTweets(
  chosen: ChosenTweets,
  options: PurgeOptions,
  signal: AbortSignal,
): Promise<void> {
  const ids = await idsOf(chosen);
  const announcer = new Announcer();
  const what = counted(ids.size, 'tweet');
  const purge = await confirmedPurge(what, options, signal, announcer.announce);
  const removed = { rows: 0, contributions: 0 };
  let [done, absent] = [0, 0];
  const bar = announcer.showBar({ name: 'tweets', total: ids.size });
  try {
    for (const id of ids) {
      const { rows, contributions } = (await purge(`tweets/${id}`)).removed;
      removed.rows += rows;
      removed.contributions += contributions;
      if (rows + contributions === 0) absent++;
      done++;
      bar.add(1);
    }
  } finally {
    bar.end();
    if (done > 0) {
      print(
        `${done} of ${what} purged: ${removedWords(removed)} removed; ` +
          `nothing was stored of ${absent}.`,
      );
    }
  }
}

/** Every chosen id once, checked before any is purged. @throws CliError */
async function idsOf({ ids, file }: ChosenTweets): Promise<Set<string>> {
  const chosen = new Set(ids.map((id) => tweetId(id, 'the arguments')));
  if (file === undefined) return chosen;
  const input = await Input.open(file);
  for await (const { number, text } of strictLines(input)) {
    if (text.trim() === '') continue;
    chosen.add(tweetId(text.trim(), `${input.name}, line ${number}`));
    if (chosen.size > MOST_IDS) {
      throw new CliError(`${input.name} has more than ${MOST_IDS} ids; split it.`);
    }
  }
  if (chosen.size === 0) throw new CliError(`${input.name} has no ids.`);
  return chosen;
}

function tweetId(text: string, place: string): string {
  try {
    return normalizeTweetId(text);
  } catch {
    throw new UsageError(
      `${place}: a tweet id must be an integer from 1 to 9223372036854775807, got '${text.slice(0, 40)}'`,
    );
  }
}
