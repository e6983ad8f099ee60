// What migration tools have recorded in a database as applied. Only read, never changed.

import { quoteIdentifier, type Database, type Row, foldName } from '../database';
import { entry, textOf, type AppliedMigration, type HistoryRow, type HistoryTool } from './historyEntry';
import { HISTORY_FORMATS, type HistoryFormat } from './historyFormats';
import { plainColumnsOf } from './plainHistory';
import type { ChainTool } from './tool';

/** A tool's table. */
export interface History {
  readonly tool: HistoryTool;
  readonly table: string;
  readonly columns: readonly HistoryColumn[];
  /** In the order in which they were recorded. */
  readonly applied: readonly AppliedMigration[];
  /** What of it wants to be known, in sentences. */
  readonly notes: readonly string[];
}

/** A column of a tool's table, as far as a new entry has to heed it. */
interface HistoryColumn {
  readonly name: string;
  readonly type: string;
  /** Whether an entry without it is refused. */
  readonly needed: boolean;
  /** 1-based place in the primary key; 0 where it is not part of it. */
  readonly primaryKey: number;
}

/** Entries of a table that are read; no project has as many migrations. */
const MOST_ENTRIES = 20_000;
/** Characters of a cell that are read: some tools keep whole logs and scripts beside their entries. */
const MOST_CHARACTERS = 1_000;

interface Table {
  readonly name: string;
  readonly columns: readonly HistoryColumn[];
  readonly format: HistoryFormat;
}

/**
 * The tables of migration tools in a database, with what is recorded in them. A table that cannot be read is left out; of very long
 * ones the beginning is read, with a note.
 */
export function readHistory(database: Database): readonly History[] {
  return [...readTables(database), ...readUserVersion(database)];
}

/** What of all that is recorded may be of a folder: user_version is kept by many programs, and says something of SQLDelight’s alone. */
export function historiesFor(tool: ChainTool | null, histories: readonly History[]): readonly History[] {
  return tool === 'sqldelight' ? histories : histories.filter((history) => history.tool !== 'SQLDelight');
}

/**
 * SQLDelight names a file by the version that it upgrades from, and its drivers run those that are not below user_version, which is 1 for
 * the schema that no file has changed (https://sqldelight.github.io/sqldelight, "Migrations"). At 0 they make the whole schema instead.
 */
function readUserVersion(database: Database): readonly History[] {
  const read = database.query('PRAGMA user_version');
  const version = Number(read.ok ? (read.value[0]?.[0] ?? 0) : 0);
  if (version < 1) return [];
  const applied = version === 1 ? [] : [entry({ version: version - 1, upTo: true })];
  return [{ tool: 'SQLDelight', table: 'user_version', columns: [], applied, notes: [] }];
}

function readTables(database: Database): readonly History[] {
  const tables = database.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  const names = tables.ok ? tables.value.map(([name]) => textOf(name)) : [];
  const folded = new Set(names.map(foldName));
  return names.flatMap((name) => {
    const candidates = HISTORY_FORMATS.filter(({ table }) => table.test(foldName(name)));
    if (candidates.length === 0) return [];
    const columns = columnsOf(database, name);
    const has = hasColumns(columns);
    const format = candidates.find(
      ({ needs, not = [], beside }) =>
        needs.every(has) && !not.some(has) && (beside === undefined || folded.has(beside)),
    );
    // A plain table that names no migration is something else.
    if (!format || (format.tool === 'plain' && plainColumnsOf(columns) === null)) return [];
    return readTable(database, { name, columns, format }) ?? [];
  });
}

function readTable(database: Database, { name, columns, format }: Table): History | null {
  const order =
    format.order !== undefined && hasColumns(columns)(format.order) ? ` ORDER BY ${quoteIdentifier(format.order)}` : '';
  const selected = columns.map(({ name: column }) => cutCell(quoteIdentifier(column))).join(', ');
  const read = database.query(`SELECT ${selected} FROM ${quoteIdentifier(name)}${order} LIMIT ${MOST_ENTRIES + 1}`);
  if (!read.ok) return null;
  const rows = read.value.slice(0, MOST_ENTRIES).map((row) => rowOf(row, columns));
  const more = read.value.length > MOST_ENTRIES ? [`Only the first ${MOST_ENTRIES} entries were read.`] : [];
  const notes = [...(format.notes?.(rows) ?? []), ...more];
  return { tool: format.tool, table: name, columns, applied: settle(rows, format), notes };
}

/** What the rows say in the end, after those that take back what others say. */
function settle(rows: readonly HistoryRow[], { read, takesBack }: HistoryFormat): readonly AppliedMigration[] {
  if (!takesBack) return rows.flatMap((row) => read(row) ?? []);
  const last = new Map<string, AppliedMigration>();
  for (const row of rows) {
    const entry = read(row);
    if (entry === null) continue;
    const key = JSON.stringify(entry.version === '' ? [entry.name] : entry.version);
    last.delete(key);
    if (!takesBack(row)) last.set(key, entry);
  }
  return [...last.values()];
}

function cutCell(column: string): string {
  const isLong = `typeof(${column}) IN ('text', 'blob') AND length(${column}) > ${MOST_CHARACTERS}`;
  return `CASE WHEN ${isLong} THEN substr(${column}, 1, ${MOST_CHARACTERS}) ELSE ${column} END`;
}

function hasColumns(columns: readonly HistoryColumn[]): (name: string) => boolean {
  const names = new Set(columns.map(({ name }) => foldName(name)));
  return (name) => names.has(name);
}

function columnsOf(database: Database, table: string): readonly HistoryColumn[] {
  const read = database.query('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', [table]);
  if (!read.ok) return [];
  return read.value.map(([name = '', type = '', notNull, fallback, key]) => ({
    name: textOf(name),
    type: textOf(type).toUpperCase(),
    needed: notNull === 1 && fallback === null && !(key === 1 && /^INTEGER$/i.test(textOf(type))),
    primaryKey: Number(key ?? 0),
  }));
}

function rowOf(row: Row, columns: readonly HistoryColumn[]): HistoryRow {
  return Object.fromEntries(columns.map(({ name }, at) => [foldName(name), row[at] ?? null]));
}
