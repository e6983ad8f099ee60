// What stands for the values of a column that nobody knows: one that its CHECKs allow, and where a unique key asks for it, one for each row.

import { foldName, quoteIdentifier } from '../database';
import { affinityOf, type Affinity } from '../schema/details';
import type { Column, Relation } from '../schema/schema';
import { readTableDefinition } from '../schema/tableDefinition';
import { inOneLine } from '../script/spelling';
import { parseSql, unquotedName, type Token } from '../script/tokens';

/** Tells whether a condition without columns of a table is true. */
export type Holds = (condition: string) => boolean;

/** SQL for the value, and the CHECK that does not allow it where none was found that all of them allow. */
export interface Placeholder {
  readonly value: string;
  readonly refusedBy: string | null;
}

/** A value for all rows. */
export function placeholderFor(column: Column, table: Relation, holds: Holds): Placeholder {
  const affinity = affinityOf(column.type, table.strict);
  const first = placeholderOf(affinity, table.strict);
  const checks = checksOn(column, table);
  const name = quoteIdentifier(column.name);
  const allows = (check: readonly Token[], value: string): boolean =>
    holds(
      `(SELECT (${inOneLine(check)}) IS NOT FALSE FROM (SELECT ${value} AS ${name}) AS ${quoteIdentifier(table.name)})`,
    );
  const others = [...checks.flatMap((check) => valuesIn(check)), "'x'", '1', '-1', "x'00'"];
  const candidates = [first, ...others.filter((value) => !isBytes(affinity, table.strict) || /^x'/i.test(value))];
  const value = candidates.find((candidate) => checks.every((check) => allows(check, candidate)));
  if (value !== undefined) return { value, refusedBy: null };
  const refusing = checks.find((check) => !allows(check, first));
  return { value: first, refusedBy: refusing ? inOneLine(refusing) : null };
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

/** The conditions that name this column, and no other one of the table. */
function checksOn({ name }: Column, { sql, columns }: Relation): readonly (readonly Token[])[] {
  const all = new Set(columns.map((column) => foldName(column.name)));
  return readTableDefinition(parseSql(sql)).checks.flatMap(({ condition }) => {
    const named = new Set(condition.map((token) => foldName(unquotedName(token) ?? '')).filter((one) => all.has(one)));
    return named.size === 1 && named.has(foldName(name)) ? [condition] : [];
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
