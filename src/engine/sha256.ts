// SHA-256 over a stream of bytes. Not the browser's own: that one wants all bytes at once, and a secure origin.

import { createSHA256 } from 'hash-wasm';
import type { Hasher } from '../migration/contentHash';

/** Loads a hasher; one stream at a time. */
export async function loadSha256(): Promise<Hasher> {
  const hash = await createSHA256();
  hash.init();
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => {
      const hex = hash.digest('hex');
      hash.init();
      return hex;
    },
  };
}
