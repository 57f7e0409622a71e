import { describe, expect, it } from '@jest/globals';
import { Lifecycle, type LifecycleState } from '../../../service/process/lifecycle.ts';

describe('Lifecycle', () => {
  it.each<[LifecycleState[], LifecycleState]>([
    [[], 'starting'],
    [['ready'], 'ready'],
    [['ready', 'draining'], 'draining'],
    [['ready', 'failed'], 'failed'],
    [['draining', 'ready'], 'draining'],
    [['failed', 'ready'], 'failed'],
    [['failed', 'draining', 'failed'], 'draining'],
  ])('after %j it is %s', (steps, state) => {
    const lifecycle = new Lifecycle();
    for (const step of steps) lifecycle.enter(step);
    expect(lifecycle.state).toBe(state);
  });

  it('is ready only in the state ready, and live in every state but failed', () => {
    const stateAfter = (...steps: LifecycleState[]) => {
      const lifecycle = new Lifecycle();
      for (const step of steps) lifecycle.enter(step);
      return [lifecycle.isReady, lifecycle.isLive];
    };
    expect(stateAfter()).toEqual([false, true]);
    expect(stateAfter('ready')).toEqual([true, true]);
    expect(stateAfter('draining')).toEqual([false, true]);
    expect(stateAfter('failed')).toEqual([false, false]);
  });
});
