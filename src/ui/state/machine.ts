// What the browser tells of the machine that a run would have.

import type { Machine } from '../../migration/forecast/limits';

/** Memory and free storage, as far as this browser tells. */
export async function readMachine(): Promise<Machine> {
  const { deviceMemory } = navigator as { readonly deviceMemory?: number };
  let quota: number | null = null;
  try {
    const { quota: all, usage } = await navigator.storage.estimate();
    if (all !== undefined) quota = all - (usage ?? 0);
  } catch {
    // On a page that came over plain http there is no such thing.
  }
  const gigabyte = 2 ** 30;
  return {
    deviceMemory: deviceMemory === undefined ? null : deviceMemory * gigabyte,
    quota,
  };
}
