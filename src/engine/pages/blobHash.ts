// SHA-256 of a file: by the browser's own code, which uses instructions of the processor for it, a third of the time that WebAssembly takes, but
// wants all bytes at once, and a secure origin; or piece by piece.

import { readInto, type ByteSource } from '../../file/byteSource';
import type { Hasher } from '../../migration/proofs/contentHash';

/** The browser copies what it hashes, so twice as much is held for a moment. */
const MOST_BYTES = 128e6;

/**
 * In hexadecimal; null where the file is larger than 128 MB, can no longer be read, or where the browser does not hash: it does so on pages
 * from https and from this machine.
 */
export async function hashAtOnce(blob: Blob): Promise<string | null> {
  if (blob.size > MOST_BYTES || !globalThis.isSecureContext) return null;
  try {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  } catch {
    return null;
  }
}

const BYTES_AT_ONCE = 4 << 20;

/** The digest of a hasher, which reads the source piece by piece. @param onBytes is told how many bytes were hashed before each piece */
export function hashInPieces(hasher: Hasher, source: ByteSource, onBytes: (done: number) => void): string {
  hasher.digest();
  const bytes = new Uint8Array(BYTES_AT_ONCE);
  for (let at = 0; at < source.size; at += BYTES_AT_ONCE) {
    onBytes(at);
    hasher.update(bytes.subarray(0, readInto(source, bytes, 0, at, BYTES_AT_ONCE)));
  }
  return hasher.digest();
}
