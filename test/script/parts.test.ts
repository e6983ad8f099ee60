// Scripts of several files: planned as one, every place told by its file.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../amount';
import { readAddedColumnDocumentation } from '../../src/script/documentation';
import { splitScript } from '../../src/script/split';
import { placeOf, startOf, type Statement, partsOf } from '../../src/script/statement';

const FILES = [
  { name: 'db/001_a.sql', text: '-- first\nCREATE TABLE a(x);\nCREATE TABLE b(y)' },
  { name: 'db/002_b.sql', text: '\n\nALTER TABLE a ADD COLUMN\n  z TEXT; -- why it is there\n' },
];

function statementsOf(script: Parameters<typeof splitScript>[0]): readonly Statement[] {
  const split = splitScript(script);
  if (!split.ok) throw new Error(split.refusal.sentence);
  return split.statements;
}

describe('A script of several files', () => {
  it('is one list of statements, each with its place in its own file', () => {
    const statements = statementsOf(FILES);
    expect(statements.map(({ ordinal, file, firstLine }) => [ordinal, file, firstLine])).toEqual([
      [1, 'db/001_a.sql', 2],
      [2, 'db/001_a.sql', 3],
      [3, 'db/002_b.sql', 3],
    ]);
    expect(statements.map(placeOf)).toEqual([
      'db/001_a.sql, line 2',
      'db/001_a.sql, line 3',
      'db/002_b.sql, lines 3 to 4',
    ]);
    expect(statements.map(startOf).at(-1)).toBe('db/002_b.sql, line 3');
    for (const { file, start, text } of statements) {
      expect(FILES.find(({ name }) => name === file)?.text.slice(start, start + text.length)).toBe(text);
    }
  });

  it('keeps a statement that lacks its semicolon out of the next file', () => {
    expect(statementsOf(FILES)[1]?.text).toBe('CREATE TABLE b(y)');
  });

  it('is refused with the name of the file that cannot be read', () => {
    const split = splitScript([...FILES, { name: 'db/003_c.sql', text: "SELECT 1;\nSELECT 'open" }]);
    expect(split).toMatchObject({ ok: false, refusal: { code: 'unterminated-string', line: 2 } });
    expect(split.ok ? '' : split.refusal.sentence).toMatch(/^db\/003_c\.sql: The string that begins at line 2/);
  });

  it('gives what its comments say of the columns that it adds', () => {
    expect([...readAddedColumnDocumentation(FILES, statementsOf(FILES))]).toEqual([['a.z', 'why it is there']]);
  });

  it('is split as each of its files is alone', () => {
    const text = fc.constantFrom(
      'SELECT 1;',
      'SELECT 2',
      '-- nothing',
      ';;',
      'CREATE TABLE t(a);\n\nDROP TABLE t;',
      '',
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
        const parts = texts.map((part, at) => ({ name: `${at}.sql`, text: part }));
        const alone = parts.flatMap(({ name, text: part }) =>
          statementsOf(part).map((statement) => ({ ...statement, file: name })),
        );
        expect(statementsOf(parts)).toEqual(alone.map((statement, at) => ({ ...statement, ordinal: at + 1 })));
        expect(partsOf(parts)).toEqual(parts);
      }),
      runs(100),
    );
  });
});
