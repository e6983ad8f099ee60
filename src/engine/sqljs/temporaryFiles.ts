// Keeps the temporary files of sql.js (the runs of a sort that does not fit its cache) in chunks.
//
// MEMFS keeps a file in one array, which it makes an eighth larger and copies whenever it is full: a file of 300 MB was copied
// nine times by then, and what it was copied from is garbage that is collected late. All files that have no functions
// of their own share two tables of them; there a file that is empty when it is first written to gets chunks instead. Where a
// sql.js does not hold to what is expected here, its files stay as they are.

import type { ByteArray } from '../../file/byteSource';
import { ChunkedBytes } from '../pages/chunkedBytes';

type Operations = Record<string, (...values: never[]) => unknown>;

/** A file that is kept here. */
interface Kept {
  readonly bytes: ChunkedBytes;
  size: number;
}

type ReadOrWrite = (stream: object, buffer: ByteArray, offset: number, length: number, position: number) => number;

/** SQLite writes page by page. Who writes more at first hands over a whole file, which finds its place in one array. */
const MOST_FIRST_BYTES = 1 << 20;

const known = new WeakSet<Operations>();

/**
 * Puts functions that keep new files in chunks into the tables that all files share. Does so once for each table.
 * @param nodes tells a file's attributes and sets them
 * @param streams reads and writes
 */
export function keepTemporaryFiles(nodes: Operations, streams: Operations): void {
  const [tell, set] = [keyOf(nodes, 1), keyOf(nodes, 2)];
  if (known.has(streams) || tell === undefined || set === undefined) return;
  known.add(streams);
  const kept = new WeakMap<object, Kept>();
  const originals = { tell: nodes[tell], set: nodes[set], read: streams.read, write: streams.write } as unknown as {
    readonly tell: (node: object) => { readonly size?: number };
    readonly set: (node: object, attributes: { readonly size?: number }) => unknown;
    readonly read: ReadOrWrite;
    readonly write: ReadOrWrite;
  };

  const keptOf = (stream: object): Kept | undefined => {
    const node = nodeOf(stream);
    return node === null ? undefined : kept.get(node);
  };
  const adopt = (stream: object, firstBytes: number): Kept | undefined => {
    const node = nodeOf(stream);
    if (!node || firstBytes > MOST_FIRST_BYTES || originals.tell(node).size !== 0) return undefined;
    const file = { bytes: new ChunkedBytes(), size: 0 };
    kept.set(node, file);
    return file;
  };
  const read: ReadOrWrite = (stream, buffer, offset, length, position) => {
    const file = keptOf(stream);
    if (!file) return originals.read(stream, buffer, offset, length, position);
    const there = Math.max(0, Math.min(length, file.size - position));
    file.bytes.readInto(buffer, offset, position, there);
    return there;
  };
  const write: ReadOrWrite = (stream, buffer, offset, length, position) => {
    const file = keptOf(stream) ?? adopt(stream, length);
    if (!file) return originals.write(stream, buffer, offset, length, position);
    try {
      file.bytes.writeFrom(buffer, offset, length, position);
    } catch (error) {
      // No memory left: SQLite is told that the disk is full.
      if (error instanceof RangeError) return 0;
      throw error;
    }
    file.size = Math.max(file.size, position + length);
    return length;
  };
  const cut = (node: object, attributes: { readonly size?: number }): unknown => {
    const file = kept.get(node);
    if (!file || attributes.size === undefined) return originals.set(node, attributes);
    if (attributes.size < file.size) file.bytes.cut(attributes.size);
    file.size = attributes.size;
    return undefined;
  };
  Object.assign(streams, { read, write });
  nodes[set] = cut;
  nodes[tell] = (node: object): object => {
    const attributes = originals.tell(node);
    const file = kept.get(node);
    return file ? { ...attributes, size: file.size } : attributes;
  };
}

/** A stream knows its node by a name that no minifier has touched so far. */
function nodeOf(stream: object): object | null {
  const { node } = stream as { readonly node?: unknown };
  return typeof node === 'object' ? node : null;
}

/** The name of the function with so many parameters; undefined where there is none, or more than one. */
function keyOf(table: Operations, parameters: number): string | undefined {
  const found = Object.keys(table).filter((key) => table[key]?.length === parameters);
  return found.length === 1 ? found[0] : undefined;
}
