// The name of a super-journal at the end of a rollback journal: a transaction over several databases has one, which is
// committed everywhere at the moment when it is deleted (https://sqlite.org/atomiccommit.html#_multi_file_commit).

import type { ByteSource } from './byteSource';

/** What the end of a journal says. */
export interface SuperJournal {
  /** As it stands there: the path on the machine that wrote it. */
  readonly name: string;
  /** Bytes at the end of the journal that say so. */
  readonly bytes: number;
}

const MAGIC = [0xd9d505f9, 0x20a163d7] as const;
/** The name's length, its checksum and the magic, each at its place before the end of the file. */
const TAIL = 16;
/** Bytes of the number of a page that is never used, which comes before the name. */
const LEAD = 4;
/** The longest path that SQLite takes on Unix; a longer name counts as none. */
const LONGEST_NAME = 512;

/** Reads it as SQLite does (readSuperJournal in its pager.c); null where there is none, or its checksum is wrong. */
export function readSuperJournal(journal: ByteSource): SuperJournal | null {
  if (journal.size < TAIL) return null;
  const tailStart = journal.size - TAIL;
  const tail = viewOf(journal.read(tailStart, journal.size));
  const length = tail.getUint32(0);
  if (length === 0 || length > LONGEST_NAME || length > tailStart) return null;
  if (tail.getUint32(8) !== MAGIC[0] || tail.getUint32(12) !== MAGIC[1]) return null;
  const bytes = journal.read(tailStart - length, tailStart);
  // Each byte counts as a signed number.
  const sum = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length).reduce((total, byte) => total + byte, 0);
  if (sum >>> 0 !== tail.getUint32(4)) return null;
  const end = bytes.indexOf(0);
  const name = end === -1 ? bytes : bytes.subarray(0, end);
  return name.length === 0 ? null : { name: textOf(name), bytes: LEAD + length + TAIL };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** UTF-8 as text; bytes that are not UTF-8 become one character each. */
function textOf(bytes: Uint8Array): string {
  try {
    return decodeURIComponent(Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  }
}
