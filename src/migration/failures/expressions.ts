// Statements that SQLite cannot read, and queries and expressions that it does not accept.

import type { ParsedStatement } from '../../script/parsedStatement';
import { startOf } from '../../script/statement';
import { isWord } from '../../script/tokens';
import { quoteIdentifier } from '../../database';
import { inWords, REBUILD, type Explanation, type Said } from './explanation';

/** On the text itself, and on expressions. */
export const EXPRESSIONS: readonly Explanation[] = [
  inWords(
    /^a NATURAL join may not have an ON or USING clause/,
    'NATURAL already says by which columns the tables are joined.',
    'Leave out NATURAL, or ON and USING.',
  ),
  inWords(
    /^cannot join using column (.+) - column not present in both tables/s,
    'USING names $1, which only one of the two tables has.',
    'Correct the name, or join with ON.',
  ),
  inWords(
    /^ambiguous reference to (.+) in USING/s,
    'More than one of the tables to the left has a column $1.',
    'Join with ON, with the table’s name before each column.',
  ),
  inWords(
    /^a JOIN clause is required before (ON|USING)/,
    '$1 stands where no JOIN came before it.',
    'Write JOIN before the table that $1 is about.',
  ),
  inWords(
    /^unknown join type: (.+)$/s,
    '“$1” is no way to join tables.',
    'Write JOIN, LEFT JOIN, RIGHT JOIN, FULL JOIN, CROSS JOIN or NATURAL JOIN.',
  ),
  inWords(
    /^SELECTs to the left and right of (.+) do not have the same number of result columns/s,
    'The two queries around $1 give different numbers of columns.',
    'Select as many columns in both, in the same order.',
  ),
  inWords(
    /^(.+?) clause should come after (.+) not before/,
    '$1 stands before $2, and can stand at the end of the whole query only.',
    'Move $1 to the end, or put the part that it belongs to into a subquery: SELECT * FROM (…).',
  ),
  inWords(
    /^(\S+) (ORDER|GROUP) BY term out of range - should be between 1 and (\d+)/,
    'A number in $2 BY stands for a column of the result, of which there are $3.',
    'Write a number from 1 to $3, or the column’s name.',
  ),
  inWords(
    /^(\S+) ORDER BY term does not match any column in the result set/,
    'After UNION and the like, ORDER BY can name columns of the result only.',
    'Select what is sorted by, or sort in a query around it.',
  ),
  inWords(
    /^sub-select returns (\d+) columns? - expected (\d+)/,
    'A query in parentheses stands for $2 value here, and gives $1 columns.',
    'Select just what is compared or shown.',
  ),
  inWords(
    /^IN\(\.\.\.\) element has (\d+) terms? - expected (\d+)/,
    'What stands in IN (…) has another number of columns ($1) than what is looked for ($2).',
    'Give as many on both sides.',
  ),
  inWords(
    /^row value misused/,
    'Several values in parentheses stand where one is expected.',
    'Compare a row only with a row of as many values, or use one value.',
  ),
  inWords(
    /^misuse of (?:aliased )?(aggregate|window)(?: function)?:? (.+)$/s,
    '$2 works on many rows, and stands where each row is looked at by itself.',
    'After an aggregate, filter with HAVING instead of WHERE; a window function needs OVER (…). In an UPDATE, put the query for it in parentheses.',
  ),
  inWords(
    /^aggregate functions are not allowed in the GROUP BY clause/,
    'Rows are grouped before anything is counted or summed.',
    'Group by columns, and use the aggregate in SELECT or HAVING.',
  ),
  inWords(
    /^HAVING clause on a non-aggregate query/,
    'HAVING filters groups, and the query has none.',
    'Write WHERE, or add GROUP BY.',
  ),
  inWords(
    /^DISTINCT aggregates must have exactly one argument/,
    'Inside of an aggregate, DISTINCT takes one argument only.',
    'Make the rows distinct in a subquery first.',
  ),
  inWords(
    /^wrong number of arguments to function (.+)$/s,
    '$1 is called with too many or too few arguments.',
    'Look the function up at https://sqlite.org/lang_corefunc.html; other databases’ functions of the same name may take others.',
  ),
  inWords(
    /^too many arguments on function (.+)$/s,
    '$1 is called with more arguments than SQLite allows.',
    'Divide them over several calls.',
  ),
  inWords(
    /^(.+) may not be used as a window function|^FILTER may not be used with non-aggregate (.+)$/s,
    '$1$2 looks at one value, and is no aggregate; OVER and FILTER are for those.',
    'Leave OVER or FILTER out.',
  ),
  inWords(
    /^(?:FILTER clause may only be used with aggregate window functions|DISTINCT is not supported for window functions|unsupported frame specification|RANGE with offset .+|cannot override .+ of window: .+)$/s,
    'The window is written in a way that SQLite does not have.',
    'Compare it with https://sqlite.org/windowfunctions.html.',
  ),
  inWords(
    /^(?:argument of ntile|second argument to nth_value) must be a positive integer/,
    'A window function is given a number that is not 1 or more.',
    'Correct the number.',
  ),
  inWords(
    /^(?:circular reference|multiple (?:recursive references|references to recursive table)|recursive reference in a subquery): (.+)$/s,
    'WITH names $1, which reads itself in a way that SQLite cannot follow.',
    'A recursive query names itself once, in FROM, after UNION or UNION ALL.',
  ),
  inWords(
    /^(?:recursive aggregate queries not supported|cannot use window functions in recursive queries)/,
    'The recursive part of WITH RECURSIVE uses a function of many rows.',
    'Use it in the query that reads the result.',
  ),
  inWords(/^duplicate WITH table name: (.+)$/s, 'WITH defines $1 twice.', 'Rename one of the two.'),
  inWords(/^no tables specified/, 'SELECT * names no table.', 'Add FROM with a table, or name what is to be selected.'),
  inWords(
    /^integer overflow/,
    'A result is beyond 9,223,372,036,854,775,807, the largest integer of SQLite.',
    'Look for the row with that value, or compute with REAL: CAST(… AS REAL).',
  ),
  inWords(
    /^(?:hex literal too big|oversized integer): (.+)$/s,
    'The number $1 does not fit into the 64 bits of an integer.',
    'Write it as text, a blob or a REAL.',
  ),
  inWords(
    /^json\w*\(\) (?:requires an even number of arguments|labels must be TEXT|needs an odd number of arguments)|^FLAGS parameter to json_valid/,
    'A JSON function is called with arguments that do not go together.',
    'Give names as text and a value for each: json_object(‘name’, value, …).',
  ),
  inWords(
    /^ESCAPE expression must be a single character/,
    'After ESCAPE, one character is expected.',
    'Write one, as in ESCAPE ‘!’.',
  ),
  inWords(
    /^LIKE or GLOB pattern too complex/,
    'The pattern is longer than SQLite allows (50,000 bytes).',
    'Use a shorter pattern, or instr().',
  ),
  inWords(
    /^unable to use function (\S+) in the requested context/,
    '$1 works only on a table with a full-text or other index of its own, directly in WHERE.',
    'Use it on the virtual table itself, or search with LIKE.',
  ),
  inWords(
    /^(?:too many terms in (?:ORDER BY clause|GROUP BY clause|compound SELECT)|too many columns in result set|at most \d+ tables in a join|too many FROM clause terms.*|Expression tree is too large.*|too many SQL variables|parser stack overflow|too many references to .+|statement too long)$/s,
    'The statement is larger than SQLite allows.',
    'Divide it into several statements.',
  ),
  {
    pattern: /syntax error/,
    explain: ({ statement: { text } }) => explainAlter(text),
  },
  { pattern: /^near "DO": syntax error/, explain: ({ statement }) => explainUpsert(statement) },
  { pattern: /^near "(?:LIMIT|ORDER)": syntax error/, explain: ({ statement }) => explainLimit(statement) },
  { pattern: /^near "(\w+)": syntax error/, explain: ({ statement }, [, word]) => explainWord(statement, word ?? '') },
  { pattern: /syntax error|^unrecognized token/, explain: ({ statement: { text } }) => explainTemplate(text) },
  { pattern: /syntax error|^unrecognized token/, explain: ({ statement: { text } }) => explainIncluded(text) },
  { pattern: /syntax error|^unrecognized token/, explain: ({ statement: { text } }) => explainOtherDatabase(text) },
  {
    pattern: /^near "(\w+)": syntax error/,
    explain: ({ statement: { text } }, [, word]) => explainSize(text, word ?? ''),
  },
  {
    pattern: /syntax error|^incomplete input|^unrecognized token/,
    explain: ({ statement }) => ({
      explanation: `SQLite cannot read the statement that begins at ${startOf(statement)}.`,
      wayOut: 'Check the words near the place that SQLite names. A missing semicolon before it is a common cause.',
    }),
  },
];

/** INSERT … SELECT … ON CONFLICT without a WHERE: SQLite takes ON for that of a join (https://sqlite.org/lang_upsert.html). */
function explainUpsert({ kind, tokens, text }: ParsedStatement): Said | null {
  const at = tokens.findLastIndex(
    (token, place) => isWord(token, 'ON') && isWord(tokens[place + 1] ?? null, 'CONFLICT'),
  );
  const on = tokens[at];
  if (kind !== 'insert' || !on || !tokens.slice(0, at).some((token) => isWord(token, 'SELECT'))) return null;
  return {
    explanation: 'After FROM, SQLite takes ON CONFLICT for the ON of a join, and then cannot read the rest.',
    wayOut: 'Write WHERE true before ON CONFLICT: it takes all rows, and ends the FROM.',
    mend: { before: [], instead: `${text.slice(0, on.start)}WHERE true ${text.slice(on.start)}`, after: [] },
  };
}

/** UPDATE and DELETE with LIMIT, which only some builds of SQLite know (https://sqlite.org/lang_delete.html). */
function explainLimit({ kind }: ParsedStatement): Said | null {
  if (kind !== 'update' && kind !== 'delete') return null;
  const word = kind.toUpperCase();
  return {
    explanation: `Only SQLite that is built with SQLITE_ENABLE_UPDATE_DELETE_LIMIT has ORDER BY and LIMIT in ${word}, and the one in this page is not.`,
    wayOut: `Write WHERE rowid IN (SELECT rowid FROM … LIMIT …) instead: that works everywhere.`,
    limit: true,
  };
}

/** A name that is a word of SQLite's language, and stands without quotes where a table or a column is named. */
function explainWord({ kind, tokens, text }: ParsedStatement, word: string): Said | null {
  const rows = tokens.findIndex((token) => isWord(token, 'VALUES') || isWord(token, 'SELECT'));
  const inList = (place: number): boolean =>
    kind === 'create table' || (kind === 'insert' && (rows < 0 || place < rows));
  const at = tokens.findIndex((token, place) => {
    const before = tokens[place - 1] ?? null;
    if (token.kind !== 'word' || token.text !== word) return false;
    const named = BEFORE_A_NAME.some((one) => isWord(before, one)) && !NO_NAME.test(word);
    if (isWord(tokens[place + 1] ?? null, 'BY')) return false;
    return named || (inList(place) && /^[(,]$/.test(before?.text ?? '') && OFTEN_A_COLUMN.test(word));
  });
  const token = tokens[at];
  if (!token) return null;
  const quoted = quoteIdentifier(word);
  return {
    explanation: `${word} is a word of SQL, so SQLite does not take it for a name.`,
    wayOut: `Write ${quoted} in double quotes, here and wherever it is named.`,
    mend: { before: [], instead: `${text.slice(0, token.start)}${quoted}${text.slice(token.end)}`, after: [] },
  };
}

const BEFORE_A_NAME = ['TABLE', 'INTO', 'FROM', 'JOIN', 'UPDATE', 'COLUMN', 'EXISTS', 'TO', 'INDEX', 'VIEW'] as const;
/** After the word before a name, these begin what follows it: the name is missing. */
const NO_NAME = /^(where|select|values|set|on|from|as|if|not|using|with|add|drop|rename|left|inner)$/i;
/** Words that are often names of columns, and never stand after a comma or a parenthesis otherwise. */
const OFTEN_A_COLUMN = /^(order|group|index|table|transaction|limit|from|to|when|add|set|having|into)$/i;

/** What stands in a file for something that a program puts there: of Flyway and shells, of Go, Jinja, Svelte and such, of ERB, between percent signs. */
const PLACEHOLDER = /\$\{[^{}]*\}|\{\{.*?\}\}|\{[%#].*?\}|<%.*?%>|%[a-z_]\w*%/is;

function explainTemplate(text: string): Said | null {
  const [placeholder] = PLACEHOLDER.exec(text.replaceAll(QUOTED_OR_COMMENT, ' ')) ?? [];
  if (placeholder === undefined) return null;
  return {
    explanation: `The file is a template: the application puts SQL in the place of ${shortened(placeholder)} before SQLite reads it, and only its program knows which.`,
    wayOut: 'Run the files as the application writes them out, or put in its place what belongs there for SQLite.',
  };
}

/** A line that names a file, in whose place a program puts what is in it: `!! people.sql`, `#include "people.sql"`. */
const INCLUDED = /^\s*(?:!!|@@?|#\s*include\b|source\b)\s*["'<]?([\w./-]+\.\w+)/i;

function explainIncluded(text: string): Said | null {
  const file = INCLUDED.exec(text.replaceAll(COMMENT, ' '))?.[1];
  if (file === undefined) return null;
  return {
    explanation: `In the place of this line the application puts the file ${shortened(file)} before SQLite reads it.`,
    wayOut: `Put what is in ${shortened(file)} there, as the application does, or run the files as it writes them out.`,
  };
}

/** A name where the size of a type stands, as in `varchar(LONGEST)`. */
function explainSize(text: string, word: string): Said | null {
  const types =
    'n?(?:var)?char(?:acter)?|varying|text|string|clob|blob|(?:var)?binary|decimal|numeric|(?:big|small|tiny)?int(?:eger)?|float|double|real';
  const type = new RegExp(`\\b(${types})\\s*\\(\\s*(?:\\d+\\s*,\\s*)?${word}\\b`, 'i').exec(
    text.replaceAll(QUOTED_OR_COMMENT, ' '),
  )?.[1];
  if (type === undefined) return null;
  return {
    explanation: `${word} stands where the size of the type ${type} belongs, which is a number: the application puts one in its place before SQLite reads the file.`,
    wayOut: `Write the number that the application has for ${word}, in the whole file, or run the files as it writes them out.`,
  };
}

/** Words that only other databases know, where SQLite cannot read a statement; the first that fits. */
const OF_OTHERS: readonly (readonly [words: RegExp, database: string])[] = [
  [/^CREATE\s+(?:TYPE|EXTENSION|DOMAIN|SEQUENCE|POLICY|TEXT\s+SEARCH)\b/i, 'PostgreSQL'],
  [/^ALTER\s+(?:TYPE|SEQUENCE|DOMAIN)\b|^COMMENT\s+ON\b|^DO\s+\$/i, 'PostgreSQL'],
  [/\bGENERATED\s+(?:ALWAYS|BY\s+DEFAULT)\s+AS\s+IDENTITY\b/i, 'PostgreSQL'],
  [/\bALTER\s+COLUMN\s+\S+\s+(?:SET|DROP|TYPE)\b/i, 'PostgreSQL'],
  [/\bCONCURRENTLY\b|\bUSING\s+(?:gin|gist|brin|btree|hash)\b/i, 'PostgreSQL'],
  [/::\s*[a-z]\w*/i, 'PostgreSQL'],
  [/\bDROP\s+TABLE\b.*\bCASCADE\b/is, 'PostgreSQL'],
  [/\bAUTO_INCREMENT\b|\bENGINE\s*=\s*\w+|\bON\s+UPDATE\s+CURRENT_TIMESTAMP\b/i, 'MySQL'],
  [/\bDROP\s+FOREIGN\s+KEY\b|\b(?:MODIFY|CHANGE)\s+COLUMN\b|\bCHARACTER\s+SET\b/i, 'MySQL'],
  [/^(?:UN)?LOCK\s+TABLES?\b|^RENAME\s+TABLE\b|^SET\s+(?:NAMES|@@?\w+)/i, 'MySQL'],
  [/\bADD\s+(?:UNIQUE\s+)?(?:INDEX|KEY)\b/i, 'MySQL'],
  [/\bIDENTITY\s*\(\s*\d+\s*,|\b(?:N?VARCHAR|VARBINARY)\s*\(\s*MAX\s*\)|^EXEC\b/i, 'SQL Server'],
  [/\bVARCHAR2\b/i, 'Oracle'],
  [
    /^CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE|SCHEMA|DATABASE|ROLE|USER|MATERIALIZED)\b/i,
    'another database',
  ],
  [/^CREATE\s+OR\s+REPLACE\b|^(?:GRANT|REVOKE|TRUNCATE|SET|USE|CALL)\b|^ALTER\s+(?!TABLE)\w+/i, 'another database'],
  [/\bADD\s+(?:FOREIGN|PRIMARY)\s+KEY\b/i, 'another database'],
];

function explainOtherDatabase(text: string): Said | null {
  const bare = text.replaceAll(QUOTED_OR_COMMENT, ' ');
  for (const [words, database] of OF_OTHERS) {
    const [found] = words.exec(bare) ?? [];
    if (found === undefined) continue;
    return {
      explanation: `The statement is written for ${database}: SQLite has no ${shortened(found)}.`,
      wayOut: 'Take the files that the application has for SQLite, or write the statement as SQLite has it.',
    };
  }
  return null;
}

/** Strings and comments: what stands there is no word of a statement. */
const QUOTED_OR_COMMENT = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g;

const COMMENT = /--[^\n]*|\/\*[\s\S]*?\*\//g;

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

const SHOWN = 60;

/** What other databases let ALTER TABLE do. */
function explainAlter(text: string): Said | null {
  const [, rest = ''] = /^\s*ALTER\s+TABLE\s+(.*)$/is.exec(text) ?? [];
  if (/,\s*(ADD|DROP|RENAME|ALTER|MODIFY|CHANGE)\b/i.test(rest))
    return {
      explanation: 'ALTER TABLE of SQLite makes one change in each statement.',
      wayOut: 'Write an ALTER TABLE of its own for each of the changes.',
    };
  const constraint = /\bADD\s+CONSTRAINT\s+\S+\s+(UNIQUE|PRIMARY\s+KEY|FOREIGN\s+KEY)\b/i
    .exec(rest)?.[1]
    ?.toUpperCase();
  if (constraint !== undefined)
    return {
      explanation: `ALTER TABLE of SQLite cannot add a constraint ${constraint.replace(/\s+/, ' ')} to a table that is there.`,
      wayOut: constraint === 'UNIQUE' ? 'Write CREATE UNIQUE INDEX on the same columns: it forbids the same.' : REBUILD,
    };
  // https://docs.turso.tech/libsql, "Altering tables": it changes what is written of the column, and no row.
  if (/^\S+\s+ALTER\s+COLUMN\s+\S+\s+TO\b/i.test(rest))
    return {
      explanation: 'The statement is written for libSQL (Turso): ALTER TABLE of SQLite has no ALTER COLUMN … TO.',
      wayOut: REBUILD,
    };
  const [words] = /\b(?:MODIFY|CHANGE)\b|\bALTER\b.*\bTYPE\b/is.exec(rest) ?? [];
  if (words !== undefined)
    return {
      explanation: `The statement is written for ${/^ALTER/i.test(words) ? 'PostgreSQL' : 'MySQL'}: ALTER TABLE of SQLite cannot change the type of a column.`,
      wayOut: REBUILD,
    };
  return null;
}
