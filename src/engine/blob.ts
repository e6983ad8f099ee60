// Reads a dropped File on demand, and puts a result together from its slices and the pages that were written.

import type { ByteSource, Overlay } from './overlay';

/** The bytes of a file could not be read: it was changed, moved or deleted since it was dropped. */
export class SourceLost extends Error {}

/** A source over a File or Blob. Works in workers only: SQLite asks for pages synchronously. Throws SourceLost. */
export function sourceOfBlob(blob: Blob): ByteSource {
  const reader = new FileReaderSync();
  return {
    size: blob.size,
    read(start, end) {
      try {
        return new Uint8Array(reader.readAsArrayBuffer(blob.slice(start, end)));
      } catch (error) {
        throw new SourceLost(error instanceof Error ? error.message : String(error));
      }
    },
  };
}

/**
 * The bytes of the overlay as they are now, as a Blob that holds slices of the original and copies of written pages.
 * Throws SourceLost where the original can no longer be read: what was read of it before may have come from a cache.
 */
export function blobOf(overlay: Overlay, original: Blob): Blob {
  sourceOfBlob(original).read(0, 1);
  const parts = overlay
    .segments()
    .map((segment) =>
      segment.from === 'source' ? original.slice(segment.start, segment.end) : (segment.bytes as BlobPart),
    );
  return new Blob(parts, { type: 'application/vnd.sqlite3' });
}
