// A Blob whose bytes are in memory, and the reader for it: Node has no reader that does not make its caller wait, and the
// worker's code reads files with one.

/** The parts of a Blob that the engine uses. */
export class MemoryBlob {
  readonly bytes: Uint8Array;

  constructor(parts: readonly (MemoryBlob | Uint8Array)[] = []) {
    const pieces = parts.map((part) => (part instanceof MemoryBlob ? part.bytes : part));
    this.bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      this.bytes.set(piece, at);
      at += piece.length;
    }
  }

  get size(): number {
    return this.bytes.length;
  }

  slice(start: number, end: number): MemoryBlob {
    return new MemoryBlob([this.bytes.subarray(start, end)]);
  }

  arrayBuffer(): Promise<ArrayBufferLike> {
    return Promise.resolve(this.bytes.slice().buffer);
  }
}

class MemoryReader {
  readAsArrayBuffer({ bytes }: MemoryBlob): ArrayBufferLike {
    return bytes.slice().buffer;
  }
}

/** Puts both in the place of the browser's, for this process. */
export function installMemoryBlobs(): void {
  Object.assign(globalThis, { Blob: MemoryBlob, FileReaderSync: MemoryReader });
}

/** Bytes as a file that was dropped. */
export function blobOfBytes(bytes: Uint8Array): Blob {
  return new MemoryBlob([bytes]) as unknown as Blob;
}
