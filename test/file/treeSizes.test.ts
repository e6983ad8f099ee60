// What tables and indexes take of a file, against SQLite's own dbstat.
import { describe, expect, it } from 'vitest';
import { pagedFileOf } from '../../src/file/treePages';
import { sourceOfBytes } from '../../src/file/byteSource';
import { readHeader } from '../../src/file/header';
import { sizesOfTrees } from '../../src/file/treeSizes';
import { askNative, nativeDatabase } from '../databases';

const FILLED = `WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 4000) INSERT INTO`;

describe('The pages of each table and index are those that dbstat counts', () => {
  it.each([
    [
      'rows and indexes',
      `CREATE TABLE a(id INTEGER PRIMARY KEY, x TEXT); CREATE INDEX ax ON a(x); ${FILLED} a SELECT i, 'value ' || i FROM c;`,
    ],
    [
      'long values',
      `CREATE TABLE a(x); CREATE TABLE e(y); ${FILLED} a SELECT zeroblob(i * 3) FROM c; INSERT INTO e VALUES (zeroblob(100000));`,
    ],
    [
      'free pages',
      `CREATE TABLE a(x); CREATE TABLE b(x); ${FILLED} a SELECT i FROM c; ${FILLED} b SELECT zeroblob(900) FROM c; DELETE FROM b WHERE rowid > 10;`,
    ],
    [
      'pointer maps',
      `PRAGMA auto_vacuum = FULL; CREATE TABLE a(x, PRIMARY KEY (x)) WITHOUT ROWID; ${FILLED} a SELECT i || 'x' FROM c;`,
    ],
    ['nothing', 'CREATE TABLE a(x);'],
  ])('of a file with %s', (_what, sql) => {
    const bytes = nativeDatabase(sql);
    const header = readHeader(bytes);
    if (!header.ok) throw new Error('this is no database');
    const source = sourceOfBytes(bytes);
    const named = askNative(bytes, 'SELECT rootpage, name FROM sqlite_schema WHERE rootpage > 0').split('\n');
    const names = new Map(named.map((line) => line.split('|')).map(([root, name]) => [Number(root), name]));
    const { trees, damage } = sizesOfTrees(
      pagedFileOf({ source, header: header.value }),
      names.keys(),
      () => undefined,
    );
    expect(damage).toBeNull();
    const found = [...trees].map(
      ([root, { pages, overflow }]) => `${names.get(root) ?? 'sqlite_schema'}|${pages + overflow}|${overflow}`,
    );
    const native = askNative(
      bytes,
      "SELECT name, count(*), sum(pagetype = 'overflow') FROM dbstat GROUP BY name ORDER BY name",
    ).split('\n');
    expect(found.toSorted()).toEqual(native.toSorted());
  });
});
