// The data checks that a companion brings: those of migration 021 on its samples and on damaged data, with native sqlite3 as
// the oracle for every row; and what is told of a companion whose SQL is wrong.
import { describe, expect, it } from 'vitest';
import { decoderOf } from '../../../src/engine/looking';
import { wholeOf, type Cell } from '../../../src/explore/data/cells';
import {
  applicability,
  findOffending,
  partsFor,
  runDataCheck,
  worstOf,
  type DataCheckStatus,
  type NamedPart,
} from '../../../src/explore/checks/dataChecks';
import { parseMeaning, type DataCheck, type DataCheckPart } from '../../../src/catalog/meaning';
import type { Database } from '../../../src/database';
import { readSchema } from '../../../src/schema/read';
import { apply, askNative, migration021, migrationFile, nativeDatabase, withDatabase } from '../../databases';

const FILE = '021_otc_multiweek_real_example.meaning.json';

const companion = (() => {
  const read = parseMeaning(migrationFile(FILE), FILE);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
})();

const before = nativeDatabase(migrationFile('samples/otc-base.sql'));
const after = apply(before, migration021).bytes;
const narrow = nativeDatabase(migrationFile('samples/otc-base-narrow.sql'));

/** The database after some statements by native sqlite3. */
function damaged(bytes: Uint8Array, sql: string): Uint8Array {
  return nativeDatabase(`${askNative(bytes, '.dump')}\n${sql}`);
}

const using =
  (bytes: Uint8Array) =>
  <Value>(use: (database: Database) => Value): Value =>
    withDatabase(bytes, use);

const schemaOf = (bytes: Uint8Array) => withDatabase(bytes, readSchema);
const plain = (cells: readonly Cell[]): string => cells.map((cell) => wholeOf(cell).text).join('|');

function check(id: string): DataCheck {
  const found = companion.checks.find((one) => one.id === id);
  if (!found) throw new Error(`there is no check ${id}`);
  return found;
}

function partNamed(id: string, part: string): NamedPart {
  const found = check(id).parts.find((one) => one.id === part);
  if (!found) throw new Error(`there is no part ${part}`);
  return { file: FILE, check: id, part: found };
}

/** Runs all parts of a check that the database allows; each row is compared with what native sqlite3 gives. */
function verdictOf(bytes: Uint8Array, id: string): DataCheckStatus | 'not applicable' {
  const schema = schemaOf(bytes);
  const statuses: DataCheckStatus[] = [];
  for (const part of partsFor(schema, check(id))) {
    if (!applicability(schema, part).applicable) continue;
    const answer = runDataCheck(using(bytes), { file: FILE, check: id, part }, decoderOf);
    if (!answer.ok) throw new Error(answer.error.sentence);
    const rows = answer.value.groups.map(({ labels, status, figures }) => plain([...labels, status, ...figures]));
    expect(rows.join('\n'), `${id} ${part.id}`).toBe(askNative(bytes, part.sql));
    statuses.push(...answer.value.groups.map(({ status }) => status));

    if (part.offending === null) continue;
    const blamed = findOffending(using(bytes), { file: FILE, check: id, part }, decoderOf);
    if (!blamed.ok) throw new Error(blamed.error.sentence);
    const native = askNative(bytes, part.offending).split('\n').filter(Boolean);
    expect(blamed.value.count).toBe(native.length);
    expect(blamed.value.rows.map(plain)).toEqual(native.slice(0, 100));
    const isClean = answer.value.groups.every(({ status }) => status === 'PASS');
    expect(blamed.value.count === 0, `${id} ${part.id} blames rows where it passes, or none where it does not`).toBe(
      isClean,
    );
  }
  return worstOf(statuses) ?? 'not applicable';
}

const verdicts = (bytes: Uint8Array) =>
  Object.fromEntries(companion.checks.map(({ id }) => [id, verdictOf(bytes, id)]));

const SOUND = {
  no_negative_volumes: 'PASS',
  no_negative_trades: 'PASS',
  market_share_sum_100: 'PASS',
  no_duplicate_natural_keys: 'PASS',
  symbol_count_positive: 'PASS',
  venue_count_positive: 'PASS',
  // The first five weeks of the sample cannot have six.
  rolling_window_complete: 'WARN',
};

describe('On the samples, each check of migration 021 gives what native sqlite3 gives', () => {
  it('before the migration', () => expect(verdicts(before)).toEqual(SOUND));
  it('after it', () => expect(verdicts(after)).toEqual(SOUND));
  it('on the older tables', () => expect(verdicts(narrow)).toEqual(SOUND));
  it('and by week and tier: twelve weeks of three tiers', () => {
    const answer = runDataCheck(using(before), partNamed('no_negative_volumes', 'venue'), decoderOf);
    expect(answer.ok && answer.value.labelNames).toEqual(['week_ending', 'tier']);
    expect(answer.ok && answer.value.groups.length).toBe(36);
  });
});

describe('What is damaged is found, and the rows to blame are those that sqlite3 gives', () => {
  it.each<[string, string, DataCheckStatus]>([
    ['no_negative_volumes', 'UPDATE otc_venue_volume SET share_volume = -5 WHERE id % 500 = 0;', 'FAIL'],
    ['no_negative_volumes', 'UPDATE otc_raw SET share_volume = -1;', 'FAIL'],
    ['no_negative_volumes', "UPDATE otc_symbol_summary SET total_volume = 'many' WHERE id = 7;", 'WARN'],
    ['no_negative_volumes', 'UPDATE otc_venue_share SET total_volume = -0.5 WHERE id = 3;', 'FAIL'],
    ['no_negative_trades', 'UPDATE otc_venue_volume SET trade_count = -1 WHERE id = 1;', 'FAIL'],
    ['no_negative_trades', "UPDATE otc_raw SET trade_count = '?' WHERE id = 1;", 'WARN'],
    ['market_share_sum_100', "UPDATE otc_venue_share SET market_share_pct = '0.2' WHERE id = 1;", 'FAIL'],
    [
      'market_share_sum_100',
      "INSERT INTO otc_venue_share VALUES (999, '2025-10-10', 'NEWV', 0, 0, 1, 'n/a', 99, '');",
      'WARN',
    ],
    [
      'market_share_sum_100',
      "INSERT INTO otc_venue_share VALUES (999, '2025-10-10', 'NEWV', 0, 0, 1, '0.1', 99, '');",
      'PASS',
    ],
    [
      'market_share_sum_100',
      "INSERT INTO otc_venue_share VALUES (999, '2025-10-10', 'NEWV', 0, 0, 1, '0.1001', 99, '');",
      'FAIL',
    ],
    [
      'no_duplicate_natural_keys',
      `CREATE TABLE copy AS SELECT * FROM otc_venue_volume; DROP VIEW otc_week_totals; DROP TABLE otc_venue_volume;
       ALTER TABLE copy RENAME TO otc_venue_volume; INSERT INTO otc_venue_volume SELECT * FROM otc_venue_volume WHERE id < 140;`,
      'FAIL',
    ],
    [
      'symbol_count_positive',
      "DELETE FROM otc_symbol_summary WHERE week_ending = '2025-11-14' AND tier = 'OTC';",
      'FAIL',
    ],
    ['symbol_count_positive', 'UPDATE otc_venue_share SET symbol_count = 0 WHERE id = 2;', 'FAIL'],
    ['venue_count_positive', "DELETE FROM otc_venue_volume WHERE week_ending = '2025-11-14';", 'FAIL'],
    [
      'venue_count_positive',
      "UPDATE otc_venue_volume SET mpid = '' || id WHERE 0; UPDATE otc_symbol_summary SET venue_count = 'x' WHERE id = 2;",
      'WARN',
    ],
    ['rolling_window_complete', "UPDATE otc_venue_volume SET week_ending = 'soon' WHERE id = 1;", 'FAIL'],
  ])('%s: %s', (id, sql, verdict) => {
    expect(verdictOf(damaged(before, sql), id)).toBe(verdict);
  });

  it.each<[string, DataCheckStatus]>([
    ["('2026-01-09', 'OTC', 'A', 10, 1, 'UP', '1', 6, 1)", 'PASS'],
    ["('2026-01-09', 'OTC', 'A', 10, 1, 'UP', '1', 4, 0)", 'WARN'],
    ["('2026-01-09', 'OTC', 'A', 10, 1, 'UP', '1', 4, 1)", 'FAIL'],
  ])('a window as the new table has it: %s', (row, verdict) => {
    const columns =
      'week_ending, tier, symbol, avg_6w_volume, avg_6w_trades, trend_direction, trend_pct, weeks_in_window, is_complete_window';
    const values = row.replace(/\)$/, ", 'e')");
    const bytes = damaged(
      after,
      `DELETE FROM otc_venue_volume; INSERT INTO otc_symbol_rolling_6w (${columns}, execution_id) VALUES ${values};`,
    );
    expect(verdictOf(bytes, 'rolling_window_complete')).toBe(verdict);
  });
});

describe('Where a check does not apply, the schema says why', () => {
  const part = (needs: DataCheckPart['needs'], unless: DataCheckPart['unless'] = null): DataCheckPart => {
    return { id: 'p', title: 'P', needs, unless, sql: 'SELECT 1', offending: null };
  };

  it('a table or a column that is missing is named', () => {
    const schema = schemaOf(before);
    expect(applicability(schema, part({ otc_symbol_rolling_6w: ['tier'] }))).toEqual({
      applicable: false,
      reason: 'there is no table otc_symbol_rolling_6w',
    });
    expect(applicability(schema, part({ OTC_RAW: ['Tier', 'execution_id'] }))).toEqual({
      applicable: false,
      reason: 'OTC_RAW has no column execution_id',
    });
    expect(applicability(schemaOf(after), part({ OTC_RAW: ['Tier', 'execution_id'] }))).toEqual({ applicable: true });
  });

  it('a part gives way to the one that takes its place', () => {
    const tiered = schemaOf(damaged(before, 'ALTER TABLE otc_venue_share ADD COLUMN tier TEXT;'));
    const names = (schema: typeof tiered) =>
      partsFor(schema, check('market_share_sum_100')).flatMap((one) =>
        applicability(schema, one).applicable ? one.id : [],
      );
    expect(names(schemaOf(before))).toEqual(['week']);
    expect(names(tiered)).toEqual(['week-tier']);
  });

  it('a database of something else has no part that applies', () => {
    expect(new Set(Object.values(verdicts(nativeDatabase('CREATE TABLE cats(name);'))))).toEqual(
      new Set(['not applicable']),
    );
  });
});

describe('A companion whose SQL is wrong is told in a sentence that names the check and the file', () => {
  const run = (sql: string) => {
    const part: DataCheckPart = { id: 'p', title: 'P', needs: {}, unless: null, sql, offending: sql };
    const named: NamedPart = { file: 'x.json', check: 'c', part };
    return {
      answer: runDataCheck(using(before), named, decoderOf),
      blamed: findOffending(using(before), named, decoderOf),
    };
  };

  it.each([
    ['SELECT missing FROM otc_raw', "x.json: the sql of check 'c', part 'p', does not run: no such column: missing."],
    ['SELECT 1 AS a', "x.json: the sql of check 'c', part 'p', gives no column named status."],
    [
      "SELECT 'maybe' AS status",
      "x.json: the sql of check 'c', part 'p', gives a status other than PASS, WARN and FAIL.",
    ],
    ['SELECT NULL AS status', "x.json: the sql of check 'c', part 'p', gives a status other than PASS, WARN and FAIL."],
    ['DELETE FROM otc_raw', "x.json: the sql of check 'c', part 'p', must be one SELECT."],
    ["SELECT 'PASS' AS status; DROP TABLE otc_raw", "x.json: the sql of check 'c', part 'p', must be one SELECT."],
    ['WITH a AS (SELECT 1) DELETE FROM otc_raw', "x.json: the sql of check 'c', part 'p', must be one SELECT."],
    ['PRAGMA user_version = 3', "x.json: the sql of check 'c', part 'p', must be one SELECT."],
  ])('%s', (sql, sentence) => {
    expect(run(sql).answer).toEqual({ ok: false, error: { sentence } });
  });

  it('also where only the rows to blame cannot be had', () => {
    const { blamed } = run('SELECT missing FROM otc_raw');
    const sentence = "x.json: the offending of check 'c', part 'p', does not run: no such column: missing.";
    expect(blamed).toEqual({ ok: false, error: { sentence } });
  });

  it('a semicolon at the end and a comment are no fault, and all rows are counted', () => {
    const { answer, blamed } = run("SELECT id, 'FAIL' AS status FROM otc_raw; -- all of them");
    expect(answer.ok && answer.value.groups.length).toBe(Number(askNative(before, 'SELECT count(*) FROM otc_raw')));
    expect(blamed.ok && [blamed.value.rows.length, blamed.value.count]).toEqual([
      100,
      answer.ok && answer.value.groups.length,
    ]);
  });
});
