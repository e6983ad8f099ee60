// The SQL that leads from one state to the other: the rows of the open database become those of the one that it was compared with.
//
// All deletions of a table come first, then updates, then insertions, so that no key is there twice in between; a row whose unique
// values change is deleted and inserted again under its rowid. Triggers would change what is not asked for: those of the tables
// concerned are dropped, and made again by their own text. Where there are foreign keys, they are off for the same reason: ON DELETE
// CASCADE would delete rows of other tables.

import { foldName, quoteIdentifier, quoteText } from '../../database';
import { findRelation } from '../../schema/schema';
import { exactDifferences, type ComparedTable, type ExactDifference, type RowComparison } from './comparison';
import { keyOf, type ExactRow } from './exactRow';
import { literal } from './literal';
import { rowidColumn, uniqueIndexes } from './tableMatch';
import { nameOf, TableSide, type RowPlace } from './tableSide';

/** The script in pieces. Throws RowsUnreadable. */
export function* sqlPieces(comparison: RowComparison, tables: readonly ComparedTable[]): Generator<string, void, void> {
  const differing = tables.filter(({ places }) => places.before.length > 0);
  yield '-- Makes the rows of the open database those of the one that it was compared with.\n';
  for (const remark of remarksOn(comparison, tables)) yield `-- ${remark}\n`;
  if (differing.length === 0) return;
  const names = new Set(differing.map(({ difference }) => foldName(difference.table)));
  const triggers = comparison.before.schema.triggers.filter(({ table }) => names.has(foldName(table)));
  // Inside a transaction they cannot be switched.
  const hasForeignKeys = comparison.before.schema.relations.some(({ sql }) => /\breferences\b/i.test(sql));
  yield `${hasForeignKeys ? 'PRAGMA foreign_keys = OFF;\n' : ''}BEGIN;\n`;
  for (const { name } of triggers) yield `DROP TRIGGER ${quoteIdentifier(name)};\n`;
  for (const table of differing) {
    if (foldName(table.difference.table) !== SEQUENCE) yield* new TableScript(comparison, table).pieces();
  }
  yield* sequencePieces(comparison, differing);
  for (const { sql } of triggers) yield `${sql};\n`;
  yield `COMMIT;\n${hasForeignKeys ? 'PRAGMA foreign_keys = ON;\n' : ''}`;
}

/** What the script does not do, a line each. */
function* remarksOn({ differences }: RowComparison, tables: readonly ComparedTable[]): Generator<string, void, void> {
  for (const { difference: of } of tables) {
    if (of.obstacle !== null) yield `Not compared: ${line(of.table)} (${line(of.obstacle)}).`;
    const missing = [...of.columnsOnlyBefore, ...of.columnsOnlyAfter].map(line);
    if (missing.length > 0)
      yield `${line(of.table)}: columns on one side only are left as they are: ${missing.join(', ')}.`;
  }
  for (const { table, side } of differences) {
    if (side !== 'both') yield `${line(table)} is on one side only, and is left as it is.`;
  }
}

/** A comment ends with its line. */
function line(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** The statements for one table. */
class TableScript {
  readonly #comparison: RowComparison;
  readonly #table: ComparedTable;
  readonly #name: string;
  readonly #columns: readonly string[];
  /** Columns by which a row may not be updated in place, by folded names; null for all. */
  readonly #unique: ReadonlySet<string> | null;
  /** What only the table before has, which a row that is inserted again keeps. */
  readonly #kept: TableSide;

  constructor(comparison: RowComparison, table: ComparedTable) {
    const { database, decode } = comparison.before;
    const { match } = table.sides;
    this.#comparison = comparison;
    this.#table = table;
    this.#name = quoteIdentifier(match.before.name);
    this.#columns = match.columns.map(quoteIdentifier);
    const indexes = uniqueIndexes(database, match.before.name);
    const plain = new Set(match.columns.map(foldName));
    const named = indexes.flatMap(({ columns }) => columns.map((column) => column && foldName(column)));
    const isPlain = indexes.every(({ whole }) => whole) && named.every((name) => name !== null && plain.has(name));
    const alias = rowidColumn(database, match.before);
    this.#unique = isPlain
      ? new Set([...named.flatMap((name) => name ?? []), ...(alias ? [foldName(alias)] : [])])
      : null;
    this.#kept = new TableSide(database, match.before, match.onlyBefore, { decode, asText: false });
  }

  *pieces(): Generator<string, void, void> {
    const { before } = this.#table.sides;
    const all = this.#table.places.before.map((_, index) => index);
    if (before.address.kind === 'none') yield* this.#deleteWhole(all);
    else {
      for (const difference of exactDifferences(this.#table, all)) {
        if (difference.kind === 'removed' || this.#isReplaced(difference)) {
          yield `DELETE FROM ${this.#name} WHERE ${this.#condition(difference)};\n`;
        }
      }
    }
    for (const difference of exactDifferences(this.#table, all)) {
      if (difference.kind === 'changed' && !this.#isReplaced(difference)) yield this.#update(difference);
    }
    // Rows that keep their rowid come before those that get one: theirs is free until then.
    for (const kinds of ['changed', 'added']) {
      for (const difference of exactDifferences(this.#table, all)) {
        if (difference.kind !== kinds) continue;
        if (difference.kind === 'added' || this.#isReplaced(difference)) yield this.#insert(difference);
      }
    }
  }

  #isReplaced({ kind, changed }: ExactDifference): boolean {
    if (kind !== 'changed') return false;
    if (this.#table.sides.before.address.kind === 'none') return true;
    return (
      this.#unique === null ||
      changed.some((at) => this.#unique?.has(foldName(this.#table.sides.match.columns[at] ?? '')))
    );
  }

  /** What finds the row as it is before. */
  #condition({ index, before }: ExactDifference): string {
    const { sides, places } = this.#table;
    const { decode } = this.#comparison.before;
    const place = places.before[index] ?? null;
    const { key, columns } = sides.match;
    if (before && key.length > 0 && key.every((at) => before.types[at] !== 'n')) {
      return key.map((at) => `${quoteIdentifier(columns[at] ?? '')} = ${literal(before, at, decode)}`).join(' AND ');
    }
    const { address } = sides.before;
    if (address.kind === 'rowid') return `${address.name} = ${place === null ? '' : nameOf(place)}`;
    if (address.kind === 'none') return this.#wholeCondition(before);
    const row = place as ExactRow;
    return address.columns.map((name, at) => `${quoteIdentifier(name)} = ${literal(row, at, decode)}`).join(' AND ');
  }

  /** A row by the types and bytes of all of its values. */
  #wholeCondition(row: ExactRow | null): string {
    const { decode } = this.#comparison.before;
    return this.#columns
      .map((column, at) => {
        const type = TYPES[row?.types[at] ?? 'n'];
        if (!row || type === undefined) return `${column} IS NULL`;
        const value = literal(row, at, decode);
        const isBytes = row.types[at] === 't' || row.types[at] === 'b';
        const equal = isBytes ? `CAST(${column} AS BLOB) = CAST(${value} AS BLOB)` : `${column} = ${value}`;
        return `typeof(${column}) = '${type}' AND ${equal}`;
      })
      .join(' AND ');
  }

  /** Without a rowid no one of several equal rows can be named: all go, and those that stay are inserted again. */
  *#deleteWhole(all: readonly number[]): Generator<string, void, void> {
    const gone = new Map<string, { readonly difference: ExactDifference; rows: number }>();
    for (const difference of exactDifferences(this.#table, all)) {
      if (!difference.before) continue;
      const key = keyOf(difference.before);
      const known = gone.get(key);
      if (known) known.rows++;
      else gone.set(key, { difference, rows: 1 });
    }
    const { before } = this.#table.sides;
    const there = new Map<string, number>();
    before.visit(null, ({ row }) => {
      const key = keyOf(row);
      if (gone.has(key)) there.set(key, (there.get(key) ?? 0) + 1);
    });
    for (const [key, { difference, rows }] of gone) {
      yield `DELETE FROM ${this.#name} WHERE ${this.#wholeCondition(difference.before)};\n`;
      for (let left = (there.get(key) ?? 0) - rows; left > 0; left--) {
        yield this.#insertRow(difference.before, this.#comparison.before.decode, null, null);
      }
    }
  }

  #update(difference: ExactDifference): string {
    const { after, changed } = difference;
    const { decode } = this.#comparison.after;
    const values = changed.map((at) => `${this.#columns[at] ?? ''} = ${after ? literal(after, at, decode) : 'NULL'}`);
    return `UPDATE ${this.#name} SET ${values.join(', ')} WHERE ${this.#condition(difference)};\n`;
  }

  #insert({ kind, index, after }: ExactDifference): string {
    const { sides, places } = this.#table;
    const { address } = sides.before;
    const place = kind === 'changed' ? places.before[index] : sides.byRowid ? places.after[index] : null;
    const alias = rowidColumn(this.#comparison.before.database, sides.match.before);
    // The column that is the rowid is among the values.
    const rowid = address.kind === 'rowid' && alias === null && place != null ? { name: address.name, place } : null;
    const kept = kind === 'changed' && sides.match.onlyBefore.length > 0 ? (places.before[index] ?? null) : null;
    return this.#insertRow(after, this.#comparison.after.decode, rowid, kept);
  }

  #insertRow(
    row: ExactRow | null,
    decode: TableSide['decode'],
    rowid: { readonly name: string; readonly place: RowPlace } | null,
    kept: RowPlace | null,
  ): string {
    const columns = [...(rowid ? [rowid.name] : []), ...this.#columns];
    const values = [
      ...(rowid ? [nameOf(rowid.place)] : []),
      ...this.#columns.map((_, at) => (row ? literal(row, at, decode) : 'NULL')),
    ];
    const [extra] = kept === null || this.#kept.address.kind === 'none' ? [] : this.#kept.at([kept]);
    if (extra) {
      columns.push(...this.#table.sides.match.onlyBefore.map(quoteIdentifier));
      values.push(...extra.values.map((_, at) => literal(extra, at, this.#kept.decode)));
    }
    if (columns.length === 0) return `INSERT INTO ${this.#name} DEFAULT VALUES;\n`;
    return `INSERT INTO ${this.#name}(${columns.join(', ')}) VALUES (${values.join(', ')});\n`;
  }
}

const TYPES: Readonly<Record<string, string>> = { i: 'integer', r: 'real', t: 'text', b: 'blob' };

const SEQUENCE = 'sqlite_sequence';

/**
 * The marks of AUTOINCREMENT (https://sqlite.org/autoinc.html), last of all: insertions move them. One is written where it differs, and
 * where its table was written to.
 */
function* sequencePieces(
  { before, after }: RowComparison,
  differing: readonly ComparedTable[],
): Generator<string, void, void> {
  const ours = findRelation(before.schema, SEQUENCE);
  const theirs = findRelation(after.schema, SEQUENCE);
  if (!ours) return;
  const written = new Set(differing.map(({ difference }) => foldName(difference.table)));
  const marksOf = (state: typeof before, relation: typeof ours | undefined): Map<string, string[]> => {
    const marks = new Map<string, string[]>();
    if (!relation) return marks;
    const side = new TableSide(state.database, relation, ['name', 'seq'], { decode: state.decode, asText: false });
    side.visit(null, ({ row }) => {
      const [name, seq] = [literal(row, 0, state.decode), literal(row, 1, state.decode)];
      marks.set(name, [...(marks.get(name) ?? []), seq]);
    });
    return marks;
  };
  const [had, has] = [marksOf(before, ours), marksOf(after, theirs)];
  const tables = new Map([...written].map((name) => [quoteText(name), name]));
  const isWritten = (name: string): boolean => tables.has(foldName(name));
  for (const name of new Set([...had.keys(), ...has.keys(), ...namesOf(differing)])) {
    const [old = [], now = []] = [had.get(name), has.get(name)];
    if (old.join() === now.join() && !isWritten(name)) continue;
    if (!written.has(SEQUENCE) && !isWritten(name)) continue;
    yield `DELETE FROM ${SEQUENCE} WHERE name IS ${name};\n`;
    for (const seq of now) yield `INSERT INTO ${SEQUENCE}(name, seq) VALUES (${name}, ${seq});\n`;
  }
}

/** Tables that may get a mark by being written to. */
function namesOf(differing: readonly ComparedTable[]): readonly string[] {
  return differing
    .filter(({ sides }) => /autoincrement/i.test(sides.match.before.sql))
    .map(({ difference }) => quoteText(difference.table));
}
