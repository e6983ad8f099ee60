// quick_check of what a run wrote, where that is new tables, new indexes and the schema. All other tables and indexes are the input's own
// bytes then, of which the check of the input tells, and are not read once more.

import { DamagedDatabase, foldName, quoteIdentifier, rowsOf, type Database } from '../../database';
import { PageSet, SCHEMA_ROOT, walkBtree } from '../../file/btree';
import { mayOverflow, overflowChainsOf, readBtreePage } from '../../file/btreePage';
import { walkFreelist, walkOverflow, type PageStep } from '../../file/linkedPages';
import { HEADER_SIZE } from '../../file/header';
import type { PagedFile } from '../../file/pagedFile';
import { pagedFileOf, TreeDamaged, type DatabaseFile } from '../../file/treePages';
import type { Relation } from '../../schema/schema';
import type { WrittenPages } from './pageProof';
import type { TablePair } from './tablePairs';

/** How many tables and indexes a run made. */
export interface MadeTrees {
  readonly tables: number;
  readonly indexes: number;
}

/** Both sides of a run: databases, the files that they are open on, and what was written. */
export interface Sides {
  readonly before: Database;
  readonly result: Database;
  readonly input: DatabaseFile;
  readonly output: DatabaseFile;
  readonly written: WrittenPages;
  /** The tables whose rows are the input's own bytes. */
  readonly untouched: ReadonlySet<TablePair>;
  /** Rows of a table of the input; null where they cannot be counted. */
  readonly rowsBefore: (table: Relation) => number | null;
}

/**
 * Looks at what quick_check looks at, as far as the run wrote it: whether each page that it wrote is part of one tree, or free; what
 * SQLite says of new tables and of the schema; the b-trees of new indexes, and that they have as many entries as their tables have rows. Null
 * says nothing but that SQLite has to be asked of the whole: something is wrong, or the run wrote into what was there before.
 */
export function checkMadeTrees(sides: Sides): MadeTrees | null {
  try {
    return isLaidOutAlike(sides) ? soundTreesOf(sides) : null;
  } catch (error) {
    if (error instanceof TreeDamaged || error instanceof DamagedDatabase) return null;
    throw error;
  }
}

/** Whether the run left what was there where it was, as far as headers and written pages tell. With pointer maps every new page is told of on an old one. */
function isLaidOutAlike({ input, output, written: { changes, byRoot, unknown } }: Sides): boolean {
  const [was, is] = [input.header, output.header];
  if (was.pageSize !== is.pageSize || was.reservedBytes !== is.reservedBytes) return false;
  if (was.largestRootPage !== 0 || is.largestRootPage !== 0) return false;
  if (is.pageCountIsValid && is.pageCount !== changes.resultPages) return false;
  return byRoot.size === 0 && unknown.length === 0 && changes.resultPages >= changes.inputPages;
}

function soundTreesOf(sides: Sides): MadeTrees | null {
  const { before, result, untouched, rowsBefore } = sides;
  const [had, has] = [treesOf(before), treesOf(result)];
  if (!had || !has || !areKept(had, has)) return null;
  const made = new Map([...has].filter(([root]) => !had.has(root)));
  if (!hasEachPageOnce(sides, [...made.keys()])) return null;
  const newTables = [...made.values()].flatMap(({ type, name }) => (type === 'table' ? [name] : []));
  const isNew = new Set(newTables.map(foldName));
  const pairs = [...untouched].flatMap((pair) => (pair.after ? [[foldName(pair.after.name), pair] as const] : []));
  const kept = new Map(pairs);
  const rows = new Map<number, number | null>();
  for (const [root, { type, table, isPartial }] of made) {
    if (type === 'table' || isNew.has(foldName(table))) continue;
    const pair = kept.get(foldName(table));
    const counted = pair ? rowsBefore(pair.before) : null;
    if (counted === null) return null;
    rows.set(root, isPartial ? null : counted);
  }
  const constrained = pairs.flatMap(([, pair]) => (pair.after && gainsConstraint(pair) ? [pair.after.name] : []));
  const tables = ['sqlite_schema', ...newTables, ...constrained];
  const isSound = tables.every((table) => saysOk(result, table)) && areSoundIndexes(result, rows);
  return isSound ? { tables: newTables.length, indexes: made.size - newTables.length } : null;
}

interface Tree {
  readonly type: 'table' | 'index';
  readonly name: string;
  readonly table: string;
  readonly isPartial: boolean;
}

/** Tables and indexes by root page; null where two have the same one. */
function treesOf(database: Database): ReadonlyMap<number, Tree> | null {
  const partial = rowsOf(
    database,
    `SELECT p.name FROM (SELECT DISTINCT tbl_name FROM main.sqlite_schema WHERE type = 'index') AS s
     JOIN pragma_index_list(s.tbl_name) AS p WHERE p.partial`,
  );
  const isPartial = new Set(partial.map(([name]) => name));
  const rows = rowsOf(database, 'SELECT rootpage, type, name, tbl_name FROM main.sqlite_schema WHERE rootpage > 0');
  const trees = new Map<number, Tree>();
  for (const [root, sort, name, table] of rows) {
    const type = sort === 'table' || sort === 'index' ? sort : null;
    if (type === null) return null;
    trees.set(Number(root), {
      type,
      name: String(name),
      table: String(table),
      isPartial: type === 'index' && isPartial.has(name),
    });
  }
  return trees.size === rows.length ? trees : null;
}

/** Whether all tables and indexes are still there, and each index belongs to the table that it was of. */
function areKept(had: ReadonlyMap<number, Tree>, has: ReadonlyMap<number, Tree>): boolean {
  const rootOf = (trees: ReadonlyMap<number, Tree>): ReadonlyMap<string, number> =>
    new Map(
      [...trees].flatMap(([root, { type, name }]) => (type === 'table' ? [[foldName(name), root] as const] : [])),
    );
  const [before, after] = [rootOf(had), rootOf(has)];
  return [...had].every(([root, { type, table, isPartial }]) => {
    const now = has.get(root);
    const isSame = now?.type === type && now.isPartial === isPartial;
    return isSame && before.get(foldName(table)) === after.get(foldName(now.table));
  });
}

/** Whether a table that kept its rows has a column now that some of them may not have a value for. */
function gainsConstraint({ before, after }: TablePair): boolean {
  if (!after || before.sql === after.sql) return false;
  const added = after.columns.slice(before.columns.length);
  const isBound = ({ notNull, defaultValue }: (typeof added)[number]): boolean =>
    notNull && (defaultValue === null || /^null$/i.test(defaultValue));
  const checks = (sql: string): number => sql.match(/\bcheck\b/gi)?.length ?? 0;
  return added.some(isBound) || checks(after.sql) > checks(before.sql);
}

/** Whether each page that the run wrote, or that is free, belongs to one tree of what it made, to the schema, or to the free ones. */
function hasEachPageOnce({ input, output, written }: Sides, made: readonly number[]): boolean {
  const { inputPages, resultPages, changed } = written.changes;
  const [was, is] = [pagedFileOf(input), pagedFileOf(output)];
  const isChanged = new Set(changed);
  const isWritten = (page: number): boolean => page > inputPages || isChanged.has(page);
  const schemaBefore = new Set(pagesOf(was, SCHEMA_ROOT, new PageSet()));
  const freeBefore = new Set(numbersOf(walkFreelist(was, new PageSet())));
  const claimed = new PageSet();
  let free = 0;
  for (const page of numbersOf(walkFreelist(is, claimed))) {
    if (!isWritten(page) && !freeBefore.has(page) && !schemaBefore.has(page)) return false;
    free++;
  }
  if (free !== is.header.freelistPages) return false;
  for (const root of [SCHEMA_ROOT, ...made]) {
    for (const page of pagesOf(is, root, claimed)) {
      if (!isWritten(page) && !(root === SCHEMA_ROOT && schemaBefore.has(page))) return false;
    }
  }
  const isOwned = (page: number): boolean => is.placeOf(page) !== null || !claimed.add(page);
  for (let page = inputPages + 1; page <= resultPages; page++) if (!isOwned(page)) return false;
  return [...changed, ...schemaBefore, ...freeBefore].every(isOwned);
}

/** The pages of a tree, and of the overflow chains of its cells. Throws TreeDamaged where a page is claimed already. */
function* pagesOf(file: PagedFile, root: number, claimed: PageSet): Generator<number, void, void> {
  for (const step of walkBtree(file, root, claimed)) {
    if (step.kind === 'damage') throw damageOf(step);
    for (const page of step.kind === 'leaves' ? step.pages : [step.interior.page]) {
      yield page;
      yield* overflowOf(file, page, claimed);
    }
  }
}

function* overflowOf(file: PagedFile, page: number, claimed: PageSet): Generator<number, void, void> {
  const read = readBtreePage(file, page);
  if (!read.ok) throw damageOf({ damage: read.error });
  const { bytes } = read.value;
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!mayOverflow(view, 0, page === SCHEMA_ROOT ? HEADER_SIZE : 0, file.usable)) return;
  const chains = overflowChainsOf(read.value);
  if (!chains.ok) throw damageOf({ damage: chains.error });
  for (const chain of chains.value) yield* numbersOf(walkOverflow(file, chain, page, claimed));
}

/** The pages of a walk. Throws TreeDamaged where it meets damage. */
function* numbersOf(steps: Iterable<PageStep>): Generator<number, void, void> {
  for (const step of steps) {
    if (step.kind === 'damage') throw damageOf(step);
    yield step.page;
  }
}

function damageOf({ damage }: { readonly damage: { readonly page: number; readonly reason: string } }): TreeDamaged {
  return new TreeDamaged(`page ${damage.page}: ${damage.reason}`);
}

function saysOk(database: Database, table: string): boolean {
  const said = database.query(`PRAGMA quick_check(${quoteIdentifier(table)})`);
  return said.ok && said.value.length === 1 && said.value[0]?.[0] === 'ok';
}

/**
 * Whether the b-trees of indexes are sound and have so many entries. SQLite checks them as indexes of an empty table, in a connection of their
 * own: of their table it would go through all rows.
 * @param rows by root page, how many entries there have to be; null where that is not known
 */
function areSoundIndexes(result: Database, rows: ReadonlyMap<number, number | null>): boolean {
  if (rows.size === 0) return true;
  const database = result.fork();
  try {
    const names = rowsOf(database, 'SELECT name FROM main.sqlite_schema').map(([name]) => foldName(String(name)));
    let probe = 'probe';
    while (names.some((name) => name.startsWith(probe))) probe += '_';
    // An index is counted by SQLite where its entries are shorter than the rows of the table.
    const columns = '(a, b, c, d, e, f, g, h)';
    const execute = (sql: string, parameters: readonly (string | number)[] = []): boolean =>
      database.execute(sql, parameters).ok;
    const insert = 'INSERT INTO main.sqlite_schema(type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?)';
    const [version] = rowsOf(database, 'PRAGMA schema_version');
    const isReady =
      execute('PRAGMA writable_schema = ON') &&
      execute(`CREATE TABLE main.${probe}${columns}`) &&
      execute(
        `INSERT INTO main.sqlite_schema(type, name, tbl_name, rootpage, sql)
         SELECT 'table', ? || value, ? || value, rootpage, ? || value || ? FROM main.sqlite_schema, json_each(?) WHERE name = ?`,
        [probe, probe, `CREATE TABLE ${probe}`, columns, JSON.stringify([...rows.keys()]), probe],
      ) &&
      [...rows.keys()].every((root) =>
        [probe, `${probe}${root}`].every((table) => {
          const name = `${table}_of_${root}`;
          return execute(insert, ['index', name, table, root, `CREATE INDEX ${name} ON ${table}(a)`]);
        }),
      ) &&
      execute(`PRAGMA schema_version = ${Number(version?.[0]) + 2}`);
    if (!isReady) return false;
    // The table is empty and they are not: that and nothing else is to be said of them.
    const said = database.query(`PRAGMA quick_check(${probe})`);
    if (!said.ok || !said.value.every(([line]) => /^(ok|wrong # of entries in index \S+)$/.test(String(line))))
      return false;
    return [...rows].every(([root, expected]) => {
      const counted = database.query(`SELECT count(*) FROM ${probe}${root}`);
      return counted.ok && (expected === null || counted.value[0]?.[0] === expected);
    });
  } finally {
    database.close();
  }
}
