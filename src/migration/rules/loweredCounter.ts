// AUTOINCREMENT counters that a script lowers or takes away: rowids that were used before could be given again.

import { foldName, rowsOf, type Database } from '../../database';
import type { Schema } from '../../schema/schema';
import type { Found, Rule } from '../warning';

/** A counter that is lower after the script. */
export const loweredCounter: Rule = {
  code: 'lowered-counter',
  name: 'An AUTOINCREMENT counter goes back',
  why: 'AUTOINCREMENT promises that the rowid of a deleted row is never given to another one. SQLite keeps the highest rowid of a table in sqlite_sequence, and DROP TABLE takes that entry away.',
  safeWay: 'Copy the entry of sqlite_sequence to the new table in the script.',
  watch: ({ database, before, statements }) => {
    const counters = readCounters(database, before);
    if (counters.size === 0 || statements.every(({ kind }) => kind === 'create index' || kind === 'add column'))
      return null;
    return {
      end: ({ complete, after, outcomes }): readonly Found[] => {
        if (!complete) return [];
        const now = readCounters(database, after);
        const applied = statements.filter((_, at) => outcomes[at]?.verdict === 'applied');
        return [...counters].flatMap(([table, had]): Found[] => {
          let name = table;
          for (const { kind, table: renamed, newName } of applied)
            if (kind === 'rename table' && foldName(renamed ?? '') === name && !now.has(name))
              name = foldName(newName ?? '');
          const relation = after.relations.find((one) => foldName(one.name) === name);
          // A table that is gone needs no counter; one that no longer counts is another matter.
          if (!relation || !/\bautoincrement\b/i.test(relation.sql)) return [];
          const has = now.get(name) ?? 0;
          if (has >= had) return [];
          const cause =
            applied.findLast(
              (one) =>
                /^(drop table|delete|update|insert)$/.test(one.kind) &&
                [table, name, 'sqlite_sequence'].includes(foldName(one.table ?? one.name ?? '')),
            ) ?? applied.at(-1);
          const text = `'${relation.name.replaceAll("'", "''")}'`;
          const sql = `DELETE FROM sqlite_sequence WHERE name = ${text};\nINSERT INTO sqlite_sequence (name, seq) VALUES (${text}, ${had});`;
          return [
            {
              ordinal: cause?.ordinal ?? 1,
              severity: 'warning',
              subject: `table ${relation.name}`,
              sentence: `The AUTOINCREMENT counter of ${relation.name} is ${had} now and will be ${has} after the script: new rows could get a rowid that a deleted row had.`,
              remedy: `Set the counter to ${had} again at the end of the script.`,
              fix: { label: 'Add the statements that restore the counter', edits: [{ place: 'end', sql }] },
            },
          ];
        });
      },
    };
  },
};

/** The counters by folded name of the table; none where no table of the database has ever counted. */
function readCounters(database: Database, { relations }: Schema): ReadonlyMap<string, number> {
  if (!relations.some(({ name }) => name === 'sqlite_sequence')) return new Map();
  const rows = rowsOf(database, 'SELECT name, seq FROM main.sqlite_sequence');
  return new Map(rows.map(([name, seq]) => [foldName(String(name)), Number(seq)]));
}
