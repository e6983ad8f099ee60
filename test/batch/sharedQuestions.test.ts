// Many databases that are led to one schema: what several of them ask alike is asked once.
import { describe, expect, it } from 'vitest';
import { listNames, shareQuestions } from '../../src/batch/sharedQuestions';
import type { Question } from '../../src/compare/question';
import { USUAL_VERSION } from '../../src/compare/versions';
import { writeMigration } from '../../src/compare/write';
import { readSchema } from '../../src/schema/read';
import { schemaOf } from '../compare/schemas';
import { nativeDatabase, withDatabase } from '../databases';

/** What a database asks on its way to a schema. */
function questionsOf(
  current: string,
  desired: string,
  answers: readonly (readonly [string, string])[] = [],
): readonly Question[] {
  return withDatabase(
    nativeDatabase(current),
    (rows) =>
      writeMigration({
        ...{
          current: readSchema(rows),
          desired: schemaOf(desired),
          scratch: () => rows.scratch(),
          rows,
          desiredRows: null,
        },
        ...{ answers: new Map(answers), sqliteVersion: USUAL_VERSION, spelling: false },
      }).questions,
  );
}

describe('What several files ask', () => {
  const DESIRED = 'CREATE TABLE t (a NOT NULL, b UNIQUE)';
  const ask = (name: string, rows: string, answers: readonly (readonly [string, string])[] = []) => ({
    one: name,
    name,
    questions: questionsOf(`CREATE TABLE t (a, b); INSERT INTO t VALUES ${rows};`, DESIRED, answers),
  });

  it('is one question where only the counts differ, which stand in its evidence with the name of the file', () => {
    const shared = shareQuestions([
      ask('one.db', '(NULL, 1), (1, 1)'),
      ask('two.db', '(NULL, 1), (NULL, 2), (1, 3)'),
      ask('three.db', '(1, 2)'),
    ]);
    expect(shared.map(({ question, asking }) => [question.id, asking.map(({ one }) => one)])).toEqual([
      ['NULL in t.a', ['one.db', 'two.db']],
      ['duplicates in t (b)', ['one.db']],
    ]);
    expect(shared[0]?.question.evidence.slice(0, 2)).toEqual([
      'One of them: a NULL, b 1.',
      'one.db: 1 row has NULL in it, of 2 rows.',
    ]);
    expect(shared[0]?.question.evidence).toContain('two.db: 2 rows have NULL in it, of 3 rows.');
    expect(shared[0]?.question.answer).toBeNull();
  });

  it('is two questions where the answers to choose from differ', () => {
    const renamed = (added: string) =>
      questionsOf('CREATE TABLE t (a TEXT); INSERT INTO t VALUES (1);', `CREATE TABLE t (${added})`);
    const shared = shareQuestions([
      { one: 1, name: 'one.db', questions: renamed('b TEXT') },
      { one: 2, name: 'two.db', questions: renamed('b TEXT, c TEXT') },
    ]);
    expect(shared.map(({ question, asking }) => [question.id, asking.length])).toEqual([
      ['column t.a', 1],
      ['column t.a', 1],
    ]);
    expect(new Set(shared.map(({ key }) => key)).size).toBe(2);
  });

  it('has an answer where all have the same, and is mixed where one is answered by itself', () => {
    const answer = [['NULL in t.a', "value 'x'"]] as const;
    const [one, other, unlike] = [
      ask('one.db', '(NULL, 1)', answer),
      ask('two.db', '(NULL, 1)', answer),
      ask('three.db', '(NULL, 1)', [['NULL in t.a', 'delete rows']]),
    ];
    expect(shareQuestions([one, other])[0]).toMatchObject({ isMixed: false, question: { answer: "value 'x'" } });
    expect(shareQuestions([one, other, unlike])[0]).toMatchObject({ isMixed: true, question: { answer: null } });
  });

  it('lists a few lines of many files, and says how many more there are', () => {
    const many = Array.from({ length: 20 }, (_, at) =>
      ask(`${at}.db`, Array.from({ length: at + 1 }, () => `(NULL, NULL)`).join(', ')),
    );
    const [shared] = shareQuestions(many);
    expect(shared?.asking).toHaveLength(20);
    expect(shared?.question.evidence.at(-1)).toBe('And 12 more lines, which stand with each file below.');
    expect(listNames(many.map(({ name }) => name))).toBe('0.db, 1.db, 2.db and 17 more');
  });
});
