// Takes all results home as one zip archive: a stream to the disk where the browser can, else a download.

import { saveAs } from '../parts/download';
import type { Problem } from '../state/problem';
import type { Batch } from './batch.svelte';
import { ArchiveContents, namesOf } from './archiveContents';

const NAME = 'upgraded-databases.zip';

/** The part of the File System Access API that is used, which TypeScript does not describe. */
interface SavePicker {
  showSaveFilePicker?(options: { readonly suggestedName: string }): Promise<ChosenFile>;
}
/** `remove` is left out in older browsers. */
type ChosenFile = FileSystemFileHandle & { remove?(): Promise<void> };

/** One archive at a time. */
export class Archive {
  /** Bytes that are on their way to the disk, of how many; null where nothing is being saved. */
  progress = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  outcome = $state.raw<Problem | 'saved' | 'cancelled' | null>(null);
  #abort: AbortController | null = null;

  /**
   * Saves the results that there are, with the report on all files as the last one. The archive appears when all of it is
   * written, and not at all where it fails. A result whose file is gone is left out beforehand, and said in the report.
   */
  async save(batch: Batch): Promise<void> {
    this.outcome = null;
    // First of all, since a browser shows its dialog only to someone who has just clicked.
    const chosen = await choosePlace();
    if (chosen !== null && 'refused' in chosen) {
      this.outcome = chosen.refused;
      return;
    }
    if (chosen && namesOf(batch).has(chosen.handle.name)) {
      this.outcome = explainSameName(chosen.handle.name);
      return;
    }
    const abort = new AbortController();
    this.#abort = abort;
    const contents = new ArchiveContents(batch);
    try {
      const total = await contents.measure();
      this.progress = { done: 0, total };
      const bytes = contents.bytes().pipeThrough(this.#counting(total));
      if (chosen) {
        await bytes.pipeTo(await chosen.handle.createWritable(), { signal: abort.signal });
      } else {
        const whole = await new Response(bytes.pipeThrough(new TransformStream(), { signal: abort.signal })).blob();
        await contents.mustBeWhole();
        saveAs(new Blob([whole], { type: 'application/zip' }), NAME);
      }
      contents.markSaved();
      this.outcome = 'saved';
    } catch (error) {
      if (chosen) await removeEmpty(chosen.handle);
      this.outcome = abort.signal.aborted ? 'cancelled' : explainUnsaved(await contents.findReason(error));
    } finally {
      this.progress = this.#abort = null;
    }
  }

  /** Stops what is being saved; nothing of it stays on the disk. */
  cancel(): void {
    this.#abort?.abort();
  }

  #counting(total: number): TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
    let done = 0;
    return new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>({
      transform: (chunk, controller) => {
        done += chunk.length;
        this.progress = { done: Math.min(done, total), total };
        // What the archive is made of lies in buffers that no worker shares.
        controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
      },
    });
  }
}

/** Asks where to save; null where this browser has no such dialog. */
async function choosePlace(): Promise<{ handle: ChosenFile } | { refused: Problem | 'cancelled' } | null> {
  const picker = window as unknown as SavePicker;
  if (!picker.showSaveFilePicker) return null;
  try {
    return { handle: await picker.showSaveFilePicker({ suggestedName: NAME }) };
  } catch (error) {
    const isClosed = error instanceof DOMException && error.name === 'AbortError';
    return { refused: isClosed ? 'cancelled' : explainUnsaved(error) };
  }
}

/** The dialog makes the chosen file before anything is written; an empty one must not stay. */
async function removeEmpty(handle: ChosenFile): Promise<void> {
  try {
    if ((await handle.getFile()).size === 0) await handle.remove?.();
  } catch {
    // The disk may be gone; what went wrong before is what the user is told.
  }
}

function explainUnsaved(error: unknown): Problem {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: 'not-saved',
    sentence: `The archive could not be written (${reason}).`,
    help: 'Nothing is left of it on the disk. See whether there is room, and save again: what is lost is left out then.',
  };
}

function explainSameName(name: string): Problem {
  return {
    code: 'same-name',
    sentence: `${name} is the name of one of the files that you dropped, from which the results are partly read.`,
    help: 'Nothing was written. But a browser empties a file as soon as it is chosen: if it was that very file, restore it from a backup. Choose another name.',
  };
}
