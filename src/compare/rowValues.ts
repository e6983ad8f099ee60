// The values that a row will have once it is copied, so that a condition of the new table can be put on it before that.

import { foldName, quoteIdentifier } from '../database';
import { affinityOf, type Affinity } from '../schema/details';
import type { Column, Relation } from '../schema/schema';
import { readTableDefinition, type ColumnDefinition } from '../schema/tableDefinition';
import { inOneLine } from '../script/spelling';
import { parseSql, unquotedName, type Token } from '../script/tokens';
import { withNames, type NameOf } from './duplicates';
import { rowidColumn, type RowCopy } from './rebuild';

/** The rows of a table that is copied into another one. The old table has the names of the new one already. */
export class RowValues {
  readonly #before: ReadonlyMap<string, Column>;
  readonly #wasStrict: boolean;
  readonly #after: Relation;
  readonly #copied: ReadonlyMap<string, string>;
  readonly #had: ReadonlyMap<string, ColumnDefinition>;
  readonly #definitions: ReadonlyMap<string, ColumnDefinition>;

  constructor({
    before,
    after,
    copy,
  }: {
    readonly before: Relation;
    readonly after: Relation;
    readonly copy: RowCopy;
  }) {
    this.#wasStrict = before.strict;
    this.#before = new Map(before.columns.map((column) => [foldName(column.name), column]));
    this.#after = after;
    this.#copied = new Map(copy.columns.map(({ name, value }) => [foldName(name), value]));
    this.#had = definitionsOf(before);
    this.#definitions = definitionsOf(after);
  }

  /** The columns of the new table that an expression names. */
  named(tokens: readonly Token[]): readonly Column[] {
    const names = new Set(tokens.map((token) => foldName(unquotedName(token) ?? '')));
    return this.#after.columns.filter(({ name }) => names.has(foldName(name)));
  }

  /** The stored columns whose values decide what these hold: themselves, and those of which they are computed. */
  sourcesOf(columns: readonly Column[]): readonly Column[] {
    const sources = columns.flatMap((column) => {
      const expression = this.#expressionOf(column.name, this.#definitions);
      return expression === null ? [column] : this.sourcesOf(this.named(expression));
    });
    return [...new Set(sources)];
  }

  /** SQL for what a column gets where nothing is copied into it. */
  fallbackOf({ defaultValue }: Column): string {
    return defaultValue === null ? 'NULL' : `(${defaultValue})`;
  }

  /**
   * A condition over columns of the new table, as one over a row of the old one. It may name the table.
   * @param used the columns that it names
   * @returns null where SQLite gives a column its value only when the row is inserted
   */
  over(condition: string, used: readonly Column[], nameOf: NameOf): string | null {
    if (used.every((column) => this.isAsItWas(column))) return withNames(condition, nameOf);
    const row = this.rowOf(used, nameOf);
    return row && `(SELECT ${condition} FROM ${row} AS ${quoteIdentifier(this.#after.name)})`;
  }

  /** These columns of the new row, as a table of one row that stands in a query over the old one; null as with `over`. */
  rowOf(columns: readonly Column[], nameOf: NameOf): string | null {
    const values = columns.map((column) => this.#valueOf(column, nameOf));
    if (values.includes(null)) return null;
    return `(SELECT ${columns.map(({ name }, at) => `${values[at] ?? 'NULL'} AS ${quoteIdentifier(name)}`).join(', ')})`;
  }

  /** SQL for the very value that a column stores in the new row; null where it is that of the old one, or new. */
  storedOf(name: string, nameOf: NameOf): string | null {
    const was = this.#before.get(foldName(name));
    const column = this.#after.columns.find((one) => foldName(one.name) === foldName(name));
    const copied = this.#copied.get(foldName(name));
    if (!was || !column || copied === undefined) return null;
    const affinity = affinityOf(column.type, this.#after.strict);
    if (copied !== quoteIdentifier(was.name)) return stored(`(${withNames(copied, nameOf)})`, affinity);
    const keeps = affinity === 'BLOB' || affinity === 'ANY' || affinity === affinityOf(was.type, this.#wasStrict);
    return keeps ? null : stored(quoteIdentifier(nameOf(was.name)), affinity);
  }

  /** Whether a column has the value in the new row that it has in the old one. */
  isAsItWas({ name, generated }: Column): boolean {
    const was = this.#before.get(foldName(name));
    if (!was) return false;
    if (generated === null && was.generated === null)
      return this.#copied.get(foldName(name)) === quoteIdentifier(was.name);
    const [now, then] = [this.#expressionOf(name, this.#definitions), this.#expressionOf(name, this.#had)];
    if (now === null || then === null || inOneLine(now) !== inOneLine(then)) return false;
    return this.named(now).every((column) => this.isAsItWas(column));
  }

  #valueOf(column: Column, nameOf: NameOf): string | null {
    const { name, generated } = column;
    if (this.isAsItWas(column)) return quoteIdentifier(nameOf(this.#before.get(foldName(name))?.name ?? name));
    if (generated !== null) {
      const expression = this.#expressionOf(name, this.#definitions);
      const value = expression && this.over(`(${inOneLine(expression)})`, this.named(expression), nameOf);
      return value && this.#typed(column, value);
    }
    const copied = this.#copied.get(foldName(name));
    if (copied !== undefined) return this.#typed(column, `(${withNames(copied, nameOf)})`);
    return rowidColumn(this.#after) === name ? null : this.#typed(column, this.fallbackOf(column));
  }

  /** A value as the column keeps and compares it, as far as CAST does the same. */
  #typed({ name, type }: Column, value: string): string {
    const affinity = affinityOf(type, this.#after.strict);
    const collation = this.#definitions.get(foldName(name))?.collation ?? null;
    const collated = collation === null ? '' : ` COLLATE ${quoteIdentifier(collation)}`;
    if (affinity === 'BLOB' || affinity === 'ANY') return `${value}${collated}`;
    return `CAST(${value} AS ${affinity === 'INTEGER' ? 'NUMERIC' : affinity})${collated}`;
  }

  #expressionOf(name: string, definitions: ReadonlyMap<string, ColumnDefinition>): readonly Token[] | null {
    return definitions.get(foldName(name))?.expression ?? null;
  }
}

/**
 * A value as a column of an affinity stores it (https://sqlite.org/datatype3.html, 3 “Type Affinity”), which CAST is not: it makes a number of any text.
 * The comparison applies the affinity of its left side to the right one, which makes a number of text only where all of it is one.
 */
function stored(value: string, affinity: Affinity): string {
  const isNumber = `typeof(${value}) = 'text' AND CAST(${value} AS NUMERIC) = (${value} || '')`;
  switch (affinity) {
    case 'TEXT':
      return `CASE WHEN typeof(${value}) IN ('integer', 'real') THEN CAST(${value} AS TEXT) ELSE ${value} END`;
    case 'REAL':
      return `CASE WHEN typeof(${value}) = 'integer' OR ${isNumber} THEN CAST(${value} AS REAL) ELSE ${value} END`;
    case 'INTEGER':
    case 'NUMERIC':
      return `CASE WHEN ${isNumber} THEN CAST(${value} AS NUMERIC) ELSE ${value} END`;
    case 'BLOB':
    case 'ANY':
      return value;
  }
}

function definitionsOf({ sql }: Relation): ReadonlyMap<string, ColumnDefinition> {
  return new Map(readTableDefinition(parseSql(sql)).columns.map((column) => [foldName(column.name), column]));
}
