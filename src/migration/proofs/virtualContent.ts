// What a full-text or R-Tree table gives to whoever asks it: the same rows and words may be stored in another way, after `optimize`, `rebuild` or when
// rows were put in anew.

import { foldName, quoteIdentifier, quoteText, type Database } from '../../database';
import type { Relation } from '../../schema/schema';
import { ownerOf } from '../../schema/virtualTables';
import type { Hasher } from './contentHash';
import type { TablePair } from './tablePairs';

/** The shadow tables that hold an index; settings, sizes and rows are compared as they are. */
const INDEX_STORAGE = /_(?:data|idx|node|parent|rowid)$/i;
const MODULE = /\bUSING\s+["'`[]?(fts5|rtree(?:_i32)?)\b/i;
/** Words with their places, or boxes; more take too long to be read one by one. */
const MOST_ENTRIES = 500_000;
const WORDS = 'drydock words';

/** The virtual table whose index a shadow table stores, before and after; null where that is none of these. */
export function indexOwners(
  { before, after }: TablePair,
  relations: readonly Relation[],
  relationsAfter: readonly Relation[],
): readonly [Relation, Relation] | null {
  if (before.kind !== 'shadow table' || !after || !INDEX_STORAGE.test(before.name)) return null;
  const virtual = (name: string, among: readonly Relation[]): Relation | undefined =>
    among.find((one) => one.kind === 'virtual table' && foldName(one.name) === foldName(ownerOf(name)));
  const [had, has] = [virtual(before.name, relations), virtual(after.name, relationsAfter)];
  return had && has && had.unreadable === null && has.unreadable === null ? [had, has] : null;
}

/** The hash of all words of a full-text index with their places (https://sqlite.org/fts5.html#the_fts5vocab_virtual_table_module), or of all boxes; null where it cannot be asked, or holds too many. */
export function hashOfIndex(database: Database, { name, sql, columns }: Relation, hasher: Hasher): string | null {
  const module = MODULE.exec(sql)?.[1]?.toLowerCase();
  if (module === undefined) return null;
  if (module !== 'fts5')
    return hashRows(
      database,
      `main.${quoteIdentifier(name)}`,
      columns.map((column) => column.name),
      hasher,
    );
  const words = `temp.${quoteIdentifier(WORDS)}`;
  const make = `CREATE VIRTUAL TABLE ${words} USING fts5vocab(main, ${quoteText(name)}, instance)`;
  if (!database.execute(make).ok) return null;
  try {
    return hashRows(database, words, ['term', 'doc', 'col', 'offset'], hasher);
  } finally {
    database.execute(`DROP TABLE ${words}`);
  }
}

function hashRows(database: Database, table: string, columns: readonly string[], hasher: Hasher): string | null {
  // What an error has left in it.
  hasher.digest();
  const quoted = columns.map(quoteIdentifier);
  const values = quoted.map((column) => `quote(${column})`).join(" || ',' || ");
  let entries = 0;
  const sql = `SELECT CAST(${values} || ';' AS BLOB) FROM ${table} ORDER BY ${quoted.join(', ')} LIMIT ${MOST_ENTRIES + 1}`;
  const read = database.visit(sql, [], ([row]) => {
    entries++;
    if (row instanceof Uint8Array) hasher.update(row);
  });
  const hash = hasher.digest();
  return read.ok && entries <= MOST_ENTRIES ? hash : null;
}
