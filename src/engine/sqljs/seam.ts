// The seam into sql.js: lets an overlay stand in for the file in which sql.js keeps an open database.
//
// sql.js keeps each database in a file of Emscripten's MEMFS. Such a file is a node that holds two tables of functions:
// one for the node (size, truncation) and one for streams (read, write, seek). Emscripten calls them by the documented
// interface of its file systems; only the names of some properties are minified. The node is caught when it is stored in
// its folder under its file name, before it is opened, and gets tables whose functions go to the overlay. No copy of
// the file is ever made, and cutting it shorter allocates nothing. test/engine/sqljs/seam.test.ts fails when a new
// sql.js changes any of this, and seamHolds() of sqljs.ts finds it out at start-up.

import { SeamMoved, WORK_BETWEEN_CALLS } from '../engine';
import type { Overlay } from '../pages/overlay';
import { keepTemporaryFiles } from './temporaryFiles';

type Operations = Record<string, (...values: never[]) => unknown>;
type Node = Record<string, unknown>;

/** What MEMFS tells of a file; other fields go through as they are. */
interface Attributes {
  readonly size?: number;
}

let filesOpened = 0;

/**
 * Calls `create` with bytes for which sql.js makes a file, and puts the overlay in the place of that file.
 * @param onWork is called now and then while SQLite reads and writes the file
 * Throws SeamMoved where sql.js does not make its file as expected.
 */
export function standInForFile<Made>(
  overlay: Overlay,
  create: (placeholder: Uint8Array) => Made,
  onWork: () => void = () => undefined,
): Made {
  const placeholder = new Uint8Array(1);
  // sql.js names a file after a random number below 2^32.
  const number = filesOpened++;
  const name = `dbfile_${number}`;
  const caught: Node[] = [];
  const random = Math.random;
  try {
    Math.random = () => (number + 0.5) / 0xffffffff;
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      set(this: object, node: Node) {
        caught.push(node);
        replaceOperations(node, overlay, placeholder, onWork);
        Object.defineProperty(this, name, { value: node, configurable: true, enumerable: true, writable: true });
      },
    });
    const made = create(placeholder);
    if (caught.length === 0) throw new SeamMoved('sql.js did not make a file under the expected name');
    return made;
  } finally {
    Math.random = random;
    Reflect.deleteProperty(Object.prototype, name);
  }
}

/** Gives the node of a file tables of functions of its own; those of all other files stay as they are. */
function replaceOperations(node: Node, overlay: Overlay, placeholder: Uint8Array, onWork: () => void): void {
  let [nodeTable, streamTable]: (string | undefined)[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (!isTable(value)) continue;
    if ('read' in value && 'write' in value) streamTable = key;
    else nodeTable = key;
  }
  if (nodeTable === undefined || streamTable === undefined) throw new SeamMoved('a file of sql.js has other parts');
  keepTemporaryFiles(node[nodeTable] as Operations, node[streamTable] as Operations);
  node[nodeTable] = nodeOperations(node[nodeTable] as Operations, overlay);
  node[streamTable] = streamOperations(node[streamTable] as Operations, overlay, placeholder, onWork);
}

function isTable(value: unknown): value is Operations {
  if (typeof value !== 'object' || value === null) return false;
  const members = Object.values(value);
  return members.length > 0 && members.every((member) => typeof member === 'function');
}

/** The functions of the node: one tells a file's attributes, the other, with two parameters, sets them. */
function nodeOperations(original: Operations, overlay: Overlay): Operations {
  const table: Operations = {};
  // Emptying the file is how sql.js begins to fill it; SQLite cuts a database to no bytes at no time.
  const set = (node: never, attributes: Attributes, pass: Operations[string]): unknown => {
    if (attributes.size === undefined) return pass(node, attributes as never);
    if (attributes.size > 0) overlay.resize(attributes.size);
    return undefined;
  };
  for (const [key, pass] of Object.entries(original)) {
    table[key] =
      pass.length === 2
        ? (node: never, attributes: never) => set(node, attributes, pass)
        : (node: never) => ({ ...(pass(node) as Attributes), size: overlay.size });
  }
  if (Object.keys(table).length !== 2) throw new SeamMoved('a file of sql.js has other functions');
  return table;
}

/** `read` and `write` as Emscripten's file systems have them: (stream, buffer, offset in it, length, position in the file). */
function streamOperations(
  original: Operations,
  overlay: Overlay,
  placeholder: Uint8Array,
  onWork: () => void,
): Operations {
  let untilCall = WORK_BETWEEN_CALLS;
  const count = (): void => {
    if (--untilCall > 0) return;
    untilCall = WORK_BETWEEN_CALLS;
    onWork();
  };
  return {
    ...original,
    read(_stream: never, buffer: Int8Array, offset: number, length: number, position: number): number {
      count();
      return overlay.readInto(buffer, offset, position, length);
    },
    write(_stream: never, buffer: Int8Array | Uint8Array, offset: number, length: number, position: number): number {
      // What sql.js fills the file with.
      if (buffer === placeholder) return length;
      count();
      return takes(overlay, buffer, offset, length, position) ? length : 0;
    },
  };
}

/**
 * Whether the overlay took what is written. Where it has no room, nothing counts as written: SQLite then answers
 * SQLITE_FULL and rolls back, as for a full disk (seekAndWrite and unixWrite of its os_unix.c).
 */
function takes(overlay: Overlay, buffer: Int8Array | Uint8Array, offset: number, length: number, at: number): boolean {
  try {
    overlay.writeFrom(buffer, offset, length, at);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
