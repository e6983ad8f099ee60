// Temporary files of sql.js lie in chunks, and are what a plain file would be.
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { runs } from '../../amount';
import { rowsOf } from '../../../src/database';
import { ChunkedBytes } from '../../../src/engine/pages/chunkedBytes';
import { Overlay } from '../../../src/engine/pages/overlay';
import { keepTemporaryFiles } from '../../../src/engine/sqljs/temporaryFiles';
import { sourceOfBytes } from '../../../src/file/byteSource';
import { askNative, engine, nativeDatabase } from '../../databases';

afterEach(() => {
  vi.restoreAllMocks();
});

const FILL = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000)';

describe('A sort that does not fit its cache', () => {
  const sort = (): { readonly overlay: Overlay; readonly temporary: number } => {
    const bytes = nativeDatabase(
      `CREATE TABLE t(a); INSERT INTO t ${FILL} SELECT printf('%08d', (i * 7919) % 120000) || hex(zeroblob(20)) FROM n;`,
    );
    let chunked = 0;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with the instance that it belongs to
    const { writeFrom } = ChunkedBytes.prototype;
    vi.spyOn(ChunkedBytes.prototype, 'writeFrom').mockImplementation(function (this: ChunkedBytes, ...values) {
      chunked += values[2];
      writeFrom.apply(this, values);
    });
    const overlay = new Overlay(sourceOfBytes(bytes), 4096);
    const database = engine.open(overlay);
    database.execute('PRAGMA cache_size = 100');
    database.execute('BEGIN');
    expect(database.execute('CREATE INDEX by_a ON t(a)')).toMatchObject({ ok: true });
    database.execute('COMMIT');
    database.close();
    return { overlay, temporary: chunked - overlay.pagesWritten * 4096 };
  };

  test('leaves an index that native sqlite3 finds whole', () => {
    const { overlay } = sort();
    const asked = 'PRAGMA integrity_check; SELECT count(*), min(a), max(a) FROM t INDEXED BY by_a;';
    const zeros = '0'.repeat(40);
    expect(askNative(overlay.read(0, overlay.size), asked)).toBe(`ok\n120000|00000000${zeros}|00119999${zeros}`);
  });

  test('puts its runs into chunks in the sql.js that is in use', () => {
    // What it sorts, at the least.
    expect(sort().temporary).toBeGreaterThan(120_000 * 48);
  });
});

test('a temporary table that does not fit its cache holds what was put into it', () => {
  const database = engine.open(new Overlay(sourceOfBytes(nativeDatabase('CREATE TABLE t(a);')), 4096));
  database.execute('PRAGMA temp.cache_size = 10');
  database.execute(`CREATE TEMP TABLE big AS ${FILL} SELECT i AS id, hex(zeroblob(50)) || i AS text FROM n`);
  database.execute('DELETE FROM big WHERE id % 3 = 0');
  database.execute("INSERT INTO big SELECT id + 120000, 'again' FROM big");
  expect(rowsOf(database, "SELECT count(*), sum(id), sum(text = 'again'), max(length(text)) FROM big")).toEqual([
    [160000, 2 * 4_800_000_000 + 80_000 * 120_000, 80000, 106],
  ]);
  expect(rowsOf(database, 'PRAGMA temp.integrity_check')).toEqual([['ok']]);
  database.close();
});

interface Node {
  readonly mode: number;
  bytes: Uint8Array;
}

/** The tables that all files share, as MEMFS has them; each file is one array. */
function makeTables() {
  const write = (
    stream: { node: Node },
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): number => {
    const { node } = stream;
    const bytes = new Uint8Array(Math.max(node.bytes.length, position + length));
    bytes.set(node.bytes);
    bytes.set(buffer.subarray(offset, offset + length), position);
    node.bytes = bytes;
    return length;
  };
  const read = (
    stream: { node: Node },
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): number => {
    const there = stream.node.bytes.subarray(position, position + length);
    buffer.set(there, offset);
    return there.length;
  };
  const tell = (node: Node): { readonly size: number } => ({ size: node.bytes.length });
  const set = (node: Node, { size }: { readonly size?: number }): void => {
    if (size === undefined) return;
    const bytes = new Uint8Array(size);
    bytes.set(node.bytes.subarray(0, size));
    node.bytes = bytes;
  };
  return { nodes: { a: tell, b: set }, streams: { read, write } };
}

const position = fc.nat({ max: 9_000_000 });
const step = fc.oneof(
  fc.record({ do: fc.constant('write' as const), position, length: fc.nat({ max: 5000 }), byte: fc.nat({ max: 255 }) }),
  fc.record({ do: fc.constant('read' as const), position, length: fc.nat({ max: 5000 }) }),
  fc.record({ do: fc.constant('cut' as const), size: position }),
);

test('a file in chunks reads, grows and is cut as a file in one array is', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const [plain, chunked] = [makeTables(), makeTables()];
      keepTemporaryFiles(chunked.nodes, chunked.streams);
      const files = [plain, chunked].map((tables) => ({ tables, node: { mode: 0o100600, bytes: new Uint8Array() } }));
      for (const one of steps) {
        const [model, real] = files.map(({ tables, node }) => {
          if (one.do === 'cut') {
            tables.nodes.b(node, { size: one.size });
            return [tables.nodes.a(node).size];
          }
          const buffer = new Uint8Array(one.length + 7);
          if (one.do === 'write') buffer.fill(one.byte);
          const done = tables.streams[one.do]({ node }, buffer, 3, one.length, one.position);
          return [done, tables.nodes.a(node).size, Buffer.from(buffer).toString('latin1')];
        });
        expect(real).toEqual(model);
      }
    }),
    runs(60),
  );
});

test('a file that is handed over whole stays in one array, and one that holds something already too', () => {
  const { nodes, streams } = makeTables();
  const plain = streams.write;
  keepTemporaryFiles(nodes, streams);
  expect(streams.write).not.toBe(plain);
  const whole = { mode: 0o100600, bytes: new Uint8Array() };
  streams.write({ node: whole }, new Uint8Array(2 << 20).fill(1), 0, 2 << 20, 0);
  expect(whole.bytes.length).toBe(2 << 20);
  const filled = { mode: 0o100600, bytes: Uint8Array.of(1, 2, 3) };
  streams.write({ node: filled }, Uint8Array.of(9), 0, 1, 1);
  expect([...filled.bytes]).toEqual([1, 9, 3]);
});

test('where memory ends nothing is written, and SQLite hears so', () => {
  const { nodes, streams } = makeTables();
  keepTemporaryFiles(nodes, streams);
  vi.spyOn(ChunkedBytes.prototype, 'writeFrom').mockImplementation(() => {
    throw new RangeError('Array buffer allocation failed');
  });
  expect(streams.write({ node: { mode: 0, bytes: new Uint8Array() } }, new Uint8Array(9), 0, 9, 0)).toBe(0);
});

test('tables that are not as expected stay as they are', () => {
  const { nodes, streams } = makeTables();
  const both = { ...nodes, c: nodes.a };
  const before = { ...streams };
  keepTemporaryFiles(both, streams);
  expect(streams).toEqual(before);
});
