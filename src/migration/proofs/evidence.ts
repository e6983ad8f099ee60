// What the proofs of a run are made from: the database before it and the result, looked at no sooner than a proof asks.

import { type Database, type Outcome, foldName } from '../../database';
import type { ByteSource } from '../../file/byteSource';
import { HEADER_SIZE, readHeader, type Header } from '../../file/header';
import { readSchema } from '../../schema/read';
import type { Relation, Schema } from '../../schema/schema';
import { isIndexOfOther, ownerOf } from '../../schema/virtualTables';
import type { ParsedStatement } from '../../script/parsedStatement';
import { pairTables, type TablePair } from './tablePairs';
import { countRows, measure, type Measurement } from './measurement';
import { findWrittenPages, isUntouched, type PageChanges, type WrittenPages } from './pageProof';
import type { IndexTree } from './indexEntries';
import { checkIntegrity, checkIntegrityByEntries, type Integrity, type Spared } from './integrity';
import { checkMadeTrees, type MadeTrees } from './writtenTrees';
import { findRowChanges, type RowChanges } from './rowChanges';
import { findBrokenReferences, type BrokenReference } from './brokenReferences';
import { findUnresolved, readReferences } from '../../schema/references';
import type { Choices, StatementOutcome } from '../outcome';
import type { DesiredSchema } from './reachesTarget';

/** How far a check has come: `done` of `total` rows, pages or steps; `total` is 0 where it cannot be told. */
export type OnCheck = (label: string, done: number, total: number) => void;

/** What a run leaves to be proved. */
export interface Aftermath {
  /** The database as it was, and the result, opened anew from the bytes that will be downloaded. */
  readonly before: Database;
  readonly result: Database;
  /** The bytes of both, and the header of the input. */
  readonly input: ByteSource;
  readonly output: ByteSource;
  readonly header: Header;
  /** What the store of pages says of them. */
  readonly pages: PageChanges;
  readonly statements: readonly ParsedStatement[];
  readonly outcomes: readonly StatementOutcome[];
  readonly choices: Choices;
  /** The schema that the script makes of the same database without rows. */
  readonly specified: Schema;
  /** Does something as if it were the instant that the run was told when it asked for the time. */
  readonly atInstant: <Value>(work: () => Value) => Value;
  /** The schema that the script was written to reach; left out where it was written by other means. */
  readonly desired?: DesiredSchema;
}

/** Looks at each side once, and keeps what it saw for the proofs that come after. */
export class Evidence {
  readonly aftermath: Aftermath;
  readonly #kept = new Map<string, unknown>();

  constructor(aftermath: Aftermath) {
    this.aftermath = aftermath;
  }

  get schemaBefore(): Schema {
    return this.#once('schema before', () => readSchema(this.aftermath.before));
  }

  get schemaAfter(): Schema {
    return this.#once('schema after', () => readSchema(this.aftermath.result));
  }

  get measuredBefore(): Measurement {
    return this.#once('measured before', () => measure(this.aftermath.before, this.schemaBefore));
  }

  get measuredAfter(): Measurement {
    return this.#once('measured after', () => measure(this.aftermath.result, this.schemaAfter));
  }

  /** What the script itself does to rows. */
  get changes(): RowChanges {
    const { statements, outcomes } = this.aftermath;
    return this.#once('changes', () => findRowChanges(statements, outcomes, this.schemaBefore, this.schemaAfter));
  }

  /** The tables of before with what they are now. */
  get pairs(): readonly TablePair[] {
    return this.#once('pairs', () => pairTables(this.schemaBefore, this.schemaAfter, this.#applied));
  }

  /**
   * The tables whose rows are worth counting: virtual ones that store rows in the place of the tables that they are stored in, and
   * no table that stores nothing but an index of others.
   */
  get countedPairs(): readonly TablePair[] {
    return this.#once('counted pairs', () => {
      const stored = new Set(
        this.schemaBefore.relations.flatMap(({ kind, name }) => (kind === 'shadow table' ? [ownerOf(name)] : [])),
      );
      const virtual = pairTables(this.schemaBefore, this.schemaAfter, this.#applied, ['virtual table']).filter(
        // FTS5 keeps no number of rows with columnsize = 0.
        ({ before: { name, sql, unreadable } }) => unreadable === null && stored.has(name) && !/columnsize/i.test(sql),
      );
      const replaced = new Set(virtual.map(({ before: { name } }) => name));
      const isStorage = ({ before: { kind, name } }: TablePair): boolean =>
        kind === 'shadow table' && replaced.has(ownerOf(name));
      return [
        ...this.pairs.filter((pair) => !isStorage(pair)),
        ...virtual.filter(({ before: { sql } }) => !isIndexOfOther(sql)),
      ];
    });
  }

  /** References that were sound before, and lead nowhere now. */
  get brokenReferences(): readonly BrokenReference[] {
    return this.#once('broken references', () => {
      const { before, result } = this.aftermath;
      const references = readReferences(before, this.schemaBefore);
      if (references.length === 0) return [];
      const now = findUnresolved(result, this.schemaAfter, readReferences(result, this.schemaAfter));
      if (now.size === 0) return [];
      const unresolved = findUnresolved(before, this.schemaBefore, references);
      return findBrokenReferences({ references, unresolved }, now, this.pairs);
    });
  }

  get writtenPages(): WrittenPages {
    const { before, header, input, pages } = this.aftermath;
    return this.#once('written pages', () => findWrittenPages(before, header, input, pages));
  }

  /**
   * The tables whose rows are the input's own bytes. None is, where the script opens sqlite_schema to writing: whatever text
   * it puts there, the same bytes may then be read in ways that no PRAGMA tells of (INTEGER PRIMARY KEY and … DESC).
   */
  get untouched(): ReadonlySet<TablePair> {
    const opened = this.aftermath.statements.some(
      ({ kind, name }) => kind === 'pragma' && foldName(name ?? '') === 'writable_schema',
    );
    return this.#once('untouched', () => {
      if (opened) return new Set();
      const written = this.pairs.filter((pair) => !isUntouched(pair, this.writtenPages));
      const owners = new Set(
        written.flatMap(({ before: { kind, name } }) => (kind === 'shadow table' ? ownerOf(name) : [])),
      );
      const known = new Set(written);
      return new Set([
        ...this.pairs.filter((pair) => !known.has(pair)),
        ...this.countedPairs.filter(({ before: { kind, name } }) => kind === 'virtual table' && !owners.has(name)),
      ]);
    });
  }

  /** Whether integrity_check has looked at the result and found nothing; null where it has not been asked. */
  get isSound(): boolean | null {
    return this.#kept.has('sound') ? (this.#kept.get('sound') as boolean) : null;
  }

  /** What quick_check says of the result; for less, of what the run made, where it wrote nothing else. */
  checkPagesAfter(isSparing: boolean): Integrity {
    const made = isSparing ? this.#checkMadeTrees() : null;
    const { relations } = this.schemaAfter;
    return made
      ? { check: 'quick_check', complaints: [], unchecked: new Map(), made }
      : checkIntegrity(this.aftermath.result, relations, 'quick_check');
  }

  #checkMadeTrees(): MadeTrees | null {
    const { before, result, input, output, header } = this.aftermath;
    const written = readHeader(output.read(0, HEADER_SIZE));
    if (!written.ok || this.schemaAfter.relations.some(({ unreadable }) => unreadable !== null)) return null;
    if (!this.pairs.every((pair) => this.untouched.has(pair))) return null;
    return checkMadeTrees({
      before,
      result,
      input: { source: input, header },
      output: { source: output, header: written.value },
      written: this.writtenPages,
      untouched: this.untouched,
      rowsBefore: ({ name }) => {
        const rows = this.#countRows('before', name);
        return rows.ok ? rows.value : null;
      },
    });
  }

  /**
   * What integrity_check says of the result, or, for less, what it would say: of indexes that are the input's own bytes, over rows that
   * are, only the check of the input tells then.
   */
  checkIntegrityAfter(isSparing: boolean, onTable: (table: string, pages: number) => void): Integrity {
    const { result, output } = this.aftermath;
    const { relations } = this.schemaAfter;
    const header = readHeader(output.read(0, HEADER_SIZE));
    const found =
      isSparing && header.ok
        ? checkIntegrityByEntries(
            result,
            relations,
            this.checkPagesAfter(true),
            { source: output, header: header.value },
            this.#spared,
            onTable,
          )
        : checkIntegrity(result, relations);
    this.#kept.set('sound', found.complaints.length === 0 && found.unchecked.size === 0);
    return found;
  }

  /** Rows by table, of all tables or of those given; what was counted once is not counted again. */
  countRows(
    side: 'before' | 'after',
    pairs: readonly TablePair[],
    onCheck: OnCheck,
  ): ReadonlyMap<string, Outcome<number>> {
    const names = pairs.flatMap((pair) => (side === 'before' ? pair.before.name : (pair.after?.name ?? [])));
    return new Map(
      names.map((name, at) => {
        onCheck(`counting rows ${side}`, at, names.length);
        return [name, this.#countRows(side, name)];
      }),
    );
  }

  /** Takes the rows of tables of the input from somebody who has counted them. */
  knowRows(rows: readonly (readonly [table: string, rows: number])[]): void {
    for (const [table, value] of rows) this.#kept.set(keyOfRows('before', table), { ok: true, value });
  }

  #countRows(side: 'before' | 'after', table: string): Outcome<number> {
    const database = side === 'before' ? this.aftermath.before : this.aftermath.result;
    return this.#once(keyOfRows(side, table), () => countRows(database, table));
  }

  get #spared(): Spared {
    const { byRoot, names } = this.writtenPages;
    const untouched = new Set([...this.untouched].flatMap(({ after }) => (after ? foldName(after.name) : [])));
    const before = new Map(this.schemaBefore.indexes.map((index) => [index.name, index]));
    const after = new Map(this.schemaAfter.indexes.map((index) => [index.name, index]));
    const table = ({ name }: Relation): boolean => untouched.has(foldName(name));
    const index = (of: Relation, { name, root }: IndexTree): boolean => {
      const [was, is] = [before.get(name), after.get(name)];
      const isAsItWas = was !== undefined && was.sql === is?.sql && was.table === is.table;
      return table(of) && isAsItWas && names.get(root) === name && !byRoot.has(root);
    };
    return { table, index };
  }

  get #applied(): readonly ParsedStatement[] {
    const { statements, outcomes } = this.aftermath;
    return statements.filter(({ ordinal }) => outcomes[ordinal - 1]?.verdict === 'applied');
  }

  #once<Part>(name: string, look: () => Part): Part {
    if (!this.#kept.has(name)) this.#kept.set(name, look());
    return this.#kept.get(name) as Part;
  }
}

function keyOfRows(side: 'before' | 'after', table: string): string {
  return `rows ${side} of ${table}`;
}
