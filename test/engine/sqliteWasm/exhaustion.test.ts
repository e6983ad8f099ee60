// Memory that is used up in the midst of a statement, on the second engine: nothing is kept, and all works again.
import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../src/database';
import type { Engine } from '../../../src/engine/engine';
import { loadSqliteWasm } from '../../../src/engine/sqliteWasm/sqliteWasm';
import { failureHelp } from '../../../src/migration/failures/failures';
import { keepLosses } from '../../../src/migration/losses/lossLedger';
import { DEFAULT_CHOICES } from '../../../src/migration/outcome';
import { runMigration } from '../../../src/migration/run/run';
import { digestOf, digestOfOverlay, nativeDatabase, overlayOf, statementsOf, verdicts } from '../../databases';

const input = nativeDatabase(`CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 800)
    INSERT INTO note (body) SELECT printf('word%d and word%d of %s', i, i * 7 % 100, hex(zeroblob(300))) FROM n;
  CREATE VIRTUAL TABLE found USING fts5(body, content = 'note', content_rowid = 'id');
  CREATE VIRTUAL TABLE place USING rtree(id, x0, x1);`);
const statements = statementsOf(`ALTER TABLE note ADD COLUMN at TEXT;
  INSERT INTO found (found) VALUES ('rebuild');
  INSERT INTO place SELECT id, id, id + 1 FROM note;
  CREATE INDEX by_body ON note (body, id);
  CREATE VIRTUAL TABLE other USING fts5(body);
  INSERT INTO other SELECT body FROM note;
  UPDATE note SET at = body || 'x';`);

/** The memory of the engine's own instance of the WASM. */
interface Heap {
  readonly malloc: (bytes: number) => number;
  readonly free: (address: number) => void;
}

let engine: Engine;
let heap: Heap;

beforeAll(async () => {
  // Nothing else tells the instance; only for as long as it is loaded.
  const { instantiate } = WebAssembly;
  const noted: WebAssembly.Exports[] = [];
  WebAssembly.instantiate = (async (...given: Parameters<typeof instantiate>) => {
    const made = (await instantiate(...given)) as unknown as WebAssembly.WebAssemblyInstantiatedSource;
    noted.push(made.instance.exports);
    return made;
  }) as unknown as typeof instantiate;
  try {
    engine = await loadSqliteWasm();
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  const exports = noted.find((one) => 'sqlite3_open_v2' in one);
  if (!exports) throw new Error('The instance of the engine was not noted');
  heap = { malloc: exports.malloc as Heap['malloc'], free: exports.free as Heap['free'] };
});

/** Does something while the engine has no block of memory left to give that is as large as this, in bytes. */
function withoutMemory<Value>(smallest: number, use: () => Value): Value {
  const taken: number[] = [];
  for (let size = 1 << 28; size >= smallest; size >>= 1)
    for (let address = heap.malloc(size); address !== 0; address = heap.malloc(size)) taken.push(address);
  try {
    return use();
  } finally {
    for (const address of taken) heap.free(address);
  }
}

function run(database: Database) {
  const tools = { losses: keepLosses, help: failureHelp, now: () => 0, onStatement: () => undefined };
  return runMigration(database, statements, DEFAULT_CHOICES, tools);
}

test.each([65_536, 1024])('Any statement for which there is no block of %i bytes takes all back', (smallest) => {
  const stopped: number[] = [];
  for (const { ordinal, text } of statements) {
    const overlay = overlayOf(input);
    const database = engine.open(overlay);
    const starving: Database = {
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
    };
    const { committed, outcomes } = run(starving);
    if (!committed) {
      expect(verdicts(outcomes)).toEqual(
        statements.map((one) => (one.ordinal < ordinal ? 'applied' : one.ordinal === ordinal ? 'failed' : 'not run')),
      );
      expect(outcomes[ordinal - 1]?.failure).toMatchObject({
        message: 'out of memory',
        explanation: 'The statement needs more memory than this page can have.',
      });
      expect(digestOfOverlay(overlay)).toBe(digestOf(input));
      stopped.push(ordinal);
      expect(run(database).committed).toBe(true);
    }
    database.close();
  }
  // With what is left at hand a small statement gets by.
  expect(stopped.length).toBeGreaterThan(smallest === 1024 ? 3 : 0);
});
