// The first table of docs/schemas.md: in whatever shape a file is, an upgrade leaves it in that shape, and native sqlite3
// finds every row of it in the result.
import { describe, expect, test } from 'vitest';
import { askNative } from '../databases';
import { nativeContents } from '../fixtures/contents';
import { fixture, UPGRADE, UPGRADE_OF_NOTHING } from '../fixtures/fixture';
import { linesOfTable } from '../fixtures/table';
import { upgrade } from '../fixtures/upgrade';
import type { Header } from '../../src/file/header';

/** What native sqlite3 has to answer when it is asked about the result. */
interface Shape {
  readonly header?: Partial<Header>;
  readonly answers?: Readonly<Record<string, string>>;
  readonly script?: string;
}

const pages = (pageSize: number): Shape => ({ header: { pageSize }, answers: { 'PRAGMA page_size': `${pageSize}` } });

const SHAPES: Readonly<Record<string, Shape>> = {
  'page-size-512': pages(512),
  'page-size-1024': pages(1024),
  'page-size-2048': pages(2048),
  'page-size-4096': pages(4096),
  'page-size-8192': pages(8192),
  'page-size-16384': pages(16384),
  'page-size-32768': pages(32768),
  'page-size-65536': pages(65536),
  'reserved-bytes': { header: { reservedBytes: 32 } },
  utf16le: {
    header: { encoding: 'UTF-16le' },
    answers: {
      'PRAGMA encoding': 'UTF-16le',
      [`SELECT hex(v) FROM "ñandú 🦤" WHERE "clé" = 'half'`]: '3DD8',
    },
  },
  utf16be: {
    header: { encoding: 'UTF-16be' },
    answers: {
      'PRAGMA encoding': 'UTF-16be',
      [`SELECT hex(v) FROM "ñandú 🦤" WHERE "clé" = 'half'`]: 'D83D',
    },
  },
  'auto-vacuum-full': { answers: { 'PRAGMA auto_vacuum': '1', 'PRAGMA freelist_count': '0' } },
  'auto-vacuum-incremental': {
    header: { incrementalVacuum: true },
    answers: {
      'PRAGMA auto_vacuum': '2',
      'PRAGMA incremental_vacuum; PRAGMA freelist_count; PRAGMA integrity_check': '0\nok',
    },
  },
  'free-pages': {},
  'schema-format-1': { header: { schemaFormat: 3 } },
  'application-id': {
    header: { applicationId: -559038737, userVersion: -7 },
    answers: { 'PRAGMA application_id; PRAGMA user_version': '-559038737\n-7' },
  },
  'wal-mode': { header: { readVersion: 2, writeVersion: 2 }, answers: { 'PRAGMA journal_mode': 'wal' } },
  'wal-pair': {
    header: { readVersion: 2, writeVersion: 2 },
    answers: { 'PRAGMA journal_mode': 'wal', 'SELECT name FROM item WHERE id = 3': 'only in the log' },
  },
  'journal-pair': {
    header: { readVersion: 1 },
    answers: { "SELECT count(*), sum(name = 'half done') FROM item": '44|0', 'PRAGMA journal_mode': 'delete' },
  },
  'no-tables': {
    script: UPGRADE_OF_NOTHING,
    answers: { 'PRAGMA user_version': '3', 'SELECT count(*) FROM added': '2' },
  },
  statistics: { answers: { "SELECT stat FROM sqlite_stat1 WHERE idx = 'item_price'": '1000 10' } },
  sequence: {
    answers: {
      "INSERT INTO counted(a) VALUES ('next'); SELECT id FROM counted WHERE a = 'next'": '9007199254740994',
      "SELECT seq FROM sqlite_sequence WHERE name = 'none of now'": '5',
    },
  },
  'without-rowid': { answers: { 'SELECT a, b FROM pair ORDER BY a DESC, b COLLATE NOCASE': '2|x\n2|Y\n-1|z' } },
  strict: {
    answers: {
      'SELECT typeof(i), typeof(r), typeof(t), typeof(b), typeof(a) FROM s': [
        'integer|real|text|blob|text',
        'null|real|text|blob|integer',
      ].join('\n'),
    },
  },
  generated: { answers: { "SELECT v, s FROM g INDEXED BY g_s WHERE s = 's2' AND v > 0": '4|s2' } },
};

/** What of a header an upgrade may not change. */
function shapeOf(header: Header): Partial<Header> {
  const { pageSize, writeVersion, readVersion, reservedBytes, encoding, userVersion, applicationId } = header;
  const { incrementalVacuum } = header;
  return {
    pageSize,
    writeVersion,
    readVersion,
    reservedBytes,
    encoding,
    userVersion,
    applicationId,
    incrementalVacuum,
  };
}

test('every line of the table of shapes is a case here, and every case a line', () => {
  expect(linesOfTable('docs/schemas.md', 'Shapes').map(([name]) => name)).toEqual(Object.keys(SHAPES));
});

describe('an upgrade keeps', () => {
  test.each(Object.entries(SHAPES))('%s', (name, { header = {}, answers = {}, script = UPGRADE }) => {
    const dropped = fixture(name);
    const { run, plan, proofs, before, after, output } = upgrade(dropped, script);

    expect(run.committed).toBe(true);
    expect(run.outcomes.map(({ verdict }) => verdict)).toEqual(plan.outcomes.map(({ verdict }) => verdict));
    expect([...proofs.values()].filter(({ result }) => result !== 'pass')).toEqual([]);

    expect(shapeOf(after)).toEqual(shapeOf(before));
    expect(after).toMatchObject(header);
    expect(after.largestRootPage > 0).toBe(before.largestRootPage > 0);

    const [had, has] = nativeContents(dropped, output);
    expect(has?.integrity).toEqual(['ok']);
    // New columns stand at the end of a line.
    expect(had?.rows.filter((row) => !has?.rows.some((line) => line === row || line.startsWith(`${row}|`)))).toEqual(
      [],
    );
    expect(had?.schema.filter((object) => !object.startsWith('table|item|') && !has?.schema.includes(object))).toEqual(
      [],
    );

    for (const [question, answer] of Object.entries(answers)) expect(askNative(output, question)).toBe(answer);
  });
});

test('schema format 1 stays where no column is added, as with plain SQLite; a DESC index of it stays ascending', () => {
  const dropped = fixture('schema-format-1');
  const { after, output } = upgrade(dropped, 'CREATE TABLE added(a); CREATE INDEX added_a ON added(a DESC)');
  expect(after.schemaFormat).toBe(1);
  expect(askNative(output, 'PRAGMA integrity_check')).toBe('ok');
});
