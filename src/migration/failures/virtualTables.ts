// Errors of full-text tables (FTS3, FTS4, FTS5) and of R-Tree tables, whose modules have words of their own.

import { foldName, quoteIdentifier, quoteText, rowsOf } from '../../database';
import { isIndexOfOther } from '../../schema/virtualTables';
import { parseSql, unquotedName } from '../../script/tokens';
import type { FailedStatement } from '../run/failureHelp';
import { inWords, IN_A_STATEMENT_BEFORE, type Explanation, type Said } from './explanation';

/** Before what a damaged file would mean: the same message stands for an index that has got out of step. */
export const OUT_OF_STEP: Explanation = { pattern: /^database disk image is malformed$/, explain: explainOutOfStep };

/** What modules say. */
export const VIRTUAL_TABLES: readonly Explanation[] = [
  inWords(
    /^(?:no such|unknown) tokenizer: (.+)$/s,
    'The full-text table asks for the tokenizer $1, which the SQLite in this page does not have: a program brings it.',
    'Run this script with that program, or name a tokenizer that every SQLite has, such as unicode61 or porter.',
  ),
  inWords(
    /^(?:parse error in tokenize directive|error in tokenizer constructor)/,
    'What stands after tokenize = names no tokenizer with options that it understands.',
    "Write it as in tokenize = 'unicode61 remove_diacritics 2' (https://sqlite.org/fts5.html#tokenizers).",
  ),
  inWords(
    /^unrecognized (?:option|parameter): "?(.+?)"?$/s,
    'A full-text table has no option $1.',
    'Correct the name, or leave it out. A column is written without an equals sign.',
  ),
  inWords(
    /^reserved fts5 (column|table) name: (.+)$/s,
    'FTS5 keeps the name $2 for itself, so that no $1 of its tables can have it.',
    'Give the $1 another name.',
  ),
  inWords(
    /^cannot (UPDATE|DELETE from) contentless fts5 table: (.+)$/s,
    'The full-text table $2 keeps an index and no texts, so it does not know what is to be taken out of the index.',
    "Tell it the values with INSERT INTO $2($2, rowid, …) VALUES ('delete', …), or make the table with contentless_delete = 1.",
  ),
  inWords(
    /^rtree constraint failed: (.+)\.\((.+)<=(.+)\)$/s,
    'A row has a $2 that is larger than its $3, and the R-Tree table $1 takes no row that ends before it begins.',
    'Exchange the two values in such rows, or leave the rows out.',
  ),
  inWords(
    /^(?:Too few|Too many|Wrong number of) .*rtree table/i,
    'An R-Tree table has one id, and a pair of columns for each of one to five dimensions.',
    'Write it as in USING rtree(id, x0, x1, y0, y1).',
  ),
  inWords(
    /^(?:fts5: syntax error near|unterminated string|malformed MATCH expression)/,
    'What stands after MATCH is not written as a full-text query has to be.',
    'Put a text that is to be found as it is into double quotes within the string: MATCH \'"a b"\'.',
  ),
  { pattern: /^SQL logic error$/, explain: explainCommand },
];

/** `INSERT INTO notes(notes) VALUES ('rebuild')` gives a full-text table a command. */
function explainCommand({ statement }: FailedStatement): Said | null {
  const { kind, table, tokens } = statement;
  const names = tokens.filter((token) => foldName(unquotedName(token) ?? '') === foldName(table ?? ''));
  if (kind !== 'insert' || table === null || names.length < 2) return null;
  return {
    explanation: `The full-text table ${table} does not know the command that it is given, or not with this value.`,
    wayOut: 'Compare it with the list at https://sqlite.org/fts5.html#special_insert_commands.',
  };
}

/** An index of other rows that is told to forget values which it does not have: by the statement, or by a trigger that it fires. */
function explainOutOfStep({ shadow, statement }: FailedStatement): Said | null {
  const table = foldName(statement.table ?? '');
  const triggers = rowsOf(
    shadow,
    "SELECT sql FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE",
    [table],
  ).flatMap(([sql]) => parseSql(String(sql)).tokens);
  const named = new Set([table, ...triggers.map((token) => foldName(unquotedName(token) ?? ''))]);
  const found = rowsOf(shadow, "SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND rootpage = 0").find(
    ([name, sql]) => named.has(foldName(String(name))) && isIndexOfOther(String(sql)),
  );
  if (!found) return null;
  const index = quoteIdentifier(String(found[0]));
  return {
    explanation: `The full-text table ${String(found[0])} is told to forget values that its index does not have: it no longer agrees with the rows that it is an index of.`,
    wayOut: `Make the index anew ${IN_A_STATEMENT_BEFORE}: INSERT INTO ${index}(${index}) VALUES (${quoteText('rebuild')}). No row is changed by that.`,
  };
}
