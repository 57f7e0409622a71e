/**
 * Version of the rows that this software makes of an input. Raise it with each change after which the
 * same input and model give other rows: in the choice of texts (formats/, kit/), in columns, in the
 * identification of languages, or in the record of results in bulk. A run of an earlier version is then
 * not continued, and its objects are scored again.
 */
export const RESULTS_VERSION = 1;
