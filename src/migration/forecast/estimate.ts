// What each statement of a planned script will read, write, sort and take, told by what it makes of a miniature of the database.

import { foldName, type Database } from '../../database';
import type { ByteSource } from '../../file/byteSource';
import type { Header } from '../../file/header';
import { leavesOfRows, packTree } from '../../file/packTree';
import { PagedFile } from '../../file/pagedFile';
import { sampleTree } from '../../file/treeSample';
import { copyRows } from '../../schema/miniature';
import { readRecords, type Records } from '../../schema/records';
import type { ParsedStatement } from '../../script/parsedStatement';
import { unquotedName } from '../../script/tokens';
import type { StatementOutcome } from '../outcome';
import type { Relation } from '../../schema/schema';
import type { Plan } from '../run/plan';

/** Milliseconds that things take. Never negative; 0 where a clock is too coarse to tell. */
export interface Rates {
  /** For a byte of the file that is read in order. */
  readonly readByte: number;
  /** For a row that is put into an index; and for a byte of what is sorted into one of 2ⁿ rows, divided by n. */
  readonly indexedRow: number;
  readonly sortedByte: number;
  /** For a row that is changed, or put into a table. */
  readonly changedRow: number;
}

/** What a statement of the plan will cost; nothing at all where it is not applied. */
export interface StatementForecast {
  readonly ordinal: number;
  /** The index that it builds, or null. */
  readonly index: string | null;
  readonly pagesToRead: number;
  /** Bytes that it adds to those that lie over the file. */
  readonly bytesToWrite: number;
  /** Of those, pages of the file that it writes over: SQLite keeps what was on them in its own memory until the commit. */
  readonly bytesToRewrite: number;
  readonly bytesToSort: number;
  readonly milliseconds: number;
}

/** What a forecast is made from. */
export interface EstimateInput {
  /** The file's database, as it is before the run; it is only read. */
  readonly database: Database;
  /** Its schema, into which some of its rows are copied. */
  readonly miniature: Database;
  readonly header: Header;
  /** The same file's bytes, and how many of them are kept in memory at most. */
  readonly file: ByteSource;
  readonly cacheBytes: number;
  readonly statements: readonly ParsedStatement[];
  readonly plan: Pick<Plan, 'before' | 'outcomes'>;
  readonly rates: Rates;
}

/** A table as it is when a statement's turn comes. */
interface Table {
  /** Pages of it in the file; 0 where the script has made it. */
  readonly pages: number;
  rows: number;
  /** What it and its indexes store in the miniature. */
  records: readonly Records[];
  /** Of it and its indexes: pages, leaves that the file has, rows of these that were changed so far. */
  readonly trees: Map<string | null, { pages: number; inFile: number; changed: number }>;
  isRead: boolean;
  readonly doubt: string | null;
}

interface Change {
  readonly cost: { -readonly [Figure in keyof StatementForecast]: StatementForecast[Figure] };
  readonly kind: ParsedStatement['kind'];
  readonly rows: number;
  /** Indexes on no other columns are changed; null for all. */
  readonly columns: readonly string[] | null;
}

/** Rows that are taken, and pages that are read of each level of a b-tree: of all tables together, of one at least and at most. */
const { ROWS, PAGES_OF_LEVEL } = { ROWS: [2000, 16, 400], PAGES_OF_LEVEL: [50, 2, 24] } as const;
/** A longer row is not taken: it may have hundreds of megabytes. */
const LONGEST_ROW = 16_384;
/** So few rows are not worth being tried on the miniature, nor is what would take so many milliseconds there. */
const [FEW_ROWS, LONGEST_TRIAL] = [50, 200];
const TRIED = /^(create (table|index|view)|add|rename|drop|alter|insert|update|delete|savepoint|release|rollback to)/;
const WORKS_ON_ROWS = /^(create (index|table)|insert|update|delete)/;
const READS_OTHERS = /^(create table as|create view|update|delete)$/;
const NEW = { pages: 0, rows: 0, records: [], isRead: false, doubt: null } as const;
const NOTHING = { pagesToRead: 0, bytesToWrite: 0, bytesToRewrite: 0, bytesToSort: 0, milliseconds: 0 } as const;
/** Of what an adapted ADD COLUMN runs: the column itself and a value for the rows; the rest is about the schema's text. */
const [ADAPTED, BACKFILL] = [/^(ALTER TABLE|UPDATE main\.")/, /^UPDATE main\."/];
const FULL = 0.85; // How full pages are where rows come in any order, or become longer.

/** Follows a script on the miniature. For rows that the plan has changed, their number and the least time are the plan's. */
export class Estimate {
  readonly statements: readonly StatementForecast[];
  readonly uncertain: { readonly ordinal: number; readonly why: string }[] = [];
  readonly #input: EstimateInput;
  readonly #tables = new Map<string, Table>();

  constructor(input: EstimateInput) {
    this.#input = input;
    const { statements, plan } = input;
    const named = new Set(statements.flatMap((one) => namesOf(one, plan.outcomes[one.ordinal - 1])));
    const relations = plan.before.relations.filter(({ name, rootPage }) => rootPage > 0 && named.has(foldName(name)));
    for (const relation of relations) this.#sample(relation, relations.length);
    this.statements = statements.map((one) => this.#costOf(one, plan.outcomes[one.ordinal - 1]));
  }

  #sample(relation: Relation, tables: number): void {
    const { database, miniature, file, header } = this.#input;
    const { name } = relation;
    const read = (page: number): Uint8Array => file.read((page - 1) * header.pageSize, page * header.pageSize);
    const paged = new PagedFile({ pageCount: Math.floor(file.size / header.pageSize), read }, header);
    const share = ([all, least, most]: readonly [number, number, number]): number =>
      Math.min(most, Math.max(least, Math.floor(all / tables)));
    const sampled = sampleTree(paged, relation.rootPage, share(PAGES_OF_LEVEL), share(ROWS));
    const sample = sampled.ok ? sampled.value : { leaves: 1, pages: 1, rows: 0, cells: [] };
    const rowids = sample.cells.flatMap(({ payload, rowid }) => (payload <= LONGEST_ROW ? [rowid] : []));
    const refusal = copyRows(database, miniature, relation, rowids);
    let doubt = rowids.length < sample.cells.length ? `Some rows of ${name} are too long to be sampled.` : null;
    if (refusal !== null) doubt = `Rows of ${name} cannot be sampled: ${refusal}.`;
    if (!sampled.ok) doubt = `Page ${sampled.error.page} of ${name} is damaged.`;
    const table: Table = { ...NEW, ...sample, doubt, records: readRecords(miniature, name), trees: new Map() };
    this.#tables.set(foldName(name), table);
    for (const records of table.records) this.#count(table, records);
    for (const [index, tree] of table.trees) tree.inFile = index === null ? sample.leaves : tree.pages;
  }

  #costOf(statement: ParsedStatement, outcome: StatementOutcome | undefined): StatementForecast {
    const { kind, ordinal, text, name: created, temporary } = statement;
    const cost: Change['cost'] = { ordinal, index: kind === 'create index' ? created : null, ...NOTHING };
    if (outcome?.verdict !== 'applied' && outcome?.verdict !== 'adapted') return { ...cost, index: null };
    const { rates, cacheBytes, header, miniature } = this.#input;
    cost.milliseconds = outcome.milliseconds;
    if (/^(create|add)/.test(kind)) cost.bytesToWrite = text.length;
    if (/^(analyze|reindex|vacuum)$/.test(kind)) this.#doubt(ordinal, 'It reads tables and indexes as a whole.');
    const index = cost.index === null ? undefined : foldName(cost.index);
    const name = foldName(statement.table ?? '');
    const names = namesOf(statement, outcome);
    const sources = names.flatMap((source) => this.#tables.get(source) ?? []);
    const tried = this.#try(statement, outcome, sources);
    const table = kind.startsWith('create table') ? { ...NEW, trees: new Map() } : this.#tables.get(name);
    if (!table || temporary) return cost;

    const now = kind === 'rename table' ? foldName(statement.newName ?? '') : name;
    this.#tables.set(now, table);
    const known = index === undefined ? [] : table.records.filter((one) => one.index !== index);
    if (tried === 'tried') table.records = readRecords(miniature, now, known);
    if (index !== undefined) table.trees.delete(index);
    const here = Math.max(1, rowsHere(table));
    const rewrites = (outcome.executed ?? []).some((sql) => BACKFILL.test(sql)) || kind === 'drop column';
    const scale = Math.max(1, ...sources.map((source) => source.rows / Math.max(1, rowsHere(source))));
    const changes = rewrites ? table.rows : kind === 'create table as' ? rowsHere(table) * scale : outcome.changes;
    if (kind === 'insert' || kind === 'create table as') table.rows += changes;
    // SQLite sets all pages of a table free without writing them.
    const rows = kind === 'delete' && changes >= table.rows * 0.98 ? 0 : changes;
    const columns = kind === 'update' ? names : rewrites ? [] : null;
    const change = rewrites || WORKS_ON_ROWS.test(kind) ? { cost, kind, rows, columns } : undefined;
    for (const records of table.records) this.#count(table, records, change);
    if (!change) return cost;

    if (kind === 'delete') table.rows = Math.max(0, table.rows - changes);
    if (tried === 'unknown' || (table.rows > 0 && !rowsHere(table)))
      this.#doubt(ordinal, 'How long its rows are is not known.');
    if ((outcome.byTriggers ?? 0) > 0) this.#doubt(ordinal, 'What triggers write is not counted.');
    for (const { doubt } of [table, ...sources]) if (doubt !== null) this.#doubt(ordinal, doubt);
    for (const { pages } of new Set([table, ...sources])) cost.pagesToRead += pages;
    const bytes = cost.pagesToRead * header.pageSize;
    const reading = table.isRead && bytes <= cacheBytes ? 0 : bytes * rates.readByte;
    table.isRead = true;
    const built = table.records.find((one) => one.index === index);
    cost.bytesToSort = built ? (table.rows * built.sizes.reduce((sum, size) => sum + size, 0)) / here : 0;
    const working = built
      ? table.rows * rates.indexedRow + cost.bytesToSort * Math.log2(table.rows + 1) * rates.sortedByte
      : rows * rates.changedRow * (kind === 'insert' ? table.trees.size : 1);
    cost.milliseconds = Math.max(cost.milliseconds, reading + working);
    return cost;
  }

  /** Runs a statement on the miniature, unless that would take long or tell nothing new. */
  #try(
    statement: ParsedStatement,
    outcome: StatementOutcome,
    sources: readonly Table[],
  ): 'tried' | 'known' | 'unknown' {
    const { kind, text, temporary } = statement;
    if (!TRIED.test(kind) || temporary || kind === 'drop trigger') return 'known';
    if (kind === 'insert' && outcome.changes <= FEW_ROWS && sources.some((one) => rowsHere(one) >= FEW_ROWS))
      return 'known';
    const part = Math.min(1, ...sources.map((source) => (rowsHere(source) + 1) / (source.rows + 1)));
    if (/^(create table as|insert)$/.test(kind) && outcome.milliseconds * part > LONGEST_TRIAL) return 'unknown';
    const steps = outcome.executed?.filter((sql) => ADAPTED.test(sql)) ?? [text];
    for (const sql of steps) this.#input.miniature.execute(sql);
    return 'tried';
  }

  /** Counts the pages of a table or of one of its indexes anew, and what of them a change of rows writes. */
  #count(table: Table, { index, columns, hasRowids, sizes }: Records, change?: Change): void {
    const { pageSize, reservedBytes } = this.#input.header;
    const tree = table.trees.get(index) ?? { pages: 0, inFile: 0, changed: 0 };
    const rows = (table.rows * sizes.length) / Math.max(1, rowsHere(table));
    const { pages, leaves } = packTree(hasRowids ? 'table' : 'index', sizes, rows, pageSize - reservedBytes);
    const grown = Math.max(0, pages - tree.pages) * pageSize;
    const isInOrder = tree.pages === 0 || (change?.kind === 'insert' && index === null);
    table.trees.set(index, tree);
    tree.pages = pages;
    if (!change || (index && change.columns && !columns.some((name) => change.columns?.includes(name)))) return;
    change.cost.bytesToWrite += isInOrder ? grown : grown / FULL;
    if (change.kind === 'create index' || isInOrder) return;
    const before = leavesOfRows(tree.inFile, rows, tree.changed);
    const after = leavesOfRows(tree.inFile, rows, (tree.changed += change.rows));
    const more = { least: after.least - before.least, most: after.most - before.most };
    // Overflow pages are written with their rows. New entries of an index come to lie anywhere; of other rows that is not known.
    const bytes = (pageSize * pages) / leaves;
    change.cost.bytesToWrite += (change.kind === 'insert' ? more.most : Math.sqrt(more.least * more.most)) * bytes;
    if (index === null) change.cost.bytesToRewrite += more.least * bytes;
  }

  /** Of one statement the first doubt is enough. */
  #doubt(ordinal: number, why: string): void {
    if (this.uncertain.at(-1)?.ordinal !== ordinal) this.uncertain.push({ ordinal, why });
  }
}

/** How many rows of a table the miniature has. */
function rowsHere({ records }: Table): number {
  return records[0]?.sizes.length ?? 0;
}

/** The table that a statement works on; where it may read others or name columns, all names in it. */
function namesOf(statement: ParsedStatement, outcome: StatementOutcome | undefined): readonly string[] {
  const { kind, table } = statement;
  if (kind === 'insert' ? (outcome?.changes ?? 0) > FEW_ROWS : READS_OTHERS.test(kind))
    return statement.tokens.map((token) => foldName(unquotedName(token) ?? ''));
  return table === null ? [] : [foldName(table)];
}
