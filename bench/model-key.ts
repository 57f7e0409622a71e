/** The size this kind of service is deployed at, and the model it embeds. */
export const MODEL_KEYS = ['roberta', 'minilm'] as const;

export type ModelKey = (typeof MODEL_KEYS)[number];
