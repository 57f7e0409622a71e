/** A benchmark lacks something on this machine; the message names it, and how to get it. */
export class CannotRun extends Error {
  override name = 'CannotRun';
}
