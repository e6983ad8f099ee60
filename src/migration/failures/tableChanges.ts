// ALTER TABLE and CREATE TABLE: what SQLite does not let be changed or written, and the way that it has for it.

import { foldName, quoteIdentifier } from '../../database';
import { hasWords, isWord, parseSql, unquotedName, withoutEnd, type ParsedSql, type Token } from '../../script/tokens';
import { readTableDefinition } from '../../schema/tableDefinition';
import { NON_CONSTANT_DEFAULT } from '../run/populatedTable';
import type { FailedStatement } from '../run/failureHelp';
import { inWords, REBUILD, type Explanation, type Said } from './explanation';
import { findTarget, textOf, type Target } from './newRows';
import { listed } from '../../words';

/** On changes of a table that is there. */
export const TABLE_CHANGES: readonly Explanation[] = [
  {
    pattern: new RegExp(`^${NON_CONSTANT_DEFAULT}`),
    explain: ({ statement }) => ({
      explanation: `${statement.table ?? 'The table'} holds rows, and SQLite adds a column with a default such as datetime('now') to empty tables only.`,
      wayOut: 'Turn “strict” off: the column is then added in another way, to the same schema.',
    }),
  },
  { pattern: /^Cannot add a NOT NULL column with default value NULL/, explain: explainNotNull },
  { pattern: /^Cannot add a UNIQUE column/, explain: explainUnique },
  {
    pattern: /^Cannot add a PRIMARY KEY column/,
    explain: ({ statement }) => ({
      explanation: `${statement.table ?? 'The table'} is stored by the key that it has, and ADD COLUMN cannot give it another.`,
      wayOut: `Add ${statement.column ?? 'the column'} without PRIMARY KEY and put a unique index on it. If it has to be the primary key: ${lowerFirst(REBUILD)}`,
    }),
  },
  {
    pattern: /^Cannot add a REFERENCES column with non-NULL default value/,
    explain: ({ statement }) => ({
      explanation: `Foreign keys are on, and each row of ${statement.table ?? 'the table'} would refer to a parent at once, which SQLite does not look up here.`,
      wayOut: hasWords(statement.tokens, 'NOT', 'NULL')
        ? `Add ${statement.column ?? 'the column'} without NOT NULL and without a default, and set it with an UPDATE after this statement. If NOT NULL is needed, run this with foreign keys off: they are checked at the end.`
        : `Add ${statement.column ?? 'the column'} without a default, and set it with an UPDATE after this statement.`,
      ...instead(withoutNotNull(withoutDefault(statement))),
    }),
  },
  {
    pattern: /^cannot add a STORED column/i,
    explain: ({ statement }) => ({
      explanation: `ADD COLUMN writes no row of ${statement.table ?? 'the table'}, and the values of a STORED column would have to be written into each.`,
      wayOut: `Make ${statement.column ?? 'the column'} VIRTUAL: it gives the same values, and an index can stand on it.`,
      ...instead(replaceWord(statement, 'STORED', 'VIRTUAL')),
    }),
  },
  {
    pattern: /^cannot drop (PRIMARY KEY|UNIQUE) column: "(.+)"/s,
    explain: ({ statement }, [, key, column]) => ({
      explanation: `${column ?? ''} belongs to ${key === 'UNIQUE' ? 'a UNIQUE constraint' : 'the primary key'} of ${statement.table ?? 'the table'}, and SQLite cannot take a column out of a constraint.`,
      wayOut: REBUILD,
    }),
  },
  inWords(
    /^cannot drop column "(.+)": no other columns exist/s,
    'A table needs one column at least, and $1 is the only one.',
    'Add the column that is to stay before this statement.',
  ),
  {
    pattern: /^cannot (drop column from|rename columns of|add a column to) (?:a )?(view|virtual table)/i,
    explain: ({ statement }, [, deed, what]) => ({
      explanation: `${statement.table ?? 'It'} is a ${what ?? ''}, and SQLite cannot ${deed?.replace(/ (from|of|to)$/, '') ?? 'change columns'} there.`,
      wayOut:
        what === 'view'
          ? `Name the table that the view reads, or make the view anew with the columns that it should have (DROP VIEW, then CREATE VIEW; a view holds no rows).`
          : 'Its columns are set where it is made.',
    }),
  },
  {
    pattern: /^error in table (.+?) after (?:add column|drop column|rename): (.+)$/s,
    explain: explainTable,
  },
  {
    pattern: /^no such constraint: (.+)$/s,
    explain: ({ statement }, [, name]) => ({
      explanation: `${statement.table ?? 'The table'} has no constraint named ${name ?? ''}. One that was made without CONSTRAINT and a name has none, and cannot be dropped by it.`,
      wayOut: `Look at the definition of ${statement.table ?? 'the table'}. ${REBUILD}`,
    }),
  },
];

function explainNotNull({ statement }: FailedStatement): Said {
  const { table, column, text } = statement;
  const type = readColumn(text)?.type ?? '';
  const value = /INT|REAL|FLOA|DOUB|NUM|DEC|BOOL/i.test(type) ? '0' : "''";
  return {
    explanation: `${table ?? 'The table'} holds rows, and each of them would have to be NULL in a column that forbids it.`,
    wayOut: `Give ${column ?? 'the column'} a default that is not NULL, or drop its NOT NULL. The rows that are there get the default: ${value} below stands for the value that is right for them.`,
    ...instead(/\bdefault\b/i.test(text) ? null : `${withoutEnd(statement)} DEFAULT ${value}`),
  };
}

function explainUnique({ statement }: FailedStatement): Said {
  const { table, column, text } = statement;
  const plain = withoutUnique(statement);
  const index = `CREATE UNIQUE INDEX ${quoteIdentifier(`${table ?? ''}_${column ?? ''}`)} ON ${quoteIdentifier(table ?? '')}(${quoteIdentifier(column ?? '')})`;
  return {
    explanation: `ADD COLUMN cannot build the index that UNIQUE needs, whether or not ${table ?? 'the table'} holds rows.`,
    wayOut: `Add ${column ?? 'the column'} without UNIQUE, and make a unique index on it: it forbids the same.${/\bdefault\b/i.test(text) ? ' With a default, all rows that are there get the same value, which a unique index does not allow: set values of their own in between.' : ''}`,
    ...(plain === null || table === null || column === null
      ? {}
      : { mend: { before: [], instead: plain, after: [index] } }),
  };
}

/** What of a table's own definition is in the way. */
function explainTable(failed: FailedStatement, [, name = '', complaint = '']: readonly string[]): Said {
  const { statement } = failed;
  const [, which, column, type] = /^(missing|unknown) datatype for .+?\.(.+?)(?:: "(.*)")?$/s.exec(complaint) ?? [];
  if (which !== undefined) {
    const has = which === 'missing' ? 'has no type' : `has the type ${type ?? ''}`;
    return {
      explanation: `${name} is STRICT: each of its columns has to have one of the types INT, INTEGER, REAL, TEXT, BLOB or ANY. ${column ?? 'The new column'} ${has}.`,
      wayOut: `Write one of these types after ${column ?? 'the name of the column'}. ANY takes every value as it is.`,
      ...(which === 'missing' && column !== undefined ? instead(withType(statement, column)) : {}),
    };
  }
  const target = findTarget(failed, name);
  const users = statement.kind === 'drop column' && target ? usersOf(target, statement.column ?? '') : [];
  if (users.length > 0) {
    const drops = isOnlyGenerated(users)
      ? generatedOf(target, statement.column ?? '').map(
          (column) => `ALTER TABLE ${quoteIdentifier(name)} DROP COLUMN ${quoteIdentifier(column)}`,
        )
      : [];
    return {
      explanation: `${statement.column ?? 'The column'} is still used in the definition of ${name}: by ${listed(users)}. DROP COLUMN takes the column alone, so SQLite refuses it.`,
      wayOut: isOnlyGenerated(users)
        ? `Drop ${listed(users)} first, in a statement before this one: values that are computed can be computed again as long as the columns are there that they come from.`
        : REBUILD,
      ...(drops.length > 0 ? { mend: { before: drops, instead: null, after: [] } } : {}),
    };
  }
  const duplicate = /^duplicate column name: (.+)$/s.exec(complaint)?.[1];
  if (duplicate !== undefined) {
    return {
      explanation: `${name} has a column ${duplicate} already.`,
      wayOut: `Choose another name, or rename the column ${duplicate} that is there before this statement.`,
    };
  }
  const without = withoutEnd(statement);
  if (complaint === 'incomplete input' && statement.text.slice(without.length).includes('--')) {
    return {
      explanation: `SQLite copies the text up to the semicolon into the definition of ${name}, and the comment that begins with -- hides the closing parenthesis there.`,
      wayOut: 'Put the semicolon before the comment, or write the comment as /* … */.',
      ...instead(without),
    };
  }
  return {
    explanation: `With this change, the definition of ${name} itself could not be read any more: ${complaint}.`,
    wayOut: `Correct what the statement gives ${statement.column ?? name}. Where a constraint of the table is in the way: ${lowerFirst(REBUILD)}`,
  };
}

/** The generated columns in whose expressions a column stands. */
function generatedOf(target: Target | null, column: string): readonly string[] {
  return (target?.definition.columns ?? []).flatMap(({ name, expression }) =>
    foldName(name) !== foldName(column) &&
    (expression ?? []).some((token) => foldName(unquotedName(token) ?? '') === foldName(column))
      ? [name]
      : [],
  );
}

function isOnlyGenerated(users: readonly string[]): boolean {
  return users.every((user) => user.startsWith('the generated column'));
}

/** The clauses of a table, other than the column's own, that name a column. */
function usersOf({ definition, sql }: Target, column: string): readonly string[] {
  const folded = foldName(column);
  const names = (tokens: readonly Token[] | null): boolean =>
    (tokens ?? []).some((token) => foldName(unquotedName(token) ?? '') === folded);
  return [
    ...definition.checks
      .filter(({ condition }) => names(condition))
      .map(({ condition }) => `CHECK (${textOf(sql, condition)})`),
    ...definition.columns
      .filter(({ name, expression }) => foldName(name) !== folded && names(expression))
      .map(({ name }) => `the generated column ${name}`),
    ...definition.foreignKeys
      .filter(({ columns }) => columns.includes(folded))
      .map(({ parent }) => `the foreign key to ${parent}`),
    ...definition.uniques
      .filter(({ columns }) => columns.includes(folded))
      .map(({ columns }) => `UNIQUE (${columns.join(', ')})`),
  ];
}

function instead(sql: string | null): Pick<Said, 'mend'> {
  return sql === null ? {} : { mend: { before: [], instead: sql, after: [] } };
}

/** The definition that ADD COLUMN gives its column, as that of a table of one column. */
function readColumn(text: string): { readonly type: string; readonly defaultValue: readonly Token[] | null } | null {
  const body = /\bADD\s+(?:COLUMN\s+)?(.*)$/is.exec(text)?.[1];
  if (body === undefined) return null;
  const [, second] = parseSql(body).tokens;
  const [column] = readTableDefinition(parseSql(`CREATE TABLE t(${body})`)).columns;
  return column ? { type: second?.kind === 'word' ? second.text : '', defaultValue: column.defaultValue } : null;
}

function replaceWord({ text, tokens }: ParsedSql, word: string, by: string): string | null {
  const found = tokens.findLast((token) => isWord(token, word));
  return found ? `${text.slice(0, found.start)}${by}${text.slice(found.end)}` : null;
}

function withoutUnique({ text, tokens }: ParsedSql): string | null {
  const at = tokens.findIndex((token) => isWord(token, 'UNIQUE'));
  const named = isWord(tokens[at - 2] ?? null, 'CONSTRAINT');
  const conflict = isWord(tokens[at + 1] ?? null, 'ON') && isWord(tokens[at + 2] ?? null, 'CONFLICT');
  return cut(text, tokens[named ? at - 2 : at], tokens[conflict ? at + 3 : at]);
}

function withoutDefault({ text, tokens }: ParsedSql): string | null {
  const at = tokens.findIndex((token) => isWord(token, 'DEFAULT'));
  let [end, depth] = [at + 1, 0];
  if (/^[+-]$/.test(tokens[end]?.text ?? '')) end++;
  for (let token = tokens[end]; token !== undefined; token = tokens[++end]) {
    depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    if (depth === 0) break;
  }
  return cut(text, tokens[at], tokens[end]);
}

function withoutNotNull(text: string | null): string | null {
  const tokens = parseSql(text ?? '').tokens;
  let depth = 0;
  const at = tokens.findIndex((token, place) => {
    depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    return depth === 0 && isWord(token, 'NOT') && isWord(tokens[place + 1] ?? null, 'NULL');
  });
  return text !== null && at >= 0 ? cut(text, tokens[at], tokens[at + 1]) : text;
}

/** The text without what stands from the first token to the last. */
function cut(text: string, first: Token | undefined, last: Token | undefined): string | null {
  if (!first || !last) return null;
  return `${text.slice(0, first.start).trimEnd()}${text.slice(last.end)}`;
}

function withType({ text, tokens }: ParsedSql, column: string): string | null {
  const name = tokens.findLast((token) => foldName(unquotedName(token) ?? '') === foldName(column));
  return name ? `${text.slice(0, name.end)} ANY${text.slice(name.end)}` : null;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
