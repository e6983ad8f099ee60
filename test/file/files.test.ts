// Every line of docs/files.md: what may be dropped, and what is said of it; what is recovered is what native sqlite3 recovers.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { unreadableSchema } from '../../src/engine/unreadable';
import { sourceOfBytes } from '../../src/file/byteSource';
import { recover, type Recovered } from '../../src/file/recovery';
import * as readers from '../../src/file/sidecars';
import { readSchema } from '../../src/schema/read';
import { askNative, engine, nativeDatabase, overlayOf } from '../databases';
import { copiedWhileOpen, framesOf, recoveredNatively, same, withLogChecksums, withNumbers } from './sidecars';
import { checkIntegrity } from '../../src/migration/proofs/integrity';

interface Drop {
  readonly database: Uint8Array;
  readonly log?: Uint8Array;
  readonly journal?: Uint8Array;
  /** What native sqlite3 recovers is compared, unless it says nothing of this case. */
  readonly native?: false;
}

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const numbers = (...bytes: readonly number[]): Uint8Array => Uint8Array.from([...bytes, ...Array<number>(600).fill(7)]);
const ROWS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)';
const fill = `INSERT INTO t ${ROWS} SELECT i, hex(zeroblob(20)) FROM n;`;
const sound = nativeDatabase(`CREATE TABLE t(a, b); ${fill}`);
const walMode = nativeDatabase('PRAGMA journal_mode = WAL; CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 2);');

/** Two transactions that are in the log only. */
const inUse = copiedWhileOpen(
  '-wal',
  `PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(a, b); ${fill}`,
);
const shrunken = copiedWhileOpen(
  '-wal',
  `PRAGMA auto_vacuum = FULL; CREATE TABLE t(a, b); ${fill} PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
   DELETE FROM t WHERE a > 10;`,
);
const checkpointed = copiedWhileOpen(
  '-wal',
  `PRAGMA journal_mode = WAL; CREATE TABLE t(a, b); ${fill} PRAGMA wal_checkpoint;`,
);
const uncommitted = copiedWhileOpen(
  '-wal',
  `PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 1; CREATE TABLE t(a, b);
   INSERT INTO t VALUES (0, 0); PRAGMA cache_spill = 1; BEGIN; ${fill}`,
);
const hot = copiedWhileOpen(
  '-journal',
  `PRAGMA cache_size = 1; CREATE TABLE t(a, b); ${fill} BEGIN; UPDATE t SET b = 'new' || b;`,
);
/** Two states of one database: the log after the first has one frame, without the first page. */
const few =
  'PRAGMA journal_mode = WAL; CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 2); PRAGMA wal_checkpoint(TRUNCATE);';
const change = 'UPDATE t SET b = 3 WHERE a = 1;';
const early = copiedWhileOpen('-wal', `${few} ${change}`);
const late = copiedWhileOpen(
  '-wal',
  `${few} ${fill.replace('2000', '300')} PRAGMA wal_checkpoint(TRUNCATE); ${change}`,
);
const paired = ({ database, sidecar }: { database: Uint8Array; sidecar: Uint8Array }): Drop => ({
  database,
  log: sidecar,
});

/** A journal that ends with the name of a super-journal. */
function withSuperJournal(journal: Uint8Array): Uint8Array {
  const name = text('/srv/data/spine.db-mj0A1B2C3D4');
  const tail = new Uint8Array(4 + name.length + 16);
  const view = new DataView(tail.buffer);
  view.setUint32(0, 0x40000000 / 4096 + 1);
  tail.set(name, 4);
  view.setUint32(4 + name.length, name.length);
  view.setUint32(
    8 + name.length,
    name.reduce((sum, byte) => sum + byte, 0),
  );
  tail.set([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7], 12 + name.length);
  return Buffer.concat([journal, tail]);
}

const DROPS: Readonly<Record<string, () => Drop>> = {
  empty: () => ({ database: new Uint8Array(0) }),
  gzip: () => ({ database: gzipSync(sound) }),
  zip: () => ({ database: numbers(0x50, 0x4b, 0x03, 0x04) }),
  zstandard: () => ({ database: numbers(0x28, 0xb5, 0x2f, 0xfd) }),
  xz: () => ({ database: numbers(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0) }),
  bzip2: () => ({ database: numbers(0x42, 0x5a, 0x68, 0x39) }),
  png: () => ({ database: numbers(0x89, 0x50, 0x4e, 0x47) }),
  pdf: () => ({ database: text('%PDF-1.7\n%âãÏÓ') }),
  parquet: () => ({ database: text('PAR1 and so on') }),
  duckdb: () => ({ database: numbers(1, 2, 3, 4, 5, 6, 7, 8, 0x44, 0x55, 0x43, 0x4b) }),
  text: () => ({ database: text('week,tier,symbol\n2025-12-26,OTC,AAAA\n') }),
  dump: () => ({ database: text(askNative(sound, '.dump')) }),
  'log by itself': () => ({ database: inUse.sidecar }),
  'journal by itself': () => ({ database: hot.sidecar }),
  'shared memory': () => ({ database: numbers(0x18, 0xe2, 0x2d, 0x00) }),
  encrypted: () => ({
    database: Uint8Array.from({ length: 8192 }, (_, at) => createHash('md5').update(`${at}`).digest()[0] ?? 0),
  }),
  'cut in its header': () => ({ database: sound.subarray(0, 60) }),
  'impossible header': () => ({ database: withNumbers(sound, { 16: 0x03e80101 }) }),
  pair: () => paired(inUse),
  'big-endian log': () => ({ database: inUse.database, log: withLogChecksums(inUse.sidecar, 'big') }),
  'torn log': () => ({ database: inUse.database, log: inUse.sidecar.subarray(0, inUse.sidecar.length - 100) }),
  uncommitted: () => paired(uncommitted),
  shrunken: () => paired(shrunken),
  checkpointed: () => paired(checkpointed),
  'empty log': () => ({ database: walMode, log: new Uint8Array(0) }),
  'log lost': () => ({ database: walMode }),
  'damaged log': () => ({ database: checkpointed.database, log: withNumbers(checkpointed.sidecar, { 16: 1 }) }),
  'no log': () => ({ database: walMode, log: text('something else, and longer than the header of a log is') }),
  'log of another': () => {
    const other = copiedWhileOpen(
      '-wal',
      `PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; CREATE TABLE u(a); PRAGMA wal_checkpoint;
       INSERT INTO u VALUES (1);`,
    );
    return { database: sound, log: other.sidecar, native: false };
  },
  'older log': () => {
    const newer = withNumbers(checkpointed.database, { 24: 99, 92: 99 });
    return { database: newer, log: checkpointed.sidecar };
  },
  'log of an early state': () => ({ database: late.database, log: early.sidecar, native: false }),
  'older database': () => ({ database: early.database, log: late.sidecar }),
  'log of another state': () => {
    const pages = withNumbers(late.database, { 28: 5 });
    return { database: pages, log: late.sidecar };
  },
  'no WAL mode': () => ({ database: withNumbers(inUse.database, { 16: 0x10000101 }), log: inUse.sidecar }),
  'hot journal': () => ({ database: hot.database, journal: hot.sidecar }),
  'finished journal': () => ({ database: sound, journal: new Uint8Array(1024) }),
  'no journal': () => ({ database: sound, journal: text('x'.repeat(600)) }),
  'impossible journal': () => ({
    database: hot.database,
    journal: withNumbers(hot.sidecar, { 16: 0x7fffff }),
    native: false,
  }),
  'several databases': () => ({ database: hot.database, journal: withSuperJournal(hot.sidecar), native: false }),
  'cut short': () => ({ database: sound.subarray(0, sound.length - 6000) }),
  'mostly gone': () => ({ database: withNumbers(sound, { 28: 200_000 }) }),
  'partial page': () => ({ database: withNumbers(sound.subarray(0, sound.length - 100), { 92: 0 }), native: false }),
  longer: () => ({ database: Buffer.concat([sound, new Uint8Array(5000)]) }),
  damaged: () => ({ database: sound.map((byte, at) => (at >= 3 * 4096 && at < 3 * 4096 + 200 ? 0x55 : byte)) }),
};

/** What is said of a drop, in the words of the table; and what was recovered, where there is something. */
function dropped({ database, log, journal }: Drop): { said: string; recovered: Recovered | null } {
  const outcome = recover(
    sourceOfBytes(database),
    {
      log: log ? sourceOfBytes(log) : null,
      journal: journal ? sourceOfBytes(journal) : null,
    },
    readers,
  );
  if (!outcome.ok) return { said: `refused: ${outcome.error.code}`, recovered: null };
  const { source, header, findings } = outcome.value;
  const connection = engine.open(overlayOf(withoutWalMark(source.read(0, source.size).slice())));
  try {
    const schema = connection.query('SELECT count(*) FROM sqlite_schema');
    if (!schema.ok) {
      const { code } = unreadableSchema(schema.error.message, header, database.length);
      return { said: `refused: ${code}`, recovered: null };
    }
    const said = findings.map(({ code, consent }) => (consent === null ? code : `${code}, tick`));
    const complaints = checkIntegrity(connection, readSchema(connection).relations).complaints;
    if (complaints.length > 0 && said.length === 0) said.push('damaged, tick');
    return { said: said.join('; '), recovered: outcome.value };
  } finally {
    connection.close();
  }
}

/** As the engine opens a database whose log has been joined. */
function withoutWalMark(bytes: Uint8Array): Uint8Array {
  bytes.set([1, 1], 18);
  return bytes;
}

const lines = readFileSync(new URL('../../docs/files.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\|\s+\||^\| ?---/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, id = '', , , said = '']) => [id, said] as const);

describe('what the documentation says of files is so', () => {
  test('each of its lines is tested, and nothing else', () => {
    expect(lines.map(([id]) => id).toSorted()).toEqual(Object.keys(DROPS).toSorted());
  });

  test.each(lines)('%s: %s', (id, said) => {
    expect(dropped((DROPS[id] as () => Drop)()).said).toBe(said);
  });
});

describe('what is said of a database and its log', () => {
  test('has the sizes of both, where the log is of an earlier state of it, and the rows are those of the database', () => {
    const { recovered } = dropped({ database: late.database, log: early.sidecar });
    const [finding, ...more] = recovered?.findings ?? [];
    expect(more).toEqual([]);
    const bytes = late.database.length.toLocaleString('en-US');
    expect(finding?.sentence).toContain(
      `${late.database.length / 4096} pages (${bytes} bytes) by its header and 2 pages`,
    );
    expect(recovered && same(recovered.source.read(0, recovered.source.size), late.database)).toBe(true);
  });

  test('is one thing about its size at most', () => {
    for (const [database, log] of [
      [late.database, early.sidecar],
      [early.database, late.sidecar],
    ] as const) {
      const codes = dropped({ database, log }).recovered?.findings.map(({ code }) => code) ?? [];
      expect(codes.filter((code) => /cut-short|bytes-past-end|zero-pages|log-is-older/.test(code))).toHaveLength(1);
    }
  });

  test('is what native sqlite3 does where nobody wants that: it cuts the database off after the pages of the log', () => {
    const [native] = recoveredNatively('-wal', [{ database: late.database, sidecar: early.sidecar }]);
    expect(native?.database.length).toBe(2 * 4096);
  });
});

describe('what is recovered is, byte for byte, what native sqlite3 recovers', () => {
  test.each(Object.keys(DROPS).filter((id) => /log|pair|uncommitted|shrunken|journal/.test(id)))('%s', (id) => {
    const drop = (DROPS[id] as () => Drop)();
    const { recovered } = dropped(drop);
    const sidecar = drop.log ?? drop.journal;
    if (!recovered || !sidecar || drop.native === false) return;
    const ours = recovered.source.read(0, recovered.source.size);
    const [theirs] = recoveredNatively(drop.log ? '-wal' : '-journal', [{ database: drop.database, sidecar }]);
    expect(theirs && same(ours, theirs.database)).toBe(true);
  });

  test('with a log torn at each of its frames', () => {
    const pairs = framesOf(inUse.sidecar).flatMap((frame) =>
      [frame, frame + 12, frame + 2000].map((end) => ({
        database: inUse.database,
        sidecar: inUse.sidecar.subarray(0, end),
      })),
    );
    const theirs = recoveredNatively('-wal', pairs);
    pairs.forEach((pair, index) => {
      const outcome = recover(
        sourceOfBytes(pair.database),
        { log: sourceOfBytes(pair.sidecar), journal: null },
        readers,
      );
      const native = theirs[index]?.database ?? new Uint8Array(1);
      expect(outcome.ok && same(outcome.value.source.read(0, outcome.value.source.size), native)).toBe(true);
    });
  });
});
