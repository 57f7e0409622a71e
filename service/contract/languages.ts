/** A language in configuration, rows and answers: its ISO 639 code, the primary subtag of BCP 47. */
export const LANGUAGE = /^[a-z]{2,3}$/;

/** In place of the languages of a model whose languages are unknown. */
export const ANY_LANGUAGE = '*';
