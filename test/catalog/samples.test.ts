// What the samples of migration 021 promise: every engine makes the same rows, and they hang together.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import initSqlJs, { type Database } from 'sql.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalog, loadMigration, loadSampleBase, type Migration } from '../../src/catalog/catalog';
import { sqlite3 } from '../sqlite3';

const FOLDER = new URL('../../public/migrations/', import.meta.url);
const fromFolder = (path: string): Promise<string> => readFile(new URL(path, FOLDER), 'utf8');
const scriptOf = (name: string): string => readFileSync(new URL(`samples/${name}`, FOLDER), 'utf8');

const WIDE: Readonly<Record<string, string>> = {
  otc_raw:
    'id batch_id record_hash week_ending tier symbol issue_name venue_name mpid share_volume trade_count source_file ' +
    'ingested_at',
  otc_venue_volume: 'id week_ending tier symbol mpid share_volume trade_count avg_trade_size record_hash normalized_at',
  otc_symbol_summary: 'id week_ending tier symbol total_volume total_trades venue_count avg_trade_size computed_at',
  otc_venue_share: 'id week_ending mpid total_volume total_trades symbol_count market_share_pct rank computed_at',
  executions:
    'id pipeline params lane trigger_source logical_key status created_at started_at completed_at error result',
};
const NARROW: Readonly<Record<string, string>> = {
  ...WIDE,
  otc_raw: 'id week_ending tier symbol issue_name venue_name mpid share_volume trade_count source_file',
  otc_venue_volume: 'id week_ending tier symbol mpid share_volume trade_count avg_trade_size',
};
const ROWS = { otc_raw: 3543, otc_venue_volume: 3543, otc_symbol_summary: 900, otc_venue_share: 144, executions: 62 };

const scratch = mkdtempSync(join(tmpdir(), 'samples-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** Runs native SQLite and gives what it prints. */
function native(file: string, input: string): string {
  return sqlite3(['-bail', file], { input }).toString();
}

async function migration021(): Promise<Migration> {
  const catalog = await loadCatalog(fromFolder);
  const entry = catalog.ok ? catalog.value.migrations.find((one) => one.id.startsWith('021_')) : undefined;
  if (!entry) throw new Error(`no migration 021: ${JSON.stringify(catalog)}`);
  const migration = await loadMigration(fromFolder, entry);
  if (!migration.ok) throw new Error(migration.error.message);
  return migration.value;
}

describe.each([
  ['otc-base.sql', WIDE],
  ['otc-base-narrow.sql', NARROW],
])('the database that %s makes', (name, shape) => {
  let database: Database;
  const rows = (query: string) => database.exec(query)[0]?.values ?? [];

  beforeAll(async () => {
    const sql = await initSqlJs();
    database = new sql.Database();
    database.exec(scriptOf(name));
  });
  afterAll(() => {
    database.close();
  });

  it('is the same in sql.js and in native SQLite, row by row', () => {
    const path = join(scratch, `${name}.db`);
    writeFileSync(path, database.export());
    const end = '\n.dump\nPRAGMA user_version;\nSELECT * FROM otc_week_totals;\n';
    const ours = native(path, end);
    expect(ours.split('\n').length).toBeGreaterThan(8000);
    expect(ours === native(':memory:', scriptOf(name) + end)).toBe(true);
  });

  it('is sound', () => {
    expect(rows('PRAGMA integrity_check')).toEqual([['ok']]);
    expect(rows('PRAGMA foreign_key_check')).toEqual([]);
    expect(rows('PRAGMA user_version')).toEqual([[20]]);
  });

  it('has the tables, columns, view and trigger of a database in use', () => {
    const columns = Object.keys(shape).map((table) => [
      table,
      rows(`SELECT group_concat(name, ' ') FROM pragma_table_info('${table}')`)[0]?.[0],
    ]);
    expect(Object.fromEntries(columns)).toEqual(shape);
    const others = `SELECT type, name FROM sqlite_schema
      WHERE name NOT LIKE 'sqlite%' AND type <> 'table' ORDER BY type, name`;
    expect(rows(others)).toEqual([
      ['index', 'idx_otc_raw_symbol'],
      ['index', 'idx_otc_raw_week'],
      ['trigger', 'otc_venue_volume_trade_size'],
      ['view', 'otc_week_totals'],
    ]);
  });

  it('holds twelve weeks that end on a Friday, three tiers of 25 symbols, and venues with a code of four capitals', () => {
    const counted = Object.keys(ROWS).map((table) => [table, rows(`SELECT count(*) FROM ${table}`)[0]?.[0]]);
    expect(Object.fromEntries(counted)).toEqual(ROWS);
    expect(rows(`SELECT DISTINCT strftime('%w', week_ending) FROM otc_raw`)).toEqual([['5']]);
    expect(rows('SELECT count(DISTINCT week_ending), min(week_ending), max(week_ending) FROM otc_raw')).toEqual([
      [12, '2025-10-10', '2025-12-26'],
    ]);
    expect(rows('SELECT tier, count(DISTINCT symbol) FROM otc_raw GROUP BY tier')).toEqual([
      ['NMS_TIER_1', 25],
      ['NMS_TIER_2', 25],
      ['OTC', 25],
    ]);
    expect(rows(`SELECT mpid FROM otc_raw WHERE mpid NOT GLOB '[A-Z][A-Z][A-Z][A-Z]'`)).toEqual([]);
    expect(rows('SELECT count(*) FROM otc_raw WHERE share_volume <= 0 OR trade_count <= 0')).toEqual([[0]]);
  });

  it('has volumes, summaries and shares that follow from its raw rows', () => {
    const key = 'week_ending, tier, symbol, mpid, share_volume, trade_count';
    expect(rows(`SELECT ${key} FROM otc_raw EXCEPT SELECT ${key} FROM otc_venue_volume`)).toEqual([]);
    expect(
      rows(`SELECT week_ending, tier, symbol, sum(share_volume), sum(trade_count), count(*) FROM otc_raw GROUP BY 1, 2, 3
        EXCEPT SELECT week_ending, tier, symbol, total_volume, total_trades, venue_count FROM otc_symbol_summary`),
    ).toEqual([]);
    expect(
      rows(`SELECT week_ending, mpid, sum(share_volume), count(DISTINCT symbol) FROM otc_raw GROUP BY 1, 2
        EXCEPT SELECT week_ending, mpid, total_volume, symbol_count FROM otc_venue_share`),
    ).toEqual([]);
    const tooFar = `abs(avg_trade_size - 1.0 * share_volume / trade_count) > 0.0051`;
    expect(rows(`SELECT id FROM otc_venue_volume WHERE avg_trade_size IS NULL OR ${tooFar}`)).toEqual([]);
  });

  it('has market shares that add up to 100 percent in every week, largest first', () => {
    const sums = rows(`SELECT sum(CAST(replace(market_share_pct, '.', '') AS INTEGER)), min(typeof(market_share_pct))
      FROM otc_venue_share GROUP BY week_ending`);
    expect(sums).toEqual(Array.from({ length: 12 }, () => [1_000_000, 'text']));
    const disorder = `SELECT 1 FROM otc_venue_share AS a JOIN otc_venue_share AS b USING (week_ending)
      WHERE a.rank < b.rank AND a.total_volume < b.total_volume`;
    expect(rows(disorder)).toEqual([]);
  });
});

describe('the samples of migration 021', () => {
  it('are an untouched, a half upgraded, an upgraded and a narrow database, each with a name of its own', async () => {
    const { samples } = (await migration021()).companion;
    expect(samples.map((sample) => [sample.id, sample.through])).toEqual([
      ['populated', 0],
      ['half', 28],
      ['upgraded', 'all'],
      ['narrow', 0],
    ]);
    expect(new Set(samples.map((sample) => sample.file)).size).toBe(4);
    for (const sample of samples) {
      expect(sample.through === 'all' || sample.through <= 53).toBe(true);
      const base = await loadSampleBase(fromFolder, sample);
      expect(base.ok && base.value).toContain('CREATE TABLE otc_raw');
    }
  });

  it('hold the same trades in both shapes', () => {
    const query = '\nSELECT * FROM otc_symbol_summary; SELECT * FROM otc_venue_share; SELECT * FROM executions;';
    expect(native(':memory:', scriptOf('otc-base.sql') + query)).toBe(
      native(':memory:', scriptOf('otc-base-narrow.sql') + query),
    );
  });

  it('do not depend on the day on which they are made', () => {
    for (const name of ['otc-base.sql', 'otc-base-narrow.sql']) {
      const rowsPart = scriptOf(name).slice(scriptOf(name).indexOf('WITH RECURSIVE'));
      expect(/random|'now'|current_/i.test(rowsPart)).toBe(false);
    }
  });
});
