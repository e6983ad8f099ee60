// What SQLite's own checks say of a database: integrity, and rows that refer to nothing.

import { quoteIdentifier, type Database, type Outcome } from '../../database';
import type { Relation } from '../../schema/schema';

/** What a check said: its complaints (none where all is well), and what it could not look at. */
export interface Integrity {
  readonly check: IntegrityCheck;
  readonly complaints: readonly string[];
  /** SQLite's messages for tables that could not be checked, by table. */
  readonly unchecked: ReadonlyMap<string, string>;
}

/** `integrity_check` looks at everything; `quick_check` does not look rows up in the indexes. */
export type IntegrityCheck = 'integrity_check' | 'quick_check';

/**
 * The PRAGMA of that name. Where a missing collation or function makes it stop, each table is checked by itself, so that only
 * the ones that need it stay unchecked. A virtual table whose module is missing SQLite passes over in silence: it is
 * unchecked, although the tables that store it are checked.
 */
export function checkIntegrity(
  database: Database,
  relations: readonly Relation[],
  check: IntegrityCheck = 'integrity_check',
): Integrity {
  const complaints: string[] = [];
  const whole = database.visit(`PRAGMA ${check}`, [], (row) => void complaints.push(...complaintsOf([row])));
  const virtual = relations.filter(({ kind }) => kind === 'virtual table');
  const unchecked = new Map(
    virtual.flatMap(({ name, unreadable }) => (unreadable === null ? [] : [[name, unreadable] as const])),
  );
  if (whole.ok) return { check, complaints, unchecked };
  // Damage that it has told of may be what ends it.
  if (complaints.length > 0) return { check, complaints: [...complaints, whole.error.message], unchecked: new Map() };
  for (const { name, kind } of relations) {
    if (kind === 'view' || unchecked.has(name)) continue;
    const one = database.query(`PRAGMA ${check}(${quoteIdentifier(name)})`);
    if (one.ok) complaints.push(...complaintsOf(one.value));
    else unchecked.set(name, one.error.message);
  }
  if (unchecked.size === 0) unchecked.set('the file as a whole', whole.error.message);
  return { check, complaints, unchecked };
}

/**
 * What a complaint is about, by SQLite's own words (src/pragma.c): `index`: entries of an index, which REINDEX makes anew from the rows.
 * `last bit`: a number that an index computes, to which another build of SQLite comes with another last bit. `row`: a row breaks a
 * constraint of its table. Else pages are damaged.
 */
export function kindOfComplaint(complaint: string): 'index' | 'last bit' | 'row' | 'damage' {
  if (/^index .* stores an imprecise floating-point value for row /.test(complaint)) return 'last bit';
  const ofIndex =
    /^(row \d+ (missing from|values differ from) index |(wrong # of entries|non-unique entry) in index |rowid not at end-of-record for row \d+ of index )/;
  if (ofIndex.test(complaint)) return 'index';
  return /^((NULL|TEXT|NUMERIC|non-\w+) value|CHECK constraint failed) in /.test(complaint) ? 'row' : 'damage';
}

function complaintsOf(rows: readonly (readonly unknown[])[]): string[] {
  // One row may hold a hundred faults, a line each, below a line that names the database.
  const lines = rows.flatMap(([text]) => String(text).split('\n'));
  return lines.filter((line) => line !== 'ok' && line !== '*** in database main ***');
}

/** Rows of a table whose parent is missing. */
export interface Violation {
  readonly table: string;
  readonly parent: string;
  /** The columns that refer to the parent; constraints have numbers, but those change when one is added. */
  readonly columns: readonly string[];
  readonly rows: number;
}

/** Foreign key violations, or SQLite's error. */
export function countViolations(database: Database): Outcome<readonly Violation[]> {
  const read = database.query(
    `SELECT v."table", v.parent, v.rows,
       (SELECT json_group_array("from") FROM pragma_foreign_key_list(v."table") WHERE id = v.fkid)
     FROM (SELECT "table", parent, fkid, count(*) AS rows FROM pragma_foreign_key_check GROUP BY 1, 2, 3) AS v`,
  );
  if (!read.ok) return read;
  return {
    ok: true,
    value: read.value.map(([table, parent, rows, columns]) => ({
      table: String(table),
      parent: String(parent),
      columns: JSON.parse(String(columns)) as string[],
      rows: Number(rows),
    })),
  };
}
