// Writes the migration that leads from one schema to another, and the way back.

import { foldName } from '../database';
import type { Schema } from '../schema/schema';
import { ended } from '../script/ended';
import { counted } from '../words';
import type { Written } from './draft';
import { Interview } from './interview';
import type { Migration, MigrationInput, MigrationStatement, WayBack } from './migration';
import { pairSchemas, renameId, renameTo, STAYS } from './pairing';
import { NOT_ALLOWED } from './placeholder';
import { answerLine, DELETE_ROWS, type Answers, type Question } from './question';
import { brokenObjects } from './relevant';
import { Trial } from './trial';
import { versionFor } from './versions';
import { Writer } from './writer';

/**
 * Writes the script that leads from the schema that is there to the one that is wished for, loses nothing that was not confirmed,
 * and takes the smallest way: ALTER TABLE where SQLite gives the wished-for definition by it (in the version that is named, on
 * a table with rows), else a table rebuild, one for all changes of a table. It is tried statement by statement on an empty copy of the
 * schema, so that SQLite itself tells what each one gives; what does not come out as wished is in `unreached`.
 *
 * What cannot be known is asked: `questions` has the evidence and the possible answers. Give the answers back, by the id of their
 * question, and write again; `complete` says when nothing is open. The script keeps the answers as comments (`readAnswers` finds them).
 *
 * It is correct with foreign keys on and off: where a table is dropped or rebuilt in a schema with foreign keys, it
 * switches them off before its transaction, since with them on DROP TABLE deletes the rows of other tables by ON DELETE CASCADE,
 * and on again behind it.
 * @example
 * const scratch = () => database.scratch();
 * const wish = { current: readSchema(database), desired, scratch, rows: database, desiredRows: null };
 * const draft = writeMigration({ ...wish, answers: new Map(), sqliteVersion: 37, spelling: false });
 * draft.questions.filter(({ answer }) => answer === null).map(({ id }) => id); // ['column orders.customer']
 * const answers = new Map([['column orders.customer', 'rename to client']]);
 * const migration = writeMigration({ ...wish, answers, sqliteVersion: 37, spelling: false });
 * migration.complete; // true
 * migration.statements.map(({ sql }) => sql)[1]; // 'ALTER TABLE "orders" RENAME COLUMN "customer" TO client'
 */
export function writeMigration(input: MigrationInput): Migration {
  const interview = new Interview(input.answers, false);
  const broken = brokenIn(input);
  const written = new Writer(input, interview, broken).write();
  const { questions } = interview;
  const open = questions.filter(({ answer }) => answer === null);
  const differs = input.spelling
    ? [...written.unreached.differences, ...written.unreached.spelling]
    : written.unreached.differences;
  const statements = wrapped(written);
  const needs = Math.max(0, ...statements.map((statement) => statement.needs));
  return {
    sql: scriptOf(written, { needs, questions, back: false }),
    complete: open.length === 0 && differs.length === 0,
    questions,
    losses: written.losses,
    statements,
    rebuilds: written.rebuilds,
    needs,
    back: wayBack(input, written, { questions, broken }),
    unreached: written.unreached,
  };
}

/** What does not compile in the schema that is there. */
function brokenIn(input: MigrationInput): readonly string[] {
  if (input.rows) return brokenObjects(input.rows, input);
  const trial = Trial.made(input.scratch(), input.current);
  try {
    return trial.broken(input);
  } finally {
    trial.close();
  }
}

function wayBack(
  input: MigrationInput,
  forth: Written,
  { questions: asked, broken }: { readonly questions: readonly Question[]; readonly broken: readonly string[] },
): WayBack {
  if (forth.statements.length === 0) return { sql: '', cannotRestore: [] };
  const { current, desired, answers } = input;
  const interview = new Interview(new Map(), true);
  const written = new Writer(
    {
      ...input,
      current: desired,
      desired: current,
      rows: null,
      desiredRows: null,
      answers: turned(current, desired, answers),
    },
    interview,
    broken,
  ).write();
  const needs = Math.max(0, ...wrapped(written).map((statement) => statement.needs));
  const cannotRestore = [
    ...forth.losses.map(({ sentence }) => `${sentence} The way back does not bring that back.`),
    ...asked.flatMap(({ kind, table, column, answer }) =>
      kind === 'conversion'
        ? [`Values of ${table}.${column ?? ''} that were converted stay so, as far as they do not read the same.`]
        : kind === 'null rows' && answer !== DELETE_ROWS
          ? [`Values of ${table}.${column ?? ''} that took the place of NULL stay.`]
          : [],
    ),
    ...interview.questions.flatMap(({ kind, table, column, answer, evidence }) =>
      kind === 'new value'
        ? [
            [
              answer?.includes('row_number()') === true
                ? `The column ${column ?? ''} of ${table} gets a number for each row, since a unique key does not allow the same in all: nobody knows its values any more.`
                : `The column ${column ?? ''} of ${table} gets ${(answer ?? '').replace(/^value /, '')} in all rows: nobody knows its values any more.`,
              // What follows the number of rows speaks against that value.
              ...evidence
                .slice(1)
                .map((line) =>
                  line.startsWith(NOT_ALLOWED) ? `${line} Write one into the script, or it stops there.` : line,
                ),
            ].join(' '),
          ]
        : [],
    ),
    ...written.losses.map(({ table, column }) =>
      column === null
        ? `The rows that ${table} has by then are deleted.`
        : `The values that ${table}.${column} has by then are deleted.`,
    ),
    ...[...written.unreached.differences].map(({ object, name }) => `The ${object} ${name} does not become as it was.`),
  ];
  return { sql: scriptOf(written, { needs, questions: [], back: true }), cannotRestore };
}

/** The renames of the way back. */
function turned(current: Schema, desired: Schema, answers: Answers): Answers {
  const back = new Map<string, string>();
  for (const { before, after, columns } of pairSchemas(current, desired, answers).relations) {
    if (!before || !after) continue;
    const isRenamed = foldName(before.name) !== foldName(after.name);
    back.set(renameId(after.name, null), isRenamed ? renameTo(before.name) : STAYS);
    for (const pair of columns) {
      if (pair.before && pair.after) back.set(renameId(after.name, pair.after.name), renameTo(pair.before.name));
    }
  }
  return back;
}

/** All statements of the script, those around it included. */
function wrapped({ statements, needsForeignKeysOff }: Written): readonly MigrationStatement[] {
  if (statements.length === 0) return [];
  const around = (sql: string): MigrationStatement => ({ sql, table: null, needs: 0 });
  return [
    ...(needsForeignKeysOff ? [around('PRAGMA foreign_keys = OFF')] : []),
    around('BEGIN'),
    ...statements.map(({ sql, table }) => ({ sql, table, needs: versionFor(sql) })),
    around('COMMIT'),
    ...(needsForeignKeysOff ? [around('PRAGMA foreign_keys = ON')] : []),
  ];
}

function scriptOf(
  { statements, needsForeignKeysOff, losses }: Written,
  {
    needs,
    questions,
    back,
  }: { readonly needs: number; readonly questions: readonly Question[]; readonly back: boolean },
): string {
  if (statements.length === 0) return '';
  const open = questions.filter(({ answer }) => answer === null).length;
  const lines = [
    comment(
      back
        ? 'The way back, written by SQLite Drydock.'
        : 'Written by SQLite Drydock: from the schema that is there to the one that is wished for.',
    ),
    ...(needs > 0 ? [comment(`It needs SQLite 3.${needs} or newer.`)] : []),
    ...(open > 0 ? [comment(`This is a draft: ${counted(open, 'question is', 'questions are')} open.`)] : []),
    ...questions.flatMap(({ id, answer, answered }) => (answered && answer !== null ? [answerLine(id, answer)] : [])),
    ...(back ? [] : losses.map(({ sentence }) => comment(sentence))),
    '',
  ];
  if (needsForeignKeysOff) {
    lines.push(
      comment(
        'Off, since DROP TABLE would delete rows of other tables by ON DELETE. It has no effect inside a transaction.',
      ),
      'PRAGMA foreign_keys = OFF;',
    );
  }
  lines.push('BEGIN;');
  for (const { sql, comment: above } of statements) {
    if (above !== null) lines.push('', comment(above));
    lines.push(ended(sql));
  }
  lines.push('', 'COMMIT;');
  if (needsForeignKeysOff) lines.push('PRAGMA foreign_keys = ON;');
  return `${lines.join('\n')}\n`;
}

/** One line: what stands in a name must not end it. */
function comment(text: string): string {
  return `-- ${text.replace(/\s+/g, ' ')}`;
}
