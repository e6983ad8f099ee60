// At start-up the engine finds out by itself whether an overlay can stand in for a file of the sql.js that is there.
import { afterEach, expect, test, vi } from 'vitest';
import type { SqlJsStatic } from 'sql.js';
import { rowsOf } from '../../../src/database';
import { SeamMoved } from '../../../src/engine/engine';
import { Engines } from '../../../src/engine/engines';
import { loadSqliteWasm } from '../../../src/engine/sqliteWasm/sqliteWasm';
import { loadEngine } from '../../../src/engine/sqljs/sqljs';
import { askNative, nativeDatabase, overlayOf } from '../../databases';

type Make = SqlJsStatic['Database'];

/** What becomes of sql.js's class; the real library is behind it in every case. */
const built = vi.hoisted(() => ({ otherwise: (real: unknown): unknown => real }));

vi.mock('sql.js', async (importOriginal) => {
  const { default: init } = await importOriginal<{ default: (config: unknown) => Promise<SqlJsStatic> }>();
  return {
    default: async (config: unknown) => {
      const real = await init(config);
      return { ...real, Database: built.otherwise(real.Database) };
    },
  };
});

afterEach(() => {
  built.otherwise = (real) => real;
});

test('the sql.js that is pinned lets it', async () => {
  expect((await loadEngine()).name).toBe('sql.js');
});

test.each<readonly [string, (real: Make) => unknown]>([
  [
    'copies the bytes before it makes a file of them',
    (real) =>
      class extends real {
        constructor(bytes?: Uint8Array) {
          super(bytes?.slice());
        }
      },
  ],
  [
    'names its files by another number',
    (real) =>
      class extends real {
        constructor(bytes?: Uint8Array) {
          const random = Math.random;
          Math.random = () => 0.5 * random();
          try {
            super(bytes);
          } finally {
            Math.random = random;
          }
        }
      },
  ],
  [
    'keeps a copy to itself and writes there',
    (real) =>
      class extends real {
        constructor(bytes?: Uint8Array) {
          super(bytes);
          const own = new real();
          Object.assign(this, own);
        }
      },
  ],
])('a sql.js that %s does not, and the other engine takes over', async (_what, otherwise) => {
  built.otherwise = (real) => otherwise(real as Make);
  await expect(loadEngine()).rejects.toThrow(SeamMoved);

  const engines = new Engines({ 'sql.js': () => loadEngine(), 'sqlite-wasm': () => loadSqliteWasm() });
  const engine = await engines.usual();
  expect(engine.name).toBe('sqlite-wasm');
  const overlay = overlayOf(nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1);'));
  const database = engine.open(overlay);
  rowsOf(database, 'INSERT INTO t VALUES (2)');
  database.close();
  expect(askNative(overlay.read(0, overlay.size), 'PRAGMA integrity_check; SELECT sum(a) FROM t')).toBe('ok\n3');
});
