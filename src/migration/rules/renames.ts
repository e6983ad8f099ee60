// Tables and columns that get another name: SQLite changes its own schema with them, and no program that asks by the old name.

import { foldName } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { Found, Rule, ScriptEnd, ScriptStart } from '../warning';
import { rebuildRule } from './rebuiltTables';

/** A table that is there under another name after the script. */
export const renamedTable: Rule = {
  code: 'renamed-table',
  name: 'A table is renamed',
  why: 'SQLite writes the new name into its own views, triggers and foreign keys. Programs that use the old name fail.',
  safeWay: 'Upgrade the programs together with the file, or leave a view with the old name.',
  watch: (start) =>
    watchRenames(start, 'rename table', (statement, { after, outcomes }) => {
      const old = statement.table ?? '';
      const { table } = placeAtEnd(start.statements, outcomes, statement, statement.newName ?? '', null);
      const stays = after.relations.some(({ name }) => foldName(name) === foldName(old));
      const known = start.before.relations.some(({ name }) => foldName(name) === foldName(old));
      if (stays || !known) return null;
      return {
        subject: `table ${old}`,
        sentence: `The table ${old} is called ${table} after the script: a program that uses the old name fails.`,
        remedy: 'Upgrade the programs together with the file, or create a view with the old name.',
      };
    }),
};

const COLUMN = {
  code: 'renamed-column',
  name: 'A column is renamed',
  why: 'SQLite writes the new name into its own indexes, views and triggers. Programs that use the old name fail.',
  safeWay: 'Upgrade the programs together with the file.',
};

/** A column whose values a table rebuild copies into one of another name. */
const copiedColumn = rebuildRule(COLUMN, ({ pair, columnNow, drop }) =>
  pair.lostColumns.flatMap((name): readonly Found[] => {
    const now = columnNow(name);
    const { name: table } = pair.before;
    if (now === null) return [];
    return [
      {
        ordinal: drop.ordinal,
        severity: 'note',
        subject: `column ${table}.${name}`,
        sentence: `The table rebuild of ${table} copies ${name} into ${now}: a program that uses the old name fails.`,
        remedy: COLUMN.safeWay,
        fix: null,
      },
    ];
  }),
);

/** A column that is there under another name after the script. */
export const renamedColumn: Rule = {
  ...COLUMN,
  watch: (start) => {
    const copied = copiedColumn.watch(start);
    const renamed = watchRenames(start, 'rename column', (statement, { after, outcomes }) => {
      const { table, column, newName } = statement;
      const [of, old] = [table ?? '', column ?? ''];
      const nameAt = (since: number): string => nameSince(start.statements, since, statement.ordinal, of);
      const original = nameAt(0);
      const relation = start.before.relations.find(({ name }) => foldName(name) === foldName(original));
      const isMade = start.statements.some(
        (one) =>
          one.ordinal < statement.ordinal &&
          isSame(one.table, nameAt(one.ordinal)) &&
          isSame(one.kind === 'rename column' ? one.newName : one.kind === 'add column' ? one.column : null, old),
      );
      if (isMade || !relation?.columns.some(({ name }) => foldName(name) === foldName(old))) return null;
      const now = placeAtEnd(start.statements, outcomes, statement, of, newName);
      const columns = after.relations.find(({ name }) => foldName(name) === foldName(now.table))?.columns ?? [];
      const isThere = (wanted: string): boolean => columns.some(({ name }) => foldName(name) === foldName(wanted));
      const name = now.column ?? '';
      if (isSame(name, old) || !isThere(name)) return null;
      const then = isThere(old) ? 'reads another column' : 'fails';
      return {
        subject: `column ${of}.${old}`,
        sentence: `The column ${old} of ${of} is called ${name} after the script: a program that uses the old name ${then}.`,
        remedy: COLUMN.safeWay,
      };
    });
    if (!copied && !renamed) return null;
    return { end: (end) => [...(renamed?.end(end) ?? []), ...(copied?.end(end) ?? [])] };
  },
};

/** What a table that has this name before a statement was called after an earlier one. */
function nameSince(statements: readonly ParsedStatement[], since: number, ordinal: number, table: string): string {
  const renames = statements.slice(since, ordinal - 1).filter(({ kind }) => kind === 'rename table');
  return renames.reduceRight((name, one) => (isSame(one.newName, name) ? (one.table ?? name) : name), table);
}

/** What a table, and a column of it, that have these names after a statement are called after all of them. */
function placeAtEnd(
  statements: readonly ParsedStatement[],
  outcomes: ScriptEnd['outcomes'],
  { ordinal }: ParsedStatement,
  table: string,
  column: string | null,
): { readonly table: string; readonly column: string | null } {
  const now = { table, column };
  for (const one of statements.slice(ordinal)) {
    if (outcomes[one.ordinal - 1]?.verdict !== 'applied' || !isSame(one.table, now.table)) continue;
    if (one.kind === 'rename table') now.table = one.newName ?? '';
    if (one.kind === 'rename column' && column !== null && isSame(one.column, now.column ?? ''))
      now.column = one.newName;
  }
  return now;
}

function isSame(one: string | null, other: string): boolean {
  return one !== null && foldName(one) === foldName(other);
}

function watchRenames(
  { statements }: ScriptStart,
  kind: ParsedStatement['kind'],
  find: (statement: ParsedStatement, end: ScriptEnd) => Pick<Found, 'subject' | 'sentence' | 'remedy'> | null,
): ReturnType<Rule['watch']> {
  const renames = statements.filter((statement) => statement.kind === kind && !statement.temporary);
  if (renames.length === 0) return null;
  return {
    end: (end) =>
      renames.flatMap((statement): readonly Found[] => {
        if (end.outcomes[statement.ordinal - 1]?.verdict !== 'applied') return [];
        const found = find(statement, end);
        return found ? [{ ...found, ordinal: statement.ordinal, severity: 'note', fix: null }] : [];
      }),
  };
}
