// What speaks for it that something which is gone is there under another name.

import { foldName, quoteIdentifier, type Database } from '../database';
import type { Column, Relation, Schema } from '../schema/schema';
import { counted } from '../words';
import type { MigrationInput } from './migration';
import type { RenameCandidate } from './pairing';

/** So many rows are looked at for values that both have. */
const LOOKED_AT = 1000;

/** Sentences on one candidate. */
export function renameEvidence(
  { table, column, target }: RenameCandidate,
  name: string,
  { desired, rows, desiredRows }: Pick<MigrationInput, 'desired' | 'rows' | 'desiredRows'>,
): readonly string[] {
  if (column === null) return tableEvidence(table, relationOf(desired, name), { rows, desiredRows });
  const other = target?.columns.find((one) => one.name === name);
  if (!target || !other) return [];
  const [place, otherPlace] = [table.columns.indexOf(column) + 1, target.columns.indexOf(other) + 1];
  const type = (one: string): string => (one === '' ? 'no type' : one);
  const shared = sharedValues(rows, [table.name, column.name], desiredRows, [target.name, name]);
  return [
    foldName(column.type) === foldName(other.type)
      ? `${column.name} and ${name} have the same type: ${type(column.type)}.`
      : `${column.name} has ${type(column.type)}, ${name} has ${type(other.type)}.`,
    place === otherPlace
      ? `Both are column ${place} of their table.`
      : `${column.name} is column ${place}, ${name} is column ${otherPlace}.`,
    ...(shared ? [shared] : []),
  ];
}

function tableEvidence(
  table: Relation,
  other: Relation | undefined,
  { rows, desiredRows }: { readonly rows: Database | null; readonly desiredRows: Database | null },
): readonly string[] {
  if (!other) return [];
  // Those that FTS adds of itself speak for nothing.
  const shown = ({ columns }: Relation): readonly Column[] => columns.filter(({ hidden }) => !hidden);
  const [own, others] = [shown(table), shown(other)];
  const names = new Set(others.map(({ name }) => foldName(name)));
  const common = own.filter(({ name }) => names.has(foldName(name)));
  const [first] = common;
  const shared = first ? sharedValues(rows, [table.name, first.name], desiredRows, [other.name, first.name]) : null;
  const named = common.length === 0 ? '' : `: ${common.map(({ name }) => name).join(', ')}`;
  return [
    `${table.name} has ${counted(own.length, 'column')}, ${other.name} has ${others.length}; ${counted(common.length, 'name is', 'names are')} the same${named}.`,
    ...(shared ? [shared] : []),
  ];
}

function relationOf({ relations }: Schema, name: string): Relation | undefined {
  return relations.find((relation) => relation.name === name);
}

/** How many values both columns have, of the first rows of each; null where there are no rows on one side. */
function sharedValues(
  one: Database | null,
  [table, column]: readonly [string, string],
  other: Database | null,
  [otherTable, otherColumn]: readonly [string, string],
): string | null {
  const [mine, theirs] = [valuesOf(one, table, column), valuesOf(other, otherTable, otherColumn)];
  if (mine.size === 0 || theirs.size === 0) return null;
  const shared = [...mine].filter((value) => theirs.has(value)).length;
  return `${shared} of ${counted(mine.size, 'different value')} of ${table}.${column} ${shared === 1 ? 'is' : 'are'} in ${otherTable}.${otherColumn} too (of the first ${LOOKED_AT} rows of each).`;
}

function valuesOf(database: Database | null, table: string, column: string): ReadonlySet<string> {
  const name = quoteIdentifier(column);
  const read = database?.query(
    `SELECT DISTINCT quote(${name}) FROM (SELECT ${name} FROM main.${quoteIdentifier(table)} LIMIT ${LOOKED_AT}) WHERE ${name} IS NOT NULL`,
  );
  return new Set(read?.ok === true ? read.value.map(([value]) => String(value)) : []);
}
