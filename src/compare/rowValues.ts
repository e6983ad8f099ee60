// The values that a row will have once it is copied, so that a condition of the new table can be put on it before that.

import { foldName, quoteIdentifier } from '../database';
import { affinityOf, type Affinity } from '../schema/details';
import type { Column, Relation } from '../schema/schema';
import { readTableDefinition, type ColumnDefinition } from '../schema/tableDefinition';
import { inOneLine } from '../script/spelling';
import { parseSql, unquotedName, type Token } from '../script/tokens';
import { withNames, type NameOf } from './duplicates';
import { rowidColumn, unusedName, type RowCopy } from './rebuild';

/**
 * Computed columns that the old table gets, by the folded name of the column of the new table whose values they hold, as that one stores
 * and compares them.
 */
export type HeldColumns = ReadonlyMap<string, { readonly name: string; readonly definition: string }>;

const NONE_HELD: HeldColumns = new Map();

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
   * @param held computed columns that the old table has, where they are asked instead
   * @returns null where SQLite gives a column its value only when the row is inserted
   */
  over(condition: string, used: readonly Column[], nameOf: NameOf, held = NONE_HELD): string | null {
    const namesTable = parseSql(condition).tokens.some(({ text }) => text === '.');
    if (!namesTable && used.every((column) => this.isAsItWas(column))) return withNames(condition, nameOf);
    const row = this.#row(used, (column) => this.#comparedOf(column, nameOf, held));
    return row && `(SELECT ${condition} FROM ${row} AS ${quoteIdentifier(this.#after.name)})`;
  }

  /**
   * These columns of the new row with the values that it stores, as a table of one row that stands in a query over the old one; null as
   * with `over`. Compared, they go by what they are compared with.
   */
  rowOf(columns: readonly Column[], nameOf: NameOf): string | null {
    return this.#row(columns, (column) => {
      const value = this.#valueOf(column, nameOf, NONE_HELD);
      return value && stored(value, affinityOf(column.type, this.#after.strict));
    });
  }

  /**
   * A condition that is true of the old rows for which `over` is not exact, where it is asked of these columns: CAST makes a number of a text
   * that only begins like one, and a text of bytes, which a column leaves as they are. Null where there can be none.
   */
  inexactOver(used: readonly Column[], nameOf: NameOf): string | null {
    const conditions = [...new Set([...used, ...this.sourcesOf(used)])].flatMap((column) => {
      const affinity = affinityOf(column.type, this.#after.strict);
      if (this.isAsItWas(column) || affinity === 'BLOB' || affinity === 'ANY') return [];
      const value = this.#valueOf(column, nameOf, NONE_HELD);
      const left = affinity === 'TEXT' ? `'blob'` : `'text', 'blob'`;
      return value === null ? [] : [`typeof(${stored(value, affinity)}) IN (${left})`];
    });
    return conditions.length === 0 ? null : conditions.join(' OR ');
  }

  /**
   * Computed columns for the old table, by which `over` is exact: SQLite itself converts what they hold, by their type. Null as with `over`.
   */
  heldColumns(used: readonly Column[], nameOf: NameOf): HeldColumns | null {
    const held = new Map<string, { readonly name: string; readonly definition: string }>();
    const names = [...this.#before.values(), ...this.#after.columns].flatMap(({ name }) => [name, nameOf(name)]);
    const hold = (column: Column): boolean => {
      const { name, type, generated } = column;
      if (held.has(foldName(name)) || this.isAsItWas(column)) return true;
      const expression = this.#expressionOf(name, this.#definitions);
      if (generated !== null && !this.named(expression ?? []).every(hold)) return false;
      const value =
        generated !== null && expression
          ? withNames(inOneLine(expression), (one) => held.get(foldName(one))?.name ?? nameOf(one))
          : this.#valueOf(column, nameOf, held);
      if (value === null) return false;
      const own = unusedName(`new_${name}`, names);
      names.push(own);
      const definition = `${quoteIdentifier(own)} ${declared(affinityOf(type, this.#after.strict))}${this.#collate(name)} AS (${value})`;
      held.set(foldName(name), { name: own, definition });
      return true;
    };
    return used.every(hold) ? held : null;
  }

  #row(columns: readonly Column[], valueOf: (column: Column) => string | null): string | null {
    const values = columns.map(valueOf);
    if (values.includes(null)) return null;
    return `(SELECT ${columns.map(({ name }, at) => `${values[at] ?? 'NULL'} AS ${quoteIdentifier(name)}`).join(', ')})`;
  }

  /** SQL for the very value that a column has in the new row; null where it is that of the old one, or new and not computed. */
  storedOf(name: string, nameOf: NameOf): string | null {
    const was = this.#before.get(foldName(name));
    const column = this.#after.columns.find((one) => foldName(one.name) === foldName(name));
    const copied = this.#copied.get(foldName(name));
    if (!column) return null;
    const affinity = affinityOf(column.type, this.#after.strict);
    if (column.generated !== null) {
      const value = this.isAsItWas(column) ? null : this.#valueOf(column, nameOf, NONE_HELD);
      return value && stored(value, affinity);
    }
    if (!was || copied === undefined) return null;
    if (copied !== quoteIdentifier(was.name)) return stored(`(${withNames(copied, nameOf)})`, affinity);
    const keeps = affinity === 'BLOB' || affinity === 'ANY' || affinity === affinityOf(was.type, this.#wasStrict);
    return keeps ? null : stored(quoteIdentifier(nameOf(was.name)), affinity);
  }

  /** Whether a column has the value in the new row that it has in the old one, and compares alike. */
  isAsItWas({ name, generated, type }: Column): boolean {
    const was = this.#before.get(foldName(name));
    if (!was || affinityOf(type, this.#after.strict) !== affinityOf(was.type, this.#wasStrict)) return false;
    const [collation, had] = [this.#definitions, this.#had].map((definitions) => collationIn(definitions, name));
    if (collation !== had) return false;
    if (generated === null && was.generated === null)
      return this.#copied.get(foldName(name)) === quoteIdentifier(was.name);
    const [now, then] = [this.#expressionOf(name, this.#definitions), this.#expressionOf(name, this.#had)];
    if (now === null || then === null || inOneLine(now) !== inOneLine(then)) return false;
    return this.named(now).every((column) => this.isAsItWas(column));
  }

  /** SQL for a value of the new row before its column converts it; null as with `over`. */
  #valueOf(column: Column, nameOf: NameOf, held: HeldColumns): string | null {
    const { name, generated } = column;
    if (this.isAsItWas(column)) return quoteIdentifier(nameOf(this.#before.get(foldName(name))?.name ?? name));
    if (generated !== null) {
      const expression = this.#expressionOf(name, this.#definitions);
      return expression && this.over(`(${inOneLine(expression)})`, this.named(expression), nameOf, held);
    }
    const copied = this.#copied.get(foldName(name));
    if (copied !== undefined) return `(${withNames(copied, nameOf)})`;
    return rowidColumn(this.#after) === name ? null : this.fallbackOf(column);
  }

  /** A value as the column compares it, and keeps it as far as CAST does the same. */
  #comparedOf(column: Column, nameOf: NameOf, held: HeldColumns): string | null {
    const { name, type } = column;
    const own = held.get(foldName(name));
    if (own) return quoteIdentifier(own.name);
    const value = this.#valueOf(column, nameOf, held);
    if (value === null || this.isAsItWas(column)) return value;
    const affinity = affinityOf(type, this.#after.strict);
    // Of what is only copied, the old column's affinity is taken off.
    if (affinity === 'BLOB' || affinity === 'ANY') return `+${value}${this.#collate(name)}`;
    return `CAST(${value} AS ${affinity === 'INTEGER' ? 'NUMERIC' : affinity})${this.#collate(name)}`;
  }

  #collate(name: string): string {
    return ` COLLATE ${quoteIdentifier(collationIn(this.#definitions, name))}`;
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

/** A type of an affinity that every table may have, a STRICT one too. */
function declared(affinity: Affinity): string {
  // All that tells NUMERIC from INTEGER is CAST.
  return affinity === 'NUMERIC' ? 'INTEGER' : affinity === 'ANY' ? 'BLOB' : affinity;
}

function collationIn(definitions: ReadonlyMap<string, ColumnDefinition>, name: string): string {
  return definitions.get(foldName(name))?.collation ?? 'BINARY';
}

function definitionsOf({ sql }: Relation): ReadonlyMap<string, ColumnDefinition> {
  return new Map(readTableDefinition(parseSql(sql)).columns.map((column) => [foldName(column.name), column]));
}
