// Where the rows of each table come from when a statement's turn comes: which table of the file holds them, and what its
// rows have in columns that the script has added, renamed or copied.

import { quoteIdentifier, quoteText, type Database, foldName } from '../../database';
import type { Relation } from '../../schema/schema';
import { classify } from '../../script/classify';
import type { Statement } from '../../script/statement';
import { insertsValues, rowCopy } from '../../script/clauses';
import { parseSql } from '../../script/tokens';
import { rowsNamed } from './entrySizes';
import { SAMPLE } from './tableSample';
import type { StatementOutcome } from '../outcome';

/** Where the rows of a table come from. */
export interface Origin {
  /** The table of the file that holds them; null where the script has made the table, and it holds none. */
  readonly source: Relation | null;
  /** FROM term over a sample of `source`; the columns are SQL over it. */
  readonly base: string;
  /** The columns, by folded name; SQL is null where a value cannot be told. */
  readonly columns: ReadonlyMap<string, { readonly name: string; readonly sql: string | null }>;
  /** Half a sentence on why the rows may be others than those of the file; null where they are the same. */
  readonly doubt: string | null;
}

const EMPTY: Origin = { source: null, base: SAMPLE, columns: new Map(), doubt: null };

type Table = readonly [table: string, origin: Origin];

/** Follows the tables of a file through the statements that are applied. */
export class Origins {
  #tables: ReadonlyMap<string, Origin>;
  #savepoints: { readonly name: string; readonly tables: ReadonlyMap<string, Origin> }[] = [];

  constructor(relations: readonly Relation[]) {
    this.#tables = new Map(
      relations.flatMap((relation): Table[] => {
        if (relation.kind === 'view') return [];
        const columns = relation.columns.map(
          ({ name }) => [foldName(name), { name, sql: quoteIdentifier(name) }] as const,
        );
        return [[foldName(relation.name), { ...EMPTY, source: relation, columns: new Map(columns) }]];
      }),
    );
  }

  /** The origin of a table's rows; undefined where there is no such table. */
  of(table: string): Origin | undefined {
    return this.#tables.get(foldName(table));
  }

  /** A FROM term for the rows of a table, with the columns that can be told, over a sample of its source. */
  static rows(origin: Origin, table: string): string {
    const told = [...origin.columns.values()].flatMap(({ name, sql }) => (sql === null ? [] : [[name, sql] as const]));
    return rowsNamed(told, origin.base, table);
  }

  /**
   * Takes note of a statement that was applied or adapted.
   * @param shadow has the schema after it
   */
  follow(statement: Statement, outcome: StatementOutcome, shadow: Database): void {
    const { kind, text, newName } = statement;
    const name = foldName(statement.name ?? '');
    const table = foldName(statement.table ?? '');
    const origin = this.#tables.get(table);
    switch (kind) {
      case 'savepoint':
        this.#savepoints.push({ name, tables: this.#tables });
        break;
      case 'rollback to':
        this.#tables = this.#savepoints.findLast((savepoint) => savepoint.name === name)?.tables ?? this.#tables;
        break;
      case 'create table':
      case 'create virtual table':
        this.#set(table, EMPTY);
        break;
      case 'create table as':
        this.#set(table, EMPTY);
        this.#copyRows(statement, shadow);
        break;
      case 'insert':
        if (origin && !insertsValues(text)) this.#copyRows(statement, shadow);
        break;
      case 'update':
      case 'delete':
        if (origin)
          this.#set(table, { ...origin, doubt: `the script changes rows of ${statement.table ?? ''} before it` });
        break;
      case 'drop table':
        this.#set(table, null);
        break;
      case 'rename table':
        this.#set(table, null);
        this.#set(foldName(newName ?? ''), origin ?? null);
        break;
      case 'add column':
        if (origin) this.#set(table, withColumn(origin, statement, outcome, shadow));
        break;
      case 'rename column':
      case 'drop column':
        if (origin)
          this.#set(
            table,
            renamed(origin, statement.column ?? '', kind === 'drop column' ? null : foldName(newName ?? '')),
          );
        break;
      default:
        break;
    }
  }

  #set(table: string, origin: Origin | null): void {
    const others = [...this.#tables].filter(([name]) => name !== table);
    this.#tables = new Map(origin === null ? others : [...others, [table, origin]]);
  }

  /** Rows of one table that become rows of another. */
  #copyRows({ table, text }: Statement, shadow: Database): void {
    const target = foldName(table ?? '');
    const doubt = `the script puts rows into ${table ?? ''} before it`;
    const doubtful: Origin = { ...(this.#tables.get(target) ?? EMPTY), doubt };
    const copy = rowCopy(text);
    const from = copy ? this.of(copy.from) : undefined;
    // Rows that were there, and rows that are added to them, are more than one sample can stand for.
    if (!copy || !from?.source || doubtful.source !== null) {
      this.#set(target, doubtful);
      return;
    }
    const written = copy.columns ?? columnsOf(shadow, target);
    const values = copy.values ?? columnsOf(shadow, copy.from).map(quoteIdentifier);
    if (values.length !== written.length) {
      this.#set(target, doubtful);
      return;
    }
    const given = new Map(written.map((name, at) => [foldName(name), values[at] ?? null]));
    const columns = columnsOf(shadow, target).map(
      (name) => [foldName(name), { name, sql: given.get(foldName(name)) ?? 'NULL' }] as const,
    );
    this.#set(target, { ...from, base: Origins.rows(from, copy.from), columns: new Map(columns) });
  }
}

/** The columns of a table that are written, in their order. */
function columnsOf(shadow: Database, table: string): readonly string[] {
  const read = shadow.query('SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid', [table]);
  return read.ok ? read.value.map(([name]) => String(name)) : [];
}

/** What ran instead of an adapted statement has an UPDATE of the table's rows in it, where they were given a value. */
export function isBackfilled({ executed }: StatementOutcome): boolean {
  return (executed ?? [])
    .map((sql) => classify(parseSql(sql).tokens))
    .some(({ kind, name }) => kind === 'update' && !/^sqlite_/i.test(name ?? ''));
}

function withColumn(origin: Origin, statement: Statement, outcome: StatementOutcome, shadow: Database): Origin {
  const read = shadow.query(
    'SELECT name, dflt_value, hidden FROM pragma_table_xinfo(?) WHERE name = ? COLLATE NOCASE',
    [statement.table ?? null, statement.column ?? null],
  );
  const [name, defaultValue, hidden] = (read.ok ? read.value[0] : undefined) ?? [];
  if (typeof name !== 'string') return origin;
  const given = typeof defaultValue === 'string' && (outcome.verdict === 'applied' || isBackfilled(outcome));
  // A bare word may be a default too, and stands for itself.
  const value = !given
    ? 'NULL'
    : shadow.compile(`SELECT (${defaultValue})`).ok
      ? `(${defaultValue})`
      : quoteText(defaultValue);
  const sql = hidden === 0 ? value : null;
  return { ...origin, columns: new Map([...origin.columns, [foldName(name), { name, sql }]]) };
}

function renamed(origin: Origin, column: string, to: string | null): Origin {
  const columns = [...origin.columns].flatMap(([folded, value]): [string, { name: string; sql: string | null }][] => {
    if (folded !== foldName(column)) return [[folded, value]];
    return to === null ? [] : [[foldName(to), { name: to, sql: value.sql }]];
  });
  return { ...origin, columns: new Map(columns) };
}
