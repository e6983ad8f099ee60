// Compares a table that is about to be dropped with the copy that takes its place: which rows and values the copy lacks.

import { quoteIdentifier, type Database, type Row, foldName } from '../../database';
import { ALL_COLUMNS, type CopiedColumns } from '../../script/copiedColumns';

/** A table by the name that it has now. */
export interface Place {
  readonly schema: 'main' | 'temp';
  readonly name: string;
}

/** A part of the rows of a table: as a DELETE has it behind the table's name. */
export interface Part {
  /** ` AS x`, or nothing. */
  readonly alias: string;
  readonly where: string;
}

/** What a copy lacks of the rows that it was made of. */
export interface Difference {
  /** Rows that are not in the copy. */
  readonly lost: number;
  /** Rows that are in the copy with other values, in the columns that have the same name in both. */
  readonly changed: number;
  /** The columns in which they have other values, as far as that can be told. */
  readonly columns: readonly string[];
  /** Rows that have another rowid in the copy, where the rowid is no column of the table; 0 where that cannot be told. */
  readonly renumbered: number;
  /** Only columns that keep their names were compared. */
  readonly byName: boolean;
}

const SAME = { lost: 0, changed: 0, columns: [], renumbered: 0 };

/**
 * Compares contents, value by value, in the columns that have the same name in both or are copied as they are into one of another
 * name: a value is the same if it has the same type and the same bytes, so the text '0049' and the number 49 are two values, and so
 * are 1 and 1.0. Rows are matched by their rowid, where that finds every row with the same values; else by the primary key of the old
 * table; and without one as a whole.
 * Gives null where there is nothing to compare by, or SQLite cannot read it.
 * @param copied the columns that were copied as they are
 * @param part which rows of the old table are meant; all, where it is left out
 */
export function compareRows(
  database: Database,
  old: Place,
  copy: Place,
  copied: CopiedColumns = new Map(),
  part: Part | null = null,
): Difference | null {
  const ask = (sql: string): Row | null => {
    const read = database.query(sql);
    return read.ok ? (read.value[0] ?? null) : null;
  };
  const [before, after] = [columnsOf(database, old, '0, 3'), columnsOf(database, copy, '0, 2, 3')];
  const common = pairColumns(before, after, copied);
  if (common.length === 0) return null;
  const byName = common.every(({ o, n }) => o.folded === n.folded);
  const rowid = freeRowid([...before, ...after]);
  const [from, to] = [part ? rowsOfPart(database, old, part, rowid) : nameOf(old), nameOf(copy)];
  /** The columns, of these, that differ between `o` and `n`, where they were matched by `on`. */
  const differing = (on: string): readonly string[] => {
    const counts = ask(`SELECT ${common.map((column) => `total(NOT (${same([column])}))`).join(', ')}
      FROM ${from} AS o CROSS JOIN ${to} AS n ON ${on}`);
    return common.flatMap((pair, at) => (Number(counts?.[at] ?? 0) === 0 ? [] : [nameOfPair(pair)]));
  };

  const byRowid =
    rowid === null
      ? null
      : ask(
          `SELECT count(*), count(n.${rowid}), total(n.${rowid} IS NOT NULL AND ${same(common)}), (SELECT count(*) FROM ${to})
           FROM ${from} AS o LEFT JOIN ${to} AS n ON n.${rowid} = o.${rowid}`,
        );
  const [rows = 0, found = 0, equal = 0, rowsNow = 0] = (byRowid ?? []).map(Number);
  if (byRowid !== null && rows === equal) return { ...SAME, byName };
  /** Of rows that are all there with the same values: those that are not at the rowid which they had. */
  const renumbered = byRowid === null ? 0 : rows - equal;

  const key = common.filter(({ o }) => o.primaryKey);
  if (key.length > 0 && key.length === before.filter(({ primaryKey }) => primaryKey).length) {
    const keys = (alias: 'o' | 'n'): string => key.map((pair) => `${alias}.${pair[alias].quoted}`).join(', ');
    const on = key.map(({ o, n }) => `n.${n.quoted} IS o.${o.quoted}`).join(' AND ');
    const matched = ask(
      `SELECT count(*), total(other), total(several) FROM (SELECT max(NOT (${same(common)})) AS other, count(*) > 1 AS several
       FROM ${from} AS o CROSS JOIN ${to} AS n ON ${on} GROUP BY ${keys('o')})`,
    );
    // Keys that are converted may fall together: '1' and '01' are both 1. Of those one row is changed at most, and the others are lost.
    const kept = ask(
      `SELECT count(*), total(other) FROM (SELECT min(NOT (${same(common)})) AS other
       FROM ${from} AS o CROSS JOIN ${to} AS n ON ${on} GROUP BY ${identity(database, copy, after)})`,
    );
    const all = ask(`SELECT count(*) FROM (SELECT 1 FROM ${from} AS o GROUP BY ${keys('o')})`);
    if (matched === null || kept === null || all === null) return null;
    const lost = Number(all[0]) - Math.min(Number(matched[0]), Number(kept[0]));
    const changed = Math.min(Number(matched[1]), Number(kept[1]));
    const rest = common.filter((pair) => !key.includes(pair));
    const others = lost > 0 && rest.length > 0 && !part ? compareAsSets(ask, from, to, rest) : null;
    // Rows that are all there but for their keys have got other keys.
    if (others?.changed === 0 && others.lost < lost) {
      const rekeyed = lost + changed - others.lost;
      return { lost: others.lost, changed: rekeyed, columns: key.map(nameOfPair), renumbered: 0, byName };
    }
    // Where a row may be one of several, nobody can tell what it had in the other columns.
    const isClear = Number(matched[2]) === 0 && Number(kept[0]) === Number(matched[0]);
    const columns = changed === 0 ? [] : isClear ? differing(on) : key.map(nameOfPair);
    return { lost, changed, columns, renumbered: lost + changed === 0 ? renumbered : 0, byName };
  }

  const sets = compareAsSets(ask, from, to, common);
  if (sets === null) return null;
  // Beside a part of the rows, what the copy holds may be others.
  const { lost, changed } = part ? { lost: sets.lost + sets.changed, changed: 0 } : sets;
  if (changed === 0) return { lost, changed, columns: [], renumbered: lost === 0 ? renumbered : 0, byName };
  const paired = byRowid !== null && found === rows && rows === rowsNow;
  const columns = paired ? differing(`n.${rowid ?? ''} = o.${rowid ?? ''}`) : [];
  return { lost, changed, columns, renumbered: 0, byName };
}

/** A part of a table as a table, with its rowid where it has one. */
export function rowsOfPart(database: Database, place: Place, { alias, where }: Part, rowid: string | null): string {
  const hasRowid = rowid !== null && database.compile(`SELECT ${rowid} FROM ${nameOf(place)}`).ok;
  return `(SELECT ${hasRowid ? `${rowid} AS ${rowid}, ` : ''}* FROM ${nameOf(place)}${alias} WHERE ${where})`;
}

/**
 * Compares rows as a whole in some columns, in any order: how many fewer there are, and how many of the rest are not there as they were.
 * Null where SQLite cannot read them.
 */
function compareAsSets(
  ask: (sql: string) => Row | null,
  from: string,
  to: string,
  columns: readonly ColumnPair[],
): Pick<Difference, 'lost' | 'changed'> | null {
  // A row that is there twice has to be there twice: each counts one up in the old table and one down in the copy.
  const values = (of: 'o' | 'n'): string =>
    columns.map((pair, at) => `${pair[of].quoted} AS c${at}, typeof(${pair[of].quoted}) AS t${at}`).join(', ');
  const groups = columns.map((_, at) => `t${at}, c${at} COLLATE BINARY`).join(', ');
  const gone = ask(
    `SELECT total(gone) FROM (SELECT max(0, sum(one)) AS gone
     FROM (SELECT ${values('o')}, 1 AS one FROM ${from} UNION ALL SELECT ${values('n')}, -1 FROM ${to}) GROUP BY ${groups})`,
  );
  const fewer = ask(`SELECT (SELECT count(*) FROM ${from}) - (SELECT count(*) FROM ${to})`);
  if (!gone || !fewer) return null;
  const lost = Math.max(0, Number(fewer[0]));
  return { lost, changed: Math.max(0, Number(gone[0]) - lost) };
}

/**
 * How many rows of a table are in none of several others that have all of its columns, with the same values; and which these are, by
 * their places among the others. Null where there is no such, or that cannot be told.
 * @param copied the columns that were copied as they are
 */
export function countNowhere(
  database: Database,
  old: Place,
  others: readonly { readonly place: Place; readonly copied: CopiedColumns }[],
): { readonly rows: number; readonly among: readonly number[] } | null {
  const before = columnsOf(database, old, '0, 3');
  const whole = others.flatMap(({ place, copied }, at) => {
    const pairs = pairColumns(before, columnsOf(database, place, '0, 2, 3'), copied);
    return pairs.length === before.length ? [{ at, place, pairs }] : [];
  });
  if (before.length === 0 || whole.length === 0) return null;
  const values = (columns: readonly Column[]): string =>
    columns.map(({ quoted }) => `typeof(${quoted}), +${quoted} COLLATE BINARY`).join(', ');
  const rest = whole.map(
    ({ place, pairs }) => `EXCEPT SELECT ${values(pairs.map(({ n }) => n))} FROM ${nameOf(place)}`,
  );
  const left = `SELECT ${values(before)} FROM ${nameOf(old)} ${rest.join(' ')}`;
  const read = database.query(`SELECT count(*) FROM (${left})`);
  const rows = Number(read.ok ? (read.value[0]?.[0] ?? 0) : -1);
  // Equal rows are counted once by that: without a key there may be some.
  const hasKey = before.some(({ primaryKey }) => primaryKey);
  return rows < 0 || (rows > 0 && !hasKey) ? null : { rows, among: whole.map(({ at }) => at) };
}

function nameOfPair({ o, n }: ColumnPair): string {
  return o.folded === n.folded ? o.name : `${o.name}, now ${n.name}`;
}

/** A column of the old table, and the one of the copy that has its values. */
interface ColumnPair {
  readonly o: Column;
  readonly n: Column;
}

/** By name; what has no namesake, by where it was copied to, unless that is the namesake of another column. */
function pairColumns(
  before: readonly Column[],
  after: readonly Column[],
  copied: CopiedColumns,
): readonly ColumnPair[] {
  const there = new Map(after.map((column) => [column.folded, column]));
  const names = new Set(before.map(({ folded }) => folded));
  const writable = after.filter(({ generated }) => !generated);
  const byPlace = copied.has(ALL_COLUMNS) && before.every(({ generated }) => !generated);
  return before.flatMap((o, at): ColumnPair[] => {
    const to = byPlace ? at : copied.get(o.folded);
    const namesake = there.get(o.folded);
    const moved = typeof to === 'number' ? writable[to] : there.get(to ?? '');
    const n = namesake ?? (moved && !names.has(moved.folded) ? moved : undefined);
    return n ? [{ o, n }] : [];
  });
}

/**
 * Whether the columns hold the same in `o` and `n`. The sign of a plus takes away the affinity by which SQLite would convert one
 * side before it compares (https://sqlite.org/datatype3.html#affinity_of_comparison_operands), and typeof tells 1 from 1.0.
 */
function same(columns: readonly ColumnPair[]): string {
  const list = (alias: 'o' | 'n', of: (quoted: string) => string): string =>
    `(${columns.map((pair) => of(`${alias}.${pair[alias].quoted}`)).join(', ')})`;
  const types = (alias: 'o' | 'n'): string => list(alias, (quoted) => `typeof(${quoted})`);
  const values = (alias: 'o' | 'n'): string => list(alias, (quoted) => `+${quoted} COLLATE BINARY`);
  return `${types('o')} = ${types('n')} AND ${values('o')} IS ${values('n')}`;
}

/** What each row of `n` has for its own: its rowid, or the key of a table without rowids. */
function identity(database: Database, place: Place, columns: readonly Column[]): string {
  const rowid = freeRowid(columns);
  if (rowid !== null && database.compile(`SELECT ${rowid} FROM ${nameOf(place)}`).ok) return `n.${rowid}`;
  return columns
    .filter(({ primaryKey }) => primaryKey)
    .map(({ quoted }) => `n.${quoted}`)
    .join(', ');
}

/** The name by which the rowid can be asked for where these columns are: they may have taken one, or all three, of them. */
function freeRowid(columns: readonly Column[]): string | null {
  return ['rowid', '_rowid_', 'oid'].find((name) => columns.every(({ folded }) => folded !== name)) ?? null;
}

interface Column {
  readonly name: string;
  readonly folded: string;
  readonly quoted: string;
  readonly primaryKey: boolean;
  /** It is computed, and no INSERT gives it a value. */
  readonly generated: boolean;
}

/** @param kinds of PRAGMA table_xinfo: 0 for a plain column, 2 for a VIRTUAL and 3 for a STORED one */
function columnsOf(database: Database, { schema, name }: Place, kinds: string): readonly Column[] {
  const read = database.query(`SELECT name, pk, hidden FROM pragma_table_xinfo(?, ?) WHERE hidden IN (${kinds})`, [
    name,
    schema,
  ]);
  if (!read.ok) return [];
  return read.value.map(([column, key, hidden]) => ({
    name: String(column),
    folded: foldName(String(column)),
    quoted: quoteIdentifier(String(column)),
    primaryKey: Number(key) > 0,
    generated: Number(hidden) > 0,
  }));
}

function nameOf({ schema, name }: Place): string {
  return `${schema}.${quoteIdentifier(name)}`;
}
