// Names that SQLite does not find, and names that are of another kind than the statement takes them for.

import { foldName, quoteIdentifier, rowsOf } from '../../database';
import { isWord, parseSql, unquotedName, type ParsedSql } from '../../script/tokens';
import type { FailedStatement } from '../run/failureHelp';
import { earlier, inWords, type Explanation, type Said } from './explanation';
import { findTarget } from './newRows';
import { listed } from '../../words';

/** As many as fit into a sentence. */
const MOST_NAMES = 12;

/** “no such …”, and what stands for the wrong kind of thing. */
export const MISSING_NAMES: readonly Explanation[] = [
  { pattern: /^no such table: (?:main\.)?(.+)$/s, explain: explainTable },
  { pattern: /^no such column: "?(.+?)"?$/s, explain: explainColumn },
  {
    pattern: /^table (.+) has no column named (.+)$/s,
    explain: (failed, [, , name]) => explainColumn(failed, ['', name ?? '']),
  },
  inWords(
    /^ambiguous column name: (.+)$/s,
    'More than one of the tables that the statement reads has a column $1.',
    'Write the table’s name or alias before it, as in t.$1.',
  ),
  { pattern: /^no such (module|function|collation sequence): (.+)$/s, explain: explainLacking },
  { pattern: /^no query solution$/, explain: explainKeyWithoutCollation },
  {
    pattern: /^no such (index|trigger|view): (.+)$/s,
    explain: (failed, [, kind = '', written = '']) => {
      const name = written.replace(/^"(.*)"$/s, '$1').replace(/^main\./, '');
      const gone = earlier(failed, name, ['drop index', 'drop trigger', 'drop view']);
      return {
        explanation: `The database has no ${kind} ${name}${gone ? `: statement ${gone.ordinal} has dropped it` : ''}.`,
        wayOut: failed.statement.kind.startsWith('drop')
          ? 'Write IF EXISTS after DROP … if the statement may do nothing then, or correct the name.'
          : 'Correct the name, or make it in a statement before this one.',
        ...(failed.statement.kind.startsWith('drop') && !failed.statement.conditional
          ? {
              mend: {
                before: [],
                instead: failed.statement.text.replace(/^DROP\s+(\w+)/i, 'DROP $1 IF EXISTS'),
                after: [],
              },
            }
          : {}),
      };
    },
  },
  inWords(
    /^no such savepoint: (.+)$/s,
    'No savepoint $1 is open at this place: none was set, or it was released already.',
    'Set it with SAVEPOINT $1 in a statement before this one, or remove the statement.',
  ),
  inWords(
    /^no such window: (.+)$/s,
    'No WINDOW clause names a window $1.',
    'Correct the name, or write the window itself in parentheses after OVER.',
  ),
  inWords(
    /^unknown database "?(.+?)"?$/s,
    'There is no database of the name $1: a script sees the file that you opened, called main, and temp.',
    'Leave out “$1.”, or write main.',
  ),
  inWords(
    /^use DROP (?:TABLE|VIEW) to delete (table|view) (.+)$/s,
    '$2 is a $1, and the statement takes it for the other of the two.',
    'Check that $2 is what is meant. Rows of a table go with it; a view holds none.',
  ),
  inWords(
    /^cannot modify (.+) because it is a view/s,
    '$1 is a view: it shows rows of tables and holds none itself.',
    'Write to the table that it reads, or give $1 an INSTEAD OF trigger that does.',
  ),
  inWords(
    /^(?:table|view) (.+) may not be (altered|dropped|modified|indexed)/s,
    '$1 belongs to SQLite itself or to a module, and cannot be $2.',
    'Leave the statement out. Change the tables from which $1 follows instead.',
  ),
  inWords(
    /^index associated with UNIQUE or PRIMARY KEY constraint cannot be dropped/,
    'The index is part of a UNIQUE or PRIMARY KEY constraint, and goes only with it.',
    'Leave the statement out. To take the constraint away, make a table without it, copy the rows, check them, and put it in the place of the old one (https://sqlite.org/lang_altertable.html#otheralter).',
  ),
  inWords(
    /^unable to identify the object to be reindexed/,
    'No table, index or collation has the name that REINDEX is given.',
    'Correct the name, or write REINDEX alone for all indexes.',
  ),
  inWords(
    /^'(.+)' is not a function/s,
    '$1 is a table or view, and is used with parentheses as a function.',
    'Leave the parentheses out, or correct the name.',
  ),
];

function explainTable(failed: FailedStatement, [, name = '']: readonly string[]): Said {
  const gone = earlier(failed, name, ['drop table', 'drop view', 'rename table']);
  const isNamed = names(failed.statement, name);
  if (gone) {
    const deed = gone.kind === 'rename table' ? `has renamed it` : 'has dropped it';
    return {
      explanation: `The database has no table ${name} at this place: statement ${gone.ordinal} ${deed}.${isNamed ? '' : ' The statement does not name it: a view, trigger or foreign key that it uses does.'}`,
      wayOut: isNamed
        ? `Use the name that it has now, or put this statement before statement ${gone.ordinal}.`
        : `Find the view, trigger or foreign key that still names ${name} in the schema, and make it anew with the name that is there now.`,
    };
  }
  if (!isNamed) return explainUsed(failed, name);
  if (isCalled(failed.statement, name))
    return {
      explanation: `The statement reads from ${name}(…) as from a table: a table-valued function, which its application brings and the SQLite in this page does not have.`,
      wayOut: 'Write out the rows that it gives, with VALUES, or let the application run this statement.',
    };
  return {
    explanation: `The database has no table ${name}, and no statement before this one makes it.${findSimilar(failed, name)}`,
    wayOut:
      'Check that this is the database that the script is for, and that the migrations before this one were run on it.',
  };
}

/** Whether a statement reads from a name with values behind it: a table-valued function (https://sqlite.org/vtab.html#tabfunc2). */
function isCalled({ tokens }: FailedStatement['statement'], name: string): boolean {
  return tokens.some((token, at) => {
    const before = tokens[at - 1] ?? null;
    const isRead = isWord(before, 'FROM') || isWord(before, 'JOIN') || before?.text === ',';
    return isRead && tokens[at + 1]?.text === '(' && foldName(unquotedName(token) ?? '') === foldName(name);
  });
}

/** A table that is missing and that the statement does not name itself: a trigger that it fires does, or a view that it reads. */
function explainUsed(failed: FailedStatement, name: string): Said {
  const { shadow, statement } = failed;
  const users = rowsOf(
    shadow,
    `SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE type IN ('trigger', 'view')`,
  )
    .filter(([type, view, table, sql]) => {
      const isUsed =
        type === 'trigger'
          ? foldName(String(table)) === foldName(statement.table ?? '')
          : names(statement, String(view));
      return isUsed && names(parseSql(String(sql)), name);
    })
    .map(([type, user]) => ({ kind: String(type), name: String(user) }));
  const called = users.map(({ kind, name: user }) => `the ${kind} ${user}`);
  const [first, ...more] = called;
  if (first === undefined)
    return {
      explanation: `A view, trigger or foreign key that the statement uses names the table ${name}, which the database does not have.`,
      wayOut: `Find what names ${name} in the schema, and make it anew before this statement; a view or trigger holds no rows.`,
    };
  const isRead = users.some(({ kind }) => kind === 'view');
  const are = more.length === 0 ? ['names', 'It holds'] : ['name', 'They hold'];
  return {
    explanation: `${listed(called).replace(/^t/, 'T')}, which the statement uses, ${are[0] ?? ''} the table ${name}, and the database does not have it.`,
    wayOut: `${isRead ? `Make ${listed(called)} anew before this statement` : `Drop ${listed(called)} before this statement`}, or make the table ${name}. ${are[1] ?? ''} no rows, so nothing is lost.`,
    ...(isRead
      ? {}
      : {
          mend: {
            before: users.map(({ kind, name: user }) => `DROP ${kind.toUpperCase()} ${quoteIdentifier(user)}`),
            instead: null,
            after: [],
          },
        }),
  };
}

/** Names that differ by case, an s, or signs between words: what is misspelt most. */
function findSimilar({ shadow }: FailedStatement, name: string): string {
  const essence = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, '')
      .replace(/e?s$/, '');
  const found = rowsOf(shadow, `SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view')`)
    .map(([one]) => String(one))
    .filter((one) => essence(one) === essence(name));
  return found.length === 0 ? '' : ` It has ${listed(found.slice(0, MOST_NAMES))}.`;
}

/** The table that `alias.column` means: the one before the alias, with or without AS; null where no alias is written. */
function tableCalled({ statement: { tokens } }: FailedStatement, name: string): string | null {
  const [alias = '', column] = name.split('.');
  if (column === undefined) return null;
  const nameAt = (at: number): string | null => {
    const token = tokens[at];
    return token === undefined ? null : unquotedName(token);
  };
  for (const at of tokens.keys()) {
    if (foldName(nameAt(at) ?? '') !== foldName(alias) || tokens[at + 1]?.text === '.') continue;
    const table = nameAt(isWord(tokens[at - 1] ?? null, 'AS') ? at - 2 : at - 1);
    if (table !== null && !/^(from|join|update|into)$/i.test(table)) return table;
  }
  return alias;
}

function explainColumn(failed: FailedStatement, [, name = '']: readonly string[]): Said {
  const target = findTarget(failed, tableCalled(failed, name) ?? failed.statement.table);
  const names = target?.columns.map((column) => column.name) ?? [];
  const shown = names.slice(0, MOST_NAMES);
  const more = names.length > shown.length ? ', …' : '';
  return {
    explanation: `There is no column ${name} where the statement looks for it.${target ? ` ${target.name} has ${shown.length === 1 ? 'the column' : 'the columns'} ${more ? shown.join(', ') : listed(shown)}${more}.` : ''}`,
    wayOut: 'Compare the name with the schema shown here; an earlier migration may be missing.',
  };
}

/** Functions that only PostgreSQL has. */
const OF_POSTGRES =
  /^(?:pg_\w+|setval|nextval|currval|to_tsvector|to_timestamp|gen_random_uuid|uuid_generate_v\d\w*|array_agg|regexp_matches)$/i;

/** What one of the two builds has and the other one has not: it is missed only where both are needed. */
const OF_ONE_BUILD = /^(?:fts[345]|rtree(?:_i32)?)$/i;

function explainLacking({ shadow, statement }: FailedStatement, [, kind = '', name = '']: readonly string[]): Said {
  const users = rowsOf(shadow, 'SELECT type, name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL')
    .filter(([, , sql]) => names(parseSql(String(sql)), name))
    .map(([type, user]) => `the ${String(type)} ${String(user)}`);
  return names(statement, name) || users.length === 0
    ? {
        explanation: OF_POSTGRES.test(name)
          ? `The statement is written for PostgreSQL: ${name} is a function of it, which SQLite does not have.`
          : OF_ONE_BUILD.test(name)
            ? `The statement needs the module ${name}, which the build of SQLite that is used here does not have. The page has another one with it, but the script or the database needs what only this one has.`
            : `The statement needs the ${kind} ${name}, which the SQLite in this page does not have.`,
        wayOut: 'Run this script with the program that brings it, or take the statement out.',
      }
    : {
        explanation:
          `${listed(users.slice(0, MOST_NAMES))} ${users.length === 1 ? 'needs' : 'need'} the ${kind} ${name}, which the SQLite in this page does not have, and the statement uses ${users.length === 1 ? 'it' : 'them'}.`.replace(
            /^t/,
            'T',
          ),
        wayOut: `Run this script with the program that brings the ${kind} ${name}.`,
      };
}

/** A table WITHOUT ROWID whose key has a collation that is missing cannot be read: SQLite says so without a name, unless it is asked for the number of rows. */
function explainKeyWithoutCollation(failed: FailedStatement): Said | null {
  const { shadow, statement } = failed;
  for (const [name] of rowsOf(shadow, `SELECT name FROM main.sqlite_schema WHERE type = 'table'`)) {
    const table = String(name);
    const asked = names(statement, table) && shadow.compile(`SELECT count(*) FROM main.${quoteIdentifier(table)}`);
    const message = asked && !asked.ok ? asked.error.message : '';
    const [, kind = '', collation = ''] = /^no such (collation sequence): (.+)$/s.exec(message) ?? [];
    if (kind !== '') return { ...explainLacking(failed, ['', kind, collation]), lacking: message };
  }
  return null;
}

/** Whether a name stands in a text of SQL. */
function names({ tokens }: ParsedSql, name: string): boolean {
  return tokens.some((token) => foldName(unquotedName(token) ?? '') === foldName(name));
}
