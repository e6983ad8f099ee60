// The file that comes out is of the same make as the one that went in, and readers that had it open notice that it changed.
import { describe, expect, test } from 'vitest';
import { readHeader, type Header } from '../../../src/file/header';
import { askNative, migrate, nativeDatabase } from '../../databases';

const TABLE = `CREATE TABLE t(a TEXT); INSERT INTO t VALUES ('ä€😀'), (NULL); CREATE TABLE gone(a); INSERT INTO gone
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) SELECT hex(zeroblob(400)) FROM n;`;
const SCRIPT = `ALTER TABLE t ADD COLUMN at TEXT NOT NULL DEFAULT (datetime('now')); CREATE INDEX i ON t(at);
  CREATE TABLE made(a INTEGER PRIMARY KEY AUTOINCREMENT);`;

function headerOf(bytes: Uint8Array): Header {
  const header = readHeader(bytes);
  if (!header.ok) throw new Error(header.error);
  return header.value;
}

const PRAGMAS = [
  ...[512, 1024, 2048, 4096, 8192, 16384, 32768, 65536].map((size) => `page_size = ${size}`),
  ...['UTF-16le', 'UTF-16be'].map((encoding) => `encoding = '${encoding}'`),
  ...['FULL', 'INCREMENTAL'].map((mode) => `auto_vacuum = ${mode}`),
];

describe.each(PRAGMAS)('a database with %s', (pragma) => {
  const before = nativeDatabase(`PRAGMA ${pragma}; PRAGMA user_version = 20; PRAGMA application_id = 77; ${TABLE}`);

  test('keeps its make, and its counters move on', () => {
    const { result, bytes } = migrate(before, `${SCRIPT} DROP TABLE gone`);
    expect(result.committed).toBe(true);
    const [had, has] = [headerOf(before), headerOf(bytes)];
    const make = ({ pageSize, encoding, userVersion, applicationId, incrementalVacuum, writeVersion }: Header) => ({
      ...{ pageSize, encoding, userVersion, applicationId, incrementalVacuum, writeVersion },
    });
    expect(make(has)).toEqual(make(had));
    expect(has.largestRootPage > 0).toBe(had.largestRootPage > 0);
    expect(has.changeCounter).toBeGreaterThan(had.changeCounter);
    expect(has.schemaCookie).toBeGreaterThan(had.schemaCookie);
    expect(has.pageCountIsValid).toBe(true);
    expect(bytes.length).toBe(has.pageCount * has.pageSize);
    const answer = askNative(bytes, `PRAGMA integrity_check; SELECT a, at IS NOT NULL FROM t; ${pragmaOf(pragma)}`);
    expect(answer).toBe(`ok\nä€😀|1\n|1\n${askNative(before, pragmaOf(pragma))}`);
  });

  test('passes every proof with a script that changes no row', () => {
    const { result } = migrate(
      before,
      SCRIPT.replace('CREATE INDEX', 'CREATE INDEX IF NOT EXISTS').replace('TABLE made', 'TABLE IF NOT EXISTS made'),
    );
    expect(result.proofs.filter((proof) => proof.result !== 'pass')).toEqual([]);
  });
});

function pragmaOf(setting: string): string {
  return `PRAGMA ${setting.split(' ')[0] ?? ''};`;
}

test('a run that finds nothing to do changes no byte', () => {
  const before = nativeDatabase(TABLE);
  const { result, bytes } = migrate(before, 'CREATE TABLE IF NOT EXISTS t(a TEXT); ALTER TABLE t ADD COLUMN a TEXT');
  expect(result.committed).toBe(true);
  expect(bytes).toEqual(before);
});
