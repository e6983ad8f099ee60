// Reads a file into its cache in one go, as a stream: twice as fast as asking for it piece by piece while SQLite waits.

import type { ReadCache } from './readCache';

const BYTES_AT_ONCE = 2 << 20;
/**
 * A stream that gives nothing for so long has stalled: Chromium's streams of files do so now and then, for ever, and a run would
 * wait with them. Found with files of 500 MB, in about one of ten runs.
 */
const STALLED_MILLISECONDS = 1500;

/**
 * Fills the cache with the file from its beginning, until all of it is there or no more finds room.
 * @param onBytes is told how many bytes have been read
 * @param patience milliseconds after which a stream that gives nothing is left for another one, from the same place
 * Does nothing more where the file cannot be streamed: whoever needs a page then asks for it, and learns why.
 */
export async function preload(
  file: Blob,
  cache: ReadCache,
  onBytes: (done: number) => void,
  patience = STALLED_MILLISECONDS,
): Promise<void> {
  let position = 0;
  let begun = -1;
  // A stream that has given nothing at all is not tried again.
  while (begun < position) {
    begun = position;
    const stalled = await readStream(file.slice(position), patience, (bytes) => {
      const hasRoom = cache.fill(position, bytes);
      position += bytes.length;
      onBytes(position);
      return hasRoom;
    });
    if (!stalled) return;
  }
}

/**
 * Reads a Blob as a stream, for as long as `take` wants more of it.
 * Gives whether the stream has stalled; false where it came to its end or cannot be read at all.
 */
async function readStream(
  blob: Blob,
  patience: number,
  take: (bytes: Uint8Array<ArrayBuffer>) => boolean,
): Promise<boolean> {
  try {
    const reader = blob.stream().getReader({ mode: 'byob' });
    let buffer = new ArrayBuffer(BYTES_AT_ONCE);
    for (;;) {
      const read = await within(patience, reader.read(new Uint8Array(buffer)));
      if (read === null || read.done) {
        // What has stalled may not even hear of this.
        void reader.cancel().catch(() => undefined);
        return read === null;
      }
      buffer = read.value.buffer;
      if (!take(read.value)) {
        await reader.cancel();
        return false;
      }
    }
  } catch {
    // Not every browser streams a file into a buffer of the caller's.
    return false;
  }
}

/** What a promise gives; null where it gives nothing within so many milliseconds. */
async function within<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), milliseconds)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
