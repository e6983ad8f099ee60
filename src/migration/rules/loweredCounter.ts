// AUTOINCREMENT counters that a script lowers or takes away: rowids that were used before could be given again.

import { foldName, quoteText, rowsOf, type Database } from '../../database';
import { findRelation, type Schema } from '../../schema/schema';
import { isWord, unquotedName, type Token } from '../../script/tokens';
import type { ParsedStatement } from '../../script/parsedStatement';
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
        const renames = applied.filter(({ kind }) => kind === 'rename table');
        const causes = readCauses(applied);
        return [...counters].flatMap(([table, had]): Found[] => {
          /** The names that the table had one after the other. */
          const names = [table];
          for (const { table: old, newName } of renames)
            if (foldName(old ?? '') === names.at(-1)) names.push(foldName(newName ?? ''));
          const name = names.findLast((one) => findRelation(after, one)) ?? takerOf(names, applied);
          const relation = name === null ? null : findRelation(after, name);
          // A table that is gone needs no counter; one that no longer counts is another matter.
          if (!relation || name === null || !/\bautoincrement\b/i.test(relation.sql)) return [];
          const has = now.get(name) ?? 0n;
          if (has >= had) return [];
          const whose = names.includes(name)
            ? `${relation.name} is ${had} now and`
            : `${findRelation(before, table)?.name ?? table} is ${had} now, and that of ${relation.name}, which takes its rows,`;
          const text = quoteText(relation.name);
          const sql = `DELETE FROM sqlite_sequence WHERE name = ${text};\nINSERT INTO sqlite_sequence (name, seq) VALUES (${text}, ${had});`;
          return [
            {
              ordinal: (names.map((one) => causes.byName.get(one)).findLast(Boolean) ?? causes.any)?.ordinal ?? 1,
              severity: 'warning',
              subject: `table ${relation.name}`,
              sentence: `The AUTOINCREMENT counter of ${whose} will be ${has} after the script: new rows could get a rowid that a deleted row had.`,
              remedy: `Set the counter to ${had} again at the end of the script.`,
              fix: { label: 'Add the statements that restore the counter', edits: [{ place: 'end', sql }] },
            },
          ];
        });
      },
    };
  },
};

/** The table that the rows of one that is dropped are copied to, by an INSERT that reads it; null where none is. */
function takerOf(names: readonly string[], applied: readonly ParsedStatement[]): string | null {
  const copy = applied.findLast(
    ({ kind, table, tokens }) =>
      kind === 'insert' &&
      !names.includes(foldName(table ?? '')) &&
      tokens.some((token, at) => isWord(token, 'FROM') && names.includes(foldName(nameOf(tokens[at + 1])))),
  );
  return copy?.table == null ? null : foldName(copy.table);
}

function nameOf(token: Token | undefined): string {
  return (token && unquotedName(token)) ?? '';
}

/** What may take counters away: by the folded name of the table, and what names none. Of several statements the last one. */
interface Causes {
  readonly byName: ReadonlyMap<string, ParsedStatement>;
  readonly any: ParsedStatement | undefined;
}

/** The statements that drop tables, or change the table of the counters and name a table there. */
function readCauses(applied: readonly ParsedStatement[]): Causes {
  const byName = new Map<string, ParsedStatement>();
  let any = applied.at(-1);
  for (const statement of applied) {
    const { kind, table, name } = statement;
    if (kind === 'drop table') byName.set(foldName(name ?? ''), statement);
    if (!/^(delete|update|insert)$/.test(kind) || foldName(table ?? '') !== 'sqlite_sequence') continue;
    any = statement;
    for (const token of statement.tokens)
      if (token.kind === 'string') byName.set(foldName(token.text.slice(1, -1).replaceAll("''", "'")), statement);
  }
  return { byName, any };
}

/** The counters by folded name of the table; none where no table of the database has ever counted. */
function readCounters(database: Database, { relations }: Schema): ReadonlyMap<string, bigint> {
  if (!relations.some(({ name }) => name === 'sqlite_sequence')) return new Map();
  // As text: they may be larger than a number in JavaScript tells exactly.
  const rows = rowsOf(database, 'SELECT name, CAST(CAST(seq AS INTEGER) AS TEXT) FROM main.sqlite_sequence');
  return new Map(rows.map(([name, seq]) => [foldName(String(name)), BigInt(String(seq ?? 0))]));
}
