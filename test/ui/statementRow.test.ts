// A statement in the list is shown in one line with all that it says, and without its comments.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenise } from '../../src/script/tokens';
import { StatementRow } from '../../src/ui/plan/statementRow';
import { apply, nativeDatabase, statementsOf } from '../databases';

const { outcomes } = apply(nativeDatabase('CREATE TABLE t(a);'), 'SELECT 1');

function headlineOf(sql: string): string {
  const [statement] = statementsOf(sql);
  const [outcome] = outcomes;
  if (!statement || !outcome) throw new Error('There is no statement');
  return new StatementRow(statement, outcome, false).headline;
}

describe('The line of a statement', () => {
  it.each([
    [
      "DELETE FROM note WHERE body = '--' OR body = '/* x */'",
      "DELETE FROM note WHERE body = '--' OR body = '/* x */'",
    ],
    ['UPDATE note SET "a--b" = [c/*d*/], `e--f` = 1', 'UPDATE note SET "a--b" = [c/*d*/], `e--f` = 1'],
    ['SELECT 1 -- one\n  + /* two */ 2', 'SELECT 1 + 2'],
    ["SELECT 'it''s -- one' /* and */ AS x", "SELECT 'it''s -- one' AS x"],
  ])('of %j', (sql, line) => {
    expect(headlineOf(sql)).toBe(line);
  });

  it('has each word of a statement, and none of its comments', () => {
    const piece = fc.constantFrom(
      "'--'",
      '"/*"',
      '`--`',
      '[--]',
      '-- x\n',
      '/* y */',
      '/*\n*/',
      'a',
      '1',
      "''",
      '+',
      "'a''--'",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const sql = `SELECT ${pieces.join(' ')} 0`;
        const words = tokenise(sql).filter(({ kind }) => kind !== 'space' && kind !== 'comment');
        expect(headlineOf(sql)).toBe(words.map(({ text }) => text).join(' '));
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});
