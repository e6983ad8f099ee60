// Reads a dropped File on demand, and puts a result together from its slices and the pages that were written.

import type { Layout } from '../../file/layout';
import type { Overlay } from './overlay';
import type { ByteSource } from '../../file/byteSource';
import type { PageChanges } from '../../migration/proofs/pageProof';

/** The bytes of a file could not be read: it was changed, moved or deleted since it was dropped. */
export class SourceLost extends Error {}

/** The browser could not keep the bytes that a run has written. */
export class ResultTooLarge extends Error {}

/** What is smaller may wait for the garbage collector. */
const WORTH_DISCARDING = 1 << 20;
/** A port that nobody listens at. */
let nowhere: MessagePort | null = null;

/**
 * Gives the memory of what was read back at once. It is garbage as soon as it is copied, but Chromium collects it late: reading
 * 1 GB in pieces of 12 MB took 260 MB of memory at its worst, and takes none so. (`transfer()` would not do: it makes another buffer.)
 */
export function discard({ buffer }: Uint8Array): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < WORTH_DISCARDING) return;
  if (!nowhere) {
    const { port1, port2 } = new MessageChannel();
    port2.close();
    nowhere = port1;
  }
  nowhere.postMessage(null, [buffer]);
}

function lost(error: unknown): SourceLost {
  return new SourceLost(error instanceof Error ? error.message : String(error));
}

/**
 * Reads parts of a File or Blob one after the other: the browser reads one while the one before is looked at. A large part is gone when the next but
 * one is asked for. It rejects with SourceLost.
 */
export function readerAhead(blob: Blob): (start: number, end: number) => Promise<Uint8Array> {
  let [older, newer]: (Promise<Uint8Array> | null)[] = [null, null];
  return (start, end) => {
    older?.then(discard, () => undefined);
    older = newer;
    newer = blob
      .slice(start, end)
      .arrayBuffer()
      .then(
        (buffer) => new Uint8Array(buffer),
        (error: unknown) => {
          throw lost(error);
        },
      );
    return newer;
  };
}

/**
 * A source over a File or Blob. Works in workers only: SQLite asks for pages synchronously. Throws SourceLost. A large piece that was read
 * is gone when the next one is asked for.
 */
export function sourceOfBlob(blob: Blob): ByteSource {
  const reader = new FileReaderSync();
  let last: Uint8Array | null = null;
  return {
    size: blob.size,
    read(start, end) {
      if (last) discard(last);
      last = null;
      try {
        return (last = new Uint8Array(reader.readAsArrayBuffer(blob.slice(start, end))));
      } catch (error) {
        throw lost(error);
      }
    },
  };
}

/** So many written bytes are handed over to the browser at once: until it has them, they are in memory twice. */
const BYTES_AT_ONCE = 32 << 20;

/**
 * The bytes of the overlay as they are now, as a Blob that holds slices of the original and copies of written pages.
 * Throws SourceLost where the original can no longer be read: what was read of it before may have come from a cache. Throws
 * ResultTooLarge where the browser makes the Blob and cannot give its bytes back, as some do in a private window.
 */
export function blobOf(overlay: Overlay, original: Blob): Blob {
  sourceOfBlob(original).read(0, 1);
  const pieces: Blob[] = [];
  let parts: BlobPart[] = [];
  let bytes = 0;
  const handOver = (): void => {
    // A byte of the piece before can be read as soon as the browser has all of that piece.
    if (pieces.length > 0) mustGive(pieces.at(-1), overlay);
    pieces.push(new Blob(parts));
    parts = [];
    bytes = 0;
  };
  for (const segment of overlay.segments()) {
    if (segment.from === 'source') {
      parts.push(original.slice(segment.start, segment.end));
      continue;
    }
    parts.push(segment.bytes as BlobPart);
    bytes += segment.bytes.length;
    if (bytes >= BYTES_AT_ONCE) handOver();
  }
  const blob = new Blob([...pieces, ...parts], { type: 'application/vnd.sqlite3' });
  mustGive(blob, overlay);
  return blob;
}

function mustGive(blob: Blob | undefined, { writtenBytes }: Overlay): void {
  if (!blob) return;
  try {
    sourceOfBlob(blob).read(Math.max(0, blob.size - 1), blob.size);
  } catch {
    throw new ResultTooLarge(`${writtenBytes} bytes`);
  }
}

const ZEROS_AT_ONCE = 1 << 20;

/** A laid out file as a Blob: slices of both files, and zeros where neither has anything. */
export function layeredBlob({ segments }: Layout, database: Blob, sidecar: Blob): Blob {
  const zeros = new Blob([new Uint8Array(ZEROS_AT_ONCE)]);
  const parts = segments.flatMap(({ from, start, end }): BlobPart[] => {
    if (from === 'database') return [database.slice(start, end)];
    if (from === 'sidecar') return [sidecar.slice(start, end)];
    const pieces = Math.floor((end - start) / ZEROS_AT_ONCE);
    return [...Array<Blob>(pieces).fill(zeros), zeros.slice(0, (end - start) % ZEROS_AT_ONCE)];
  });
  return new Blob(parts);
}

/** The overlay's changes against its source, in SQLite's page numbers. Reads each page that was written inside the source. */
export function pageChangesOf(overlay: Overlay): PageChanges {
  const { pageSize } = overlay;
  return {
    pageSize,
    inputPages: Math.ceil(overlay.source.size / pageSize),
    resultPages: Math.ceil(overlay.size / pageSize),
    // The overlay counts pages from 0, SQLite from 1.
    changed: overlay.changedPages().map((page) => page + 1),
  };
}
