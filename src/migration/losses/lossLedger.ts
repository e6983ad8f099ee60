// Keeps account of the data that the statements of a script take away, as they run: in a rehearsal and in a run alike.

import { type Database, foldName } from '../../database';
import { hasVirtualTables, isIndexOfOther, virtualTableText } from '../../schema/virtualTables';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { Loss, StatementOutcome } from '../outcome';
import type { KeepLosses, LossAccount } from '../run/lossAccount';
import { ColumnCopies, KeptColumns } from './columnCopies';
import { Copies } from './copies';
import { DeletedRows } from './deletedRows';
import { DroppedColumns, keptOf } from './droppedColumns';
import { DroppedTables } from './droppedTables';
import { entry, withOthers, type Entry, type Pending, type Successor } from './entry';
import { Lineage, type TrackedTable } from './lineage';
import { countOverwritten } from './overwritten';
import { Rebuilds } from './rebuilds';
import { ReplacedRows } from './replacedRows';
import { RowCounter, type Figure } from './rowCounter';
import { TriggerLosses } from './triggerLosses';

/** Keeps account of a script that may take data away. */
export const keepLosses: KeepLosses = (database, statements) => new LossLedger(database, statements);

/** One account for one pass of a script. */
export class LossLedger implements LossAccount {
  readonly #database: Database;
  readonly #counter: RowCounter;
  readonly #lineage: Lineage;
  readonly #rebuilds: Rebuilds;
  readonly #triggers: TriggerLosses;
  readonly #columnCopies: ColumnCopies;
  readonly #keptColumns: KeptColumns;
  readonly #replaced: ReplacedRows;
  readonly #deleted: DeletedRows;
  readonly #droppedTables: DroppedTables;
  readonly #droppedColumns: DroppedColumns;
  /** Names that the script gives to tables, folded. */
  readonly #made: ReadonlySet<string>;
  /** Whether there is a virtual table before or after any statement. */
  readonly #hasVirtualTables: boolean;
  #entries: Entry[] = [];
  #pending: Pending | null = null;
  /** What a DELETE is about to take, where copies of it are there. */
  #emptying: Omit<Pending, 'loss'> | null = null;
  /** Values that the UPDATE is about to write others over, and by ordinal those of the UPDATEs before it. */
  #overwriting: Figure | null = null;
  readonly #overwritten = new Map<number, Figure>();
  /** Folded names of the columns that the script has added. */
  readonly #added = new Map<TrackedTable, Set<string>>();
  /** The ordinal of the last statement that drops a table or a column. */
  readonly #lastDrop: number;

  constructor(database: Database, statements: readonly ParsedStatement[]) {
    this.#database = database;
    const lineage = (this.#lineage = new Lineage(statements));
    const counter = (this.#counter = new RowCounter(database));
    const rebuilds = (this.#rebuilds = new Rebuilds(database, lineage));
    const replaced = (this.#replaced = new ReplacedRows(database, counter));
    this.#triggers = new TriggerLosses(
      database,
      counter,
      (table) => replaced.replaces(table),
      (table) => {
        const found = lineage.find(table, 'main');
        return found !== null && found.holds.size > 0 && !table.startsWith('sqlite_');
      },
    );
    this.#made = new Set(
      statements.flatMap(({ kind, name, newName }) => {
        if (kind === 'rename table') return [foldName(newName ?? '')];
        return kind.startsWith('create table') && name !== null ? [foldName(name)] : [];
      }),
    );
    const copies = new Copies(counter, lineage, statements);
    const columnCopies = (this.#columnCopies = new ColumnCopies(counter, lineage));
    const keptColumns = (this.#keptColumns = new KeptColumns(counter, lineage, rebuilds, copies));
    const columns = (this.#droppedColumns = new DroppedColumns(counter, columnCopies));
    this.#deleted = new DeletedRows({ database, counter, lineage, rebuilds, copies, statements });
    this.#droppedTables = new DroppedTables({
      ...{ database, counter, lineage, rebuilds, copies, columnCopies, keptColumns, statements, made: this.#made },
      heldBefore: (table, column) => columns.heldBefore(table, column),
    });
    this.#lastDrop = statements.findLast(({ kind }) => kind === 'drop table' || kind === 'drop column')?.ordinal ?? 0;
    this.#hasVirtualTables =
      statements.some(({ kind }) => kind === 'create virtual table') || hasVirtualTables(database);
  }

  /** Looks at what a statement is about to take away. */
  before(statement: ParsedStatement): void {
    this.#pending = this.#emptying = this.#overwriting = null;
    this.#replaced.begin();
    this.#triggers.before(statement);
    const { kind, table: named, schema } = statement;
    if (named === null || !/^(drop table|drop column|insert|update|delete)$/.test(kind)) {
      this.#replaced.follow(statement);
      return;
    }
    const table = this.#lineage.find(named, schema);
    if (kind === 'drop table' && table?.temporary === true && this.#isComparedWith(table)) {
      this.#rebuilds.compare(table, named);
    }
    if (table === null || table.temporary || table.holds.size === 0 || /^sqlite_/i.test(named)) return;
    if (this.#isIndex(named)) return;
    if (kind === 'drop table') this.#pending = this.#droppedTables.before(table, named, statement.ordinal);
    if (kind === 'delete') this.#emptying = this.#deleted.before(table, named, statement);
    if (kind === 'update' && statement.ordinal < this.#lastDrop)
      this.#droppedColumns.beforeOverwriting(table, named, statement);
    // What it writes over in a copy is told where the copy takes the table's place.
    if (kind === 'update' && table.original !== null)
      this.#overwriting = countOverwritten(this.#counter, named, statement, this.#added.get(table));
    if (kind === 'drop column') this.#pending = this.#droppedColumns.before(table, named, statement.column ?? '');
    if (kind === 'drop table' || kind === 'drop column') this.#replaced.follow(statement);
    if (kind === 'insert' || kind === 'update') this.#replaced.before(table, named, statement);
  }

  /** Takes the outcome of that statement; gives what it has taken away, as far as it can be told by now. */
  after(
    statement: ParsedStatement,
    { verdict, changes = 0 }: Pick<StatementOutcome, 'verdict'> & { changes?: number },
  ): Loss | null {
    const { kind, ordinal, name, schema, table: named } = statement;
    if (verdict !== 'applied' && verdict !== 'adapted') return null;
    const table = named === null ? null : this.#lineage.find(named, schema);
    if (kind === 'add column' && table)
      this.#added.set(table, (this.#added.get(table) ?? new Set()).add(foldName(statement.column ?? '')));
    if (verdict !== 'applied') return null;
    if (this.#overwriting && changes > 0) this.#overwritten.set(ordinal, this.#overwriting);
    let found = this.#pending;
    const elsewhere = this.#triggers.after(
      statement,
      changes,
      this.#replaced.isCounting ? foldName(named ?? '') : null,
    );
    if (table !== null && named !== null && table.holds.size > 0 && !table.temporary) {
      if (kind === 'delete' && changes > 0 && !/^sqlite_/i.test(named) && !this.#isIndex(named)) {
        found = entry(table, { kind: 'rows', table: named, column: null, rows: changes, exact: true });
        if (this.#emptying && (this.#emptying.part ?? changes) === changes) found = { ...found, ...this.#emptying };
      }
      if (this.#replaced.isCounting) found = this.#replaced.after(table, named, kind === 'insert' ? changes : 0);
    }
    const back = this.#lineage.follow(statement);
    if (back === null) this.#columnCopies.follow(statement);
    else {
      this.#columnCopies.forget(back);
      this.#entries = this.#entries.filter((one) => one.ordinal < back);
      for (const at of this.#overwritten.keys()) if (at >= back) this.#overwritten.delete(at);
    }
    this.#counter.note(changes);
    if (kind === 'create table as' && name !== null) this.#counter.note(this.#counter.count(name, Infinity).rows);
    if (kind === 'drop column' && table) this.#dropColumn(table, statement.column ?? '', found);
    const all = [...(found ? [found] : []), ...this.#entriesOf(elsewhere)];
    this.#entries.push(...all.map((one) => ({ ...one, ordinal })));
    return withOthers(all.map(({ loss }) => loss));
  }

  /** The outcomes with what became of the losses by the end: taken back by the script, or made good by a rebuild. */
  settle(outcomes: readonly StatementOutcome[]): readonly StatementOutcome[] {
    const entries = new Map(this.#entries.toReversed().map((one) => [one.ordinal, one]));
    return outcomes.map((told) => {
      const over = this.#overwritten.get(told.ordinal);
      const isTold = over !== undefined && (over.rows > 0 || !over.exact);
      const outcome = isTold ? { ...told, overwritten: { values: over.rows, exact: over.exact } } : told;
      if (outcome.loss === null) return outcome;
      const kept = entries.get(outcome.ordinal);
      if (!kept) return { ...outcome, loss: null, note: joined(outcome.note, 'A later ROLLBACK takes this back.') };
      const stopped = outcomes.find(({ verdict }) => verdict === 'failed')?.ordinal ?? null;
      const became = this.#becameOf(kept, stopped);
      if (!became) return outcome;
      const { loss, note, renumbered, repeated = 0, keptIn } = became;
      // What went along with the table, by foreign keys, is no part of the rebuild.
      const all = withOthers([...(loss ? [loss] : []), ...(outcome.loss.also ?? [])]);
      return {
        ...outcome,
        loss: all,
        note: joined(outcome.note, note),
        ...(renumbered > 0 ? { renumbered } : {}),
        ...(repeated > 0 ? { repeated } : {}),
        ...(keptIn ? { keptIn } : {}),
      };
    });
  }

  #becameOf(one: Entry, stopped: number | null): Successor | null {
    const deletedFrom = (table: TrackedTable): number =>
      this.#entries.reduce(
        (sum, other) => sum + (other.table === table && other.loss.kind === 'rows' ? other.loss.rows : 0),
        0,
      );
    if (one.loss.kind === 'column') return keptOf(one, this.#keptColumns);
    if (one.loss.kind === 'table')
      return this.#droppedTables.rebuilt(one, stopped, deletedFrom) ?? this.#droppedTables.moved(one);
    return one.emptied ? (this.#deleted.putBack(one, one.emptied) ?? this.#droppedTables.moved(one)) : null;
  }

  /** A column that is gone: the places that its values were copied to hold data of the file from now on. */
  #dropColumn(table: TrackedTable, column: string, found: Pending | null): void {
    const kept = found?.kept?.get(foldName(column)) ?? null;
    this.#columnCopies.drop(table, column, kept);
    for (const { to, toColumn } of kept?.places ?? []) this.#added.get(to)?.delete(toColumn);
  }

  /** Whether rows of a temporary table may be in a table that is made, or was emptied, by the script. */
  #isComparedWith({ holds }: TrackedTable): boolean {
    const emptied = this.#entries.flatMap((one) => one.emptied?.original ?? []);
    return [...this.#made, ...emptied].some((name) => holds.has(name));
  }

  /** Whether a table is a full-text index of rows that lie in another one: what is taken out of it can be made anew. */
  #isIndex(named: string): boolean {
    // Where there is no virtual table, SQLite need not look through all names of the schema for each statement.
    if (!this.#hasVirtualTables) return false;
    const text = virtualTableText(this.#database, named);
    return text !== null && isIndexOfOther(text);
  }

  #entriesOf(losses: readonly Loss[]): readonly Omit<Entry, 'ordinal'>[] {
    return losses.flatMap((loss) => {
      const table = this.#lineage.find(loss.table, 'main');
      return table ? [entry(table, loss)] : [];
    });
  }
}

function joined(note: string | null, sentence: string): string {
  return note === null ? sentence : `${note} ${sentence}`;
}
