// The SQL by which the sqlite3 command does to one database what a run did to it: for files that are too large for a
// browser, and for servers that no one may copy from.

import { describeMeaning } from '../../functions/meaning';
import { quoteIdentifier, foldName } from '../../database';
import { findRelation, isInternal, type Schema } from '../../schema/schema';
import { ended } from '../../script/ended';
import { startOf, type Statement } from '../../script/statement';
import type { Choices, OwnTransactions, StatementOutcome } from '../outcome';

/** What a script is written from: a run that was committed, or a plan, which stopped nowhere but at a limit of this SQLite. */
export interface Rehearsed {
  /** Name of the database file, without a folder. */
  readonly database: string;
  /** Name under which the script is saved. */
  readonly result: string;
  /** Name of the migration script. */
  readonly script: string;
  readonly statements: readonly Statement[];
  readonly outcomes: readonly StatementOutcome[];
  readonly before: Schema;
  /** PRAGMA schema_version before the run: the adapted statements hold for no other state of the schema. */
  readonly schemaCookie: number;
  readonly after: Schema;
  /** Rows of the tables before the run, as far as they are known. */
  readonly rows: ReadonlyMap<string, number | null>;
  readonly choices: Choices;
  /** Those that the script brings; null where it runs in one. */
  readonly ownTransactions: OwnTransactions | null;
}

/**
 * Writes the script. What was skipped, what had no effect and what only returned rows is left out and named in a comment;
 * what was adapted stands there as it was executed, and what was not tried as it was
 * written. All of it is one transaction, unless the script has some of its own, and a first statement
 * guards it: in a database with another schema it stops before anything is changed. The checks at the end are comments.
 */
export function writeNativeScript(rehearsed: Rehearsed): string {
  const { database, result, script, statements, outcomes, choices, ownTransactions: own } = rehearsed;
  const untried = outcomes.find(({ verdict }) => verdict === 'failed');
  return [
    ...comment(
      `Does to ${database} what the migration ${script} does, for this database as it is: statements that it does not need are left out, and those that SQLite refuses on tables with rows are written as they were adapted.`,
      '',
      'Stop the programs that use the database, and keep a copy:',
      `    sqlite3 ${shellWord(database)} ".backup before-the-upgrade.db"`,
      `    sqlite3 -bail ${shellWord(database)} < ${shellWord(result)}`,
      own
        ? 'It has transactions of its own: with -bail, the first error ends it, and what was committed before stays. Go back to the copy then.'
        : 'It is one transaction: with -bail, the first error ends it and nothing is changed.',
      ...(untried
        ? ['', `From statement ${untried.ordinal} on it stands as it was written, and nothing of that was tried.`]
        : []),
    ),
    ...((choices.meanings ?? []).length > 0
      ? comment(
          '',
          'It needs functions or collations that the sqlite3 command has only with extensions. When it was made, they were these:',
          ...(choices.meanings ?? []).map((meaning) => `    ${describeMeaning(meaning)}`),
        )
      : []),
    '',
    guard(rehearsed),
    '',
    `PRAGMA foreign_keys = ${choices.foreignKeys.toUpperCase()};`,
    ...(own ? [] : ['BEGIN IMMEDIATE;']),
    '',
    ...statements.flatMap((statement, at) => {
      const outcome = outcomes[at];
      if (!outcome) return [];
      const { ordinal } = statement;
      return [
        ...(own?.begins.has(ordinal) ? ['BEGIN IMMEDIATE;'] : []),
        ...written(statement, outcome),
        ...(own?.ends.get(ordinal) === 'commit' ? ['COMMIT;'] : []),
        '',
      ];
    }),
    ...(own ? [] : ['COMMIT;']),
    '',
    ...comment('Checks. Each should give what is said beside it.'),
    ...comment(
      '    PRAGMA integrity_check;  gives ok',
      '    PRAGMA foreign_key_check;  gives no row that it did not give before',
    ),
    ...countChecks(rehearsed),
    '',
  ].join('\n');
}

/** A TEMP table leaves the file alone, and its CHECK is the one way in which plain SQL can stop a script. */
function guard({ schemaCookie, before }: Rehearsed): string {
  const texts = [...before.relations, ...before.indexes, ...before.triggers].flatMap(({ name, sql }) =>
    isInternal(name) || sql === null ? [] : [sql],
  );
  const length = texts.reduce((sum, text) => sum + Array.from(text).length, 0);
  return [
    'CREATE TEMP TABLE drydock_guard (same, CONSTRAINT "another schema: this script is for another database" CHECK (same));',
    `INSERT INTO drydock_guard SELECT (SELECT schema_version FROM pragma_schema_version) = ${schemaCookie | 0}`,
    `  AND count(*) = ${texts.length} AND coalesce(sum(length(sql)), 0) = ${length}`,
    `  FROM main.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite|_%' ESCAPE '|';`,
    'DROP TABLE temp.drydock_guard;',
  ].join('\n');
}

/** What a statement of the script became, with a comment that says which one it was. */
function written(statement: Statement, outcome: StatementOutcome): readonly string[] {
  const place = `Statement ${outcome.ordinal}${statement.file === null ? '' : ` (${startOf(statement)})`}`;
  if (outcome.verdict === 'adapted' && outcome.executed !== null) {
    return [
      ...comment(`${place}, rewritten: ${firstLine(statement.text)}`),
      ...outcome.executed.map((sql) => ended(sql.trim())),
    ];
  }
  if (outcome.verdict === 'failed' || outcome.verdict === 'not run')
    return [...comment(`${place}, not tried`), ended(statement.text)];
  if (outcome.verdict !== 'applied')
    return comment(`${place} is left out (${outcome.verdict}): ${firstLine(statement.text)}`);
  if (RETURNING_ONLY.has(statement.kind)) {
    return comment(`${place} is left out (it only returns rows): ${firstLine(statement.text)}`);
  }
  return [...comment(place), ended(statement.text)];
}

const RETURNING_ONLY: ReadonlySet<Statement['kind']> = new Set(['select', 'explain']);

/** The counts that the tables had and must still have; of tables that the script writes rows to nothing is foretold. */
function countChecks({ before, after, rows, statements }: Rehearsed): readonly string[] {
  const written = new Set(
    statements.flatMap(({ kind, table, name }) => (WRITES.has(kind) ? [foldName(table ?? name ?? '')] : [])),
  );
  // A trigger may write to any table.
  if (written.size > 0 && before.triggers.length + after.triggers.length > 0) return [];
  return before.relations.flatMap(({ name, kind }) => {
    const count = rows.get(name);
    if (kind !== 'table' || count == null || written.has(foldName(name)) || !findRelation(after, name)) return [];
    return comment(`    SELECT count(*) FROM ${quoteIdentifier(name)};  gives ${count}`);
  });
}

const WRITES: ReadonlySet<Statement['kind']> = new Set([
  'insert',
  'update',
  'delete',
  'drop table',
  'rename table',
  'other',
]);

/** Names may hold anything: what ends a comment's line is a space in it. */
function comment(...lines: readonly string[]): readonly string[] {
  return lines.map((line) => `-- ${line.replace(/[\r\n\u2028\u2029\0]+/g, ' ')}`.trimEnd());
}

function firstLine(text: string): string {
  const line = text.trim().split(/[\r\n]/)[0] ?? '';
  return line.length > HEADLINE ? `${line.slice(0, HEADLINE)} …` : line;
}

const HEADLINE = 100;

/** A word of a POSIX shell, quoted where it has to be. */
function shellWord(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
