// Counts the rows that go through triggers and foreign keys, or with a table's own text, while a statement runs.

import { rowsOf, type Database, foldName } from '../../database';
import { findEndangered, hasReplaceClause, hasUpsert, readTriggers, type Endangered } from './firedTriggers';
import type { RowEvent } from './firedTriggers';
import type { Figure, RowCounter } from './rowCounter';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { Loss } from '../outcome';
import { enforcesForeignKeys } from '../run/execution';

/** What a statement has taken that it does not name itself: which table, and how much. */
interface Watched extends Endangered {
  readonly before: Figure;
}

/** Statements after which there are the same triggers, with the same texts. */
const KEEPS_TRIGGERS =
  /^(select|begin|commit|savepoint|release|insert|update|delete|create (table|table as|virtual table|index|view)|add column|drop index)$/;

/** Looks at the tables that a statement may reach beside its own; costs nothing where no trigger and no foreign key deletes. */
export class TriggerLosses {
  readonly #database: Database;
  readonly #counter: RowCounter;
  readonly #replacesByItself: (table: string) => boolean;
  readonly #concerns: (table: string) => boolean;
  /** Known until the schema may have changed. */
  #triggers: ReturnType<typeof readTriggers> | null = null;
  #watched: readonly Watched[] = [];
  #changesBefore = 0;
  #tablesBefore: readonly string[] | null = null;

  /** @param concerns whether a table holds rows from before the script */
  constructor(
    database: Database,
    counter: RowCounter,
    replacesByItself: (table: string) => boolean,
    concerns: (table: string) => boolean,
  ) {
    this.#database = database;
    this.#counter = counter;
    this.#replacesByItself = replacesByItself;
    this.#concerns = concerns;
  }

  /** Counts what the statement's triggers may delete from. */
  before(statement: ParsedStatement): void {
    const { kind, table } = statement;
    this.#watched = [];
    this.#tablesBefore = null;
    const isDrop = kind === 'drop table' && enforcesForeignKeys(this.#database);
    if (table === null || !(isDrop || kind === 'insert' || kind === 'update' || kind === 'delete')) {
      if (!KEEPS_TRIGGERS.test(kind)) this.#triggers = null;
      return;
    }
    if (/^sqlite_(schema|master)$/i.test(table)) {
      this.#tablesBefore = tablesOf(this.#database);
      this.#triggers = null;
      return;
    }
    this.#triggers ??= readTriggers(this.#database);
    if (this.#triggers.size === 0) return;
    const replacing = hasReplaceClause(statement);
    // With foreign keys on, SQLite deletes the rows of a table before it drops it.
    const events: RowEvent[] = [kind === 'drop table' ? 'delete' : kind];
    if (kind === 'insert' && hasUpsert(statement)) events.push('update');
    if (kind !== 'delete' && (replacing || this.#replacesByItself(table))) events.push('delete');
    const endangered = findEndangered(this.#triggers, table, events, replacing, this.#replacesByItself);
    if (isDrop) this.#triggers = null;
    this.#watched = endangered
      .filter((one) => this.#concerns(one.table) && !(isDrop && one.table === foldName(table)))
      .map((one) => ({ ...one, before: this.#counter.count(one.table, this.#counter.limit()) }));
    if (this.#watched.length > 0) this.#changesBefore = this.#totalChanges();
  }

  /**
   * What is gone after the statement.
   * @param changes rows that it changed itself
   * @param accounted the table whose rows are counted elsewhere, folded
   */
  after(statement: ParsedStatement, changes: number, accounted: string | null): readonly Loss[] {
    const { kind, table: named } = statement;
    if (this.#tablesBefore !== null) return this.#droppedBySchema(this.#tablesBefore);
    const byTriggers = this.#watched.length === 0 ? 0 : this.#totalChanges() - this.#changesBefore - changes;
    if (byTriggers <= 0) return [];
    return this.#watched.flatMap(({ table, refilled, byKeys, before }): Loss[] => {
      if (table === accounted) return [];
      const own = foldName(named ?? '') === table ? changes : 0;
      const uncertain = refilled || (own > 0 && kind === 'insert' && hasUpsert(statement));
      const through = byKeys ? 'foreign keys' : 'triggers';
      const loss = { kind: 'rows', table, column: null, through } as const;
      const left = this.#counter.count(table, before.exact ? Infinity : before.rows);
      const rows = before.rows - left.rows + (kind === 'insert' ? own : kind === 'delete' ? -own : 0);
      if (before.exact && left.exact && !uncertain) return rows > 0 ? [{ ...loss, rows, exact: true }] : [];
      return [{ ...loss, rows: uncertain ? 0 : Math.max(0, rows), exact: false }];
    });
  }

  /** A table whose line is taken out of sqlite_schema. This connection can still read it, the file cannot. */
  #droppedBySchema(before: readonly string[]): readonly Loss[] {
    const left = new Set(tablesOf(this.#database).map(foldName));
    return before
      .filter((name) => !left.has(foldName(name)) && this.#concerns(foldName(name)))
      .flatMap((name): Loss[] => {
        const figure = this.#counter.count(name, this.#counter.limit());
        return [{ kind: 'table', table: name, column: null, ...figure }];
      });
  }

  /** Of the connection since it was opened, triggers' included (https://sqlite.org/c3ref/total_changes.html). */
  #totalChanges(): number {
    return Number(rowsOf(this.#database, 'SELECT total_changes()')[0]?.[0]);
  }
}

function tablesOf(database: Database): readonly string[] {
  return rowsOf(database, `SELECT name FROM main.sqlite_schema WHERE type = 'table'`).map(([name]) => String(name));
}
