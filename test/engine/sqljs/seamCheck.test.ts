// At start-up the engine finds out by itself whether an overlay can stand in for a file of the sql.js that is there.
import { afterEach, expect, test, vi } from 'vitest';
import type { SqlJsStatic } from 'sql.js';
import { rowsOf } from '../../../src/database';
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
  expect((await loadEngine()).onDemand).toBe(true);
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
])('a sql.js that %s does not, and the engine then works on plain bytes', async (_what, otherwise) => {
  built.otherwise = (real) => otherwise(real as Make);
  const engine = await loadEngine();
  expect(engine.onDemand).toBe(false);

  built.otherwise = (real) => real;
  const overlay = overlayOf(nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1);'));
  const plain = await loadEngine(undefined, () => false);
  const database = plain.open(overlay);
  rowsOf(database, 'INSERT INTO t VALUES (2)');
  plain.settle(database);
  database.close();
  expect(askNative(overlay.read(0, overlay.size), 'PRAGMA integrity_check; SELECT sum(a) FROM t')).toBe('ok\n3');
});
