// Full-text indexes of rows that lie in another table: nothing but triggers, or an INSERT, keeps them in step with these rows.

import { foldName, quoteIdentifier, type Database } from '../../database';
import type { Relation, Schema } from '../../schema/schema';
import { contentOf } from '../../schema/virtualTables';
import type { ParsedStatement } from '../../script/parsedStatement';
import { parseSql } from '../../script/tokens';
import { readUpdate } from '../../script/writeClauses';
import type { Found, Rule, ScriptEnd } from '../warning';
import { mentions } from './rebuiltTables';

/** An index with external content, https://sqlite.org/fts5.html#external_content_tables. */
interface SearchIndex {
  readonly relation: Relation;
  /** The table that the rows are in. */
  readonly content: string;
}

function indexesIn({ relations }: Schema): readonly SearchIndex[] {
  return relations.flatMap((relation): readonly SearchIndex[] => {
    const content = relation.kind === 'virtual table' ? contentOf(relation.sql) : null;
    return content === null ? [] : [{ relation, content }];
  });
}

/** An index that finds no rows, other ones, or fails. */
export const staleSearchIndex: Rule = {
  code: 'stale-search-index',
  name: 'A full-text index does not fit its rows',
  why: 'An FTS4 or FTS5 table with content=… holds no rows of its own, and SQLite does not fill it: what is in the other table when it is made, or is changed there without a trigger, is not found by a search.',
  safeWay: "Let the index read all rows at the end of the script: INSERT INTO the_index(the_index) VALUES ('rebuild').",
  watch: ({ database, before, statements }) => {
    const known = indexesIn(before);
    const made = statements.filter(({ kind, text }) => kind === 'create virtual table' && contentOf(text) !== null);
    if (known.length === 0 && made.length === 0) return null;
    /** Indexes that the script makes, by folded name: whether their table has rows by then. */
    const hasRowsThen = new Map<string, boolean>();
    return {
      before: ({ kind, name, text }) => {
        const content = kind === 'create virtual table' ? contentOf(text) : null;
        if (content !== null) hasRowsThen.set(foldName(name ?? ''), hasRows(database, content));
      },
      end: (end) => {
        if (!end.complete) return [];
        const applied = statements.filter(({ ordinal }) => end.outcomes[ordinal - 1]?.verdict === 'applied');
        return indexesIn(end.after).flatMap((index): readonly Found[] => {
          const { name } = index.relation;
          const maker = applied.findLast((one) => one.kind === 'create virtual table' && isSame(one.name, name));
          const isFed = [...before.triggers, ...end.after.triggers].some(
            (trigger) => isSame(trigger.table, index.content) && mentions(parseSql(trigger.sql), name),
          );
          return (
            findWithoutTable(index, known, maker, applied, end) ??
            findWithoutColumn(index, before, applied, end) ??
            (maker
              ? findEmpty(index, maker, applied, database, hasRowsThen.get(foldName(name)) === true || !isFed)
              : isFed
                ? []
                : findChanged(index, applied, end))
          );
        });
      },
    };
  },
};

function hasRows(database: Database, table: string): boolean {
  const read = database.query(`SELECT 1 FROM main.${quoteIdentifier(table)} LIMIT 1`);
  return read.ok && read.value.length > 0;
}

function isSame(one: string | null, other: string): boolean {
  return one !== null && foldName(one) === foldName(other);
}

/** Its table is gone, which it was not before; null where it is there. */
function findWithoutTable(
  { relation, content }: SearchIndex,
  known: readonly SearchIndex[],
  maker: ParsedStatement | undefined,
  applied: readonly ParsedStatement[],
  { after }: ScriptEnd,
): readonly Found[] | null {
  if (after.relations.some(({ name }) => isSame(name, content))) return null;
  const taker = applied.findLast(
    ({ kind, name, table }) => /^(drop (table|view)|rename table)$/.test(kind) && isSame(table ?? name, content),
  );
  const blamed = maker ?? (known.some((one) => isSame(one.relation.name, relation.name)) ? taker : undefined);
  if (!blamed) return [];
  return [
    {
      ordinal: blamed.ordinal,
      severity: 'warning',
      subject: `table ${relation.name}`,
      sentence: `The full-text index ${relation.name} reads its texts from ${content}, and there is no ${content} after the script: each query of its columns will fail.`,
      remedy: `Make ${relation.name} anew for the table that has the rows, and fill it, or keep the name ${content}.`,
      fix: null,
    },
  ];
}

/** A column that it reads is gone, or has another name; null where all are there. */
function findWithoutColumn(
  { relation, content }: SearchIndex,
  before: Schema,
  applied: readonly ParsedStatement[],
  { after }: ScriptEnd,
): readonly Found[] | null {
  const columnsOf = ({ relations }: Schema): ReadonlySet<string> =>
    new Set(relations.find(({ name }) => isSame(name, content))?.columns.map(({ name }) => foldName(name)) ?? []);
  const [had, has] = [columnsOf(before), columnsOf(after)];
  const missing = relation.columns
    .map(({ name }) => name)
    .find((name) => had.has(foldName(name)) && !has.has(foldName(name)));
  if (missing === undefined) return null;
  const taker =
    applied.findLast(
      ({ kind, table, column }) =>
        /^(rename|drop) column$/.test(kind) && isSame(table, content) && isSame(column, missing),
    ) ??
    applied.findLast(
      ({ kind, name, newName }) =>
        /^(drop|rename) table$/.test(kind) && (isSame(name, content) || isSame(newName, content)),
    );
  if (!taker) return null;
  return [
    {
      ordinal: taker.ordinal,
      severity: 'warning',
      subject: `table ${relation.name}`,
      sentence: `The full-text index ${relation.name} reads ${missing} from ${content}, and ${content} has no column ${missing} after the script: queries of its columns will fail.`,
      remedy: `Make ${relation.name} anew with the columns that ${content} has, and fill it.`,
      fix: null,
    },
  ];
}

function rebuilding(name: string): Pick<Found, 'severity' | 'subject' | 'remedy' | 'fix'> {
  const sql = `INSERT INTO ${quoteIdentifier(name)}(${quoteIdentifier(name)}) VALUES ('rebuild');`;
  return {
    severity: 'warning',
    subject: `table ${name}`,
    remedy: `Let ${name} read all rows at the end of the script: ${sql}`,
    fix: { label: 'Add the statement that fills it', edits: [{ place: 'end', sql }] },
  };
}

/** It is made by the script, and nothing is put into it, though its table has rows. */
function findEmpty(
  { relation: { name }, content }: SearchIndex,
  { ordinal }: ParsedStatement,
  applied: readonly ParsedStatement[],
  database: Database,
  isEmpty: boolean,
): readonly Found[] {
  const isFilled = applied.some((one) => one.kind === 'insert' && one.ordinal > ordinal && isSame(one.table, name));
  if (!isEmpty || isFilled || !hasRows(database, content)) return [];
  const sentence = `Nothing fills the full-text index ${name} that statement ${ordinal} makes: a search in it finds none of the rows of ${content}.`;
  return [{ ordinal, sentence, ...rebuilding(name) }];
}

/** It was there, and rows of its table are changed, with no trigger that changes it too. */
function findChanged(
  { relation: { name, columns }, content }: SearchIndex,
  applied: readonly ParsedStatement[],
  { outcomes }: ScriptEnd,
): readonly Found[] {
  const indexed = new Set(columns.map((column) => foldName(column.name)));
  const isIndexed = (statement: ParsedStatement): boolean => {
    const values = statement.kind === 'update' ? readUpdate(statement)?.values : undefined;
    return indexed.size === 0 || !values || values.some(({ column }) => indexed.has(foldName(column)));
  };
  const last = applied.findLast(
    (statement) =>
      /^(insert|update|delete)$/.test(statement.kind) &&
      isSame(statement.table, content) &&
      (outcomes[statement.ordinal - 1]?.changes ?? 0) > 0 &&
      isIndexed(statement),
  );
  if (!last || applied.some((one) => one.kind === 'insert' && one.ordinal > last.ordinal && isSame(one.table, name)))
    return [];
  const { ordinal } = last;
  const sentence = `Statement ${ordinal} changes rows of ${content}, and no trigger changes the full-text index ${name} with them: a search in it goes by the rows as they were.`;
  return [{ ordinal, sentence, ...rebuilding(name) }];
}
