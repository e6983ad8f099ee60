// What stands for the values of a column that nobody knows: one that its CHECKs allow, and where a unique key asks for it, one for each row.

import { foldName, quoteIdentifier } from '../database';
import { affinityOf, type Affinity } from '../schema/details';
import type { Column, Relation } from '../schema/schema';
import { readTableDefinition } from '../schema/tableDefinition';
import { asWritten } from '../script/spelling';
import { parseSql, unquotedName, type Token } from '../script/tokens';

/** Tells whether a condition without columns of a table is true. */
export type Holds = (condition: string) => boolean;

/** SQL for the value, and what speaks against it in a sentence. */
export interface Placeholder {
  readonly value: string;
  readonly caveat: string | null;
}

/** How a caveat begins that says that nothing is known which a CHECK allows. */
export const NOT_ALLOWED = 'No value is known that is allowed by';

/** A value for all rows. */
export function placeholderFor(column: Column, table: Relation, holds: Holds): Placeholder {
  const affinity = affinityOf(column.type, table.strict);
  const first = placeholderOf(affinity, table.strict);
  const checks = checksOn(column, table);
  const name = quoteIdentifier(column.name);
  const allows = (check: readonly Token[], value: string): boolean =>
    holds(
      `(SELECT (${asWritten(check)}) IS NOT FALSE FROM (SELECT ${value} AS ${name}) AS ${quoteIdentifier(table.name)})`,
    );
  const others = [...checks.flatMap((check) => valuesIn(check)), "'x'", '1', '-1', "x'00'"];
  const candidates = [first, ...others.filter((value) => !isBytes(affinity, table.strict) || /^x'/i.test(value))];
  const value = candidates.find((candidate) => checks.every((check) => allows(check, candidate)));
  if (value !== undefined) return { value, caveat: checkOverOthers(column, table) };
  const refusing = checks.find((check) => !allows(check, first)) ?? checks[0];
  return { value: first, caveat: refusing ? `${NOT_ALLOWED} CHECK (${asWritten(refusing)}).` : null };
}

/** What stands for a value, whatever the CHECKs say. */
export function placeholderOf(affinity: Affinity, isStrict: boolean): string {
  if (isBytes(affinity, isStrict)) return "x''";
  return affinity === 'TEXT' || affinity === 'ANY' || affinity === 'BLOB' ? `''` : '0';
}

/** Whether a column takes bytes alone. */
function isBytes(affinity: Affinity, isStrict: boolean): boolean {
  return isStrict && affinity === 'BLOB';
}

/** A value for each row that no other one has. */
export function numberOfRow(affinity: Affinity, isStrict: boolean): string {
  const number = 'row_number() OVER ()';
  return isStrict && (affinity === 'TEXT' || affinity === 'BLOB') ? `CAST(${number} AS ${affinity})` : number;
}

/** A caveat where a CHECK names this column and others: whether it allows a value depends on the row. */
function checkOverOthers(column: Column, table: Relation): string | null {
  const check = checksNaming(column, table).find(({ others }) => others > 0);
  return check ? `CHECK (${asWritten(check.condition)}) may refuse that value in some rows.` : null;
}

/** The conditions that name this column, and no other one of the table. */
function checksOn(column: Column, table: Relation): readonly (readonly Token[])[] {
  return checksNaming(column, table).flatMap(({ condition, others }) => (others === 0 ? [condition] : []));
}

/** The conditions that name a column, each with the number of other columns in it. */
function checksNaming(
  { name }: Column,
  { sql, columns }: Relation,
): readonly { readonly condition: readonly Token[]; readonly others: number }[] {
  const all = new Set(columns.map((column) => foldName(column.name)));
  return readTableDefinition(parseSql(sql)).checks.flatMap(({ condition }) => {
    const named = new Set(condition.map((token) => foldName(unquotedName(token) ?? '')).filter((one) => all.has(one)));
    return named.has(foldName(name)) ? [{ condition, others: named.size - 1 }] : [];
  });
}

/** The constants of a condition, and the whole numbers beside them: one of these is often what it allows. */
function valuesIn(condition: readonly Token[]): readonly string[] {
  return condition.flatMap(({ text }) => {
    if (/^x?'/i.test(text)) return [text];
    if (!/^\d+(\.\d+)?$/.test(text)) return [];
    return [text, String(Number(text) + 1), String(Number(text) - 1)];
  });
}
