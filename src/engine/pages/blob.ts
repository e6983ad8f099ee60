// Reads a dropped File on demand, and puts a result together from its slices and the pages that were written.

import type { Layout } from '../../file/layout';
import type { Overlay } from './overlay';
import type { ByteSource } from '../../file/byteSource';
import type { PageChanges } from '../../migration/proofs/pageProof';

/** The bytes of a file could not be read: it was changed, moved or deleted since it was dropped. */
export class SourceLost extends Error {}

/** The browser could not keep the bytes that a run has written. */
export class ResultTooLarge extends Error {}

/** So many bytes are read between two reminders, and so many are asked for then. */
const READ_BETWEEN_REMINDERS = 32 << 20;
const REMINDER_BYTES = 128 << 20;

/**
 * What was read is garbage as soon as it is copied, but Chromium collects it late: reading 600 MB took 240 MB of
 * memory at its worst. An allocation that is never touched takes no memory and makes the collector look sooner: then it was 55 MB.
 * (Detaching the buffers with transfer() does the opposite: they stay, and the collector knows nothing of them.)
 */
class Reminder {
  #unreminded = 0;

  /** So many bytes are read. */
  read(bytes: number): void {
    this.#unreminded += bytes;
    if (this.#unreminded <= READ_BETWEEN_REMINDERS) return;
    this.#unreminded = 0;
    try {
      new ArrayBuffer(REMINDER_BYTES);
    } catch {
      // There is no room for it: then the collector has looked.
    }
  }
}

function lost(error: unknown): SourceLost {
  return new SourceLost(error instanceof Error ? error.message : String(error));
}

/**
 * Reads parts of a File or Blob, any number of them at a time: the browser reads one while another is looked at. It rejects with
 * SourceLost.
 */
export function readerAhead(blob: Blob): (start: number, end: number) => Promise<Uint8Array> {
  const reminder = new Reminder();
  return async (start, end) => {
    reminder.read(end - start);
    try {
      return new Uint8Array(await blob.slice(start, end).arrayBuffer());
    } catch (error) {
      throw lost(error);
    }
  };
}

/** A source over a File or Blob. Works in workers only: SQLite asks for pages synchronously. Throws SourceLost. */
export function sourceOfBlob(blob: Blob): ByteSource {
  const reader = new FileReaderSync();
  const reminder = new Reminder();
  return {
    size: blob.size,
    read(start, end) {
      reminder.read(end - start);
      try {
        return new Uint8Array(reader.readAsArrayBuffer(blob.slice(start, end)));
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
