// The trial: a schema without rows on which each statement of a migration is run as it is written, so that SQLite tells what it gives.

import { quoteIdentifier, rowsOf, type Database } from '../database';
import { readSchema } from '../schema/read';
import { isInternal, type Relation, type Schema } from '../schema/schema';
import { makeShadow } from '../schema/shadow';
import { brokenObjects, type States } from './relevant';

/** What this engine lacks says nothing about the statement. */
const LACKING = /^no such (module|function|collation sequence)/;

/** A schema in memory. Whoever made it closes it. */
export class Trial {
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
    database.execute('PRAGMA foreign_keys = OFF');
    database.execute('BEGIN');
  }

  /** The schema of a database, with what this engine cannot create anew. */
  static of(database: Database): Trial {
    return new Trial(makeShadow(database));
  }

  /** A schema that no database has: what this engine cannot create is left out. */
  static made(scratch: Database, { relations, indexes, triggers }: Schema): Trial {
    const trial = new Trial(scratch);
    const tables = relations.filter(({ kind, name }) => !isInternal(name) && kind === 'table');
    const others = relations.filter(({ kind }) => kind === 'virtual table' || kind === 'view');
    for (const { sql } of [...tables, ...others, ...indexes, ...triggers]) if (sql !== null) scratch.execute(sql);
    return trial;
  }

  /** Runs a statement; SQLite's message where it refuses it for another reason than that this engine lacks something. */
  run(sql: string): string | null {
    const outcome = this.#database.execute(sql);
    return outcome.ok || LACKING.test(outcome.error.message) ? null : outcome.error.message;
  }

  /** Runs statements, and takes all back where one of them is refused or `keep` says no; says whether they stay. */
  try(statements: readonly string[], keep: () => boolean = () => true): boolean {
    return this.#attempt(statements, keep) === true;
  }

  /**
   * The same, but what is in the way goes first: ALTER TABLE refuses its work where a view or a trigger does not compile, be it one that
   * has nothing to do with the table. Gives the statements that drop those.
   */
  tryPast(
    statements: readonly string[],
    keep: () => boolean = () => true,
  ): { readonly stays: boolean; readonly drops: readonly string[] } {
    const drops: string[] = [];
    for (;;) {
      const result = this.#attempt([...drops, ...statements], keep);
      const obstacle = typeof result === 'string' ? this.#obstacleIn(result) : null;
      if (obstacle === null || drops.includes(obstacle)) return { stays: result === true, drops };
      drops.push(obstacle);
    }
  }

  /** Whether statements stay, or SQLite's message. */
  #attempt(statements: readonly string[], keep: () => boolean): boolean | string {
    this.#database.execute('SAVEPOINT attempt');
    let result: boolean | string = true;
    for (const sql of statements) {
      const message = this.run(sql);
      if (message === null) continue;
      result = message;
      break;
    }
    if (result === true) result = keep();
    if (result !== true) this.#database.execute('ROLLBACK TO attempt');
    this.#database.execute('RELEASE attempt');
    return result;
  }

  /** `error in view v after rename: …`; an index is in the way of a computed column that is dropped and added. */
  #obstacleIn(message: string): string | null {
    const [, kind, rest] = /^error in (view|trigger|index) ([\s\S]*)$/.exec(message) ?? [];
    if (kind === undefined || rest === undefined) return null;
    const names = rowsOf(this.#database, 'SELECT name FROM main.sqlite_schema WHERE type = ?', [kind]).map(String);
    const name = names.filter((one) => rest.startsWith(one)).sort((one, other) => other.length - one.length)[0];
    return name === undefined ? null : `DROP ${kind.toUpperCase()} ${quoteIdentifier(name)}`;
  }

  /** Whether a condition is true; it is none over a table. */
  holds(condition: string): boolean {
    const read = this.#database.query(`SELECT ${condition}`);
    return read.ok && read.value[0]?.[0] === 1;
  }

  /** The text of an object, as it is now; null where there is none. */
  textOf(name: string): string | null {
    const text = rowsOf(this.#database, 'SELECT sql FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE', [
      name,
    ])[0]?.[0];
    return typeof text === 'string' ? text : null;
  }

  /** The schema as it is now. */
  schema(): Schema {
    return readSchema(this.#database);
  }

  /**
   * Whether rows allow columns to be added by ALTER TABLE, one after the other: SQLite refuses some defaults, and NOT NULL without one,
   * as soon as there is a row. It is tried on a table of the same name and columns that has one, in a database of its own.
   * @param dropped columns that are dropped before
   */
  addsToRows({ name, columns }: Relation, definitions: readonly string[], dropped: readonly string[]): boolean {
    if (definitions.length === 0) return true;
    const beside = this.#database.scratch();
    const table = quoteIdentifier(name);
    try {
      const kept = columns.filter((column) => !dropped.includes(column.name));
      return [
        `CREATE TABLE ${table} (${kept.map((column) => quoteIdentifier(column.name)).join(', ')})`,
        `INSERT INTO ${table} DEFAULT VALUES`,
        ...definitions.map((definition) => `ALTER TABLE ${table} ADD COLUMN ${definition}`),
      ].every((sql) => beside.execute(sql).ok);
    } finally {
      beside.close();
    }
  }

  /** The views and triggers that do not compile in it. */
  broken(states: States): readonly string[] {
    return brokenObjects(this.#database, states);
  }

  close(): void {
    this.#database.close();
  }
}
