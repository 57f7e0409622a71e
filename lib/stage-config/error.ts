/** The configuration cannot be deployed; the message names every fault and its remedy. */
export class StageConfigError extends Error {
  override readonly name = 'StageConfigError';
}
