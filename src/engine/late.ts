// Code of the engine that is loaded when it is needed first.

import type { Outcome } from '../database';
import type { Refusal } from '../file/identify';

/**
 * Loads a part of the engine's code; where it cannot be had, says so, and the next call tries again. Nothing else ends with it.
 * @param what it does: `computes hashes`
 */
export async function loadLate<Part>(what: string, load: () => Promise<Part>): Promise<Outcome<Part, Refusal>> {
  try {
    return { ok: true, value: await load().catch((error: unknown) => importAnew<Part>(error)) };
  } catch {
    return {
      ok: false,
      error: {
        code: 'not-loaded',
        sentence: `The part of this page that ${what} could not be loaded.`,
        help: 'The open file and the result, if there is one, are kept. Check the connection and try again.',
      },
    };
  }
}

/**
 * Imports once more what could not be imported. Firefox before 155 and Safari keep a failure under its address; Firefox, as
 * Chromium, tells that address at the end of its message, and under another one the same file is asked for anew. It is the only
 * module of its name then, since each of these parts is imported in one place.
 * @see https://github.com/whatwg/html/pull/10327
 */
function importAnew<Part>(error: unknown): Promise<Part> {
  const address = /https?:\S+$/.exec(String(error))?.[0];
  if (address === undefined) throw error;
  return import(/* @vite-ignore */ `${address}?again=${Date.now()}`) as Promise<Part>;
}
