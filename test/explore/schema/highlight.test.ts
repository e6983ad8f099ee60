// SQL in colours: nothing of the text is lost, and what is coloured as a keyword is one.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../amount';
import { highlight } from '../../../src/explore/schema/highlight';
import { migration021, nativeDatabase, withDatabase } from '../../databases';

/** The texts of one shade. */
function shaded(sql: string, shade: string): readonly string[] {
  return highlight(sql)
    .filter((piece) => piece.shade === shade)
    .map(({ text }) => text);
}

it('Nothing of any text is lost', () => {
  const sql = fc.array(fc.constantFrom('SELECT', ' ', "'", '"', '--x', '\n', '/*', '*/', 'a.b', '12', ';', 'é'));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        sql.map((parts) => parts.join('')),
      ),
      (text) => {
        expect(
          highlight(text)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text);
      },
    ),
    runs(100),
  );
});

it('A definition has its keywords, types, values and comments told apart', () => {
  const sql = `CREATE TABLE t ( -- what it is for
    "text" TEXT NOT NULL DEFAULT 'no', date DATE, n INTEGER DEFAULT 12, text AS (n) STORED)`;
  expect(shaded(sql, 'keyword')).toEqual(['CREATE', 'TABLE', 'NOT', 'NULL', 'DEFAULT', 'DEFAULT', 'AS', 'STORED']);
  expect(shaded(sql, 'type')).toEqual(['TEXT', 'DATE', 'INTEGER']);
  expect(shaded(sql, 'name')).toEqual(['"text"']);
  expect(shaded(sql, 'string')).toEqual(["'no'"]);
  expect(shaded(sql, 'number')).toEqual(['12']);
  expect(shaded(sql, 'comment')).toEqual(['-- what it is for']);
});

it('A column behind a point is a name, whatever it is called', () => {
  expect(shaded('SELECT t.order, t . group FROM t', 'keyword')).toEqual(['SELECT', 'FROM']);
});

it('No name that the shipped migration gives is coloured as a keyword', () => {
  const sql = migration021.match(/CREATE TABLE[^;]+;/g)?.join('\n') ?? '';
  const names = withDatabase(nativeDatabase(sql), (database) => {
    const read = database.query(
      "SELECT lower(x.name) FROM sqlite_schema AS m, pragma_table_xinfo(m.name) AS x WHERE m.type = 'table'",
      [],
    );
    return new Set(read.ok ? read.value.map(([name]) => String(name)) : []);
  });
  expect(names.size).toBeGreaterThan(20);
  const keywords = shaded(sql, 'keyword').map((word) => word.toLowerCase());
  expect(keywords.filter((word) => names.has(word))).toEqual([]);
});
