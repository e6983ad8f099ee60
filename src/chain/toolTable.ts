// The table in which a tool keeps what it has applied, for a history that changes it and does not make it: tools make it before the first file.

import { foldName, quoteIdentifier } from '../database';
import { neededTables } from '../script/neededTables';
import type { ParsedStatement } from '../script/parsedStatement';
import { isWord, parseSql } from '../script/tokens';
import { readInsert, readUpdate } from '../script/writeClauses';

/** Tables of tools with the columns that those give them, with their types. */
const KNOWN: Readonly<Record<string, string>> = {
  _sqlx_migrations:
    'version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL',
  goose_db_version:
    "id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now'))",
  gorp_migrations: 'id TEXT NOT NULL PRIMARY KEY, applied_at DATETIME',
  __diesel_schema_migrations:
    'version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP',
};

/** Such names as a part of a pattern. */
const NAMES = [
  ...Object.keys(KNOWN),
  '(?:_|__|schema_|db_|d1_|knex_|refinery_schema_)?migrations?(?:_history)?',
  'schema_(?:version|history)',
].join('|');
const IS_TOOL_TABLE = new RegExp(`^(?:${NAMES})$`, 'i');
/** A statement that may work on one: most histories have none, and need not be taken apart to tell. */
const MAY_WORK_ON_ONE = new RegExp(
  `\\b(?:table|into|update|from|on)\\s+(?:main\\s*\\.\\s*)?["\`[]?(?:${NAMES})\\b`,
  'i',
);

/** Whether a text may work on the table of a tool. */
export function mayWorkOnToolTable(text: string): boolean {
  return MAY_WORK_ON_ONE.test(text);
}

/** The table of a tool that a history works on without having made it, with the statement that makes it; null where there is none. */
export function findToolTable(
  history: readonly ParsedStatement[],
): { readonly name: string; readonly columns: readonly string[] | null; readonly sql: string } | null {
  const name = neededTables(history).find((table) => IS_TOOL_TABLE.test(table));
  if (name === undefined) return null;
  const known = KNOWN[foldName(name)];
  const columns = known === undefined ? columnsOf(name, history) : null;
  const list = known ?? columns?.map((column) => `${quoteColumn(column)} TEXT`).join(', ') ?? '';
  return { name, columns, sql: `CREATE TABLE ${quoteIdentifier(name)} (${list});\n` };
}

/** The columns that the history writes, by name or by number; one for the version where it names none. */
function columnsOf(name: string, history: readonly ParsedStatement[]): readonly string[] {
  const columns = new Map<string, string>();
  let width = 1;
  for (const statement of history) {
    if (foldName(statement.table ?? '') !== foldName(name)) continue;
    const insert = statement.kind === 'insert' ? readInsert(statement) : null;
    const update = statement.kind === 'update' ? readUpdate(statement) : null;
    const named = [...(insert?.columns ?? []), ...(update?.values ?? []).map(({ column }) => column)];
    for (const column of named) columns.set(foldName(column), column);
    if (insert?.columns === null) width = Math.max(width, widthOf(insert.source));
  }
  if (columns.size === 0) columns.set('version', 'version');
  while (columns.size < width) columns.set(`column_${columns.size + 1}`, `column_${columns.size + 1}`);
  return [...columns.values()];
}

/** How many values each row of a SELECT or of VALUES has, as far as commas tell. */
function widthOf(source: string): number {
  const { tokens } = parseSql(source);
  const start = tokens.findIndex((token) => isWord(token, 'SELECT') || isWord(token, 'VALUES'));
  const outer = isWord(tokens[start] ?? null, 'VALUES') ? 1 : 0;
  let [width, depth] = [1, 0];
  for (const token of tokens.slice(start + 1)) {
    depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    if (depth < outer || (depth === 0 && isWord(token, 'FROM'))) break;
    if (depth === outer && token.text === ',') width++;
  }
  return width;
}

function quoteColumn(name: string): string {
  return /^[a-z_]\w*$/i.test(name) ? name : quoteIdentifier(name);
}
