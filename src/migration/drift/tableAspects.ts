// What a table is, aspect by aspect: each column and each constraint is one.

import { rowsOf, type Database, foldName } from '../../database';
import {
  aspect,
  columnClauses,
  onConflict,
  readTable,
  shownCheck,
  shownForeignKey,
  shownKey,
  storedText,
  type Aspect,
  type TableFacts,
} from './columnAspects';
import { bodyOf, inOneLine } from '../../script/spelling';
import { parseSql, unquotedName, type ParsedSql } from '../../script/tokens';

/**
 * The aspects of an ordinary table of `main`; null where there is none, or it cannot be read.
 * @param shadow where the primary keys of the tables that it refers to are looked up
 */
export function tableAspects(database: Database, name: string, shadow: Database): readonly Aspect[] | null {
  const table = readTable(database, name);
  if (table === null) return null;
  const { definition, names, columns } = table;
  const foreignKeys = definition.foreignKeys.map((key) => {
    const listed = key.columns.map((column) => nameIn(table, column)).join(', ');
    return aspect(`FOREIGN KEY (${listed})`, shownForeignKey(key, shadow));
  });
  return [
    ...columns.map(([column]) => columnAspect(table, String(column))),
    ...options(database, name),
    ...(definition.autoincrement ? [aspect('AUTOINCREMENT', 'yes')] : []),
    ...definition.checks.map((check) => {
      const name = `CHECK ${shownCheck(check, names)}`;
      // The case of a string in it counts.
      return aspect(name, 'yes', 'yes', name);
    }),
    ...keys(database, table),
    ...joined(foreignKeys),
  ];
}

/** The name of a column as its table has it. */
function nameIn({ byName }: TableFacts, folded: string): string {
  return String(byName.get(folded)?.row[0] ?? folded);
}

/** A column with its clauses in one line, as they are written in DDL. */
function columnAspect(table: TableFacts, column: string): Aspect {
  const clauses = new Map((columnClauses(table, column) ?? []).map((clause) => [clause.name, clause]));
  const say = (name: string, usual: string, words: (value: string) => string): readonly [string, string][] => {
    const clause = clauses.get(name);
    return clause === undefined || clause.shown === usual ? [] : [[words(clause.shown), words(clause.same)]];
  };
  const words = [
    ...say('type', 'none', (value) => value),
    ...say('NOT NULL', 'may be NULL', (value) => value),
    ...say('default', 'none', (value) => `DEFAULT ${value}`),
    ...say('primary key', 'no', (value) => `primary key: ${value}`),
    ...say('expression', 'none', (value) => `AS ( ${value} )`),
    ...say('generated', 'no', (value) => value.toUpperCase()),
    ...say('collation', 'BINARY', (value) => `COLLATE ${value}`),
  ];
  const shown = words.map(([word]) => word).join(' ') || 'no type';
  return aspect(`column ${column}`, shown, words.map(([, word]) => word).join(' '));
}

function options(database: Database, name: string): readonly Aspect[] {
  const [table] = rowsOf(
    database,
    `SELECT wr, strict FROM pragma_table_list(?) WHERE schema = 'main' AND name = ? COLLATE NOCASE`,
    [name, name],
  );
  return [
    ...(table?.[0] === 1 ? [aspect('WITHOUT ROWID', 'yes')] : []),
    ...(table?.[1] === 1 ? [aspect('STRICT', 'yes')] : []),
  ];
}

/** UNIQUE constraints, and what is unusual about the primary key: PRAGMAs tell their columns, the text the rest. */
function keys(database: Database, table: TableFacts): readonly Aspect[] {
  const { definition } = table;
  const indexes = rowsOf(
    database,
    `SELECT l.name, l.origin, x.name, x."desc", x.coll
     FROM pragma_index_list(?, 'main') AS l, pragma_index_xinfo(l.name, 'main') AS x
     WHERE l.origin IN ('u', 'pk') AND x.key = 1 ORDER BY l.seq DESC, x.seqno`,
    [table.name],
  );
  const byIndex = new Map<string, { origin: string; columns: string[]; shown: string[] }>();
  for (const [index, origin, ...key] of indexes) {
    const found = byIndex.get(String(index)) ?? { origin: String(origin), columns: [], shown: [] };
    byIndex.set(String(index), found);
    const column = foldName(String(key[0]));
    const usual = table.byName.get(column)?.definition?.collation ?? 'BINARY';
    found.columns.push(column);
    found.shown.push(shownKey(key, usual));
  }
  const uniques = new Map(definition.uniques.map((unique) => [unique.columns.join(), unique] as const).reverse());
  const shownUniques = [...byIndex.values()]
    .filter(({ origin }) => origin === 'u')
    .map(({ columns, shown }) => {
      const written = uniques.get(columns.join());
      return aspect(`UNIQUE (${shown.join(', ')})`, onConflict(written?.conflict ?? null));
    });
  const primary = [...byIndex.values()].find(({ origin }) => origin === 'pk');
  const unusual = primary?.shown.filter((shown, at) => foldName(shown) !== primary.columns[at]) ?? [];
  const conflict = definition.primaryKey?.conflict ?? null;
  const ofPrimary = [...unusual, ...(conflict === null ? [] : [onConflict(conflict)])].join(', ');
  return [...shownUniques, ...(ofPrimary === '' ? [] : [aspect('clauses of the primary key', ofPrimary)])];
}

/** Aspects of one name as one: the same columns may refer to two tables. */
function joined(aspects: readonly Aspect[]): readonly Aspect[] {
  const byName = new Map<string, Aspect[]>();
  for (const one of aspects) {
    const others = byName.get(foldName(one.name));
    if (others) others.push(one);
    else byName.set(foldName(one.name), [one]);
  }
  return [...byName.values()].map((same) => {
    const sorted = same.toSorted((one, other) => (one.same < other.same ? -1 : 1));
    const join = (of: 'shown' | 'same'): string => [...new Set(sorted.map((one) => one[of]))].join('; ');
    return aspect(same[0]?.name ?? '', join('shown'), join('same'));
  });
}

/** The names of a table's columns in their order, those left out that are not in both tables. */
export function columnOrder(one: TableFacts, other: TableFacts): Aspect {
  const names = one.columns.map(([name]) => String(name)).filter((name) => other.names.has(foldName(name)));
  return aspect('order of the columns', names.join(', '));
}

/** The aspects of a virtual table: module and arguments, which the module reads in its own way. */
export function virtualAspects(database: Database, name: string): readonly Aspect[] | null {
  const sql = storedText(database, 'table', name);
  return sql === null ? null : virtualAspectsOf(parseSql(sql));
}

/** The same, as a CREATE VIRTUAL TABLE asks for them. */
export function virtualAspectsOf(createVirtualTable: ParsedSql): readonly Aspect[] {
  const [, module, ...rest] = bodyOf(createVirtualTable).tokens;
  const inside = rest.slice(1, -1);
  const shown = inOneLine(inside) || 'none';
  // Whatever a module does with quotes, a word means the same with and without them.
  const same = inside.map((token) => {
    const name = unquotedName(token);
    return name === null ? token.text : /^\w+$/.test(name) ? foldName(name) : `'${name}'`;
  });
  return [
    aspect('module', module === undefined ? 'none' : (unquotedName(module) ?? module.text)),
    aspect('arguments', shown, same.join(' ')),
  ];
}
