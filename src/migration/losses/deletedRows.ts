// What a DELETE takes: no loss of rows that a copy of them gives back, or keeps.

import type { Database } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import { isWord, type ParsedSql } from '../../script/tokens';
import { readDelete } from '../../script/writeClauses';
import { counted, figure } from '../../words';
import type { Loss } from '../outcome';
import type { Copies } from './copies';
import { isSame, withOthers, type Entry, type Pending, type Successor } from './entry';
import type { Lineage, TrackedTable } from './lineage';
import { rowsOfPart, type Part } from './rebuildComparison';
import type { Rebuilds } from './rebuilds';
import type { RowCounter } from './rowCounter';

/** What the account works with. */
export interface DeletedRowsParts {
  readonly database: Database;
  readonly counter: RowCounter;
  readonly lineage: Lineage;
  readonly rebuilds: Rebuilds;
  readonly copies: Copies;
  /** All of the script. */
  readonly statements: readonly ParsedStatement[];
}

/** Keeps account of rows that are deleted while copies of them are there. */
export class DeletedRows {
  readonly #parts: DeletedRowsParts;

  constructor(parts: DeletedRowsParts) {
    this.#parts = parts;
  }

  /** What a DELETE is about to take, where copies of it are there; null where it is just what SQLite counts. */
  before(table: TrackedTable, named: string, statement: ParsedStatement): Omit<Pending, 'loss'> | null {
    const part = isWhole(statement) ? null : partOf(statement);
    if (part === undefined) return null;
    const { database, counter, lineage, rebuilds } = this.#parts;
    this.#parts.copies.noteHeir(table, named, statement.ordinal);
    const copies = lineage.copiesOf(table);
    if (copies.length === 0 || !counter.count(named, counter.limit()).exact) return null;
    const before: TrackedTable = { ...table, holds: new Set(table.holds) };
    let emptying: Omit<Pending, 'loss'>;
    if (part === null) {
      emptying = { table: before, columns: counter.countValues(named), emptied: table };
    } else {
      const rows = rowsOfPart(database, { schema: 'main', name: named }, part, null);
      const columns = counter.countValues(named, rows);
      const copied = copies.flatMap((copy) => [...(copy.table.copied.get(table)?.keys() ?? [])]);
      if (this.#parts.copies.lostColumns(columns, copies, copied).length > 0) return null;
      const taken = Number(counter.ask(`SELECT count(*) FROM ${rows}`)?.[0] ?? 0);
      emptying = { table: before, columns, emptied: table, part: taken };
    }
    rebuilds.compare(table, named, before, part);
    return emptying;
  }

  /** What a table that was emptied has lost by the end, where rows of it came back from a copy; null where none did. */
  putBack(entry: Entry, now: TrackedTable): Successor | null {
    const { loss, table, columns, part } = entry;
    if (part !== undefined) return this.#partPutBack(entry, part, now);
    const place = this.#parts.copies.now(table).find((copy) => copy.table === now)?.place;
    const rows = place ? this.#parts.counter.count(place.name, Infinity).rows : 0;
    if (!place || rows === 0) return null;
    this.#parts.rebuilds.finish(now);
    const difference = this.#parts.rebuilds.between(table, now);
    if (difference === null) return null;
    const lost = Math.min(difference.lost, loss.rows);
    const values = new Map(this.#parts.counter.countValues(place.name));
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
    const hasKey = this.#parts.counter.ask('SELECT 1 FROM pragma_table_xinfo(?) WHERE pk > 0', [place.name]) !== null;
    return { loss: withOthers(found), note, renumbered: hasKey ? 0 : difference.renumbered };
  }

  /** The same, where the DELETE took a part of the rows: others are beside those that came back. */
  #partPutBack({ loss, table, ordinal }: Entry, part: number, now: TrackedTable): Successor | null {
    const isFilled = this.#parts.statements.some(
      (one) => one.kind === 'insert' && one.ordinal > ordinal && isSame(one.table, loss.table),
    );
    if (!isFilled) return null;
    this.#parts.rebuilds.finish(now);
    const difference = this.#parts.rebuilds.between(table, now);
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
