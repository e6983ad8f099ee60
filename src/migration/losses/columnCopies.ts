// Columns whose values a script copies to another place before it drops them: to another column of their table, or of another table.

import { foldName, quoteIdentifier } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import { isWord, unquotedName, type Token } from '../../script/tokens';
import { readAssignments } from '../../script/writeClauses';
import { ALL_COLUMNS, copiedColumns, sourcesOf } from '../../script/copiedColumns';
import type { Copies } from './copies';
import type { Lineage, TrackedTable } from './lineage';
import type { Rebuilds } from './rebuilds';
import type { RowCounter } from './rowCounter';

/** A column that a statement has written the values of another one to. */
interface ColumnCopy {
  readonly ordinal: number;
  readonly from: TrackedTable;
  /** Folded, as it is called by now. */
  column: string;
  readonly to: TrackedTable;
  /** The same. */
  toColumn: string;
  /** It is in the same row. */
  readonly inRow: boolean;
  /** Where its own values are, once it is dropped. */
  dropped?: KeptColumn | null;
  /** The column that it was copied from is dropped: the copy stands for it. */
  isAlone: boolean;
}

/** What became of the values of a column that is about to go. */
export interface KeptColumn {
  /** How many it holds that are not NULL. */
  readonly values: number;
  /** How many of them are in none of the places that they were copied to, compared by type and bytes. */
  readonly missing: number;
  readonly places: readonly ColumnCopy[];
}

/** Columns, as `table.column`. */
export interface Places {
  readonly names: readonly string[];
  /** They are still there. If not, what they held is told where they were dropped. */
  readonly stay: boolean;
}

/** Follows values through one pass of a script. */
export class ColumnCopies {
  readonly #counter: RowCounter;
  readonly #lineage: Lineage;
  #copies: ColumnCopy[] = [];

  constructor(counter: RowCounter, lineage: Lineage) {
    this.#counter = counter;
    this.#lineage = lineage;
  }

  /** Takes note of a statement that was applied. */
  follow(statement: ParsedStatement): void {
    const { kind, ordinal, schema, newName } = statement;
    const table = statement.table === null ? null : this.#lineage.find(statement.table, schema);
    if (kind === 'update' && table && !table.temporary)
      this.#copies.push(
        ...this.#assigned(statement, table).map((copy) => ({ ...copy, ordinal, to: table, isAlone: false })),
      );
    if ((kind === 'insert' || kind === 'create table as') && /\bselect\b/i.test(statement.text)) {
      const target = this.#lineage.find(statement.name ?? '', statement.temporary ? 'temp' : schema);
      if (target && !target.temporary)
        this.#copies.push(
          ...this.#inserted(statement).map((copy) => ({ ...copy, ordinal, to: target, inRow: false, isAlone: false })),
        );
    }
    if (kind === 'rename column') {
      const [column, renamed] = [foldName(statement.column ?? ''), foldName(newName ?? '')];
      for (const copy of this.#copies) {
        if (copy.from === table && copy.column === column && !copy.isAlone) copy.column = renamed;
        if (copy.to === table && copy.toColumn === column && copy.dropped === undefined) copy.toColumn = renamed;
      }
    }
  }

  /** Forgets what was taken back from a statement on. */
  forget(ordinal: number): void {
    this.#copies = this.#copies.filter((copy) => copy.ordinal < ordinal);
  }

  /** Whether any column of a table was copied. */
  has(table: TrackedTable): boolean {
    return this.#copies.some(({ from }) => from === table);
  }

  /** Looks at a column that is about to go; null where it was copied nowhere, or that cannot be told. */
  find(table: TrackedTable, named: string, column: string): KeptColumn | null {
    const folded = foldName(column);
    const places = this.#copies.filter(
      (copy) =>
        copy.from === table &&
        copy.column === folded &&
        !copy.isAlone &&
        copy.dropped === undefined &&
        this.#lineage.placeOf(copy.to) !== null,
    );
    if (places.length === 0) return null;
    const own = quoteIdentifier(column);
    const isThere = places.map(({ to, toColumn, inRow }) => {
      const there = quoteIdentifier(toColumn);
      return inRow
        ? `(typeof(${there}) = typeof(${own}) AND +${there} COLLATE BINARY IS +${own})`
        : `(typeof(${own}), +${own} COLLATE BINARY) IN (SELECT typeof(${there}), +${there} FROM main.${quoteIdentifier(this.#lineage.placeOf(to)?.name ?? '')})`;
    });
    const counted = this.#counter.ask(
      `SELECT count(${own}), total(${own} IS NOT NULL AND NOT (${isThere.join(' OR ')})) FROM main.${quoteIdentifier(named)}`,
    );
    const [values = 0, missing = 0] = (counted ?? []).map(Number);
    return values === 0 || missing === values ? null : { values, missing, places };
  }

  /** Takes note that a column was dropped, and of what became of its values. */
  drop(table: TrackedTable, column: string, kept: KeptColumn | null): void {
    const folded = foldName(column);
    for (const copy of this.#copies) {
      if (copy.to === table && copy.toColumn === folded) copy.dropped ??= kept;
      if (copy.from === table && copy.column === folded) copy.isAlone = true;
    }
  }

  /** What an UPDATE writes from other columns of the row, from a query, or from the tables after FROM. */
  #assigned(statement: ParsedStatement, target: TrackedTable): Omit<ColumnCopy, 'ordinal' | 'to' | 'isAlone'>[] {
    const own = this.#counter.columnsOf(statement.table ?? '').map(foldName);
    const { tokens } = statement;
    return (readAssignments(statement) ?? []).flatMap(({ column, tokens: value }) => {
      const toColumn = foldName(column);
      const isQuery = value[0]?.text === '(' && isWord(value[1] ?? null, 'SELECT');
      const query = isQuery ? value.slice(1, -1) : tokens;
      const from = sourcesOf(query).filter(({ depth }) => depth === 0);
      const others = from.flatMap((source) => {
        const table = this.#lineage.sourceOf(source);
        const name = isQuery ? nameCopied(query, source) : nameIn(value, source.alias, from.length === 1);
        return table === null || name === null ? [] : [{ from: table, column: name, toColumn, inRow: false }];
      });
      if (isQuery) return others;
      // Row by row, an expression that gives the very value has kept it: coalesce(b, a).
      const names = value.map((token) => foldName(unquotedName(token) ?? ''));
      const inRow = own.filter((one) => one !== toColumn && names.includes(one));
      return [...others, ...inRow.map((one) => ({ from: target, column: one, toColumn, inRow: true }))];
    });
  }

  /** What INSERT … SELECT and CREATE TABLE … AS write from the columns of other tables as they are. */
  #inserted({ name, tokens, kind }: ParsedStatement): Pick<ColumnCopy, 'from' | 'column' | 'toColumn'>[] {
    const written = this.#counter.columnsOf(name ?? '').map(foldName);
    return selectsOf(tokens).flatMap((one) =>
      sourcesOf(one).flatMap((source) => {
        const from = source.depth === 0 ? this.#lineage.sourceOf(source) : null;
        if (from === null) return [];
        const copied = copiedColumns(one, source);
        const pairs: readonly (readonly [string, string | number])[] = copied.has(ALL_COLUMNS)
          ? this.#counter.allColumnsOf(source.name).map((column, at) => [foldName(column), at])
          : [...copied];
        return pairs.flatMap(([column, to]) => {
          // CREATE TABLE AS gives each column the name that is selected.
          const toColumn = typeof to === 'number' ? written[to] : kind === 'insert' ? foldName(to) : undefined;
          return toColumn === undefined ? [] : [{ from, column, toColumn }];
        });
      }),
    );
  }
}

/** Says by the end of a script where the values of columns are that are gone. */
export class KeptColumns {
  readonly #counter: RowCounter;
  readonly #lineage: Lineage;
  readonly #rebuilds: Rebuilds;
  readonly #copies: Copies;

  constructor(counter: RowCounter, lineage: Lineage, rebuilds: Rebuilds, copies: Copies) {
    this.#counter = counter;
    this.#lineage = lineage;
    this.#rebuilds = rebuilds;
    this.#copies = copies;
  }

  /** The places by now; null where a table is gone with what it held. */
  placesOf({ places }: KeptColumn): Places | null {
    const now: string[] = [];
    let stay = true;
    for (const copy of places) {
      const there = this.#placesOf(copy);
      if (there === null) return null;
      now.push(...there.names);
      stay &&= there.stay;
    }
    return { names: [...new Set(now)], stay };
  }

  #placesOf({ to, toColumn, dropped }: ColumnCopy): Places | null {
    const further = dropped?.missing === 0 ? this.placesOf(dropped) : null;
    if (further) return further;
    const stay = dropped === undefined;
    const place = this.#lineage.placeOf(to);
    if (place) {
      const name = `${this.#counter.spellingOf(place.name)}.${this.#spelling(place.name, toColumn) ?? toColumn}`;
      return { names: [name], stay };
    }
    if (!stay) return null;
    for (const copy of this.#copies.now(to)) {
      const difference = this.#rebuilds.between(to, copy.table);
      const column = this.#spelling(copy.place.name, toColumn);
      if (difference?.lost === 0 && difference.changed === 0 && column !== null)
        return { names: [`${this.#counter.spellingOf(copy.place.name)}.${column}`], stay };
    }
    return null;
  }

  #spelling(table: string, column: string): string | null {
    return this.#counter.allColumnsOf(table).find((name) => foldName(name) === column) ?? null;
  }
}

/** The one column of a source that a query selects as it is; folded. */
function nameCopied(query: readonly Token[], source: Parameters<typeof copiedColumns>[1]): string | null {
  const [[column, to] = ['', null], ...others] = copiedColumns(query, source);
  return to === 0 && others.length === 0 && column !== ALL_COLUMNS ? column : null;
}

/** The column that a value is, where it is one of the source with this alias; folded. */
function nameIn(value: readonly Token[], alias: string, isOnly: boolean): string | null {
  const names = value.map((token) => unquotedName(token));
  if (value.length === 3 && value[1]?.text === '.' && foldName(names[0] ?? '') === alias)
    return foldName(names[2] ?? '');
  return value.length === 1 && isOnly && names[0] != null ? foldName(names[0]) : null;
}

/** Each SELECT of a UNION, behind what stands before the first. */
function selectsOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const start = tokens.findIndex((token) => isWord(token, 'SELECT'));
  if (start < 0) return [];
  const selects: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(start)) {
    depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    if (depth === 0 && ['UNION', 'EXCEPT', 'INTERSECT'].some((word) => isWord(token, word))) selects.push([]);
    else if (!(selects.at(-1)?.length === 0 && isWord(token, 'ALL'))) selects.at(-1)?.push(token);
  }
  return selects.map((select) => [...tokens.slice(0, start), ...select]);
}
