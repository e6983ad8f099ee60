// What the workers of all rivals have in common: they wait for the task, tell what they have reached, and why they fail.

/** @typedef {import('./page.mjs').Answer} Answer */
/** @typedef {import('./page.mjs').Task} Task */

/** Drydock's own settings for a database that is its alone and whose original is the undo. */
export const settings =
  'PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY;';

export const schemaQuery = 'SELECT type, name, tbl_name, sql FROM sqlite_schema';

/** A single part of almost 2 GiB crashes the renderer. */
const PART_BYTES = 1 << 28;

/**
 * Bytes as a Blob, as a download wants them; they are copied.
 * @param {Uint8Array} bytes
 */
export function blobOf(bytes) {
  /** @type {BlobPart[]} */
  const parts = [];
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    parts.push(/** @type {BlobPart} */ (bytes.subarray(at, at + PART_BYTES)));
  }
  return new Blob(parts);
}

/**
 * Serves the one task of a worker.
 * @param {() => Promise<(task: Task, reached: (what: 'schema' | 'committed') => void) => Promise<Blob> | Blob>} load
 *   loads the engine; gives what migrates a file with it
 */
export function work(load) {
  /** @param {Answer} answer */
  const tell = (answer) => postMessage(answer);
  /** @param {unknown} error */
  const fail = (error) => {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    tell({ failure: name === 'Error' ? message : `${name}: ${message}` });
  };
  load().then((migrate) => {
    self.onmessage = async (/** @type {MessageEvent<Task>} */ { data }) => {
      try {
        tell({ result: await migrate(data, (what) => tell({ reached: what })) });
      } catch (error) {
        fail(error);
      }
    };
    tell({ reached: 'ready' });
  }, fail);
}
