import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import { utcTime } from './tweet-time.ts';

const Tags = Type.Optional(Type.Array(Type.Object({ text: Type.String() })));

const Archived = Type.Object({
  id_str: Type.String(),
  full_text: Type.Optional(Type.String()),
  text: Type.Optional(Type.String()),
  /** Long texts of the streaming API. */
  extended_tweet: Type.Optional(Type.Object({ full_text: Type.String() })),
  created_at: Type.Optional(Type.String()),
  lang: Type.Optional(Type.String()),
  user: Type.Optional(Type.Object({ id_str: Type.String(), screen_name: Type.String() })),
  entities: Type.Optional(Type.Object({ hashtags: Tags, symbols: Tags })),
});
type Archived = Static<typeof Archived>;

const Retweet = Type.Object({ retweeted_status: Archived });
const Enveloped = Type.Object({ tweet: Type.Object({}) });

/**
 * A tweet of X API v1.1, or of an account's archive, as one of v2; null for anything else. A
 * retweet has the text of the original.
 */
export function archivedTweet(value: unknown): XTweet | null {
  const given = Check(Enveloped, value) ? value.tweet : value;
  if (!Check(Archived, given)) return null;
  const spoken = Check(Retweet, given) ? given.retweeted_status : given;
  const { user, created_at } = given;
  const tweet = {
    id: given.id_str,
    text: textOf(spoken),
    ...(user && {
      author_id: user.id_str,
      author: { id: user.id_str, username: user.screen_name },
    }),
    ...(created_at !== undefined && { created_at: utcTime(created_at) }),
    ...(given.lang !== undefined && { lang: given.lang }),
    ...(spoken.entities && {
      entities: {
        hashtags: tagsOf(spoken.entities.hashtags),
        cashtags: tagsOf(spoken.entities.symbols),
      },
    }),
  };
  return Check(XTweet, tweet) ? tweet : null;
}

function textOf({ extended_tweet, full_text, text }: Archived): string | undefined {
  return extended_tweet?.full_text ?? full_text ?? text;
}

function tagsOf(tags: readonly { text: string }[] = []): { tag: string }[] {
  return tags.map(({ text }) => ({ tag: text }));
}
