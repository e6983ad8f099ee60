// What migration 021 promises: exactly the specified statements, each of its columns explained, and the same schema.

import { readFileSync } from 'node:fs';
import initSqlJs, { type Database } from 'sql.js';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const SCRIPT = read('public/migrations/021_otc_multiweek_real_example.sql');
const SPECIFIED = read('test/fixtures/specification-021.sql');
const base = (name: string): string => read(`public/migrations/samples/${name}`);
const BATCHES = base('otc-base.sql');
const NO_BATCHES = base('otc-base-narrow.sql');

/** The columns that the specification explains with a comment of its own. */
const EXPLAINED: Readonly<Record<string, string>> = {
  otc_week_manifest:
    'week_ending tier source_type source_locator source_sha256 source_bytes row_count_raw row_count_parsed ' +
    'row_count_inserted row_count_normalized row_count_rejected stage execution_id batch_id',
  otc_normalization_map: 'raw_record_hash status reject_reason reject_detail',
  otc_rejects: 'week_ending source_locator line_number raw_line raw_record_hash stage reason_code reason_detail',
  otc_symbol_rolling_6w:
    'week_ending avg_6w_volume avg_6w_trades trend_direction trend_pct weeks_in_window is_complete_window',
  otc_research_snapshot: 'top_venue_mpid top_venue_share_pct has_rolling_data quality_status',
  otc_quality_checks: 'pipeline_name check_name check_category status check_value expected_value tolerance message',
};

/** The tokens of SQL text that has no blobs, quoted names or triggers in it; comments and white space are dropped. */
function tokensOf(sql: string): string[] {
  const pieces = sql.match(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|\w+|\s+|[^]/g) ?? [];
  return pieces.filter((piece) => piece.trim() !== '' && !piece.startsWith('--') && !piece.startsWith('/*'));
}

function statementsOf(sql: string): string[] {
  return tokensOf(sql)
    .join(' ')
    .split(' ; ')
    .map((statement) => statement.replace(/ ;$/, ''));
}

/** The trailing comment of every column, by `table.column`. */
function columnComments(sql: string): Map<string, string> {
  const comments = new Map<string, string>();
  let table = '';
  for (const line of sql.split('\n')) {
    table = /^CREATE TABLE IF NOT EXISTS (\w+)/.exec(line)?.[1] ?? table;
    const defined = /^ {4}([a-z]\w*) [A-Z][^-]*-- (\S.*)$/.exec(line);
    const added = /^ALTER TABLE (\w+) ADD COLUMN (\w+) [^-]*; -- (\S.*)$/.exec(line);
    if (defined) comments.set(`${table}.${String(defined[1])}`, String(defined[2]));
    if (added) comments.set(`${String(added[1])}.${String(added[2])}`, String(added[3]));
  }
  return comments;
}

/** Runs statements as a plain runner does, which passes over columns that are there already. */
function runPlainly(database: Database, statements: readonly string[]): { ordinal: number; message: string } | null {
  for (const [index, statement] of statements.entries()) {
    try {
      database.run(statement);
    } catch (error) {
      const message = (error as Error).message;
      if (!message.startsWith('duplicate column name')) return { ordinal: index + 1, message };
    }
  }
  return null;
}

function emptied(sql: Awaited<ReturnType<typeof initSqlJs>>, script: string): Database {
  const database = new sql.Database();
  database.exec(script);
  for (const table of ['otc_raw', 'otc_venue_volume', 'otc_symbol_summary', 'otc_venue_share', 'executions']) {
    database.run(`DELETE FROM ${table}`);
  }
  return database;
}

function schemaOf(database: Database): string[] {
  const rows = database.exec(`SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY type, name`);
  return (rows[0]?.values ?? []).map((row) => [...row.slice(0, 3), tokensOf(String(row[3])).join(' ')].join(' | '));
}

describe('migration 021', () => {
  it('has the specified 53 statements: 6 tables, 17 columns, 30 indexes', () => {
    const statements = statementsOf(SCRIPT);
    const beginning = (words: string) => statements.filter((statement) => statement.startsWith(words)).length;
    expect(statements.length).toBe(53);
    expect(beginning('CREATE TABLE IF NOT EXISTS ')).toBe(6);
    expect(beginning('ALTER TABLE ')).toBe(17);
    expect(beginning('CREATE INDEX IF NOT EXISTS ')).toBe(30);
  });

  it('is the specification token for token, in its order', () => {
    expect(statementsOf(SCRIPT)).toEqual(statementsOf(SPECIFIED));
    expect(tokensOf(SCRIPT)).toEqual(tokensOf(SPECIFIED));
  });

  it('comes through a runner that cuts the text at every semicolon', () => {
    const pieces = SCRIPT.split(';').filter((piece) => tokensOf(piece).length > 0);
    expect(pieces.map((piece) => tokensOf(piece).join(' '))).toEqual(statementsOf(SPECIFIED));
  });

  it.each([
    ['batches', BATCHES],
    ['no batches', NO_BATCHES],
  ])(
    'makes the specified schema of empty tables with %s, and changes nothing when run again',
    async (_shape, script) => {
      const sql = await initSqlJs();
      const ours = emptied(sql, script);
      const specified = emptied(sql, script);
      const before = schemaOf(ours);
      expect(runPlainly(ours, SCRIPT.split(';'))).toBeNull();
      expect(runPlainly(specified, statementsOf(SPECIFIED))).toBeNull();
      expect(schemaOf(ours)).toEqual(schemaOf(specified));
      expect(schemaOf(ours)).not.toEqual(before);
      const once = schemaOf(ours);
      expect(runPlainly(ours, SCRIPT.split(';'))).toBeNull();
      expect(schemaOf(ours)).toEqual(once);
      expect(ours.exec('PRAGMA integrity_check')[0]?.values).toEqual([['ok']]);
      ours.close();
      specified.close();
    },
  );

  it.each([
    [29, 'batches', BATCHES],
    [7, 'no batches', NO_BATCHES],
  ])('is refused at statement %i by SQLite itself when tables with %s hold rows', async (ordinal, _shape, script) => {
    const sql = await initSqlJs();
    const database = new sql.Database();
    database.exec(script);
    const message = 'Cannot add a column with non-constant default';
    expect(runPlainly(database, statementsOf(SCRIPT))).toEqual({ ordinal, message });
    database.close();
  });
});

describe('the comments of migration 021', () => {
  const comments = columnComments(SCRIPT);

  it('explain every column that the specification explains', () => {
    const explained = Object.entries(EXPLAINED).flatMap(([table, columns]) =>
      columns.split(' ').map((column) => `${table}.${column}`),
    );
    expect(explained.length).toBe(45);
    expect(explained.filter((column) => !comments.has(column))).toEqual([]);
  });

  it('explain every other column that the migration makes, too', async () => {
    const sql = await initSqlJs();
    const database = emptied(sql, NO_BATCHES);
    const columns = `SELECT t.name || '.' || c.name FROM pragma_table_list AS t, pragma_table_info(t.name) AS c
      WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite%'`;
    const names = () => (database.exec(columns)[0]?.values ?? []).map((row) => String(row[0]));
    const before = new Set(names());
    expect(runPlainly(database, statementsOf(SCRIPT))).toBeNull();
    const made = names().filter((name) => !before.has(name));
    expect(made.length).toBeGreaterThan(80);
    expect([...comments.keys()].sort()).toEqual(made.sort());
    database.close();
  });

  it('say what each new table is for, inside the statement, where SQLite keeps it', () => {
    const opened = SCRIPT.split('\n').filter((line) => line.startsWith('CREATE TABLE'));
    expect(opened.filter((line) => /\( -- \S.{20,}/.test(line)).length).toBe(6);
  });
});
