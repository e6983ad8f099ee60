// Keeps account of the data that the statements of a script take away, as they run: in a rehearsal and in a run alike.

import { quoteIdentifier, type Database, type Row } from '../database';
import { newName } from './correspondence';
import { Lineage, type TrackedTable } from './lineage';
import type { Loss } from './loss';
import { count } from './proof';
import type { StatementOutcome } from './verdict';
import { foldName } from '../schema/schema';
import type { Statement } from '../script/statement';
import { isBlank, isWord, tokenise } from '../script/tokens';

/** To count rows is to read pages, a row at most one of them: counting stops where it might read more than this, in bytes. */
const BYTES_WORTH_COUNTING = 32 << 20;

/** A count that may have stopped: `exact` where it did not. */
interface Figure {
  readonly rows: number;
  readonly exact: boolean;
}

interface Entry {
  readonly ordinal: number;
  readonly loss: Loss;
  readonly table: TrackedTable;
  /** Of a table that is dropped and made anew: its columns with how many values they hold. */
  readonly columns: ReadonlyMap<string, number>;
}

/** One account for one pass of a script. Call `before` and `after` around each statement, and `settle` at the end. */
export class LossLedger {
  readonly #database: Database;
  readonly #lineage = new Lineage();
  /** Names that the script gives to tables, folded. */
  readonly #made: ReadonlySet<string>;
  #entries: Entry[] = [];
  #pending: Omit<Entry, 'ordinal'> | null = null;
  #countedBefore: Figure | null = null;
  /** The rows that a table was left with by the statement before, where they were counted. */
  #countedAfter: { readonly table: TrackedTable; readonly rows: number } | null = null;
  /** Rows that the script has written so far: counting as many costs no more than it has cost itself. */
  #written = 0;
  /** Whether a table replaces rows by its own definition; known until something else than rows changes. */
  readonly #replacing = new Map<string, boolean>();

  constructor(database: Database, statements: readonly Statement[]) {
    this.#database = database;
    this.#made = new Set(
      statements.flatMap(({ kind, name, text }) => {
        if (kind === 'rename table') return [newName(text)];
        return kind.startsWith('create table') && name !== null ? [foldName(name)] : [];
      }),
    );
  }

  /** Looks at what a statement is about to take away. */
  before(statement: Statement): void {
    this.#pending = this.#countedBefore = null;
    const left = this.#countedAfter;
    this.#countedAfter = null;
    const { kind, name, table: named, schema } = statement;
    if (named === null || !/^(drop table|drop column|insert|update|delete)$/.test(kind)) {
      if (!/^(select|savepoint|release)$/.test(kind)) this.#replacing.clear();
      return;
    }
    const table = this.#lineage.find(named, schema);
    if (table === null || table.temporary || table.holds.size === 0 || /^sqlite_(stat|sequence)/i.test(named)) return;
    if (kind === 'drop table' && table.original !== null) this.#beforeDrop(table, named, table.original);
    if (kind === 'drop column') this.#beforeDropColumn(table, named, statement.column ?? '');
    if (kind === 'drop table' || kind === 'drop column') this.#replacing.clear();
    if ((kind === 'insert' || kind === 'update') && this.#replaces(statement.text, name ?? '')) {
      const known = left?.table === table ? { rows: left.rows, exact: true } : null;
      this.#countedBefore = known ?? this.#count(named, this.#limit());
    }
  }

  /** Takes the outcome of that statement; gives what it has taken away, as far as it can be told by now. */
  after(
    statement: Statement,
    { verdict, changes = 0 }: Pick<StatementOutcome, 'verdict'> & { changes?: number },
  ): Loss | null {
    if (verdict !== 'applied') return null;
    const { kind, ordinal, name, schema, table: named } = statement;
    const table = named === null ? null : this.#lineage.find(named, schema);
    let found = this.#pending;
    if (table !== null && named !== null && table.holds.size > 0 && !table.temporary) {
      if (kind === 'delete' && changes > 0 && !/^sqlite_(stat|sequence)/i.test(named)) {
        found = entry(table, { kind: 'rows', table: named, column: null, rows: changes, exact: true });
      }
      if (this.#countedBefore)
        found = this.#replaced(table, named, kind === 'insert' ? changes : 0, this.#countedBefore);
    }
    const back = this.#lineage.follow(statement);
    if (back !== null) this.#entries = this.#entries.filter((one) => one.ordinal < back);
    this.#written += changes;
    if (kind === 'create table as' && name !== null) this.#written += this.#count(name, Infinity).rows;
    if (found) this.#entries.push({ ...found, ordinal });
    return found?.loss ?? null;
  }

  /** The outcomes with what became of the losses by the end: taken back by a savepoint, or made good by a rebuild. */
  settle(outcomes: readonly StatementOutcome[]): readonly StatementOutcome[] {
    const entries = new Map(this.#entries.map((one) => [one.ordinal, one]));
    return outcomes.map((outcome) => {
      if (outcome.loss === null) return outcome;
      const kept = entries.get(outcome.ordinal);
      if (!kept) return { ...outcome, loss: null, note: joined(outcome.note, 'A later ROLLBACK TO takes this back.') };
      const rebuilt = kept.loss.kind === 'table' ? this.#rebuilt(kept) : null;
      return rebuilt ? { ...outcome, loss: rebuilt.loss, note: joined(outcome.note, rebuilt.note) } : outcome;
    });
  }

  #beforeDrop(table: TrackedTable, named: string, original: string): void {
    const figure = this.#count(named, this.#limit());
    if (figure.rows === 0 && figure.exact) return;
    const columns = figure.exact && this.#made.has(original) ? this.#countValues(named) : new Map<string, number>();
    this.#pending = { ...entry(table, { kind: 'table', table: named, column: null, ...figure }), columns };
  }

  #beforeDropColumn(table: TrackedTable, named: string, column: string): void {
    const read = this.#ask('SELECT hidden FROM pragma_table_xinfo(?) WHERE name = ? COLLATE NOCASE', [named, column]);
    // A virtual column is computed: it holds nothing.
    if (read?.[0] === 2) return;
    const limit = this.#limit();
    const counted = this.#ask(
      `SELECT count(*), count(c) FROM (SELECT ${quoteIdentifier(column)} AS c FROM main.${quoteIdentifier(named)} LIMIT ${limit + 1})`,
    );
    const exact = counted !== null && Number(counted[0]) <= limit;
    const rows = Number(counted?.[1] ?? 0);
    if (rows > 0 || !exact) {
      this.#pending = entry(table, { kind: 'column', table: named, column, rows, exact });
    }
  }

  /** SQLite does not count the rows that REPLACE deletes: they are those that are missing afterwards. */
  #replaced(table: TrackedTable, named: string, added: number, had: Figure): Omit<Entry, 'ordinal'> | null {
    const loss = { kind: 'replaced rows', table: named, column: null } as const;
    if (!had.exact) return entry(table, { ...loss, rows: 0, exact: false });
    const left = this.#count(named, Infinity).rows;
    this.#countedAfter = { table, rows: left };
    const rows = had.rows + added - left;
    return rows > 0 ? entry(table, { ...loss, rows, exact: true }) : null;
  }

  /** What a dropped table has lost by the end, where another one that got its rows has its name; null where none has. */
  #rebuilt({ loss, table, columns }: Entry): { loss: Loss | null; note: string } | null {
    const name = table.original ?? '';
    const now = this.#lineage.find(name, 'main');
    if (now === null || now === table || !now.holds.has(name)) return null;
    const { rows } = this.#count(name, Infinity);
    const before = loss.exact ? count(loss.rows, 'row') : `more than ${count(loss.rows, 'row')}`;
    const note = `The table ${name} is rebuilt: ${before} before, ${rows.toLocaleString('en-US')} after.`;
    // What a DELETE has taken from the new table is said there.
    const deleted = this.#entries.reduce(
      (sum, one) => sum + (one.table === now && one.loss.kind === 'rows' ? one.loss.rows : 0),
      0,
    );
    const missing = loss.rows - rows - deleted;
    if (missing > 0) return { loss: { ...loss, kind: 'rebuild', table: name, rows: missing }, note };
    const there = new Set(this.#columnsOf(name).map(foldName));
    const gone = [...columns].filter(([column, values]) => {
      const folded = foldName(column);
      return values > 0 && !there.has(folded) && !now.copiedBy.has(folded);
    });
    if (gone.length === 0) return { loss: null, note };
    const values = gone.reduce((sum, [, held]) => sum + held, 0);
    const column = gone.map(([named]) => named).join(', ');
    return { loss: { kind: 'column', table: name, column, rows: values, exact: true }, note };
  }

  #replaces(sql: string, table: string): boolean {
    if (/replace/i.test(sql)) {
      const tokens = tokenise(sql).filter((token) => !isBlank(token));
      if (tokens.some((token, at) => isWord(token, 'REPLACE') && tokens[at + 1]?.text !== '(')) return true;
    }
    const known = this.#replacing.get(foldName(table));
    if (known !== undefined) return known;
    const definition = this.#ask(
      `SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`,
      [table],
    );
    const replaces = /\bon\s+conflict\s+replace\b/i.test(String(definition?.[0]));
    this.#replacing.set(foldName(table), replaces);
    return replaces;
  }

  #limit(): number {
    const pageSize = Number(this.#ask('PRAGMA main.page_size')?.[0] ?? 4096);
    return Math.max(Math.floor(BYTES_WORTH_COUNTING / pageSize), 2 * this.#written);
  }

  #count(table: string, limit: number): Figure {
    const quoted = quoteIdentifier(table);
    const bounded = `(SELECT 1 FROM main.${quoted} LIMIT ${limit + 1})`;
    const counted = this.#ask(`SELECT count(*) FROM ${Number.isFinite(limit) ? bounded : `main.${quoted}`}`);
    if (counted === null) return { rows: 0, exact: false };
    const rows = Number(counted[0]);
    return rows > limit ? { rows: limit, exact: false } : { rows, exact: true };
  }

  #columnsOf(table: string): readonly string[] {
    const read = this.#database.query('SELECT name FROM pragma_table_xinfo(?) WHERE hidden IN (0, 3)', [table]);
    return read.ok ? read.value.map(([name]) => String(name)) : [];
  }

  #countValues(table: string): ReadonlyMap<string, number> {
    const columns = this.#columnsOf(table);
    const counts = columns.map((name) => `count(${quoteIdentifier(name)})`).join(', ');
    const row = this.#ask(`SELECT ${counts} FROM main.${quoteIdentifier(table)}`);
    return new Map(columns.map((name, at) => [name, Number(row?.[at] ?? 0)]));
  }

  /** One row of an answer; null where there is none, or SQLite cannot give it. */
  #ask(sql: string, parameters: readonly string[] = []): Row | null {
    const read = this.#database.query(sql, parameters);
    return read.ok ? (read.value[0] ?? null) : null;
  }
}

function entry(table: TrackedTable, loss: Loss): Omit<Entry, 'ordinal'> {
  return { table, loss, columns: new Map() };
}

function joined(note: string | null, sentence: string): string {
  return note === null ? sentence : `${note} ${sentence}`;
}
