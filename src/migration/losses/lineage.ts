// Whose rows a table holds: followed by name from the tables that were there before the script, through copies and renames.

import type { Place } from './rebuildComparison';
import type { ParsedStatement } from '../../script/parsedStatement';
import { Savepoints } from '../../script/savepoints';
import type { Statement } from '../../script/statement';
import { unquotedName, type Token } from '../../script/tokens';
import { foldName } from '../../database';
import { copiedColumns, sourcesOf, type CopiedColumns, type Source } from '../../script/copiedColumns';

/** A table as the script finds or makes it. The same object stands for it under all names that it gets. */
export interface TrackedTable {
  /** Its name before the script; null for one that the script makes. */
  readonly original: string | null;
  readonly temporary: boolean;
  /** Names of tables from before the script of which it holds rows, or held them; folded. */
  readonly holds: Set<string>;
  /** Words of the statements that copied rows into it, folded: the columns that they name are carried over. */
  readonly copiedBy: Set<string>;
  /** By the table that rows were copied from: which of its columns went into which of this one's. */
  readonly copied: Map<TrackedTable, CopiedColumns>;
}

function track(original: string | null, temporary: boolean): TrackedTable {
  const holds = new Set(original === null ? [] : [original]);
  return { original, temporary, holds, copiedBy: new Set(), copied: new Map() };
}

/** By folded name, that of a temporary table after `temp.`; null for a name that was given up. */
type Names = Map<string, TrackedTable | null>;

/** Follows tables through a script, statement by statement. */
export class Lineage {
  #names: Names = new Map();
  readonly #savepoints: Savepoints<{ readonly ordinal: number; readonly names: Names }>;

  /** @param statements those that will be followed */
  constructor(statements: readonly Statement[]) {
    this.#savepoints = new Savepoints(statements);
  }

  /** The table of this name as it is now; null where a statement has taken it away. */
  find(name: string, schema: string | null = null): TrackedTable | null {
    const folded = foldName(name);
    const temporary = this.#names.get(`temp.${folded}`);
    if (schema === null ? temporary : foldName(schema) === 'temp') return temporary ?? null;
    const found = this.#names.get(folded);
    if (found !== undefined) return found;
    const first = track(folded, false);
    this.#names.set(folded, first);
    return first;
  }

  /** Where a table of the file is by now; null where it is gone, or temporary. */
  placeOf(table: TrackedTable): Place | null {
    const [name] = [...this.#names].find(([, one]) => one === table) ?? [];
    return name === undefined || table.temporary ? null : placeOf(name, table);
  }

  /** The table that a statement reads from by this name. A name that was given up holds nothing any more. */
  sourceOf({ name, schema }: Pick<Source, 'name' | 'schema'>): TrackedTable | null {
    const temporary = schema === null || schema === 'temp' ? this.#names.get(`temp.${name}`) : null;
    return temporary ?? (this.#names.get(name) === null || schema === 'temp' ? null : this.find(name, 'main'));
  }

  /** The other tables that are there now and hold rows of the same tables from before the script. */
  copiesOf(table: TrackedTable): readonly { readonly table: TrackedTable; readonly place: Place }[] {
    return [...this.#names].flatMap(([name, other]) => {
      if (other === null || other === table || ![...other.holds].some((origin) => table.holds.has(origin))) return [];
      return [{ table: other, place: placeOf(name, other) }];
    });
  }

  /**
   * Takes note of a statement that was applied. Where it takes others back, it gives the ordinal of the statement back to which
   * it does (a BEGIN, a SAVEPOINT, the first of a file), else null.
   */
  follow(statement: ParsedStatement): number | null {
    const { ordinal } = statement;
    const back = this.#savepoints.follow(statement, () => ({ ordinal, names: new Map(this.#names) }));
    if (back === null) {
      this.#change(statement, foldName(statement.name ?? ''));
      return null;
    }
    this.#names = new Map(back.state.names);
    return back.state.ordinal;
  }

  #change(statement: ParsedStatement, name: string): void {
    const { kind, text } = statement;
    switch (kind) {
      case 'create table':
      case 'create virtual table':
      case 'create table as': {
        const temporary = statement.temporary;
        const made = track(null, temporary);
        if (kind === 'create table as') this.#copy(statement.tokens, made);
        this.#names.set(temporary ? `temp.${name}` : name, made);
        break;
      }
      case 'insert': {
        const target = this.find(name, statement.schema);
        if (target && /select/i.test(text)) this.#copy(statement.tokens, target);
        break;
      }
      case 'drop table':
        this.#names.set(this.#key(name, statement.schema), null);
        break;
      case 'rename table': {
        const table = this.find(name, statement.schema);
        this.#names.set(this.#key(name, statement.schema), null);
        const renamed = foldName(statement.newName ?? '');
        this.#names.set(table?.temporary === true ? `temp.${renamed}` : renamed, table);
        break;
      }
      default:
        break;
    }
  }

  #copy(tokens: readonly Token[], target: TrackedTable): void {
    for (const token of tokens) target.copiedBy.add(foldName(unquotedName(token) ?? ''));
    for (const source of sourcesOf(tokens)) {
      const table = this.sourceOf(source);
      if (table === null) continue;
      for (const origin of table.holds) target.holds.add(origin);
      if (source.depth === 0) target.copied.set(table, copiedColumns(tokens, source));
    }
  }

  #key(name: string, schema: string | null): string {
    const temporary = `temp.${name}`;
    return (schema === null && this.#names.get(temporary)) || foldName(schema ?? '') === 'temp' ? temporary : name;
  }
}

function placeOf(name: string, { temporary }: TrackedTable): Place {
  return temporary ? { schema: 'temp', name: name.slice('temp.'.length) } : { schema: 'main', name };
}
