/** A language in configuration, rows and answers: its ISO 639 code, the primary subtag of BCP 47. */
export const LANGUAGE = /^[a-z]{2,3}$/;

/** Values of UNSUPPORTED_LANGUAGE. */
export const UNSUPPORTED_LANGUAGE_POLICIES = ['score', 'refuse'] as const;

/** In place of the languages of a model whose languages are unknown. */
export const ANY_LANGUAGE = '*';
