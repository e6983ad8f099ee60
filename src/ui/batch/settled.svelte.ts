// Waits for checks that were asked for without a promise of their end.

import type { Checks } from '../state/checks.svelte';

/** Settles as soon as no check waits or is being made; at once where none does. */
export function settled(checks: Checks): Promise<void> {
  return new Promise((resolve) => {
    const stop = $effect.root(() => {
      $effect(() => {
        const isBusy = [...checks.states.values()].some(({ state }) => state === 'waiting' || state === 'running');
        if (isBusy) return;
        resolve();
        // An effect is not ended from inside of itself.
        queueMicrotask(stop);
      });
    });
  });
}
