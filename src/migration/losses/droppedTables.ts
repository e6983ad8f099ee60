// What a DROP TABLE takes: nothing where a table rebuild or other tables have got what it held.

import { foldName, type Database } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import { counted, figure } from '../../words';
import type { Loss } from '../outcome';
import type { ColumnCopies, KeptColumn, KeptColumns } from './columnCopies';
import type { Copies } from './copies';
import { entry, isSame, withOthers, type Entry, type Pending, type Successor } from './entry';
import type { Lineage, TrackedTable } from './lineage';
import { countNowhere, type Difference } from './rebuildComparison';
import type { Rebuilds } from './rebuilds';
import type { RowCounter } from './rowCounter';

/** What the account works with. */
export interface DroppedTablesParts {
  readonly database: Database;
  readonly counter: RowCounter;
  readonly lineage: Lineage;
  readonly rebuilds: Rebuilds;
  readonly copies: Copies;
  readonly columnCopies: ColumnCopies;
  readonly keptColumns: KeptColumns;
  /** All of the script. */
  readonly statements: readonly ParsedStatement[];
  /** Folded names that the script gives to tables. */
  readonly made: ReadonlySet<string>;
  /** The values that columns of a table held before the script overwrote them, by folded name. */
  readonly heldBefore: (table: TrackedTable, column: string) => number;
}

/** Keeps account of tables that are dropped. */
export class DroppedTables {
  readonly #parts: DroppedTablesParts;

  constructor(parts: DroppedTablesParts) {
    this.#parts = parts;
  }

  /** What a DROP TABLE is about to take; null for nothing. */
  before(table: TrackedTable, named: string, ordinal: number): Pending | null {
    const { counter, copies, lineage, rebuilds, columnCopies, made } = this.#parts;
    copies.noteHeir(table, named, ordinal);
    const figure = counter.count(named, counter.limit());
    if (figure.rows === 0 && figure.exact) return null;
    const isCopied = lineage.copiesOf(table).length > 0;
    const isRebuilt = figure.exact && (isCopied || [...table.holds].some((name) => made.has(name)));
    if (isRebuilt) rebuilds.compare(table, named);
    if (table.original === null) return null;
    const isKept = figure.exact && columnCopies.has(table);
    const columns = new Map(isRebuilt || isKept ? counter.countValues(named) : []);
    const kept = new Map<string, KeptColumn>();
    for (const [column, values] of columns) {
      columns.set(column, Math.max(values, this.#parts.heldBefore(table, column)));
      const found = values > 0 ? columnCopies.find(table, named, column) : null;
      if (found) kept.set(foldName(column), found);
    }
    const others = isRebuilt ? copies.now(table) : [];
    const copied = new Map(others.map((copy) => [copy.table, counter.count(copy.place.name, Infinity).rows]));
    const whole = others.map(({ table: other, place }) => ({ place, copied: other.copied.get(table) ?? new Map() }));
    const nowhere = countNowhere(this.#parts.database, { schema: 'main', name: named }, whole);
    const divided =
      nowhere === null || nowhere.rows === figure.rows
        ? {}
        : { divided: { nowhere: nowhere.rows, among: nowhere.among.flatMap((at) => others[at]?.table ?? []) } };
    return {
      ...entry(table, { kind: 'table', table: named, column: null, ...figure }),
      columns,
      copied,
      kept,
      ...divided,
    };
  }

  /** What a dropped table has lost by the end, where another one that got its rows has its name; null where none has. */
  rebuilt(
    { loss, table, columns, copied, kept }: Entry,
    stopped: number | null,
    deletedFrom: (table: TrackedTable) => number,
  ): Successor | null {
    const name = table.original ?? '';
    // Where the script stops before the new table has its name, the table that would have got it.
    const place =
      this.#parts.lineage.find(name, 'main') === null && stopped !== null ? this.#nameBefore(name, stopped) : name;
    const now = this.#parts.lineage.find(place, 'main');
    if (now === null || now === table || !now.holds.has(name)) return null;
    const { rows } = this.#parts.counter.count(place, Infinity);
    const called = place === name ? this.#parts.counter.spellingOf(name) : loss.table;
    const before = loss.exact ? counted(loss.rows, 'row') : `more than ${counted(loss.rows, 'row')}`;
    const sizes =
      place === name
        ? `The table ${called} is rebuilt: ${before} before, ${figure(rows)} after.`
        : `The table ${called} is rebuilt: ${before} before, ${figure(rows)} in ${this.#parts.counter.spellingOf(place)}.`;
    this.#parts.rebuilds.finish(now);
    const difference = this.#parts.rebuilds.between(table, now);
    // What a DELETE has taken from the new table is said there.
    const deleted = deletedFrom(now);
    const lost = difference?.lost ?? Math.max(0, loss.rows - rows - deleted);
    const changed = difference?.changed ?? 0;
    const compared =
      difference === null
        ? 'Only the number of rows was compared.'
        : lost + changed === 0
          ? sameValues(difference)
          : null;
    const note = compared === null ? sizes : `${sizes} ${compared}`;
    const copies = this.#parts.copies.now(table);
    const gone = this.#lostColumns(
      columns,
      kept,
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
    const keptIn = [...(kept?.keys() ?? [])].flatMap((one) => {
      const places = gone.some(([named]) => foldName(named) === one) ? [] : this.#placesOf(kept, one);
      return places.length === 0 ? [] : [{ column: one, where: `are in ${places.join(' or ')}` }];
    });
    return { loss: withOthers(found), note, renumbered: difference?.renumbered ?? 0, repeated, keptIn };
  }

  /** The name of the table to which a statement, from one that failed on, would have given a name. */
  #nameBefore(name: string, stopped: number): string {
    const rename = this.#parts.statements
      .slice(stopped - 1)
      .find(({ kind, newName }) => kind === 'rename table' && isSame(newName, name));
    return foldName(rename?.table ?? name);
  }

  /** What a dropped table has lost, where all of its rows are in other tables by now; null where they are not. */
  moved(one: Entry): Successor | null {
    const { loss, table, columns, part, kept } = one;
    if (!loss.exact || loss.rows === 0) return null;
    const copies = this.#parts.copies.now(table).filter((copy) => {
      const difference = this.#parts.rebuilds.between(table, copy.table);
      return difference !== null && difference.lost + difference.changed === 0;
    });
    // A column that went into an expression is not there as it was.
    const asTheyWere = copies.flatMap((copy) => [...(copy.table.copied.get(table)?.keys() ?? [])]);
    const gone = copies.length === 0 ? [] : this.#lostColumns(columns, kept, copies, asTheyWere);
    if (copies.length === 0 || gone.length > 0) return this.#divided(one);
    const elsewhere = this.#parts.copies
      .lostColumns(columns, copies, asTheyWere)
      .map(([column]) => `those of ${column} are in ${this.#placesOf(kept, column).join(' or ')}`);
    const names = copies.map(({ place }) => this.#parts.counter.spellingOf(place.name)).join(' and ');
    const isOne = loss.rows === 1;
    const rows =
      part === undefined
        ? isOne
          ? 'Its row is'
          : `Its ${counted(loss.rows, 'row')} are`
        : `The ${isOne ? 'row' : counted(loss.rows, 'row')} that it deletes ${isOne ? 'is' : 'are'}`;
    const beside = elsewhere.map((one) => `; ${one}`).join('');
    return { loss: null, note: `${rows} in ${names}, with the same values${beside}.`, renumbered: 0 };
  }

  /** The same, where its rows, or some of them, are in several tables. */
  #divided(one: Entry): Successor | null {
    const { loss, divided } = one;
    const places = divided?.among.map((table) => this.#parts.lineage.placeOf(table));
    if (!divided || !places || places.some((place) => place === null)) return this.#inPart(one);
    const names = places.flatMap((place) => (place ? this.#parts.counter.spellingOf(place.name) : []));
    const { nowhere } = divided;
    const there = loss.rows - nowhere;
    const rows =
      nowhere === 0
        ? `Each of its ${counted(loss.rows, 'row')}`
        : `Of its ${counted(loss.rows, 'row')}, ${figure(there)}`;
    const note = `${rows} ${nowhere === 0 || there === 1 ? 'is' : 'are'} in ${names.join(' or ')}, with the same values.`;
    const left = nowhere === 0 ? null : { ...loss, rows: nowhere, of: { all: loss.rows, places: names } };
    return { loss: left, note, renumbered: 0 };
  }

  /** The same, where values of some columns are in another table: the rows are gone. */
  #inPart({ loss, kept }: Entry): Successor | null {
    const told = [...(kept ?? [])].flatMap(([column, found]) => {
      const places = found.missing === 0 ? this.#placesOf(kept, column) : [];
      return places.length === 0 ? [] : [`Its values of ${column} are in ${places.join(' or ')}.`];
    });
    return told.length === 0 ? null : { loss, note: told.join(' '), renumbered: 0 };
  }

  /** The columns with values that are nowhere, and how many values of each. */
  #lostColumns(
    columns: ReadonlyMap<string, number>,
    kept: Entry['kept'],
    copies: Parameters<Copies['lostColumns']>[1],
    copied: readonly string[],
  ): readonly (readonly [string, number])[] {
    return this.#parts.copies.lostColumns(columns, copies, copied).flatMap(([column, values]) => {
      const found = kept?.get(foldName(column));
      const isThere = found !== undefined && this.#parts.keptColumns.placesOf(found)?.stay === true;
      const lost = isThere ? values - (found.values - found.missing) : values;
      return lost > 0 ? [[column, lost] as const] : [];
    });
  }

  #placesOf(kept: Entry['kept'], column: string): readonly string[] {
    const found = kept?.get(foldName(column));
    const places = found && this.#parts.keptColumns.placesOf(found);
    return places?.stay === true ? places.names : [];
  }
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
