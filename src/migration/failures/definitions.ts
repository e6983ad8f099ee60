// CREATE TABLE, INDEX, VIEW and TRIGGER: definitions that SQLite does not accept, and names that are taken.

import { foldName, quoteIdentifier } from '../../database';
import type { FailedStatement } from '../run/failureHelp';
import { inWords, storedSql, type Explanation, type Said } from './explanation';

const COLUMN_TYPES = 'INT, INTEGER, REAL, TEXT, BLOB or ANY';

/** On what is to be made. */
export const DEFINITIONS: readonly Explanation[] = [
  {
    pattern: /^(table|index|view|trigger) (.+) already exists$/s,
    explain: (failed, [, kind, name]) => explainTaken(failed, kind, name),
  },
  {
    pattern: /^there is already an? (\w+) named (.+)$/s,
    explain: (failed, [, kind, name]) => explainTaken(failed, kind, name),
  },
  {
    pattern: /^there is already another table or index with this name: (.+)$/s,
    explain: ({ statement }, [, name]) =>
      explainRespelt(statement) ?? {
        explanation: `${name ?? ''} is the name of another table, view or index already, so ${statement.table ?? 'the table'} cannot have it. It may be that this migration was run before.`,
        wayOut: 'Rename what has the name before this statement, or choose another name.',
      },
  },
  inWords(
    /^duplicate column name: (.+)$/s,
    'The statement names the column $1 twice. Only an ADD COLUMN is skipped for a column that exists.',
    'Remove one of the two from the statement.',
  ),
  inWords(
    /^missing datatype for (.+)$/s,
    'The table is STRICT, and its column $1 has no type.',
    `Write one of the types ${COLUMN_TYPES} after its name, or leave STRICT out.`,
  ),
  inWords(
    /^unknown datatype for (.+): "(.*)"$/s,
    'The table is STRICT, and its column $1 has the type $2, which is not one of those that it may have.',
    `Write one of the types ${COLUMN_TYPES} instead of $2, or leave STRICT out.`,
  ),
  inWords(
    /^unknown table option: (.+)$/s,
    '$1 is no option of a table. After the columns only WITHOUT ROWID and STRICT may stand, with a comma between them.',
    'Correct $1, or take it out: ENGINE, CHARSET and the like belong to other databases.',
  ),
  inWords(
    /^PRIMARY KEY missing on table (.+)$/s,
    'A table WITHOUT ROWID is stored by its primary key, and $1 has none.',
    'Give $1 a PRIMARY KEY, or leave WITHOUT ROWID out.',
  ),
  inWords(
    /^table "(.+)" has more than one primary key/s,
    'PRIMARY KEY is written more than once in $1. Written at several columns it does not make one key of them.',
    'For a key of several columns, write PRIMARY KEY (a, b) once, after the columns.',
  ),
  inWords(
    /^AUTOINCREMENT is only allowed on an INTEGER PRIMARY KEY/,
    'AUTOINCREMENT stands at a column that is not declared as INTEGER PRIMARY KEY, in just these words: INT or BIGINT is not enough.',
    'Write INTEGER PRIMARY KEY AUTOINCREMENT, or leave AUTOINCREMENT out: an INTEGER PRIMARY KEY gets a number by itself.',
  ),
  inWords(
    /^AUTOINCREMENT not allowed on (WITHOUT ROWID|RANDOM ROWID) tables/,
    'AUTOINCREMENT counts rowids, which the table does not have as it is declared ($1).',
    'Leave out AUTOINCREMENT, or $1.',
  ),
  inWords(
    /^default value of column \[(.+)\] is not constant/s,
    'The default of $1 names a column, or something else that differs from row to row.',
    'A default may be a literal or an expression in parentheses without columns. For text, write it in single quotes. To compute a value from other columns, use a generated column: GENERATED ALWAYS AS (…).',
  ),
  inWords(
    /^cannot use DEFAULT on a generated column/,
    'A generated column is always computed, so it cannot have a default.',
    'Leave DEFAULT out, or GENERATED ALWAYS AS.',
  ),
  inWords(
    /^generated columns cannot be part of the PRIMARY KEY/,
    'A primary key has to be stored with the row, and a generated column is computed.',
    'Take the generated column out of the key; a unique index can stand on it.',
  ),
  inWords(
    /^must have at least one non-generated column/,
    'All columns of the table are generated, and none holds a value that they could be computed from.',
    'Add a column that holds values.',
  ),
  inWords(
    /^generated column loop on "(.+)"/s,
    'The generated column $1 is computed from itself, directly or through others.',
    'Change the expression so that it ends at columns that hold values.',
  ),
  inWords(
    /^error in generated column "(.+)"/s,
    'The generated column $1 has more than one expression, or a clause that such a column may not have.',
    'Write it as name type GENERATED ALWAYS AS (expression) VIRTUAL, without a default.',
  ),
  inWords(
    /^foreign key on (.+) should reference only one column of table (.+)$/s,
    'REFERENCES stands at the column $1 and names several columns of $2.',
    'Name one column, or write FOREIGN KEY (a, b) REFERENCES $2(c, d) after the columns.',
  ),
  inWords(
    /^number of columns in foreign key does not match the number of columns in the referenced table/,
    'FOREIGN KEY names another number of columns than REFERENCES does.',
    'Name as many columns on both sides, in the same order.',
  ),
  inWords(
    /^unknown column "(.+)" in foreign key definition/s,
    'FOREIGN KEY names the column $1, which the table does not have.',
    'Correct the name, or add the column.',
  ),
  inWords(
    /^expressions prohibited in PRIMARY KEY and UNIQUE constraints/,
    'A PRIMARY KEY or UNIQUE constraint can name columns only.',
    'Make a unique index on the expression instead: CREATE UNIQUE INDEX … ON …(expression).',
  ),
  inWords(
    /^conflicting ON CONFLICT clauses specified/,
    'Two constraints on the same columns say different things ON CONFLICT.',
    'Write the clause once.',
  ),
  inWords(
    /^unsupported use of NULLS (FIRST|LAST)/,
    'An index of SQLite cannot say where NULLs stand: they come first, and last with DESC.',
    'Leave NULLS $1 out.',
  ),
  inWords(
    /^(non-deterministic functions|subqueries|parameters|the "\." operator|window functions|aggregate functions) prohibited in (.+)$/s,
    'In $2 only the row itself may be used, so that the result is always the same; $1 are not possible there.',
    'Take it out. What other rows decide can be checked by a trigger; what depends on the moment can be written by one.',
  ),
  inWords(
    /^non-deterministic use of (.+?)\(\) in (.+)$/s,
    '$1() is used with “now” or the like in $2, and would give another result each time.',
    'Give it a column, or write the value when the row is written: a default, or a trigger.',
  ),
  inWords(
    /^object name reserved for internal use: (.+)$/s,
    'Names that begin with sqlite_ belong to SQLite itself; so $1 cannot be made.',
    'Choose another name. The tables sqlite_sequence and sqlite_stat1 come by themselves, with AUTOINCREMENT and ANALYZE.',
  ),
  inWords(
    /^temporary table name must be unqualified/,
    'TEMP says already where the object lies, and the name says another place.',
    'Leave out TEMP, or the part of the name before the dot.',
  ),
  inWords(
    /^temporary trigger may not have qualified name/,
    'TEMP says already where the trigger lies, and the name says another place.',
    'Leave out TEMP, or the part of the name before the dot.',
  ),
  inWords(
    /^cannot create a TEMP index on non-TEMP table "(.+)"/s,
    'An index lies where its table does, and $1 lies in the file.',
    'Leave TEMP out.',
  ),
  inWords(
    /^cannot create (BEFORE|AFTER) trigger on view: (.+)$/s,
    '$2 is a view. Rows are not written into it, so there is nothing $1 which the trigger could act.',
    'Write INSTEAD OF, or put the trigger on the table that the view reads.',
  ),
  inWords(
    /^cannot create INSTEAD OF trigger on table: (.+)$/s,
    '$1 is a table, and INSTEAD OF is for views.',
    'Write BEFORE or AFTER.',
  ),
  inWords(
    /^cannot create triggers on (virtual|shadow) tables|^cannot create trigger on system table/,
    'SQLite has triggers on ordinary tables and views only.',
    'Put the trigger on the table from which this one is filled.',
  ),
  inWords(
    /^(?:qualified table names are not allowed on INSERT, UPDATE, and DELETE statements within triggers|trigger .+ cannot reference objects in database .+)/s,
    'A trigger works on tables of its own database, so they are named without a schema inside of it.',
    'Leave out main. (or whatever stands before the dot) there.',
  ),
  inWords(
    /^the (INDEXED BY|NOT INDEXED) clause is not allowed on UPDATE or DELETE statements within triggers/,
    'Inside of a trigger, UPDATE and DELETE cannot say which index to use.',
    'Leave $1 out.',
  ),
  inWords(
    /^cannot use RETURNING in a trigger/,
    'Nobody could read the rows that RETURNING would give inside of a trigger.',
    'Leave RETURNING out there.',
  ),
  inWords(
    /^RAISE\(\) may only be used within a trigger-program/,
    'RAISE stops a statement from inside of a trigger, and there is none here.',
    'Put it into a trigger, with the condition in its WHEN; or take it out.',
  ),
  inWords(
    /^view (.+) is circularly defined/s,
    'The view $1 reads itself, directly or through other views.',
    'Change one of them so that it reads tables.',
  ),
  inWords(
    /^expected (\d+) columns for '(.+)' but got (\d+)/s,
    '$2 is given names for $1 of its columns, and its SELECT gives $3.',
    'Name as many columns as the SELECT gives, or leave the names out.',
  ),
  inWords(
    /^too many columns (?:on|in) (.+)$/s,
    '$1 has more columns than SQLite allows (2,000).',
    'Put some of the columns into a table of their own.',
  ),
];

function explainTaken(failed: FailedStatement, kind = 'table', name = ''): Said {
  const { statement } = failed;
  const wanted = /^create (?:virtual )?(\w+)/.exec(statement.kind)?.[1] ?? 'table';
  const same = wanted === kind;
  const explanation = `Something named ${name} is in the database already: ${kind === 'index' ? 'an' : 'a'} ${kind}. It may be that this migration was run before.`;
  if (!same) {
    return {
      explanation,
      wayOut: `Choose another name, or rename what has it. Tables, views and indexes share their names.`,
    };
  }
  const leftOver = kind === 'table' ? explainLeftOver(failed) : null;
  if (leftOver) return leftOver;
  const found = kind === 'table' ? null : storedSql(failed, kind, name);
  return {
    explanation,
    wayOut:
      found === null
        ? 'Add IF NOT EXISTS to the statement if what is there may stay, or choose another name.'
        : `Add IF NOT EXISTS to the statement if what is there may stay. To put the new one in its place, drop the ${kind} ${name} before this statement: it holds no rows.`,
    ...(found === null
      ? {}
      : { mend: { before: [`DROP ${kind.toUpperCase()} ${quoteIdentifier(name)}`], instead: null, after: [] } }),
  };
}

/** A table that a table rebuild makes for a while, and that is there already. */
function explainLeftOver(failed: FailedStatement): Said | null {
  const { table } = failed.statement;
  const isOf = (name: string | null): boolean => name !== null && table !== null && foldName(name) === foldName(table);
  const renamed = failed.script.find((one) => one.kind === 'rename table' && isOf(one.table));
  if (table === null || !renamed?.newName || renamed.ordinal < failed.statement.ordinal) return null;
  const { newName, ordinal } = renamed;
  const explanation = `There is a table ${table} already. Statement ${ordinal} renames it to ${newName}, so the script makes it only for a table rebuild: it may be left over from a run that was broken off.`;
  if (storedSql(failed, 'table', newName) === null) {
    return {
      explanation: `${explanation} There is no table ${newName}.`,
      wayOut: `Look at ${table} before anything else: it may be the only place where the rows of ${newName} are. If all of them are there, only the statements from ${ordinal} on are left to run.`,
    };
  }
  const aside = `${table}_left_over`;
  const isFree = storedSql(failed, 'table', aside) === null && storedSql(failed, 'view', aside) === null;
  return {
    explanation,
    wayOut: `Give what is there another name in a statement before this one, so that no row of it is lost. When you have looked at it and need nothing of it, drop it.`,
    ...(isFree && {
      mend: {
        before: [`ALTER TABLE ${quoteIdentifier(table)} RENAME TO ${quoteIdentifier(aside)}`],
        instead: null,
        after: [],
      },
    }),
  };
}

/** A table that gets its own name in another spelling. */
function explainRespelt({ kind, table, newName }: FailedStatement['statement']): Said | null {
  if (kind !== 'rename table' || table === null || newName === null || foldName(table) !== foldName(newName))
    return null;
  const [old, between, now] = [table, `${table}_respelt`, newName].map(quoteIdentifier);
  return {
    explanation: `To SQLite ${table} and ${newName} are one name, so the table has it already: upper and lower case make no difference.`,
    wayOut:
      'Rename it in two steps, by way of another name; or leave the statement out, since both spellings find the table.',
    mend: {
      before: [`ALTER TABLE ${old ?? ''} RENAME TO ${between ?? ''}`],
      instead: `ALTER TABLE ${between ?? ''} RENAME TO ${now ?? ''}`,
      after: [],
    },
  };
}
