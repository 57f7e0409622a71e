/** The state of the page that its address holds; nothing here touches the document. */

/** Display of the bars of users and topics. */
export type Measure = 'tweets' | 'share';

export interface View {
  /** A topic or `@user`; null if the visitor has chosen none. */
  readonly topic: string | null;
  readonly days: number;
  readonly measure: Measure;
}

/** Choices of days. */
export const DAYS = [7, 30, 90, 366] as const;
const DEFAULT_DAYS = 30;
const MAX_TOPIC_CHARACTERS = 100;

/** Reads `?topic=%23bitcoin&days=7&view=share`; defaults for what is absent or invalid. */
export function readView(search: string): View {
  const parameters = new URLSearchParams(search);
  const characters = [...(parameters.get('topic')?.trim() ?? '')];
  return {
    topic: characters.slice(0, MAX_TOPIC_CHARACTERS).join('') || null,
    days: DAYS.find((days) => String(days) === parameters.get('days')) ?? DEFAULT_DAYS,
    measure: parameters.get('view') === 'share' ? 'share' : 'tweets',
  };
}

/** The query of a view, without defaults: empty, or from its `?` on. */
export function queryOf({ topic, days, measure }: View): string {
  const parameters = new URLSearchParams();
  if (topic !== null) parameters.set('topic', topic);
  if (days !== DEFAULT_DAYS) parameters.set('days', String(days));
  if (measure === 'share') parameters.set('view', measure);
  return parameters.size === 0 ? '' : `?${parameters}`;
}
