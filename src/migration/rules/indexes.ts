// Indexes that a script makes twice, and foreign keys that it leaves without one.

import { foldName, rowsOf, type Database } from '../../database';
import { indexClauses } from '../../script/clauses';
import { parseSql, unquotedName } from '../../script/tokens';
import { readReferences, type Reference } from '../../schema/references';
import { findRelation } from '../../schema/schema';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { Found, Rule } from '../warning';

interface IndexFacts {
  readonly name: string;
  readonly table: string;
  readonly unique: boolean;
  readonly partial: boolean;
  /** By column or expression, with order and collation; null for an expression, whose words are not told. */
  readonly keys: readonly (string | null)[];
}

/** All indexes of `main`, of constraints too, in one question. */
function readIndexes(database: Database): readonly IndexFacts[] {
  const rows = database.query(
    `SELECT s.name, l.name, l."unique", l.partial, x.name, x."desc", x.coll
     FROM main.sqlite_schema AS s, pragma_index_list(s.name, 'main') AS l, pragma_index_xinfo(l.name, 'main') AS x
     WHERE s.type = 'table' AND x.key = 1 ORDER BY s.rowid, l.seq, x.seqno`,
  );
  const indexes = new Map<string, IndexFacts & { readonly keys: (string | null)[] }>();
  for (const [table, name, unique, partial, column, descending, collation] of rows.ok ? rows.value : []) {
    const found = indexes.get(String(name)) ?? {
      ...{ name: String(name), table: String(table), unique: unique === 1, partial: partial === 1 },
      keys: [],
    };
    indexes.set(String(name), found);
    found.keys.push(column === null ? null : `${foldName(String(column))} ${String(descending)} ${String(collation)}`);
  }
  return [...indexes.values()];
}

/** The column of a key. */
function columnOf(key: string | null): string {
  return key?.replace(/ \S+ \S+$/, '') ?? '';
}

/** Whether all rows stand in an index but those that are NULL in one of its columns: SQLite uses it where it looks for a value. */
function isOfAllValues(database: Database, { name, keys }: IndexFacts): boolean {
  const [row] = rowsOf(database, `SELECT sql FROM main.sqlite_schema WHERE type = 'index' AND name = ?`, [name]);
  const where = typeof row?.[0] === 'string' ? indexClauses(parseSql(row[0]))?.where : null;
  const [column, ...test] = parseSql(where ?? '').tokens;
  const isNotNull = /^(is not null|not ?null)$/i.test(test.map(({ text }) => text).join(' '));
  const known = column ? foldName(unquotedName(column) ?? '') : '';
  return isNotNull && keys.some((key) => columnOf(key) === known);
}

function byTable(indexes: readonly IndexFacts[]): ReadonlyMap<string, readonly IndexFacts[]> {
  const tables = new Map<string, IndexFacts[]>();
  for (const index of indexes) {
    const known = tables.get(foldName(index.table)) ?? [];
    tables.set(foldName(index.table), known);
    known.push(index);
  }
  return tables;
}

/** An index on the same columns as another one. */
export const duplicateIndex: Rule = {
  code: 'duplicate-index',
  name: 'An index says what another one says',
  why: 'Each index is written at each INSERT and takes room in the file. A second one on the same columns gains nothing.',
  safeWay: 'Leave the second index out.',
  watch: ({ statements }) => {
    const made = new Map(
      statements.filter(({ kind }) => kind === 'create index').map((one) => [foldName(one.name ?? ''), one]),
    );
    if (made.size === 0) return null;
    return {
      end: ({ shadow, outcomes }): readonly Found[] => {
        return [...byTable(readIndexes(shadow)).values()].flatMap((indexes) =>
          indexes.flatMap((index): readonly Found[] => {
            const statement = made.get(foldName(index.name));
            if (!statement || outcomes[statement.ordinal - 1]?.verdict !== 'applied') return [];
            const other = indexes.find((one) => one !== index && isCovered(index, one, made));
            if (!other) return [];
            const called = other.name.startsWith('sqlite_autoindex_')
              ? `a key or UNIQUE of ${other.table}`
              : `the index ${other.name}`;
            return [
              {
                ordinal: statement.ordinal,
                severity: 'note',
                subject: `index ${index.name}`,
                sentence: `The index ${index.name} is on the same columns of ${index.table} as ${called}, so it gains nothing and takes room.`,
                remedy: `Leave ${index.name} out.`,
                fix: null,
              },
            ];
          }),
        );
      },
    };
  },
};

/** Whether `other` serves for all that `index` serves for. Of two that are alike, the one that was made later is too much. */
function isCovered(
  index: IndexFacts,
  other: IndexFacts,
  made: ReadonlyMap<string, { readonly ordinal: number }>,
): boolean {
  const alike = index.keys.join('\n') === other.keys.join('\n') && !index.keys.includes(null);
  if (!alike || index.partial || other.partial || (index.unique && !other.unique)) return false;
  const [own, others] = [made.get(foldName(index.name))?.ordinal ?? 0, made.get(foldName(other.name))?.ordinal ?? 0];
  return others < own || (other.unique && !index.unique);
}

/** A foreign key without an index on its columns. */
export const unindexedForeignKey: Rule = {
  code: 'unindexed-foreign-key',
  name: 'A foreign key has no index',
  why: 'Where foreign keys are enforced, SQLite looks for the children of each row of the parent that is deleted or whose key changes. Without an index it reads the whole child table each time.',
  safeWay: 'Create an index on the columns of the foreign key.',
  watch: ({ database, statements, before }) => {
    const touching = statements.filter(
      ({ kind, text }) => /^(create table|add column)$/.test(kind) && /references/i.test(text),
    );
    if (touching.length === 0) return null;
    const keyOf = ({ table, columns }: Reference): string => foldName(JSON.stringify([table, columns]));
    const earlier = new Set(readReferences(database, before).map(keyOf));
    return {
      end: ({ shadow, after, outcomes }): readonly Found[] => {
        const indexes = byTable(readIndexes(shadow).filter((index) => !index.partial || isOfAllValues(shadow, index)));
        /** The statement that brought the foreign keys of a table, or of one column of it, by the name of now. */
        const makers = new Map<string, ParsedStatement>();
        const renames = statements.filter(({ kind }) => kind === 'rename table');
        for (const one of [...touching, ...renames].sort((a, b) => a.ordinal - b.ordinal)) {
          const table = foldName(one.table ?? one.name ?? '');
          if (outcomes[one.ordinal - 1]?.verdict !== 'applied') continue;
          if (one.kind === 'add column') makers.set(JSON.stringify([table, foldName(one.column ?? '')]), one);
          else if (one.kind === 'create table') makers.set(foldName(one.name ?? ''), one);
          const made = one.kind === 'rename table' ? makers.get(table) : undefined;
          if (made) makers.set(foldName(one.newName ?? ''), made);
        }
        return readReferences(shadow, after).flatMap((reference): readonly Found[] => {
          const { table, columns, parent } = reference;
          const [column = ''] = columns;
          const statement =
            makers.get(JSON.stringify([foldName(table), foldName(column)])) ?? makers.get(foldName(table));
          // What was so before is not the script's doing.
          if (!statement || earlier.has(keyOf(reference))) return [];
          const first = (index: IndexFacts): readonly string[] =>
            index.keys.slice(0, columns.length).map((one) => columnOf(one));
          const wanted = [...columns].map(foldName).sort().join();
          const relation = findRelation(after, table);
          const rowid = relation?.columns.find(({ primaryKey, type }) => primaryKey === 1 && /^integer$/i.test(type));
          const found =
            (columns.length === 1 && rowid !== undefined && foldName(rowid.name) === wanted) ||
            indexes.get(foldName(table))?.some((index) => [...first(index)].sort().join() === wanted);
          if (found) return [];
          const listed = columns.join(', ');
          return [
            {
              ordinal: statement.ordinal,
              severity: 'note',
              subject: `table ${table} (${listed})`,
              sentence: `The foreign key of ${table} (${listed}) to ${parent} has no index: with foreign keys enforced, each DELETE in ${parent} reads all of ${table}.`,
              remedy: `Create an index on ${table} (${listed}).`,
              fix: null,
            },
          ];
        });
      },
    };
  },
};

/** A default that plain SQLite refuses. */
export const nonConstantDefault: Rule = {
  code: 'non-constant-default',
  name: 'ADD COLUMN has a default that plain SQLite refuses',
  why: 'SQLite adds a column whose default is not constant, such as CURRENT_TIMESTAMP, to an empty table only. Here the column is added in another way, to the same schema; with sqlite3 or your program the statement stops.',
  safeWay: 'For other copies of the file, use the script for sqlite3 that the page offers.',
  watch: ({ statements }) =>
    statements.some(({ kind }) => kind === 'add column')
      ? {
          end: ({ outcomes }): readonly Found[] =>
            outcomes.flatMap(({ ordinal, verdict }): readonly Found[] => {
              const statement = statements[ordinal - 1];
              if (verdict !== 'adapted' || statement?.kind !== 'add column') return [];
              const { table, column } = statement;
              return [
                {
                  ordinal,
                  severity: 'note',
                  subject: `column ${table ?? ''}.${column ?? ''}`,
                  sentence: `Plain SQLite refuses statement ${ordinal}, since ${table ?? 'the table'} has rows and the default of ${column ?? 'the column'} is not constant. Here the column is added in another way, to the same schema.`,
                  remedy: 'For other copies of the file, use the script for sqlite3 that the page offers.',
                  fix: null,
                },
              ];
            }),
        }
      : null,
};
