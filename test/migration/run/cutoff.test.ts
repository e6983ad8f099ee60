// Wherever an earlier run of migration 021 stopped, running the whole script gives the specified schema and keeps all rows.
import { describe, expect, test } from 'vitest';
import { part } from '../../amount';
import type { StatementOutcome } from '../../../src/migration/outcome';
import {
  apply,
  askNative,
  digestOf,
  migrate,
  migration021,
  migrationFile,
  nativeDatabase,
  statementsOf,
  verdicts,
} from '../../databases';

const TABLES = ['otc_raw', 'otc_venue_volume', 'otc_symbol_summary', 'otc_venue_share', 'executions'];
const statements = statementsOf(migration021);
/** After how many statements a run is cut off. */
const cuts = new Set(part([...statements.keys(), statements.length], 9));

const SCHEMA = `SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name;
  SELECT s.name, x.* FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS x WHERE s.type = 'table' ORDER BY s.name, x.cid;`;

/** A query for every value of the columns that the tables have in these bytes, and the rowids with them. */
function contentQuery(bytes: Uint8Array): string {
  return askNative(
    bytes,
    `SELECT 'SELECT rowid, ' || group_concat('quote("' || x.name || '")') || ' FROM ' || s.name || ' ORDER BY rowid;'
     FROM sqlite_schema AS s, pragma_table_info(s.name) AS x
     WHERE s.name IN (${TABLES.map((table) => `'${table}'`).join()}) GROUP BY s.name;`,
  );
}

/** The columns of the tables, as `table.column`. */
function columnsOf(bytes: Uint8Array): readonly string[] {
  const query = `SELECT s.name || '.' || x.name FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS x`;
  return askNative(bytes, query).split('\n');
}

/**
 * What native sqlite3 makes of the script on the same tables without rows, passing over "duplicate column name" alone: as
 * it stops at the first error, the columns that are there are left out by name.
 */
function specifiedSchema(bytes: Uint8Array, columns: ReadonlySet<string>): string {
  const script = statements
    .filter(({ kind, table, column }) => kind !== 'add column' || !columns.has(`${table ?? ''}.${column ?? ''}`))
    .map(({ text }) => `${text};`);
  const empty = TABLES.map((table) => `DELETE FROM ${table};`);
  return askNative(bytes, [...empty, ...script, SCHEMA].join('\n'));
}

/** Drift of the database as it was: running a part of the script must not add to it. */
function driftsOf(outcomes: readonly StatementOutcome[]): readonly unknown[] {
  return outcomes.flatMap(({ drift }) => (drift === null ? [] : [drift]));
}

describe.each(['otc-base.sql', 'otc-base-narrow.sql'])('on %s', (base) => {
  const few = TABLES.map((table) => `DELETE FROM ${table} WHERE rowid % 40 <> 3;`).join('\n');
  const populated = nativeDatabase(`${migrationFile(`samples/${base}`)}\n${few}\nVACUUM;`);

  test('a run cut off after any statement is completed by the whole script', () => {
    const drifts = driftsOf(apply(populated, migration021).outcomes);
    const columns = new Set(columnsOf(populated));
    const content = contentQuery(populated);
    const expected = askNative(populated, content);
    let cut = populated;
    for (let ran = 0; ran <= statements.length; ran++) {
      const last = statements[ran - 1];
      if (last) {
        cut = apply(cut, last.text).bytes;
        if (last.kind === 'add column') columns.add(`${last.table ?? ''}.${last.column ?? ''}`);
      }
      if (!cuts.has(ran)) continue;
      const { outcomes, bytes } = apply(cut, migration021);
      const [kept, integrity, schema] = askNative(
        bytes,
        `${content}\n.print ---\nPRAGMA integrity_check;\n.print ---\n${SCHEMA}`,
      ).split('---');
      expect(kept?.trim()).toBe(expected);
      expect(integrity?.trim()).toBe('ok');
      expect(schema?.trim()).toBe(specifiedSchema(cut, columns));
      const added = statements.slice(0, ran).filter(({ kind }) => kind === 'add column').length;
      const seen = verdicts(outcomes);
      expect(seen).not.toContain('failed');
      expect(seen.slice(0, ran).every((verdict) => verdict === 'skipped' || verdict === 'unchanged')).toBe(true);
      expect(seen.slice(0, ran).filter((verdict) => verdict === 'skipped')).toHaveLength(added);
      expect(driftsOf(outcomes)).toEqual(drifts);
    }
  });

  test.each([1, 28, 52])('a run cut off after statement %i leaves a database that every proof passes on', (ran) => {
    const part = statements.slice(0, ran).map(({ text }) => `${text};`);
    const { result } = migrate(apply(populated, part.join('\n')).bytes, migration021);
    expect(result.committed).toBe(true);
    expect(result.proofs.filter((proof) => proof.result !== 'pass')).toEqual([]);
  });

  test('a second run skips every column, leaves all else unchanged, and changes no byte', () => {
    const once = apply(populated, migration021).bytes;
    const { outcomes, bytes } = apply(once, migration021);
    const seen = verdicts(outcomes);
    expect(seen.filter((verdict) => verdict === 'skipped')).toHaveLength(17);
    expect(seen.filter((verdict) => verdict === 'unchanged')).toHaveLength(36);
    expect(digestOf(bytes)).toBe(digestOf(once));
  });
});
