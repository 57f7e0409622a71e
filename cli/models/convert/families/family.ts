import type { Classifier } from './classifier.ts';

/** Reads config.json; labels are the same in every family. */
export type Describe = (config: object) => Omit<Classifier, 'family' | 'labels'>;
