/** The states of the process. Load balancers send requests only to a `ready` process. */
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

  /** True if the process accepts requests. */
  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** False if the process must be replaced; a starting or draining process still works. */
  get isLive(): boolean {
    return this.#state !== 'failed';
  }

  /** Enters a state; an impossible transition, such as ready after draining, is ignored. */
  enter(state: LifecycleState): void {
    if (NEXT[this.#state].includes(state)) this.#state = state;
  }
}
