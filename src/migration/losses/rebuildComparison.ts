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
}

/**
 * Compares contents, value by value, as far as columns have the same name in both. Rows are matched by their rowid, where
 * that finds every row with the same values; else by the primary key of the old table; and without one as a whole.
 * Gives null where there is nothing to compare by, or SQLite cannot read it.
 */
export function compareRows(database: Database, old: Place, copy: Place): Difference | null {
  const ask = (sql: string): Row | null => {
    const read = database.query(sql);
    return read.ok ? (read.value[0] ?? null) : null;
  };
  const [before, after] = [columnsOf(database, old), columnsOf(database, copy)];
  const there = new Set(after.map(({ folded }) => folded));
  const common = before.filter(({ folded }) => there.has(folded));
  if (common.length === 0) return null;
  const [from, to] = [nameOf(old), nameOf(copy)];
  const values = (alias: string, columns: readonly Column[]): string =>
    `(${columns.map(({ quoted }) => `${alias}.${quoted} COLLATE BINARY`).join(', ')})`;

  if (![...before, ...after].some(({ folded }) => folded === 'rowid')) {
    const same = ask(
      `SELECT count(*), sum(n.rowid IS NOT NULL AND ${values('o', common)} IS ${values('n', common)})
       FROM ${from} AS o LEFT JOIN ${to} AS n ON n.rowid = o.rowid`,
    );
    if (same !== null && Number(same[0]) === Number(same[1])) return { lost: 0, changed: 0 };
  }

  const key = before.filter(({ primaryKey }) => primaryKey);
  if (key.length > 0 && key.every(({ folded }) => there.has(folded))) {
    const keys = key.map(({ quoted }) => quoted).join(', ');
    const lost = ask(`SELECT count(*) FROM (SELECT ${keys} FROM ${from} EXCEPT SELECT ${keys} FROM ${to})`);
    const on = key.map(({ quoted }) => `n.${quoted} = o.${quoted}`).join(' AND ');
    const ofOld = key.map(({ quoted }) => `o.${quoted}`).join(', ');
    const changed = ask(
      `SELECT count(*) FROM (SELECT 1 FROM ${from} AS o CROSS JOIN ${to} AS n ON ${on}
       WHERE ${values('o', common)} IS NOT ${values('n', common)} GROUP BY ${ofOld})`,
    );
    return lost && changed && { lost: Number(lost[0]), changed: Number(changed[0]) };
  }

  // A row that is there twice has to be there twice: each counts one up in the old table and one down in the copy.
  const all = common.map(({ quoted }, at) => `${quoted} AS c${at}`).join(', ');
  const groups = common.map((_, at) => `c${at} COLLATE BINARY`).join(', ');
  const gone = ask(
    `SELECT total(gone) FROM (SELECT max(0, sum(one)) AS gone
     FROM (SELECT ${all}, 1 AS one FROM ${from} UNION ALL SELECT ${all}, -1 FROM ${to}) GROUP BY ${groups})`,
  );
  const fewer = ask(`SELECT (SELECT count(*) FROM ${from}) - (SELECT count(*) FROM ${to})`);
  if (!gone || !fewer) return null;
  const lost = Math.max(0, Number(fewer[0]));
  return { lost, changed: Math.max(0, Number(gone[0]) - lost) };
}

interface Column {
  readonly folded: string;
  readonly quoted: string;
  readonly primaryKey: boolean;
}

function columnsOf(database: Database, { schema, name }: Place): readonly Column[] {
  const read = database.query('SELECT name, pk FROM pragma_table_xinfo(?, ?) WHERE hidden IN (0, 3)', [name, schema]);
  if (!read.ok) return [];
  return read.value.map(([column, key]) => ({
    folded: foldName(String(column)),
    quoted: quoteIdentifier(String(column)),
    primaryKey: Number(key) > 0,
  }));
}

function nameOf({ schema, name }: Place): string {
  return `${schema}.${quoteIdentifier(name)}`;
}
