// What is not as it was after something was taken back: parts of the schema, and rows and values, by name and count.

import { foldName, quoteIdentifier, type Database } from '../../database';
import { compareSchemas } from '../../schema/compare';
import { readSchema } from '../../schema/read';
import { isInternal, storedColumns, type Relation, type Schema } from '../../schema/schema';
import { speller } from '../../schema/spelledDefinition';
import { counted, figure } from '../../words';
import { hashContent, type Hasher } from '../proofs/contentHash';

/** One thing that is not as it was. */
export interface Remain {
  /** `table people`, `column people.city`, `index by_city`. */
  readonly subject: string;
  readonly sentence: string;
}

/** Compares a database before something was done with the same one after it was taken back. */
export function findRemains(before: Database, after: Database, hasher: Hasher): readonly Remain[] {
  const [was, is] = [readSchema(before), readSchema(after)];
  return [
    ...remainsOfSchema(was, is),
    ...remainsOfRows(before, after, { was, is, hasher }),
    ...remainsOfHeader(before, after),
  ];
}

function remainsOfSchema(was: Schema, is: Schema): readonly Remain[] {
  const own = new Map(was.relations.map((relation) => [foldName(relation.name), relation]));
  const earlierSql = new Map([...was.indexes, ...was.triggers].map(({ name, sql }) => [foldName(name), sql]));
  const spelled = speller(was, is);
  /** ALTER TABLE puts names in quotes, and a rebuild may write in one line what stood in two. */
  const isRespelled = ({ name, sql }: { readonly name: string; readonly sql: string | null }): boolean =>
    spelled(earlierSql.get(foldName(name)) ?? null) === spelled(sql);
  return compareSchemas(was, is).flatMap(({ change, relation, columns, indexes, triggers }): readonly Remain[] => {
    const { name, kind } = relation;
    if (isInternal(name) || kind === 'shadow table' || change === 'same') return [];
    const what = kind === 'view' ? 'view' : 'table';
    if (change === 'added') return [remain(`${what} ${name}`, `The ${what} ${name} is left behind.`)];
    if (change === 'removed') return [remain(`${what} ${name}`, `The ${what} ${name} is not there again.`)];
    const parts = [
      ...columns.map((one) => ({ subject: `column ${name}.${one.column.name}`, change: one.change })),
      ...indexes
        .filter(({ change: how, index }) => index.sql !== null && !(how === 'altered' && isRespelled(index)))
        .map((one) => ({ subject: `index ${one.index.name}`, change: one.change })),
      ...triggers
        .filter(({ change: how, trigger }) => !(how === 'altered' && isRespelled(trigger)))
        .map((one) => ({ subject: `trigger ${one.trigger.name}`, change: one.change })),
    ].flatMap(({ subject, change: how }) => (how === 'same' ? [] : [remain(subject, sentenceOf(subject, how))]));
    const earlier = own.get(foldName(name));
    const rewritten =
      earlier === undefined || parts.length > 0 ? null : rewrittenHow(earlier, relation, { what, spelled });
    return [...parts, ...(rewritten === null ? [] : [remain(`${what} ${name}`, rewritten)])];
  });
}

function sentenceOf(subject: string, change: 'added' | 'altered' | 'removed'): string {
  const how = { added: 'is left behind', altered: 'is not as it was', removed: 'is not there again' }[change];
  return `The ${subject} ${how}.`;
}

/** How a definition differs whose columns, indexes and triggers are the same; null where it is only spelled in another way. */
function rewrittenHow(
  was: Relation,
  is: Relation,
  { what, spelled }: { readonly what: string; readonly spelled: (sql: string) => string },
): string | null {
  if (spelled(was.sql) === spelled(is.sql)) return null;
  const order = ({ columns }: Relation): string => columns.map(({ name }) => foldName(name)).join();
  if (order(was) !== order(is)) return `The columns of ${is.name} are in another order.`;
  return `The definition of the ${what} ${is.name} is not as it was.`;
}

function remainsOfRows(
  before: Database,
  after: Database,
  { was, is, hasher }: { readonly was: Schema; readonly is: Schema; readonly hasher: Hasher },
): readonly Remain[] {
  const there = new Map(is.relations.map((relation) => [foldName(relation.name), relation]));
  return was.relations.flatMap((table): readonly Remain[] => {
    const { name, kind } = table;
    if (kind !== 'table' || isInternal(name)) return [];
    const now = there.get(foldName(name));
    const rows = count(before, name);
    if (now?.kind !== 'table') {
      return rows === 0 || rows === null
        ? []
        : [
            remain(
              `rows ${name}`,
              `With the table ${name}, ${counted(rows, 'row')} ${rows === 1 ? 'is' : 'are'} gone.`,
            ),
          ];
    }
    const rowsNow = count(after, name);
    if (rows === null || rowsNow === null) return [];
    if (rows !== rowsNow)
      return [remain(`rows ${name}`, `The table ${name} had ${counted(rows, 'row')} and has ${figure(rowsNow)} now.`)];
    const columns = new Map(storedColumns(now).map((column) => [foldName(column), column]));
    const common = storedColumns(table).filter((column) => columns.has(foldName(column)));
    if (rows === 0 || isSame(before, after, table, now, common, hasher)) return [];
    const changed = common.filter((column) => !isSame(before, after, table, now, [column], hasher));
    return changed.map((column) => {
      const [had, has] = [values(before, name, column), values(after, name, column)];
      const what =
        had === has ? 'has other values than before' : `had ${counted(had, 'value')} and has ${figure(has)} now`;
      return remain(`values ${name}.${column}`, `The column ${name}.${column} ${what}.`);
    });
  });
}

/** Whether columns of a table hold the same in both, by a hash; true too where neither can be read. */
function isSame(
  before: Database,
  after: Database,
  was: Relation,
  is: Relation,
  columns: readonly string[],
  hasher: Hasher,
): boolean {
  // A rebuild may give rows other rowids, which are no values: then they are compared in any order.
  return (['values only', 'in any order'] as const).some((manner) => {
    const [one, other] = [
      hashContent(before, was, columns, hasher, () => undefined, manner),
      hashContent(after, is, columns, hasher, () => undefined, manner),
    ];
    return one.ok && other.ok ? one.value === other.value : one.ok === other.ok;
  });
}

/** What a script may leave in the header: https://sqlite.org/pragma.html#pragma_user_version. */
function remainsOfHeader(before: Database, after: Database): readonly Remain[] {
  return ['user_version', 'application_id'].flatMap((name) => {
    const [was, is] = [before, after].map((database) => {
      const read = database.query(`PRAGMA ${name}`);
      return read.ok ? Number(read.value[0]?.[0]) : 0;
    });
    return was === is ? [] : [remain(name, `${name} was ${String(was)} and is ${String(is)} now.`)];
  });
}

function count(database: Database, table: string): number | null {
  const read = database.query(`SELECT count(*) FROM main.${quoteIdentifier(table)}`);
  return read.ok ? Number(read.value[0]?.[0]) : null;
}

function values(database: Database, table: string, column: string): number {
  const read = database.query(`SELECT count(${quoteIdentifier(column)}) FROM main.${quoteIdentifier(table)}`);
  return read.ok ? Number(read.value[0]?.[0]) : 0;
}

function remain(subject: string, sentence: string): Remain {
  return { subject, sentence };
}
