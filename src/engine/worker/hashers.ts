// Hashes over streams of bytes. Not the browser's own: those want all bytes at once, and a secure origin.

import { createBLAKE3, createSHA256, type IHasher } from 'hash-wasm';
import type { Hasher } from '../../migration/proofs/contentHash';

/** The hashes of a run. */
export interface Hashers {
  /** Of whole files: what people can compare with sha256sum. */
  readonly file: Hasher;
  /** Of the values of tables: as strong, and faster. */
  readonly content: Hasher;
}

/** Loads both; each hashes one stream at a time. */
export async function loadHashers(): Promise<Hashers> {
  const [sha256, blake3] = await Promise.all([createSHA256(), createBLAKE3()]);
  return { file: hasherOf('SHA-256', sha256), content: hasherOf('BLAKE3', blake3) };
}

function hasherOf(algorithm: string, hash: IHasher): Hasher {
  hash.init();
  return {
    algorithm,
    update: (bytes) => void hash.update(bytes),
    digest: () => {
      const hex = hash.digest('hex');
      hash.init();
      return hex;
    },
  };
}
