/** Requests for what the visitor typed; nothing here touches the document. */

/** The request for the content of the box that takes a text or a tweet URL. */
export type Question =
  | { readonly kind: 'tweet'; readonly tweetUrl: string }
  | { readonly kind: 'text'; readonly text: string };

const HOST_WITHOUT_SCHEME = /^(?:(?:www|mobile|m)\.)?(?:twitter|x)\.com\//i;

/** One word that is an address asks for that tweet; anything else is a text itself. */
export function questionOf(typed: string): Question {
  const text = typed.trim();
  if (!/\s/.test(text)) {
    if (/^https?:\/\//i.test(text)) return { kind: 'tweet', tweetUrl: text };
    if (HOST_WITHOUT_SCHEME.test(text)) return { kind: 'tweet', tweetUrl: `https://${text}` };
  }
  return { kind: 'text', text };
}

/** Path of an aggregate over the last days; the subject is `@user`, `id:` with an id, or a topic. */
export function aggregatePath(subject: string, days: number, nowMs: number): string {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const range = new URLSearchParams({ from: day(nowMs - (days - 1) * 86_400_000), to: day(nowMs) });
  const id = /^id:(\d+)$/.exec(subject)?.[1];
  const entity = id !== undefined || subject.startsWith('@') ? 'users' : 'topics';
  const name = encodeURIComponent(id ?? subject.toWellFormed());
  return `/v1/${entity}/${name}/sentiment?${range}`;
}
