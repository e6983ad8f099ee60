// Keeps account of the data that the statements of a script take away, as they run: in a rehearsal and in a run alike.

import { type Database, foldName } from '../../database';
import { ALL_COLUMNS, sourcesOf } from './copiedColumns';
import { hasReplaceClause } from './firedTriggers';
import { Lineage, type TrackedTable } from './lineage';
import { countOverwritten } from './overwritten';
import type { KeepLosses, LossAccount } from '../run/lossAccount';
import { counted, figure } from '../../words';
import { rowsOfPart, type Difference, type Part, type Place } from './rebuildComparison';
import { Rebuilds } from './rebuilds';
import { RowCounter, type Figure } from './rowCounter';
import { TriggerLosses } from './triggerLosses';
import type { StatementOutcome, Loss } from '../outcome';
import type { ParsedStatement } from '../../script/parsedStatement';
import { hasVirtualTables, isIndexOfOther, virtualTableText } from '../../schema/virtualTables';
import { isWord, unquotedName, type ParsedSql } from '../../script/tokens';
import { readDelete } from '../../script/writeClauses';

interface Entry {
  readonly ordinal: number;
  readonly loss: Loss;
  readonly table: TrackedTable;
  /** Of a table that is dropped and made anew: its columns with how many values they hold. */
  readonly columns: ReadonlyMap<string, number>;
  /** The same: the rows that its copies hold when it is dropped. */
  readonly copied?: ReadonlyMap<TrackedTable, number>;
  /** Of a table whose rows a DELETE takes while copies of it are there: the table. What it was then is `table`. */
  readonly emptied?: TrackedTable;
  /** The same, where it takes so many of its rows and not all. */
  readonly part?: number;
}

/** What became of a dropped table by the end. */
interface Successor {
  readonly loss: Loss | null;
  readonly note: string;
  readonly renumbered: number;
  readonly repeated?: number;
}

/** Keeps account of a script that may take data away. */
export const keepLosses: KeepLosses = (database, statements) => new LossLedger(database, statements);

/** One account for one pass of a script. */
export class LossLedger implements LossAccount {
  readonly #database: Database;
  readonly #counter: RowCounter;
  readonly #lineage: Lineage;
  readonly #rebuilds: Rebuilds;
  readonly #triggers: TriggerLosses;
  /** Names that the script gives to tables, folded. */
  readonly #made: ReadonlySet<string>;
  /** Whether there is a virtual table before or after any statement. */
  readonly #hasVirtualTables: boolean;
  #entries: Entry[] = [];
  #pending: Omit<Entry, 'ordinal'> | null = null;
  /** What a DELETE of all rows is about to take, where copies of them are there. */
  #emptying: Omit<Entry, 'ordinal' | 'loss'> | null = null;
  #countedBefore: Figure | null = null;
  /** The rows that a table was left with by the statement before, where they were counted. */
  #countedAfter: { readonly table: TrackedTable; readonly rows: number } | null = null;
  /** Values of columns before the script overwrote them, where it may drop the column later; by folded name. */
  readonly #held = new Map<TrackedTable, Map<string, Figure>>();
  /** Values that the UPDATE is about to write others over, and by ordinal those of the UPDATEs before it. */
  #overwriting: Figure | null = null;
  readonly #overwritten = new Map<number, Figure>();
  /** Folded names of the columns that the script has added. */
  readonly #added = new Map<TrackedTable, Set<string>>();
  /** All of the script, also what comes later. */
  readonly #statements: readonly ParsedStatement[];
  /** By the folded name of a table: the statements that give another one this name, or write rows into it; the last one first. */
  readonly #heirs = new Map<string, ParsedStatement[]>();
  /** The ordinal of the last statement that drops a table or a column. */
  readonly #lastDrop: number;
  /** Whether the own text of a table replaces rows, null for what is no table; by folded name, known until it may have changed. */
  #replacing: Map<string, boolean | null> | null = null;

  constructor(database: Database, statements: readonly ParsedStatement[]) {
    this.#database = database;
    this.#lineage = new Lineage(statements);
    this.#statements = statements;
    this.#counter = new RowCounter(database);
    this.#rebuilds = new Rebuilds(database, this.#lineage);
    this.#triggers = new TriggerLosses(
      database,
      this.#counter,
      (table) => this.#replaces(table),
      (table) => {
        const found = this.#lineage.find(table, 'main');
        return found !== null && found.holds.size > 0 && !table.startsWith('sqlite_');
      },
    );
    for (const statement of statements.toReversed()) {
      const { kind, table, newName } = statement;
      if (kind !== 'rename table' && kind !== 'insert') continue;
      const name = foldName((kind === 'insert' ? table : newName) ?? '');
      const others = this.#heirs.get(name);
      if (others) others.push(statement);
      else this.#heirs.set(name, [statement]);
    }
    this.#lastDrop = statements.findLast(({ kind }) => kind === 'drop table' || kind === 'drop column')?.ordinal ?? 0;
    this.#hasVirtualTables =
      statements.some(({ kind }) => kind === 'create virtual table') || hasVirtualTables(database);
    this.#made = new Set(
      statements.flatMap(({ kind, name, newName }) => {
        if (kind === 'rename table') return [foldName(newName ?? '')];
        return kind.startsWith('create table') && name !== null ? [foldName(name)] : [];
      }),
    );
  }

  /** Looks at what a statement is about to take away. */
  before(statement: ParsedStatement): void {
    this.#pending = this.#countedBefore = this.#emptying = this.#overwriting = null;
    const left = this.#countedAfter;
    this.#countedAfter = null;
    this.#triggers.before(statement);
    const { kind, name, table: named, schema } = statement;
    if (named === null || !/^(drop table|drop column|insert|update|delete)$/.test(kind)) {
      if (CHANGES_ONE_TABLE.test(kind)) this.#replacing?.delete(foldName(name ?? ''));
      else if (!KEEPS_TABLES.test(kind)) this.#replacing = null;
      return;
    }
    const table = this.#lineage.find(named, schema);
    if (kind === 'drop table' && table?.temporary === true && this.#isComparedWith(table)) {
      this.#rebuilds.compare(table, named);
    }
    if (table === null || table.temporary || table.holds.size === 0 || /^sqlite_/i.test(named)) return;
    if (this.#isIndex(named)) return;
    if (kind === 'drop table') this.#beforeDrop(table, named, statement.ordinal);
    if (kind === 'delete') this.#beforeDelete(table, named, statement);
    if (kind === 'update' && statement.ordinal < this.#lastDrop) this.#beforeOverwriting(table, named, statement);
    // What it writes over in a copy is told where the copy takes the table's place.
    if (kind === 'update' && table.original !== null)
      this.#overwriting = countOverwritten(this.#counter, named, statement, this.#added.get(table));
    if (kind === 'drop column') this.#beforeDropColumn(table, named, statement.column ?? '');
    if (kind === 'drop table' || kind === 'drop column') this.#replacing = null;
    if ((kind === 'insert' || kind === 'update') && this.#replaces(name ?? '', statement)) {
      const known = left?.table === table ? { rows: left.rows, exact: true } : null;
      this.#countedBefore = known ?? this.#counter.count(named, this.#counter.limit());
    }
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
    const elsewhere = this.#triggers.after(statement, changes, this.#countedBefore ? foldName(named ?? '') : null);
    if (table !== null && named !== null && table.holds.size > 0 && !table.temporary) {
      if (kind === 'delete' && changes > 0 && !/^sqlite_/i.test(named) && !this.#isIndex(named)) {
        found = entry(table, { kind: 'rows', table: named, column: null, rows: changes, exact: true });
        if (this.#emptying && (this.#emptying.part ?? changes) === changes) found = { ...found, ...this.#emptying };
      }
      if (this.#countedBefore)
        found = this.#replaced(table, named, kind === 'insert' ? changes : 0, this.#countedBefore);
    }
    const back = this.#lineage.follow(statement);
    if (back !== null) {
      this.#entries = this.#entries.filter((one) => one.ordinal < back);
      for (const at of this.#overwritten.keys()) if (at >= back) this.#overwritten.delete(at);
    }
    this.#counter.note(changes);
    if (kind === 'create table as' && name !== null) this.#counter.note(this.#counter.count(name, Infinity).rows);
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
      const rebuilt =
        kept.loss.kind === 'table'
          ? (this.#rebuilt(kept, stopped) ?? this.#moved(kept))
          : kept.emptied
            ? (this.#putBack(kept, kept.emptied) ?? this.#moved(kept))
            : null;
      if (!rebuilt) return outcome;
      const { loss, note, renumbered, repeated = 0 } = rebuilt;
      // What went along with the table, by foreign keys, is no part of the rebuild.
      const all = withOthers([...(loss ? [loss] : []), ...(outcome.loss.also ?? [])]);
      return {
        ...outcome,
        loss: all,
        note: joined(outcome.note, note),
        ...(renumbered > 0 ? { renumbered } : {}),
        ...(repeated > 0 ? { repeated } : {}),
      };
    });
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

  #beforeDrop(table: TrackedTable, named: string, ordinal: number): void {
    const heir = table.original === foldName(named) ? this.#findHeir(named, ordinal) : null;
    if (heir !== null) heir.holds.add(table.original ?? '');
    const figure = this.#counter.count(named, this.#counter.limit());
    if (figure.rows === 0 && figure.exact) return;
    const isCopied = this.#lineage.copiesOf(table).length > 0;
    const isRebuilt = figure.exact && (isCopied || [...table.holds].some((name) => this.#made.has(name)));
    if (isRebuilt) this.#rebuilds.compare(table, named);
    if (table.original === null) return;
    const columns = new Map(isRebuilt ? this.#counter.countValues(named) : []);
    const held = this.#held.get(table);
    for (const [column, values] of columns) {
      columns.set(column, Math.max(values, held?.get(foldName(column))?.rows ?? 0));
    }
    const copied = new Map(
      (isRebuilt ? this.#copiesNow(table) : []).map((copy) => [
        copy.table,
        this.#counter.count(copy.place.name, Infinity).rows,
      ]),
    );
    this.#pending = { ...entry(table, { kind: 'table', table: named, column: null, ...figure }), columns, copied };
  }

  /** A DELETE is no loss of rows that a copy of them gives back, or keeps. */
  #beforeDelete(table: TrackedTable, named: string, statement: ParsedStatement): void {
    const part = isWhole(statement) ? null : partOf(statement);
    if (part === undefined) return;
    const heir = table.original === foldName(named) ? this.#findHeir(named, statement.ordinal) : null;
    if (heir !== null) heir.holds.add(table.original ?? '');
    const copies = this.#lineage.copiesOf(table);
    if (copies.length === 0 || !this.#counter.count(named, this.#counter.limit()).exact) return;
    const before: TrackedTable = { ...table, holds: new Set(table.holds) };
    if (part === null) {
      this.#emptying = { table: before, columns: this.#counter.countValues(named), emptied: table };
    } else {
      const rows = rowsOfPart(this.#database, { schema: 'main', name: named }, part, null);
      const columns = this.#counter.countValues(named, rows);
      const copied = copies.flatMap((copy) => [...(copy.table.copied.get(table)?.keys() ?? [])]);
      if (this.#lostColumns(columns, copies, copied).length > 0) return;
      const taken = Number(this.#counter.ask(`SELECT count(*) FROM ${rows}`)?.[0] ?? 0);
      this.#emptying = { table: before, columns, emptied: table, part: taken };
    }
    this.#rebuilds.compare(table, named, before, part);
  }

  /**
   * A table from before the script with the same columns, a backup, that gets the name of one which is dropped, or whose rows go into the
   * table that is made in its place: what the dropped one has lost by the end, it lacks.
   */
  #findHeir(named: string, ordinal: number): TrackedTable | null {
    const waiting = this.#heirs.get(foldName(named)) ?? [];
    while (waiting.length > 0 && (waiting.at(-1)?.ordinal ?? 0) <= ordinal) waiting.pop();
    const next = waiting.at(-1);
    const names =
      next?.kind === 'rename table' ? [next.table ?? ''] : sourcesOf(next?.tokens ?? []).map(({ name }) => name);
    const columns = (table: string): string => this.#counter.columnsOf(table).map(foldName).sort().join('\n');
    const wanted = columns(named);
    const name = names.find((one) => !isSame(one, named) && columns(one) === wanted);
    const heir = name === undefined ? null : this.#lineage.find(name, 'main');
    return heir?.original === undefined || heir.original === null ? null : heir;
  }

  #beforeDropColumn(table: TrackedTable, named: string, column: string): void {
    const read = this.#counter.ask('SELECT hidden FROM pragma_table_xinfo(?) WHERE name = ? COLLATE NOCASE', [
      named,
      column,
    ]);
    // A virtual column is computed: it holds nothing.
    if (read?.[0] === 2) return;
    const now = this.#counter.countColumn(named, column);
    const held = this.#held.get(table)?.get(foldName(column));
    const figure = held && held.rows > now.rows ? held : now;
    if (figure.rows > 0 || !figure.exact) {
      this.#pending = entry(table, { kind: 'column', table: named, column, ...figure });
    }
  }

  /** Counts the values of the columns that an UPDATE names, once: those are what the file held. */
  #beforeOverwriting(table: TrackedTable, named: string, { tokens }: ParsedSql): void {
    const words = new Set(tokens.map((token) => foldName(unquotedName(token) ?? '')));
    const held = this.#held.get(table) ?? new Map<string, Figure>();
    this.#held.set(table, held);
    for (const column of this.#counter.columnsOf(named)) {
      const folded = foldName(column);
      if (words.has(folded) && !held.has(folded)) held.set(folded, this.#counter.countColumn(named, column));
    }
  }

  /** SQLite does not count the rows that REPLACE deletes: they are those that are missing afterwards. */
  #replaced(table: TrackedTable, named: string, added: number, had: Figure): Omit<Entry, 'ordinal'> | null {
    const loss = { kind: 'replaced rows', table: named, column: null } as const;
    if (!had.exact) return entry(table, { ...loss, rows: 0, exact: false });
    const left = this.#counter.count(named, Infinity).rows;
    this.#countedAfter = { table, rows: left };
    const rows = had.rows + added - left;
    return rows > 0 ? entry(table, { ...loss, rows, exact: true }) : null;
  }

  /** What a dropped table has lost by the end, where another one that got its rows has its name; null where none has. */
  #rebuilt({ loss, table, columns, copied }: Entry, stopped: number | null): Successor | null {
    const name = table.original ?? '';
    // Where the script stops before the new table has its name, the table that would have got it.
    const place =
      this.#lineage.find(name, 'main') === null && stopped !== null ? this.#nameBefore(name, stopped) : name;
    const now = this.#lineage.find(place, 'main');
    if (now === null || now === table || !now.holds.has(name)) return null;
    const { rows } = this.#counter.count(place, Infinity);
    const called = place === name ? this.#counter.spellingOf(name) : loss.table;
    const before = loss.exact ? counted(loss.rows, 'row') : `more than ${counted(loss.rows, 'row')}`;
    const sizes =
      place === name
        ? `The table ${called} is rebuilt: ${before} before, ${figure(rows)} after.`
        : `The table ${called} is rebuilt: ${before} before, ${figure(rows)} in ${this.#counter.spellingOf(place)}.`;
    this.#rebuilds.finish(now);
    const difference = this.#rebuilds.between(table, now);
    // What a DELETE has taken from the new table is said there.
    const deleted = this.#entries.reduce(
      (sum, one) => sum + (one.table === now && one.loss.kind === 'rows' ? one.loss.rows : 0),
      0,
    );
    const lost = difference?.lost ?? Math.max(0, loss.rows - rows - deleted);
    const changed = difference?.changed ?? 0;
    const compared =
      difference === null
        ? 'Only the number of rows was compared.'
        : lost + changed === 0
          ? sameValues(difference)
          : null;
    const note = compared === null ? sizes : `${sizes} ${compared}`;
    const copies = this.#copiesNow(table);
    const gone = this.#lostColumns(
      columns,
      copies,
      copies.flatMap((copy) => [...copy.table.copiedBy, ...(copy.table.copied.get(table)?.keys() ?? [])]),
    );

    const values = gone.reduce((sum, [, held]) => sum + held, 0);
    const column = gone.map(([named]) => named).join(', ');
    const found: Loss[] = [];
    if (lost > 0) found.push({ ...loss, kind: 'rebuild', table: called, rows: lost });
    if (changed > 0) {
      const which = difference?.columns.join(', ') ?? '';
      found.push({ ...loss, kind: 'values', table: called, column: which === '' ? null : which, rows: changed });
    }
    // Where no row is left, its values went with the rows.
    if (gone.length > 0 && (lost === 0 || lost < loss.rows))
      found.push({ kind: 'column', table: called, column, rows: values, exact: true });
    const repeated = lost === 0 ? (copied?.get(now) ?? 0) - loss.rows : 0;
    return { loss: withOthers(found), note, renumbered: difference?.renumbered ?? 0, repeated };
  }

  /** What a table that was emptied has lost by the end, where rows of it came back from a copy; null where none did. */
  #putBack(entry: Entry, now: TrackedTable): Successor | null {
    const { loss, table, columns, part } = entry;
    if (part !== undefined) return this.#partPutBack(entry, part, now);
    const place = this.#copiesNow(table).find((copy) => copy.table === now)?.place;
    const rows = place ? this.#counter.count(place.name, Infinity).rows : 0;
    if (!place || rows === 0) return null;
    this.#rebuilds.finish(now);
    const difference = this.#rebuilds.between(table, now);
    if (difference === null) return null;
    const lost = Math.min(difference.lost, loss.rows);
    const values = new Map(this.#counter.countValues(place.name));
    // A column that the copy does not have comes back without values.
    const left = lost > 0 ? [] : [...columns].filter(([column, held]) => held > (values.get(column) ?? 0));
    const changed = Math.max(difference.changed, ...left.map(([column, held]) => held - (values.get(column) ?? 0)));
    const which = [...new Set([...difference.columns, ...left.map(([column]) => column)])].join(', ');
    const found: Loss[] = [];
    if (lost > 0) found.push({ ...loss, rows: lost });
    if (changed > 0) found.push({ ...loss, kind: 'values', column: which === '' ? null : which, rows: changed });
    const same = found.length === 0 ? ', with the same values' : '';
    const note = `Rows of ${loss.table} come back from a copy: ${figure(loss.rows)} before, ${figure(rows)} after${same}.`;
    // The key keeps the rowids, or is what rows are known by; that of the copy may be none.
    const hasKey = this.#counter.ask('SELECT 1 FROM pragma_table_xinfo(?) WHERE pk > 0', [place.name]) !== null;
    return { loss: withOthers(found), note, renumbered: hasKey ? 0 : difference.renumbered };
  }

  /** The same, where the DELETE took a part of the rows: others are beside those that came back. */
  #partPutBack({ loss, table, ordinal }: Entry, part: number, now: TrackedTable): Successor | null {
    const isFilled = this.#statements.some(
      (one) => one.kind === 'insert' && one.ordinal > ordinal && isSame(one.table, loss.table),
    );
    if (!isFilled) return null;
    this.#rebuilds.finish(now);
    const difference = this.#rebuilds.between(table, now);
    if (difference === null) return null;
    // Where rows are not known by a key, those that are not there as they were are gone.
    const { columns, changed } = difference;
    const lost = Math.min(part, difference.lost + (columns.length > 0 ? 0 : changed));
    if (lost === part) return null;
    const found: Loss[] = lost > 0 ? [{ ...loss, rows: lost }] : [];
    if (columns.length > 0) found.push({ ...loss, kind: 'values', column: columns.join(', '), rows: changed });
    const back = `${figure(part - lost)} ${part - lost === 1 ? 'comes' : 'come'} back from a copy`;
    const same = found.length === 0 ? ', with the same values' : '';
    const note = `Of ${counted(part, 'row')} of ${loss.table} that it deletes, ${back}${same}.`;
    return { loss: withOthers(found), note, renumbered: 0 };
  }

  /** The name of the table to which a statement, from one that failed on, would have given a name. */
  #nameBefore(name: string, stopped: number): string {
    const rename = this.#statements
      .slice(stopped - 1)
      .find(({ kind, newName }) => kind === 'rename table' && isSame(newName, name));
    return foldName(rename?.table ?? name);
  }

  /** What a dropped table has lost, where all of its rows are in other tables by now; null where they are not. */
  #moved({ loss, table, columns, part }: Entry): Successor | null {
    if (!loss.exact || loss.rows === 0) return null;
    const copies = this.#copiesNow(table).filter((copy) => {
      const difference = this.#rebuilds.between(table, copy.table);
      return difference !== null && difference.lost + difference.changed === 0;
    });
    // A column that went into an expression is not there as it was.
    const asTheyWere = copies.flatMap((copy) => [...(copy.table.copied.get(table)?.keys() ?? [])]);
    if (copies.length === 0 || this.#lostColumns(columns, copies, asTheyWere).length > 0) return null;
    const names = copies.map(({ place }) => this.#counter.spellingOf(place.name)).join(' and ');
    const isOne = loss.rows === 1;
    const rows =
      part === undefined
        ? isOne
          ? 'Its row is'
          : `Its ${counted(loss.rows, 'row')} are`
        : `The ${isOne ? 'row' : counted(loss.rows, 'row')} that it deletes ${isOne ? 'is' : 'are'}`;
    return { loss: null, note: `${rows} in ${names}, with the same values.`, renumbered: 0 };
  }

  /** The tables of the file that hold rows of a dropped one when the script has ended. */
  #copiesNow(table: TrackedTable): readonly { readonly table: TrackedTable; readonly place: Place }[] {
    return this.#lineage.copiesOf(table).filter(({ place }) => place.schema === 'main');
  }

  /** The columns with values that are in none of some tables: neither by their name, nor since they are `copied`. */
  #lostColumns(
    columns: ReadonlyMap<string, number>,
    copies: readonly { readonly place: Place }[],
    copied: readonly string[],
  ): readonly (readonly [string, number])[] {
    const names = copies.flatMap(({ place }) => this.#counter.allColumnsOf(place.name).map(foldName));
    if (copied.includes(ALL_COLUMNS)) return [];
    const there = new Set([...names, ...copied]);
    return [...columns].filter(([column, values]) => values > 0 && !there.has(foldName(column)));
  }

  /** Whether a table or the statement replaces rows of it. What is replaced through a view is for its triggers. */
  #replaces(table: string, statement: ParsedSql | null = null): boolean {
    // All at once: to find one, SQLite goes through all of them.
    this.#replacing ??= this.#readReplacing();
    let replacing = this.#replacing.get(foldName(table));
    if (replacing === undefined) {
      replacing = this.#readReplacing(table).get(foldName(table)) ?? null;
      this.#replacing.set(foldName(table), replacing);
    }
    return replacing === true || (replacing === false && statement !== null && hasReplaceClause(statement));
  }

  #readReplacing(table: string | null = null): Map<string, boolean | null> {
    const read = this.#database.query(
      `SELECT name, CASE WHEN instr(lower(sql), 'conflict') THEN sql END FROM main.sqlite_schema
       WHERE type = 'table'${table === null ? '' : ' AND name = ? COLLATE NOCASE'}`,
      table === null ? [] : [table],
    );
    const replaces = (sql: unknown): boolean => typeof sql === 'string' && /\bon\s+conflict\s+replace\b/i.test(sql);
    return new Map((read.ok ? read.value : []).map(([name, sql]) => [foldName(String(name)), replaces(sql)]));
  }
}

/** Which rows a DELETE with WHERE takes; undefined where that cannot be read, or is another one each time. */
function partOf(statement: ParsedStatement): Part | undefined {
  const read = readDelete(statement);
  return read?.where == null || /\b(limit|random)\b/i.test(read.where)
    ? undefined
    : { alias: read.alias, where: read.where };
}

/** Whether a DELETE takes all rows of its table. */
function isWhole({ tokens }: ParsedSql): boolean {
  return !tokens.some((token) => isWord(token, 'WHERE') || isWord(token, 'LIMIT'));
}

/** Statements after which every table has the text that it had. */
const KEEPS_TABLES = /^(select|begin|commit|savepoint|release|(create|drop) (index|view|trigger))$/;
const CHANGES_ONE_TABLE = /^(create (virtual )?table( as)?|add column)$/;

function entry(table: TrackedTable, loss: Loss): Omit<Entry, 'ordinal'> {
  return { table, loss, columns: new Map() };
}

/** What is said of a rebuild that keeps all values. Rowids are no values, but what was noted elsewhere by rowid goes by them. */
function sameValues({ renumbered, byName }: Difference): string {
  const values = byName
    ? 'The columns that keep their names hold the same values.'
    : 'The columns that are copied, some under another name, hold the same values.';
  return renumbered === 0
    ? values
    : `${values} ${counted(renumbered, 'row')} ${renumbered === 1 ? 'gets' : 'get'} another rowid.`;
}

function isSame(one: string | null, other: string): boolean {
  return one !== null && foldName(one) === foldName(other);
}

function joined(note: string | null, sentence: string): string {
  return note === null ? sentence : `${note} ${sentence}`;
}

/** The first of several losses, with the others beside it; null where there is none. */
function withOthers([first, ...others]: readonly Loss[]): Loss | null {
  if (!first) return null;
  return others.length === 0 ? first : { ...first, also: others };
}
