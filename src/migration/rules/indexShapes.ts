// What the indexes of a table keep unique and find quickly, its keys and constraints included, by the columns that they stand on.

import { foldName, type Database } from '../../database';
import { bodyOf } from '../../script/spelling';
import { parseSql, unquotedName } from '../../script/tokens';

/** An index as SQLite has it, be it made by CREATE INDEX or by a key. */
export interface IndexShape {
  /** Folded. */
  readonly name: string;
  readonly unique: boolean;
  readonly partial: boolean;
  /** Its columns in order, folded; null for an expression. */
  readonly columns: readonly (string | null)[];
  /** All columns that it looks at, those in its expressions too. */
  readonly uses: ReadonlySet<string>;
}

/** The indexes of a table of the main database; none where SQLite cannot list them. */
export function readIndexShapes(database: Database, table: string): readonly IndexShape[] {
  const read = database.query(
    `SELECT l.name, l."unique", l.partial, x.name, s.sql
     FROM pragma_index_list(?, 'main') AS l, pragma_index_info(l.name, 'main') AS x
     LEFT JOIN main.sqlite_schema AS s ON s.type = 'index' AND s.name = l.name ORDER BY l.seq, x.seqno`,
    [table],
  );
  const shapes = new Map<string, IndexShape & { readonly columns: (string | null)[]; readonly uses: Set<string> }>();
  for (const [index, unique, partial, column, sql] of read.ok ? read.value : []) {
    const name = foldName(String(index));
    const known = shapes.get(name);
    const shape = known ?? { name, unique: unique === 1, partial: partial === 1, columns: [], uses: new Set<string>() };
    if (!known) shapes.set(name, shape);
    shape.columns.push(typeof column === 'string' ? foldName(column) : null);
    if (typeof column === 'string') shape.uses.add(foldName(column));
    else for (const used of wordsOf(sql)) shape.uses.add(used);
  }
  return [...shapes.values()];
}

/** Every word of an index that may name a column. */
function wordsOf(sql: unknown): readonly string[] {
  if (typeof sql !== 'string') return [];
  return bodyOf(parseSql(sql)).tokens.flatMap((token) => {
    const name = unquotedName(token);
    return typeof name === 'string' ? [foldName(name)] : [];
  });
}

/**
 * Whether some columns stay unique together: an index of all rows is unique on them or on fewer, or on what it computes from them.
 * @param among the columns of the table, folded
 */
export function keepsUnique(
  shapes: readonly IndexShape[],
  columns: readonly string[],
  among: ReadonlySet<string>,
): boolean {
  const wanted = new Set(columns.map(foldName));
  return shapes.some(
    ({ unique, partial, uses }) =>
      unique && !partial && [...uses].every((used) => wanted.has(used) || !among.has(used)),
  );
}

/** How much of it is left that some columns were unique: `only together with c`, `only in the rows of the index i`; null for nothing. */
export function leftUnique(shapes: readonly IndexShape[], columns: readonly string[]): string | null {
  const wanted = columns.map(foldName);
  const wider = shapes.filter(({ unique, uses }) => unique && wanted.every((column) => uses.has(column)));
  const whole = wider.find(({ partial }) => !partial);
  const [some] = wider;
  if (whole) {
    const more = whole.columns.filter((column) => column === null || !wanted.includes(column));
    return `only together with ${more.map((column) => column ?? 'an expression').join(', ')}`;
  }
  return some ? `only in the rows of the index ${some.name}` : null;
}

/** Whether another index of all rows begins with the columns of one that is not unique. */
export function findsAsQuickly(shapes: readonly IndexShape[], { columns, partial, unique }: IndexShape): boolean {
  if (unique || partial || columns.includes(null)) return false;
  return shapes.some((other) => !other.partial && columns.every((column, at) => other.columns[at] === column));
}
