// Compares a table that is about to be dropped with the copy that takes its place: which rows and values the copy lacks.

import { quoteIdentifier, type Database, type Row, foldName } from '../../database';

/** A table by the name that it has now. */
export interface Place {
  readonly schema: 'main' | 'temp';
  readonly name: string;
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
}

const SAME: Difference = { lost: 0, changed: 0, columns: [], renumbered: 0 };

/**
 * Compares contents, value by value, as far as columns have the same name in both: a value is the same if it has the same type and
 * the same bytes, so the text '0049' and the number 49 are two values, and so are 1 and 1.0. Rows are matched by their rowid, where
 * that finds every row with the same values; else by the primary key of the old table; and without one as a whole.
 * Gives null where there is nothing to compare by, or SQLite cannot read it.
 */
export function compareRows(database: Database, old: Place, copy: Place): Difference | null {
  const ask = (sql: string): Row | null => {
    const read = database.query(sql);
    return read.ok ? (read.value[0] ?? null) : null;
  };
  const [before, after] = [columnsOf(database, old), columnsOf(database, copy)];
  const there = new Map(after.map((column) => [column.folded, column]));
  const common = before.filter(({ folded }) => there.has(folded));
  if (common.length === 0) return null;
  const [from, to] = [nameOf(old), nameOf(copy)];
  /** The columns, of these, that differ between `o` and `n`, where they were matched by `on`. */
  const differing = (on: string): readonly string[] => {
    const counts = ask(`SELECT ${common.map((column) => `total(NOT (${same([column])}))`).join(', ')}
      FROM ${from} AS o CROSS JOIN ${to} AS n ON ${on}`);
    return common.flatMap(({ name }, at) => (Number(counts?.[at] ?? 0) > 0 ? [name] : []));
  };

  const hasRowids = ![...before, ...after].some(({ folded }) => folded === 'rowid');
  const byRowid = hasRowids
    ? ask(
        `SELECT count(*), count(n.rowid), total(n.rowid IS NOT NULL AND ${same(common)}),
           (SELECT count(*) FROM ${to})
         FROM ${from} AS o LEFT JOIN ${to} AS n ON n.rowid = o.rowid`,
      )
    : null;
  const [rows = 0, found = 0, equal = 0, rowsNow = 0] = (byRowid ?? []).map(Number);
  if (byRowid !== null && rows === equal) return SAME;

  const key = before.filter(({ primaryKey }) => primaryKey);
  if (key.length > 0 && key.every(({ folded }) => there.has(folded))) {
    const keys = (alias: string): string => key.map(({ quoted }) => `${alias}.${quoted}`).join(', ');
    const on = key.map(({ quoted }) => `n.${quoted} IS o.${quoted}`).join(' AND ');
    const matched = ask(
      `SELECT count(*), total(other) FROM (SELECT max(NOT (${same(common)})) AS other
       FROM ${from} AS o CROSS JOIN ${to} AS n ON ${on} GROUP BY ${keys('o')})`,
    );
    // Keys that are converted may fall together: '1' and '01' are both 1.
    const kept = ask(
      `SELECT count(*) FROM (SELECT 1 FROM ${from} AS o CROSS JOIN ${to} AS n ON ${on} GROUP BY ${keys('n')})`,
    );
    const all = ask(`SELECT count(*) FROM (SELECT 1 FROM ${from} AS o GROUP BY ${keys('o')})`);
    if (matched === null || kept === null || all === null) return null;
    const lost = Number(all[0]) - Math.min(Number(matched[0]), Number(kept[0]));
    const changed = Number(matched[1]);
    return { lost, changed, columns: changed > 0 ? differing(on) : [], renumbered: 0 };
  }

  // A row that is there twice has to be there twice: each counts one up in the old table and one down in the copy.
  const all = common.map(({ quoted }, at) => `${quoted} AS c${at}, typeof(${quoted}) AS t${at}`).join(', ');
  const groups = common.map((_, at) => `t${at}, c${at} COLLATE BINARY`).join(', ');
  const gone = ask(
    `SELECT total(gone) FROM (SELECT max(0, sum(one)) AS gone
     FROM (SELECT ${all}, 1 AS one FROM ${from} UNION ALL SELECT ${all}, -1 FROM ${to}) GROUP BY ${groups})`,
  );
  const fewer = ask(`SELECT (SELECT count(*) FROM ${from}) - (SELECT count(*) FROM ${to})`);
  if (!gone || !fewer) return null;
  const lost = Math.max(0, Number(fewer[0]));
  const changed = Math.max(0, Number(gone[0]) - lost);
  if (changed === 0) return { lost, changed, columns: [], renumbered: lost === 0 ? rows - found : 0 };
  const paired = byRowid !== null && found === rows && rows === rowsNow;
  return { lost, changed, columns: paired ? differing('n.rowid = o.rowid') : [], renumbered: 0 };
}

/**
 * Whether the columns hold the same in `o` and `n`. The sign of a plus takes away the affinity by which SQLite would convert one
 * side before it compares (https://sqlite.org/datatype3.html#affinity_of_comparison_operands), and typeof tells 1 from 1.0.
 */
function same(columns: readonly Column[]): string {
  const list = (of: (quoted: string) => string): string => `(${columns.map(({ quoted }) => of(quoted)).join(', ')})`;
  const types = (alias: string): string => list((quoted) => `typeof(${alias}.${quoted})`);
  const values = (alias: string): string => list((quoted) => `+${alias}.${quoted} COLLATE BINARY`);
  return `${types('o')} = ${types('n')} AND ${values('o')} IS ${values('n')}`;
}

interface Column {
  readonly name: string;
  readonly folded: string;
  readonly quoted: string;
  readonly primaryKey: boolean;
}

function columnsOf(database: Database, { schema, name }: Place): readonly Column[] {
  const read = database.query('SELECT name, pk FROM pragma_table_xinfo(?, ?) WHERE hidden IN (0, 3)', [name, schema]);
  if (!read.ok) return [];
  return read.value.map(([column, key]) => ({
    name: String(column),
    folded: foldName(String(column)),
    quoted: quoteIdentifier(String(column)),
    primaryKey: Number(key) > 0,
  }));
}

function nameOf({ schema, name }: Place): string {
  return `${schema}.${quoteIdentifier(name)}`;
}
