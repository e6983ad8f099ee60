// What became of the names of a schema, statement by statement: made, renamed, taken away, and by which statement.

import type { Change } from '../../schema/compare';
import type { Schema } from '../../schema/schema';
import { Savepoints } from '../../script/savepoints';
import type { Statement } from '../../script/statement';
import { foldName } from '../../database';

type Ordinals = ReadonlySet<number>;

/** A relation that is there now. Nothing in here is ever changed: a savepoint keeps what was there by copying the map. */
interface Living {
  /** Who made it what it is. */
  readonly causes: Ordinals;
  /** The columns that are known one by one, by folded name; those of a table that the script made are not. */
  readonly columns: ReadonlyMap<string, Ordinals>;
  /** Who made the columns that are not known one by one. */
  readonly others: Ordinals;
  readonly virtual: boolean;
}

/** An index or trigger that is there now, or was. */
interface Part {
  readonly table: string;
  readonly causes: Ordinals;
  readonly there: boolean;
}

interface State {
  readonly living: Map<string, Living>;
  /** By the name of what is gone: who took it away, and who had changed it before. */
  readonly gone: Map<string, Ordinals>;
  /** The same for columns, by table and name. */
  readonly goneColumns: Map<string, Ordinals>;
  readonly parts: Map<string, Part>;
}

const NONE: Ordinals = new Set();

/** Follows the statements of a script that changed something; knows no database, only what the words of each say. */
export class SchemaHistory {
  #state: State;
  readonly #savepoints: Savepoints<State>;
  /** By table: the keys of all parts that it ever had. The state says which of them it has. */
  readonly #keys = new Map<string, Set<string>>();

  /** @param statements those that will be followed */
  constructor(before: Schema, statements: readonly Statement[]) {
    this.#savepoints = new Savepoints(statements);
    const living = before.relations.map(({ name, columns, kind }): [string, Living] => [
      foldName(name),
      {
        causes: NONE,
        columns: new Map(columns.map((column) => [foldName(column.name), NONE])),
        others: NONE,
        virtual: kind === 'virtual table',
      },
    ]);
    const part = (kind: string, { name, table }: { name: string; table: string }): [string, Part] => [
      partKey(kind, name),
      { table: foldName(table), causes: NONE, there: true },
    ];
    const parts = new Map([
      ...before.indexes.map((index) => part('index', index)),
      ...before.triggers.map((trigger) => part('trigger', trigger)),
    ]);
    for (const [key, { table }] of parts) this.#noteKey(table, key);
    this.#state = { living: new Map(living), gone: new Map(), goneColumns: new Map(), parts };
  }

  /** Takes a statement that was applied. */
  follow(statement: Statement): void {
    const { kind, ordinal, temporary } = statement;
    const back = this.#savepoints.follow(statement, () => copyOf(this.#state));
    if (back) this.#state = copyOf(back.state);
    if (temporary) return;
    const name = foldName(statement.name ?? '');
    const table = foldName(statement.table ?? '');
    const column = foldName(statement.column ?? '');
    const newName = foldName(statement.newName ?? '');
    switch (kind) {
      case 'create table':
      case 'create table as':
      case 'create virtual table':
      case 'create view': {
        const causes = new Set([ordinal]);
        const virtual = kind === 'create virtual table';
        this.#live(name, { causes, columns: new Map(), others: causes, virtual });
        return;
      }
      case 'create index':
      case 'create trigger':
        this.#part(partKey(kind.slice(7), name), table, ordinal, true);
        return;
      case 'drop index':
      case 'drop trigger': {
        const key = partKey(kind.slice(5), name);
        this.#part(key, this.#state.parts.get(key)?.table ?? '', ordinal, false);
        return;
      }
      case 'drop table':
      case 'drop view':
        this.#end(name, ordinal);
        for (const [key, part] of this.#partsOf(name)) this.#part(key, part.table, ordinal, false);
        return;
      case 'rename table':
        this.#rename(table, newName, ordinal);
        return;
      case 'add column':
      case 'drop column':
      case 'rename column':
        this.#column(table, kind, column, kind === 'rename column' ? newName : column, ordinal);
        return;
      case 'alter table': {
        const living = this.#state.living.get(table);
        if (living) this.#live(table, { ...living, causes: more(living.causes, ordinal) });
        return;
      }
      default:
        return;
    }
  }

  /** Ordinals of the statements by which something has come to be changed. */
  causesOf(subject: Subject, change: Exclude<Change, 'same'>): Ordinals {
    const table = foldName(subject.table);
    const { living, gone, goneColumns, parts } = this.#state;
    const own = living.get(table);
    // No statement names a shadow table: it goes with its virtual table.
    const goes = change === 'removed' && own?.causes.size === 0;
    const lives = (goes ? this.#ownerOf(table) : undefined) ?? own ?? this.#ownerOf(table);
    const wasGone = gone.get(table) ?? NONE;
    if (subject.kind === 'relation') return more(wasGone, ...(lives?.causes ?? []));
    if (subject.kind === 'column') {
      const name = foldName(subject.name);
      const now = lives?.columns.get(name) ?? lives?.others ?? NONE;
      if (change === 'added') return now;
      return more(wasGone, ...(goneColumns.get(columnKey(table, name)) ?? []), ...now);
    }
    // The index of a constraint is made with its table, and no statement names it.
    const known = parts.get(partKey(subject.kind, foldName(subject.name)))?.causes;
    return (known?.size === 0 && change === 'removed' ? undefined : known) ?? lives?.causes ?? NONE;
  }

  /** A virtual table makes and drops its shadow tables, whose names begin with its own. */
  #ownerOf(table: string): Living | undefined {
    const { living, gone } = this.#state;
    for (let at = table.lastIndexOf('_'); at > 0; at = table.lastIndexOf('_', at - 1)) {
      const owner = table.slice(0, at);
      const lives = living.get(owner);
      if (lives?.virtual) return lives;
      const taken = gone.get(owner);
      if (taken) return { causes: taken, columns: new Map(), others: taken, virtual: true };
    }
    return undefined;
  }

  #live(name: string, living: Living): void {
    this.#state.living.set(name, living);
  }

  #end(name: string, ordinal: number): void {
    const { living, gone } = this.#state;
    const lived = living.get(name);
    if (!lived) return;
    living.delete(name);
    gone.set(name, more(gone.get(name) ?? NONE, ...lived.causes, ordinal));
  }

  #part(key: string, table: string, ordinal: number, there: boolean): void {
    const { parts } = this.#state;
    parts.set(key, { table, causes: more(parts.get(key)?.causes ?? NONE, ordinal), there });
    this.#noteKey(table, key);
  }

  #noteKey(table: string, key: string): void {
    const keys = this.#keys.get(table);
    if (keys) keys.add(key);
    else this.#keys.set(table, new Set([key]));
  }

  #partsOf(table: string): readonly (readonly [string, Part])[] {
    return [...(this.#keys.get(table) ?? [])].flatMap((key) => {
      const part = this.#state.parts.get(key);
      return part?.there && part.table === table ? [[key, part] as const] : [];
    });
  }

  #rename(from: string, to: string, ordinal: number): void {
    const lived = this.#state.living.get(from);
    if (!lived) return;
    if (from !== to) this.#end(from, ordinal);
    this.#live(to, {
      ...lived,
      causes: more(lived.causes, ordinal),
      columns: new Map([...lived.columns].map(([name, causes]) => [name, more(causes, ordinal)])),
      others: more(lived.others, ordinal),
    });
    for (const [key] of this.#partsOf(from)) this.#part(key, to, ordinal, true);
  }

  #column(table: string, kind: Statement['kind'], from: string, to: string, ordinal: number): void {
    const living = this.#state.living.get(table);
    if (!living) return;
    const causes = living.columns.get(from) ?? (kind === 'add column' ? NONE : living.others);
    const columns = new Map(living.columns);
    if (kind !== 'add column') {
      columns.delete(from);
      const key = columnKey(table, from);
      this.#state.goneColumns.set(key, more(this.#state.goneColumns.get(key) ?? NONE, ...causes, ordinal));
    }
    if (kind !== 'drop column') columns.set(to, more(causes, ordinal));
    this.#live(table, { ...living, causes: more(living.causes, ordinal), columns });
  }
}

function copyOf({ living, gone, goneColumns, parts }: State): State {
  return {
    living: new Map(living),
    gone: new Map(gone),
    goneColumns: new Map(goneColumns),
    parts: new Map(parts),
  };
}

function more(some: Ordinals, ...others: readonly number[]): Ordinals {
  return new Set([...some, ...others]);
}

function partKey(kind: string, name: string): string {
  return `${kind} ${name}`;
}

function columnKey(table: string, name: string): string {
  return JSON.stringify([table, name]);
}

/** What can change: a table or view itself (`name` is then `table`), or something of it. */
export interface Subject {
  readonly kind: 'relation' | 'column' | 'index' | 'trigger';
  readonly table: string;
  readonly name: string;
}
