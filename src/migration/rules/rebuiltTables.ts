// The tables that a script makes anew, with what is known of each before and after: what the rules on lost parts look at.

import { foldName, type Database } from '../../database';
import type { Relation } from '../../schema/schema';
import type { ParsedStatement } from '../../script/parsedStatement';
import { unquotedName, type ParsedSql } from '../../script/tokens';
import { readTable, type TableFacts } from '../drift/columnAspects';
import { ALL_COLUMNS, copiedColumns, sourcesOf } from '../../script/copiedColumns';
import type { StatementOutcome } from '../outcome';
import { pairTables, type TablePair } from '../proofs/tablePairs';
import type { Found, Rule, ScriptEnd, ScriptStart } from '../warning';
import { readIndexShapes, type IndexShape } from './indexShapes';

/** A table that was made anew, with what is known of it before and after. */
export interface Rebuilt {
  readonly pair: TablePair & { readonly after: Relation };
  readonly was: TableFacts;
  readonly is: TableFacts;
  readonly indexesBefore: readonly IndexShape[];
  /** Its primary key included, be it a rowid. */
  readonly indexesNow: readonly IndexShape[];
  /** The statement that dropped the old one. */
  readonly drop: ParsedStatement;
  /** The statement that made the new one. */
  readonly create: ParsedStatement;
  /** The name of now for a column of before, which may have been copied into one of another name; null where it is gone. */
  readonly columnNow: (column: string) => string | null;
}

/** A rule that looks at each rebuilt table once, after the script. */
export function rebuildRule(
  words: Pick<Rule, 'code' | 'name' | 'why' | 'safeWay'>,
  find: (table: Rebuilt, start: ScriptStart, end: ScriptEnd) => readonly Found[],
): Rule {
  return {
    ...words,
    watch: (start) => {
      const facts = factsBefore(start);
      if (facts.size === 0) return null;
      return {
        end: (end) =>
          end.complete ? rebuiltTables(start, end, facts).flatMap((table) => find(table, start, end)) : [],
      };
    },
  };
}

interface FactsBefore {
  readonly table: TableFacts;
  readonly indexes: readonly IndexShape[];
}

/** Read once for all rules of a pass: before the script, and after it. */
const before = new WeakMap<ScriptStart, ReadonlyMap<string, FactsBefore>>();
const after = new WeakMap<ScriptEnd, readonly Rebuilt[]>();

/** What is known of the tables that a script drops, or renames first; none where it drops no table. */
function factsBefore(start: ScriptStart): ReadonlyMap<string, FactsBefore> {
  const known = before.get(start);
  if (known) return known;
  const facts = new Map<string, FactsBefore>();
  before.set(start, facts);
  const dropped = new Set(
    start.statements.flatMap(({ kind, name }) => (kind === 'drop table' ? foldName(name ?? '') : [])),
  );
  if (dropped.size === 0) return facts;
  const renamed = start.statements.flatMap(({ kind, table }) => (kind === 'rename table' ? foldName(table ?? '') : []));
  const concerned = new Set([...dropped, ...renamed]);
  for (const { kind, name } of start.before.relations) {
    const read = kind === 'table' && concerned.has(foldName(name)) ? readTable(start.database, name) : null;
    if (read) facts.set(name, { table: read, indexes: readIndexShapes(start.database, name) });
  }
  return facts;
}

function rebuiltTables(
  { before: schema, statements }: ScriptStart,
  end: ScriptEnd,
  facts: ReadonlyMap<string, FactsBefore>,
): readonly Rebuilt[] {
  const known = after.get(end);
  if (known) return known;
  const applied = statements.filter((_, at) => isApplied(end.outcomes[at]));
  const making = byTable(applied);
  const rebuilt = pairTables(schema, end.after, applied).flatMap((pair) => {
    const was = facts.get(pair.before.name);
    if (!was || !pair.after) return [];
    const own = concerning(making, [pair.before.name, pair.after.name]);
    return rebuiltTable(pair, was, end.shadow, own) ?? [];
  });
  after.set(end, rebuilt);
  return rebuilt;
}

function isApplied(outcome: StatementOutcome | undefined): boolean {
  return outcome?.verdict === 'applied' || outcome?.verdict === 'adapted';
}

/** The statements that make, drop, rename or fill tables, by each folded name of a table that they have. */
function byTable(applied: readonly ParsedStatement[]): ReadonlyMap<string, readonly ParsedStatement[]> {
  const statements = new Map<string, ParsedStatement[]>();
  for (const statement of applied) {
    const { kind, name, table, newName } = statement;
    if (!/^(create table( as)?|drop table|rename table|insert)$/.test(kind)) continue;
    for (const one of new Set([name, table, newName].map((each) => foldName(each ?? '')))) {
      const known = statements.get(one);
      if (known) known.push(statement);
      else statements.set(one, [statement]);
    }
  }
  return statements;
}

/** Those of them on tables of some names, or of names that RENAME has given these or taken from them; in the order of the script. */
function concerning(
  making: ReadonlyMap<string, readonly ParsedStatement[]>,
  names: readonly string[],
): readonly ParsedStatement[] {
  const found = new Set<ParsedStatement>();
  const seen = new Set(names.map(foldName));
  // A set goes on to what is added while it is gone through.
  for (const name of seen)
    for (const statement of making.get(name) ?? []) {
      found.add(statement);
      if (statement.kind !== 'rename table') continue;
      for (const one of [statement.table, statement.newName]) seen.add(foldName(one ?? ''));
    }
  return [...found].sort((one, other) => one.ordinal - other.ordinal);
}

/** The pair as a rebuilt table; null where it is the same table as before. */
function rebuiltTable(
  pair: TablePair,
  { table: was, indexes: indexesBefore }: FactsBefore,
  shadow: Database,
  making: readonly ParsedStatement[],
): Rebuilt | null {
  const { after } = pair;
  if (!after) return null;
  let name = foldName(after.name);
  const names = new Set([name]);
  const create = making.findLast((statement) => {
    if (statement.kind === 'rename table' && foldName(statement.newName ?? '') === name)
      names.add((name = foldName(statement.table ?? '')));
    return statement.kind.startsWith('create table') && foldName(statement.name ?? '') === name;
  });
  // Under the name that the old one had when it went.
  let old = foldName(pair.before.name);
  const drop = making.find((statement) => {
    if (statement.kind === 'rename table' && foldName(statement.table ?? '') === old && statement !== create)
      old = foldName(statement.newName ?? '');
    return statement.kind === 'drop table' && foldName(statement.name ?? '') === old;
  });
  const is = create && drop ? readTable(shadow, after.name) : null;
  if (!create || !drop || !is) return null;
  const there = new Map(pair.columns.map((column) => [foldName(column.before), column.after]));
  // What is computed holds nothing that could be paired: it is known by its name.
  for (const { name: computed, generated } of pair.before.columns)
    if (generated === 'virtual' && is.byName.has(foldName(computed))) there.set(foldName(computed), computed);
  const copy = making.find(
    ({ kind, name: into, ordinal }) =>
      ordinal >= create.ordinal && (kind === 'insert' || kind === 'create table as') && names.has(foldName(into ?? '')),
  );
  const copied = copy
    ? columnsCopied(copy, new Set([foldName(pair.before.name), old]), pair, is)
    : new Map<string, string>();
  const columnNow = (column: string): string | null =>
    there.get(foldName(column)) ?? copied.get(foldName(column)) ?? null;
  const key = keyOf(is).map(foldName);
  const byKey = { name: '', unique: true, partial: false, columns: key, uses: new Set(key) };
  const indexesNow = [...(key.length > 0 ? [byKey] : []), ...readIndexShapes(shadow, after.name)];
  return { pair: { ...pair, after }, was, is, indexesBefore, indexesNow, drop, create, columnNow };
}

/** By folded column of the old table without a namesake in the new one: the column of no namesake that it is copied to. */
function columnsCopied(
  { tokens }: ParsedSql,
  from: ReadonlySet<string>,
  { before, lostColumns }: TablePair,
  is: TableFacts,
): ReadonlyMap<string, string> {
  const source = sourcesOf(tokens).find(({ name, depth }) => depth === 0 && from.has(name));
  if (!source || lostColumns.length === 0) return new Map();
  const copied = copiedColumns(tokens, source);
  const writable = is.columns.filter((row) => row[5] === 0).map(([name]) => String(name));
  const had = new Set(before.columns.map(({ name }) => foldName(name)));
  return new Map(
    lostColumns.flatMap((column): [string, string][] => {
      const place = before.columns.findIndex(({ name }) => name === column);
      const to = copied.has(ALL_COLUMNS) ? place : copied.get(foldName(column));
      const name = typeof to === 'number' ? writable[to] : writable.find((one) => foldName(one) === to);
      return name === undefined || had.has(foldName(name)) ? [] : [[foldName(column), name]];
    }),
  );
}

/** Whether a name stands anywhere in a text of SQL. */
export function mentions({ tokens }: ParsedSql, name: string): boolean {
  return tokens.some((token) => foldName(unquotedName(token) ?? '') === foldName(name));
}

/** The columns of the primary key, in its order. */
export function keyOf({ columns }: TableFacts): readonly string[] {
  return columns
    .filter((row) => Number(row[4]) > 0)
    .sort((one, other) => Number(one[4]) - Number(other[4]))
    .map(([name]) => String(name));
}
