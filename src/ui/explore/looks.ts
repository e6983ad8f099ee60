// The looks that are open, one for each purpose and side, each for as long as its file is.

import type { Look } from './look/look';

/** Holds looks by name; a look over another file than the one that is wanted is ended. */
export class Looks {
  readonly #open = new Map<string, { readonly file: Blob; readonly look: Look }>();

  /** The look of a name over a file, made where there is none yet; null where there is no file. */
  over<File extends Blob>(name: string, file: File | null, make: (file: File) => Look): Look | null {
    const kept = this.#open.get(name);
    if (file !== null && kept?.file === file) return kept.look;
    kept?.look.cancel();
    this.#open.delete(name);
    if (file === null) return null;
    const look = make(file);
    this.#open.set(name, { file, look });
    return look;
  }

  /** Ends all of them. */
  end(): void {
    for (const { look } of this.#open.values()) look.cancel();
    this.#open.clear();
  }
}
