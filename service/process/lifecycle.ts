/**
 * Where the process is in its life. Readiness follows it: only a `ready` process takes new
 * requests from a load balancer.
 */
export type LifecycleState = 'starting' | 'ready' | 'draining' | 'failed';

const NEXT: Readonly<Record<LifecycleState, readonly LifecycleState[]>> = {
  starting: ['ready', 'draining', 'failed'],
  ready: ['draining', 'failed'],
  draining: [],
  failed: ['draining'],
};

export class Lifecycle {
  #state: LifecycleState = 'starting';

  get state(): LifecycleState {
    return this.#state;
  }

  /** Moves on; a step that makes no sense from here (ready after draining) is ignored. */
  enter(state: LifecycleState): void {
    if (NEXT[this.#state].includes(state)) this.#state = state;
  }
}
