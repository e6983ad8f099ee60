// What is told of a schema beyond its text is what native SQLite's PRAGMAs and behaviour tell of the same database.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../amount';
import { affinityOf, describeSchema, type SchemaDetails } from '../../src/schema/details';
import { readSchema } from '../../src/schema/read';
import { sourceOfBytes } from '../../src/file/byteSource';
import { Overlay } from '../../src/engine/pages/overlay';
import { askNative, engine, nativeDatabase, withDatabase } from '../databases';

/** As the page has it: the schema is read from the file and described in a new, empty database. */
function describedOf(sql: string): SchemaDetails {
  const schema = withDatabase(nativeDatabase(sql), readSchema);
  const scratch = engine.open(new Overlay(sourceOfBytes(new Uint8Array()), 4096));
  try {
    return describeSchema(scratch, schema);
  } finally {
    scratch.close();
  }
}

/** What native sqlite3 answers, a line for each row. */
function native(sql: string, query: string): readonly string[] {
  return askNative(nativeDatabase(sql), query).split('\n').filter(Boolean);
}

const FOREIGN_KEYS = `SELECT m.name || '|' || f."from" || '|' || f."table" || '|' || coalesce(f."to", '?') || '|' || f.on_update || '|' || f.on_delete
  FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' ORDER BY 1`;
const INDEXES = `SELECT m.name || '|' || l.name || '|' || l."unique" || '|' || l.partial || '|' || l.origin || '|' || x.seqno || '|' ||
  coalesce(x.name, '?') || '|' || x."desc" || '|' || x.coll
  FROM sqlite_schema AS m, pragma_index_list(m.name) AS l, pragma_index_xinfo(l.name) AS x WHERE m.type = 'table' AND x.key ORDER BY 1`;

const ORIGINS = { index: 'c', unique: 'u', 'primary key': 'pk' } as const;

function indexLines({ indexes }: SchemaDetails): readonly string[] {
  return indexes
    .flatMap(({ table, name, unique, partial, origin, columns }) =>
      columns.map((column, at) =>
        [
          table,
          name,
          Number(unique),
          Number(partial),
          ORIGINS[origin],
          at,
          column.name ?? '?',
          Number(column.descending),
          column.collation,
        ].join('|'),
      ),
    )
    .sort();
}

describe('What is told of a schema', () => {
  it('of indexes is what the PRAGMAs of native SQLite tell', () => {
    const sql = `CREATE TABLE t(a TEXT COLLATE NOCASE UNIQUE, b, c, PRIMARY KEY (c, b)) WITHOUT ROWID;
      CREATE TABLE "quoted ""table"(x INTEGER PRIMARY KEY, "odd name" TEXT);
      CREATE UNIQUE INDEX one ON t(b DESC, a COLLATE RTRIM);
      CREATE INDEX two ON t(lower(a), c) WHERE b IS NOT NULL;
      CREATE INDEX "three 3" ON "quoted ""table"("odd name");`;
    expect(indexLines(describedOf(sql))).toEqual([...native(sql, INDEXES)].sort());
  });

  it('of foreign keys is what the PRAGMA of native SQLite tells, where the parent is named', () => {
    const sql = `CREATE TABLE parent(a, b, PRIMARY KEY (a, b));
      CREATE TABLE child(x REFERENCES gone(id) ON DELETE CASCADE, y, z,
        FOREIGN KEY (y, z) REFERENCES parent(a, b) ON UPDATE SET NULL ON DELETE RESTRICT);
      CREATE TABLE self(id INTEGER PRIMARY KEY, up REFERENCES self(id));`;
    const told = describedOf(sql)
      .foreignKeys.flatMap(({ table, columns, parent, parentColumns, onUpdate, onDelete }) =>
        columns.map((column, at) => [table, column, parent, parentColumns[at] ?? '?', onUpdate, onDelete].join('|')),
      )
      .sort();
    expect(told).toEqual([...native(sql, FOREIGN_KEYS)].sort());
  });

  it('of foreign keys that name no columns is the primary key of their parent', () => {
    const [key] = describedOf(
      'CREATE TABLE parent(b, a, PRIMARY KEY (a, b)); CREATE TABLE child(x, y, FOREIGN KEY (x, y) REFERENCES PARENT);',
    ).foreignKeys;
    expect(key?.parentColumns).toEqual(['a', 'b']);
  });

  it('of collations is how native SQLite compares', () => {
    const sql = `CREATE TABLE t(a TEXT, b TEXT COLLATE NOCASE, c TEXT COLLATE RTRIM, d INTEGER);
      INSERT INTO t VALUES ('x', 'x', 'x', 1);`;
    const collations = describedOf(sql).tables[0]?.columns.map(({ collation }) => collation);
    expect(collations).toEqual(['BINARY', 'NOCASE', 'RTRIM', 'BINARY']);
    expect(native(sql, "SELECT a = 'X', b = 'X', c = 'x  ' FROM t")).toEqual(['0|1|1']);
  });
});

it('The affinity of any declared type is how native SQLite stores a text of digits', () => {
  const type = fc
    .array(fc.constantFrom('INT', 'CHAR', 'CLOB', 'TEXT', 'BLOB', 'REAL', 'FLOA', 'DOUB', 'DATE', 'x', 'NUMERIC'), {
      maxLength: 3,
    })
    .map((words) => words.join(''));
  fc.assert(
    fc.property(fc.uniqueArray(type, { minLength: 8, maxLength: 16 }), (types) => {
      const columns = types.map((declared, at) => `c${at} ${declared}`).join(', ');
      const values = types.map(() => "'1.0'").join(', ');
      const sql = `CREATE TABLE t(${columns}); INSERT INTO t VALUES (${values});`;
      // INTEGER and NUMERIC store alike; how a column casts tells them apart.
      const [stored] = native(sql, `SELECT ${types.map((_, at) => `typeof(c${at})`).join(` || ' ' || `)} FROM t`);
      const expected = types.map((declared) => {
        const affinity = affinityOf(declared);
        return { TEXT: 'text', NUMERIC: 'integer', INTEGER: 'integer', REAL: 'real', BLOB: 'text', ANY: '' }[affinity];
      });
      expect(stored?.split(' ')).toEqual(expected);
    }),
    runs(25),
  );
}, 30_000);

const column = fc.constantFrom('a', 'b', 'c', 'd');
const index = fc
  .tuple(fc.boolean(), column, fc.constantFrom('', ' DESC', ' COLLATE NOCASE'), fc.option(column))
  .map(([unique, first, order, where]) => ({ unique, on: `${first}${order}`, where }));

it('The indexes of any table are told as native SQLite tells them', () => {
  fc.assert(
    fc.property(fc.array(index, { maxLength: 5 }), fc.uniqueArray(column, { minLength: 1 }), (indexes, key) => {
      const made = indexes.map(
        ({ unique, on, where }, at) =>
          `CREATE ${unique ? 'UNIQUE ' : ''}INDEX i${at} ON t(${on})${where === null ? '' : ` WHERE ${where} > 0`};`,
      );
      const sql = `CREATE TABLE t(a INTEGER, b TEXT UNIQUE, c, d COLLATE NOCASE, PRIMARY KEY (${key.join(', ')})); ${made.join('')}`;
      expect(indexLines(describedOf(sql))).toEqual([...native(sql, INDEXES)].sort());
    }),
    runs(20),
  );
}, 30_000);
