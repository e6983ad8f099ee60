// Values that a JSON function cannot take: the rows that have them are shown, wherever the function is called.
import { describe, expect, it } from 'vitest';
import { nativeDatabase } from '../databases';
import { natively, planned } from './foreseen';

const bytes = nativeDatabase(
  `CREATE TABLE t (id INTEGER PRIMARY KEY, d TEXT, p TEXT, n TEXT); CREATE TABLE log (a);
   INSERT INTO t VALUES (1, '{"a":1}', '$.a', NULL), (2, '{bad', '$.a', NULL), (3, NULL, '$.a', NULL), (4, '', '$.a', NULL), (5, '{a:5}', 'x y', NULL);`,
);

describe('A value that is no JSON', () => {
  it.each([
    ["UPDATE t SET n = json_extract(d, '$.a')", '2 rows of t have values in d that are no JSON.', ['2', '4']],
    ["UPDATE t SET n = t.d ->> '$.a' WHERE id > 2", '1 row of t has a value in d that is no JSON.', ['4']],
    [
      'CREATE TABLE u AS SELECT x.id, j.value FROM t AS x, json_each(x.d) AS j',
      '2 rows of t have values in d that are no JSON.',
      ['2', '4'],
    ],
    ["CREATE INDEX td ON t (json_extract(d, '$.a'))", '2 rows of t have values in d that are no JSON.', ['2', '4']],
    [
      "ALTER TABLE t ADD COLUMN a AS (d -> 'a'); CREATE INDEX ta ON t (a)",
      '2 rows of t have values in d that are no JSON, and the generated column a reads it.',
      ['2', '4'],
    ],
    [
      "CREATE TABLE u (id INT, d, a AS (json_extract(d, '$.a')) STORED); INSERT INTO u (id, d) SELECT id, d FROM t WHERE id = 2",
      '1 row of u would have a value in d that is no JSON, and the generated column a reads it.',
      ['2'],
    ],
    [
      "CREATE TABLE u (id INT, d CHECK (json_type(d) = 'object')); INSERT INTO u SELECT id, d FROM t WHERE id < 3",
      '1 row of u would have a value in d that is no JSON, and a CHECK of u reads it.',
      ['2'],
    ],
    [
      "CREATE TRIGGER tr AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (json_extract(new.d, '$.a')); END; UPDATE t SET n = 1 WHERE id < 4",
      '1 row of t would have a value in d that is no JSON, and the trigger tr reads it.',
      ['2'],
    ],
    ["DELETE FROM t WHERE json_extract(d, '$.a') = 1", '2 rows of t have values in d that are no JSON.', ['2', '4']],
    [
      "UPDATE t SET n = json_object('x', CAST(n AS BLOB)), p = json_object('b', x'ff00')",
      'A JSON function was given a value that is a BLOB, which JSON cannot hold.',
      [],
    ],
    [
      'UPDATE t SET n = json_extract(d, p) WHERE id IN (1, 5)',
      "1 row of t has a value in p that is no path into JSON ('x y').",
      ['5'],
    ],
  ])('is shown with its row: %s', (script, explanation, rows) => {
    expect(natively(bytes, `${script};`, 'SELECT 1').error).toMatch(/JSON/);
    const failure = planned(bytes, `${script};`).outcomes.find(({ verdict }) => verdict === 'failed')?.failure;
    expect([failure?.explanation, failure?.rows?.sample.map(([id]) => id) ?? []]).toEqual([explanation, rows]);
  });

  it('is helped with what passes over it, and that runs natively', () => {
    const help = (script: string) => planned(bytes, script).outcomes[0]?.failure?.wayOut;
    expect(help("UPDATE t SET n = json_extract(d, '$.a');")).toBe(
      "Change the values in a statement before this one, or pass over them with CASE WHEN json_valid(d) THEN … END; an empty text is no JSON either, and NULLIF(d, '') makes NULL of it.",
    );
    const passing = "UPDATE t SET n = CASE WHEN json_valid(d) THEN json_extract(d, '$.a') END;";
    expect(natively(bytes, passing, 'SELECT count(n) FROM t').text).toBe('1');
  });
});
