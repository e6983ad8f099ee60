// A database that is full, or memory that is used up, at any statement of migration 021: nothing is kept, and all works again.
import { failureHelp } from '../../../src/migration/failures/failures';
import { keepLosses } from '../../../src/migration/losses/lossLedger';
import initSqlJs from 'sql.js';
import { describe, expect, test } from 'vitest';
import { part } from '../../amount';
import { rowsOf, type Database } from '../../../src/database';
import { planMigration } from '../../../src/migration/run/plan';
import { runMigration, type RunResult } from '../../../src/migration/run/run';
import { DEFAULT_CHOICES } from '../../../src/migration/outcome';
import {
  apply,
  digestOf,
  digestOfOverlay,
  engine,
  migration021,
  migrationFile,
  nativeDatabase,
  overlayOf,
  statementsOf,
  verdicts,
} from '../../databases';

const FEW = 'DELETE FROM otc_raw WHERE rowid % 40; DELETE FROM otc_venue_volume WHERE rowid % 40;';
const input = nativeDatabase(`${migrationFile('samples/otc-base.sql')}\n${FEW}\nVACUUM;`);
const statements = statementsOf(migration021);
const good = verdicts(apply(input, migration021).outcomes);
const untouched = digestOf(input);

/** The heap of the very engine that the tests use: sql.js loads once. */
interface Heap {
  readonly _malloc: (bytes: number) => number;
  readonly _free: (address: number) => void;
}
const heap = (await initSqlJs()) as unknown as Heap;

/** Does something while the engine has no block of memory left to give that is as large as this, in bytes. */
function withoutMemory<Value>(smallest: number, use: () => Value): Value {
  const taken: number[] = [];
  for (let size = 1 << 28; size >= smallest; size >>= 1) {
    for (let address = heap._malloc(size); address !== 0; address = heap._malloc(size)) taken.push(address);
  }
  try {
    return use();
  } finally {
    for (const address of taken) heap._free(address);
  }
}

/** Runs migration 021 on a connection that `meddle` may have changed; what came of it, and what is left, is then checked. */
function runOn(
  meddle: (database: Database) => Database,
  onStatement: (ordinal: number, database: Database) => void,
): RunResult {
  const overlay = overlayOf(input);
  const database = engine.open(overlay);
  try {
    const tools = {
      losses: keepLosses,
      help: failureHelp,
      now: () => 0,
      onStatement: (ordinal: number) => onStatement(ordinal, database),
    };
    const result = runMigration(meddle(database), statements, DEFAULT_CHOICES, tools);
    if (!result.committed) {
      const place = verdicts(result.outcomes).indexOf('failed');
      expect(verdicts(result.outcomes)).toEqual([
        ...good.slice(0, place),
        'failed',
        ...good.slice(place + 1).map(() => 'not run'),
      ]);
      expect(digestOfOverlay(overlay)).toBe(untouched);
      expect(result.after.relations.map(({ name }) => name)).not.toContain('otc_venue_symbol_volume');
      rowsOf(database, 'PRAGMA max_page_count = 4294967294');
      expect(verdicts(planMigration(database, statements, DEFAULT_CHOICES, { losses: keepLosses }).outcomes)).toEqual(
        good,
      );
      expect(digestOfOverlay(overlay)).toBe(untouched);
      const again = runMigration(database, statements, DEFAULT_CHOICES, {
        now: () => 0,
        onStatement: () => undefined,
        losses: keepLosses,
        help: failureHelp,
      });
      expect(again.committed).toBe(true);
    }
    return result;
  } finally {
    database.close();
  }
}

function failureOf(result: RunResult): { ordinal: number; message: string; explanation: string } | null {
  const failed = result.outcomes.find(({ verdict }) => verdict === 'failed');
  return failed?.failure ? { ordinal: failed.ordinal, ...failed.failure } : null;
}

describe('of the statements of migration 021', () => {
  test('each at which the database becomes full, or the next that needs a page, takes all of it back', () => {
    const tried = part(statements, 6);
    const stopped = new Set<number>();
    for (const { ordinal } of tried) {
      const result = runOn(
        (database) => database,
        (reached, database) => {
          if (reached !== ordinal) return;
          const [pages] = rowsOf(database, 'PRAGMA page_count')[0] ?? [];
          rowsOf(database, `PRAGMA max_page_count = ${String(pages)}`);
        },
      );
      const failure = failureOf(result);
      if (!failure) continue;
      expect(failure.ordinal).toBeGreaterThanOrEqual(ordinal);
      expect(failure.message).toBe('database or disk is full');
      expect(failure.explanation).toBe('The statement needs more memory than this page can have.');
      stopped.add(failure.ordinal);
    }
    // Every CREATE TABLE and CREATE INDEX needs a page.
    const needy = tried.filter(({ kind }) => kind.startsWith('create')).map(({ ordinal }) => ordinal);
    expect([...stopped].sort((a, b) => a - b)).toEqual(expect.arrayContaining(needy));
  });

  test.each([
    [1024, 6],
    [16, 12],
  ])('each for which there is no block of %i bytes takes all of it back', (smallest, every) => {
    const stopped: number[] = [];
    const messages = new Set<string>();
    const tried = part(statements, every);
    for (const { ordinal, text } of tried) {
      const starving = (database: Database): Database => ({
        execute: (sql, parameters) =>
          sql === text
            ? withoutMemory(smallest, () => database.execute(sql, parameters))
            : database.execute(sql, parameters),
        query: (sql, parameters) => database.query(sql, parameters),
        visit: (sql, parameters, visitor) => database.visit(sql, parameters, visitor),
        compile: (sql) => database.compile(sql),
        define: (definition) => database.define(definition),
        scratch: () => database.scratch(),
        fork: () => database.fork(),
        close: () => database.close(),
      });
      const failure = failureOf(runOn(starving, () => undefined));
      if (!failure) continue;
      expect(failure.ordinal).toBe(ordinal);
      messages.add(failure.message);
      expect(failure.explanation).toBe('The statement needs more memory than this page can have.');
      stopped.push(ordinal);
    }
    // The second is heard where there was no memory even for the text of the statement.
    expect(['out of memory', 'not an error']).toEqual(expect.arrayContaining([...messages]));
    // A statement may get by with what SQLite has at hand; most do not.
    expect(stopped.length).toBeGreaterThan(tried.length / 2);
  });
});
