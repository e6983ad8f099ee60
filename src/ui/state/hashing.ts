// The hash functions that migration tools use for their checksums. Loaded when a database has such checksums recorded. Not the
// browser's own: those want a secure origin, and are one short.

import { createCRC32, createSHA256, createSHA384, type IHasher } from 'hash-wasm';
import type { Hashing } from '../../chain/checksums';

/** Loads them; after that they answer at once. */
export async function loadHashing(): Promise<Hashing> {
  const [crc32, sha256, sha384] = await Promise.all([createCRC32(), createSHA256(), createSHA384()]);
  return {
    sha256: (bytes) => digestOf(sha256, bytes),
    sha384: (bytes) => digestOf(sha384, bytes),
    crc32: (bytes) => {
      const digest = digestOf(crc32, bytes);
      return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
    },
  };
}

function digestOf(hasher: IHasher, bytes: Uint8Array): Uint8Array {
  hasher.init();
  hasher.update(bytes);
  return hasher.digest('binary');
}
