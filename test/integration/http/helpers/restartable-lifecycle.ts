import { Lifecycle, type LifecycleState } from '../../../../service/process/lifecycle.ts';

/** A lifecycle that a test can begin again, in place of a new app. */
export class RestartableLifecycle extends Lifecycle {
  #current = new Lifecycle();

  override get state(): LifecycleState {
    return this.#current.state;
  }

  override get isReady(): boolean {
    return this.#current.isReady;
  }

  override get isLive(): boolean {
    return this.#current.isLive;
  }

  override enter(state: LifecycleState): void {
    this.#current.enter(state);
  }

  restart(): void {
    this.#current = new Lifecycle();
  }
}
