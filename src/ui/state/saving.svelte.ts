// Saving a result straight to disk, where the browser can: a stream from the Blob to the file, with progress.

import type { Problem } from './problem';
import { counted } from '../../words';

/** The part of the File System Access API that is used; TypeScript's own description of the DOM does not have the picker. */
interface SavePicker {
  showSaveFilePicker(options: { readonly suggestedName: string }): Promise<ChosenFile>;
}
interface ChosenFile extends FileSystemFileHandle {
  /** Left out in older browsers. */
  remove?(): Promise<void>;
}

/** Whether this browser lets a page write to a file that its user has chosen. */
export function canSaveAs(): boolean {
  return 'showSaveFilePicker' in window;
}

/** One saving at a time. */
export class Saving {
  /** Bytes that are on their way to the disk, of how many; null where nothing is being saved. */
  progress = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  #abort: AbortController | null = null;

  /**
   * Asks for a place and writes the Blob there. The file appears under its name when all of it is written, and not at all
   * where it fails or is cancelled.
   * @param original the name of the dropped file, which must not be overwritten
   * @param isWhole tells, when all is written, whether the file that the Blob is partly made of is still the same
   * Gives what went wrong, `saved` or `cancelled`.
   */
  async saveAs(
    blob: Blob,
    suggestedName: string,
    original: string,
    isWhole: () => Promise<boolean>,
  ): Promise<Problem | 'saved' | 'cancelled'> {
    let handle: ChosenFile;
    try {
      handle = await (window as unknown as SavePicker).showSaveFilePicker({ suggestedName });
    } catch (error) {
      return isAbort(error) ? 'cancelled' : explainUnsaved(suggestedName, blob.size, error);
    }
    if (handle.name === original) return explainSameName(original);
    const abort = new AbortController();
    this.#abort = abort;
    this.progress = { done: 0, total: blob.size };
    try {
      let done = 0;
      const counting = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform: (chunk, controller) => {
          done += chunk.length;
          this.progress = { done, total: blob.size };
          controller.enqueue(chunk);
        },
      });
      const writable = await handle.createWritable();
      await blob.stream().pipeThrough(counting).pipeTo(writable, { signal: abort.signal, preventClose: true });
      // A browser looks whether a file has changed when it begins to read it, and not while it reads.
      if (!(await isWhole())) {
        await writable.abort();
        throw new Error('the file that you dropped was changed meanwhile');
      }
      await writable.close();
      return 'saved';
    } catch (error) {
      await removeEmpty(handle);
      return abort.signal.aborted ? 'cancelled' : explainUnsaved(handle.name, blob.size, error);
    } finally {
      this.progress = null;
      this.#abort = null;
    }
  }

  /** Stops what is being saved; nothing of it stays on the disk. */
  cancel(): void {
    this.#abort?.abort();
  }
}

/**
 * The picker makes the chosen file, or empties it where there was one, before the page may write; left there, an empty file
 * passes for an empty database (https://wicg.github.io/file-system-access/#dom-window-showsavefilepicker).
 */
async function removeEmpty(handle: ChosenFile): Promise<void> {
  try {
    if ((await handle.getFile()).size === 0) await handle.remove?.();
  } catch {
    // The disk may be gone; what went wrong before is what the user is told.
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

function explainSameName(original: string): Problem {
  return {
    code: 'same-name',
    sentence: `${original} is the name of the file that you dropped, and the result is partly read from it while it is saved.`,
    help: 'Nothing was written. But a browser empties a file as soon as it is chosen: if it was that very file, restore it from a backup. Choose another name.',
  };
}

function explainUnsaved(name: string, bytes: number, error: unknown): Problem {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: 'not-saved',
    sentence: `${name} could not be written (${reason}). It needs ${counted(bytes, 'byte')}.`,
    help: 'Nothing is left of it on the disk. See whether there is room and the file you dropped is still there, and save again.',
  };
}
