// Reads a file into its cache in one go, as a stream: twice as fast as asking for it piece by piece while SQLite waits.

import type { ReadCache } from './readCache';

const BYTES_AT_ONCE = 2 << 20;

/**
 * Fills the cache with the file from its beginning, until all of it is there or no more finds room.
 * @param onBytes is told how many bytes have been read
 * Does nothing more where the file cannot be streamed: whoever needs a page then asks for it, and learns why.
 */
export async function preload(file: Blob, cache: ReadCache, onBytes: (done: number) => void): Promise<void> {
  try {
    const reader = file.stream().getReader({ mode: 'byob' });
    let position = 0;
    let buffer = new ArrayBuffer(BYTES_AT_ONCE);
    for (let hasRoom = true; hasRoom;) {
      const { value, done } = await reader.read(new Uint8Array(buffer));
      if (done) return;
      hasRoom = cache.fill(position, value);
      position += value.length;
      buffer = value.buffer;
      onBytes(position);
    }
    await reader.cancel();
  } catch {
    // Not every browser streams a file into a buffer of the caller's.
  }
}
