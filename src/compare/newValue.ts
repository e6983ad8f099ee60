// Which value the rows that are there get in a column that is new.

import { foldName, quoteIdentifier } from '../database';
import { affinityOf } from '../schema/details';
import type { Column } from '../schema/schema';
import { readTableDefinition } from '../schema/tableDefinition';
import { parseSql } from '../script/tokens';
import { counted } from '../words';
import type { Interview } from './interview';
import { numberOfRow, placeholderFor, type Placeholder } from './placeholder';
import { nameInId } from './question';
import { rowidColumn, rowidOf } from './rebuild';
import { parentOf } from './references';
import type { CopiedTable } from './copiedTable';
import type { RowFacts } from './rowFacts';

/**
 * Whether the old rows have to be told apart by a new column: it is in a unique key, and would have the same value in all of them,
 * its default or the one that it gets for want of another.
 * @param rows null where nobody knows how many there are
 */
export function needsDistinctValues(
  { name, notNull, defaultValue, generated, hidden }: Column,
  keyed: CopiedTable['keyed'],
  rows: number | null,
): boolean {
  if (generated !== null || hidden || !keyed.has(foldName(name)) || (rows !== null && rows < 2)) return false;
  return notNull || !isNullDefault(defaultValue);
}

/** Whether a column without a value gets NULL. */
export function isNullDefault(value: string | null): boolean {
  return value === null || foldName(value) === 'null';
}

/** The value that the old rows get in a new column; null where its default, or NULL, is right. */
export function askNewValue(copied: CopiedTable, column: Column, interview: Interview, facts: RowFacts): string | null {
  const { before, after, origin, keyed, holds } = copied;
  const { name, notNull, defaultValue, type } = column;
  const isRowid = rowidColumn(after) === name;
  if (isRowid) return rowidOf(before);
  const rows = facts.rows(origin.table);
  const isDistinct = needsDistinctValues(column, keyed, rows);
  const needsValue = notNull || (after.withoutRowid && column.primaryKey > 0);
  if (!isDistinct && (!needsValue || !isNullDefault(defaultValue))) return null;
  const known = isDistinct
    ? { value: numberOfRow(affinityOf(type, after.strict), after.strict), caveat: null }
    : placeholderFor(column, after, holds);
  const reference = referenceFor(copied, column, { known, isDistinct });
  const placeholder = reference?.value ?? known.value;
  const answer = interview.ask(
    {
      id: `value for ${nameInId(after.name)}.${nameInId(name)}`,
      kind: 'new value',
      table: after.name,
      column: name,
      sentence: isDistinct
        ? `The new column ${name} of ${after.name} is in a unique key. Which value do the rows get that are there, each one of its own?`
        : `The new column ${name} of ${after.name} is NOT NULL and has no default. Which value do the rows get that are there?`,
      evidence: [
        rows === null
          ? 'SQLite refuses the column if the table has any row without a value for it.'
          : `${after.name} has ${counted(rows, 'row')}.`,
        ...[known.caveat, reference?.caveat].flatMap((caveat) => caveat ?? []),
      ],
      options: [
        {
          value: 'value',
          label: 'This value',
          expression: `SQL, as ${placeholder}, or an expression over the columns`,
        },
      ],
    },
    null,
    `value ${placeholder}`,
    (given) => {
      const value = given.slice('value '.length);
      if (keyed.get(foldName(name)) !== true || !facts.isSameInAll(origin.table, value)) return null;
      return `By ${value} all rows would have the same value, which the unique key does not allow.`;
    },
  );
  return answer === null ? 'NULL' : answer.slice('value '.length);
}

/** A value that refers to a row, where the column is in a foreign key: to the first one of the parent. Null of any other column. */
function referenceFor(
  { before, after, relations }: CopiedTable,
  { name }: Column,
  { known, isDistinct }: { readonly known: Placeholder; readonly isDistinct: boolean },
): Placeholder | null {
  const { foreignKeys } = readTableDefinition(parseSql(after.sql));
  const key = foreignKeys.find(({ columns }) => columns.includes(foldName(name)));
  const parent = key && parentOf(key, relations);
  if (!key || !parent) return null;
  const to = parent.after.name;
  if (parent.before === null)
    return { value: known.value, caveat: `It refers to ${to}, which is new: no row of it is there to refer to.` };
  const unknown = { value: known.value, caveat: `It refers to ${to}: that value may be no row of it.` };
  const had = new Set(before.columns.map((column) => foldName(column.name)));
  const referred = parent.columns.map((column) => quoteIdentifier(column.after.name));
  const own = referred[key.columns.indexOf(foldName(name))];
  // Where other columns of the key are there already, or the parent gets the column now, no row is known to fit.
  if (isDistinct || own === undefined || key.columns.some((column) => had.has(column))) return unknown;
  if (parent.columns.some((column) => column.before === null)) return unknown;
  if (foldName(to) === foldName(after.name))
    return { value: own, caveat: `It refers to ${to} itself: by that value each row to itself.` };
  const table = quoteIdentifier(to);
  const first =
    referred.length === 1
      ? `SELECT min(${own}) FROM ${table}`
      : `SELECT ${own} FROM ${table} ORDER BY ${referred.join(', ')} LIMIT 1`;
  return {
    value: `coalesce((${first}), ${known.value})`,
    caveat: `It refers to ${to}: by that value to its first row, if there is one.`,
  };
}
