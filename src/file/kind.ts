// What a file is taken for by its first bytes, before anyone opens it: which of several files is the database, and which the script.

/** `sql` is text that begins with a statement or a comment; `text` any other; `other` is neither text nor a database. */
export type FileKind = 'database' | 'sql' | 'text' | 'other';

/** Bytes at the beginning of a file that `kindOf` wants to see: a script may begin with a long comment. */
export const BYTES_TO_TELL = 4096;

const DATABASE = Array.from('SQLite format 3\0', (character) => character.charCodeAt(0));
/** White space and comments; in one way only, so that a text that does not match is done with at once. */
const BLANK = String.raw`(?:\s|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/;?)*`;
const STATEMENT =
  'PRAGMA|BEGIN|CREATE|INSERT|DROP|SET|ALTER|UPDATE|DELETE|REPLACE|WITH|SELECT|VALUES|SAVEPOINT|ANALYZE|REINDEX|VACUUM|ATTACH|EXPLAIN';
const SQL = new RegExp(`^${BLANK}(?:(?:${STATEMENT})\\b|--[^\\n]*$|\\/\\*(?:[^*]|\\*(?!\\/))*$)`, 'i');
/** How sqlite3's .dump, mysqldump, pg_dump and the like begin. */
const DUMP = new RegExp(`^${BLANK}(?:PRAGMA|BEGIN|CREATE|INSERT|DROP|SET|ALTER)\\s`, 'i');

/** What a file is taken for. @param start its first bytes (BYTES_TO_TELL, or all if it has fewer) */
export function kindOf(start: Uint8Array): FileKind {
  if (start.length >= DATABASE.length && begins(start, DATABASE)) return 'database';
  if (start.length === 0) return 'other';
  // A text of UTF-16 says so; every other byte of what is ASCII in it is zero.
  const isWide = begins(start, [0xff, 0xfe]) || begins(start, [0xfe, 0xff]);
  const bytes = isWide ? start.filter((byte) => byte !== 0) : start;
  if (!looksLikeText(bytes)) return 'other';
  return SQL.test(asciiOf(bytes)) ? 'sql' : 'text';
}

/** Whether text begins like the dump of a database. @param start the first bytes of the text */
export function beginsLikeDump(start: Uint8Array): boolean {
  return DUMP.test(asciiOf(start));
}

/** Whether bytes are text: in UTF-8, or in any other encoding that has ASCII in it. */
export function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0c || byte === 0x0d);
}

/** Whether a file has these bytes at its beginning. */
export function begins(bytes: Uint8Array, wanted: readonly number[]): boolean {
  return wanted.every((byte, at) => bytes[at] === byte);
}

function asciiOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.filter((byte) => byte < 0x80));
}
