// What the browser tells of the machine that a run would have.

import type { Machine } from '../../migration/forecast/limits';
import { DEAR_BYTES } from '../../migration/proofs/agenda';

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

/** https://www.w3.org/TR/battery-status/; only Chromium has it. TypeScript's own description of the DOM lacks it and all that is below. */
interface Battery {
  readonly charging: boolean;
  readonly level: number;
}
interface MachineAsTold {
  readonly deviceMemory?: number;
  readonly connection?: { readonly saveData?: boolean };
  readonly getBattery?: () => Promise<Battery>;
}

const [FEWEST_PROCESSORS, LEAST_GIGABYTES] = [2, 4];
/** Below it systems begin to save power by themselves; no browser tells whether one does. */
const LOW_BATTERY = 0.2;

/** Whether the machine has room for work that nobody has asked for. What a browser does not tell speaks for it. */
export class Room {
  readonly #told = navigator as Navigator & MachineAsTold;
  #battery: Battery | null = null;

  constructor() {
    this.#told.getBattery?.().then(
      (battery) => (this.#battery = battery),
      () => undefined,
    );
  }

  /** Why a file of so many bytes waits until someone asks, in a sentence; null where it need not. */
  refuses(bytes: number): string | null {
    const { deviceMemory = LEAST_GIGABYTES, connection } = this.#told;
    if (bytes > DEAR_BYTES) return `Files over ${DEAR_BYTES / 1e6} MB are rehearsed on request.`;
    if (navigator.hardwareConcurrency < FEWEST_PROCESSORS)
      return 'This machine has one processor, so it is rehearsed on request.';
    if (deviceMemory < LEAST_GIGABYTES) return 'This machine has little memory, so it is rehearsed on request.';
    if (connection?.saveData) return 'Your browser is set to save data, so it is rehearsed on request.';
    const { charging, level } = this.#battery ?? { charging: true, level: 1 };
    return !charging && level <= LOW_BATTERY ? 'The battery is low, so it is rehearsed on request.' : null;
  }
}
