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
});
