/** The labels a text can get, in the order of the embedded model's logits. */
export const LABELS = ['negative', 'neutral', 'positive'] as const;

export type Label = (typeof LABELS)[number];
