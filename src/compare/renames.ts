// Tables and columns get their new names, one after the other, so that none is taken when it is given.

import { foldName, quoteIdentifier } from '../database';
import { readCreateTable } from './createTable';
import type { WrittenStatement } from './draft';
import type { PairedRelation } from './pairing';
import { unusedName } from './rebuild';

/**
 * The statements that rename tables and columns. SQLite writes the new names into all that names the old ones. Names that are exchanged
 * wait under a third one.
 * @param known names that a third one must not be
 */
export function renameStatements(
  pairs: readonly PairedRelation[],
  known: ReadonlySet<string>,
): readonly WrittenStatement[] {
  const statements: WrittenStatement[] = [];
  const tables = pairs.flatMap(({ before, after }) =>
    before && after && foldName(before.name) !== foldName(after.name) ? [{ from: before.name, to: after.name }] : [],
  );
  const taken = new Set(pairs.flatMap(({ before }) => (before ? foldName(before.name) : [])));
  const waiting = [...tables];
  const rename = (from: string, to: string, comment: string | null): void => {
    statements.push({
      sql: `ALTER TABLE ${quoteIdentifier(from)} RENAME TO ${quoteIdentifier(to)}`,
      table: to,
      comment,
    });
    taken.delete(foldName(from));
    taken.add(foldName(to));
  };
  const isRemoved = (name: string): boolean =>
    pairs.some(({ before, after }) => after === null && foldName(before?.name ?? '') === foldName(name));
  while (waiting.length > 0) {
    const at = waiting.findIndex(({ to }) => !taken.has(foldName(to)) || isRemoved(to));
    const [next] = waiting.splice(Math.max(0, at), 1);
    if (!next) break;
    const comment = `Table ${next.from} is called ${next.to} from now on.`;
    if (at >= 0) rename(next.from, next.to, comment);
    else {
      // Names that are exchanged: one of them waits under a third one.
      const between = unusedName(`renamed_${next.from}`, known);
      rename(next.from, between, comment);
      waiting.push({ from: between, to: next.to });
    }
  }
  for (const { before, after, columns } of pairs) {
    if (!before || !after) continue;
    const renamed = columns.flatMap((pair) =>
      pair.before && pair.after && pair.before.name !== pair.after.name && pair.before.generated === null
        ? [{ from: pair.before.name, to: pair.after.name }]
        : [],
    );
    const names = new Set(before.columns.map(({ name }) => foldName(name)));
    const table = quoteIdentifier(after.name);
    // SQLite writes the new name in quotes where the statement has it so.
    const asWritten = new Map(
      readCreateTable(after.sql).items.flatMap(({ column, tokens }) =>
        column === null || tokens[0]?.kind !== 'word' ? [] : [[column, column]],
      ),
    );
    const left = [...renamed];
    while (left.length > 0) {
      const at = left.findIndex(({ from, to }) => !names.has(foldName(to)) || foldName(from) === foldName(to));
      const [next] = left.splice(Math.max(0, at), 1);
      if (!next) break;
      const to = at >= 0 ? next.to : unusedName(`renamed_${next.from}`, known);
      statements.push({
        sql: `ALTER TABLE ${table} RENAME COLUMN ${quoteIdentifier(next.from)} TO ${asWritten.get(to) ?? quoteIdentifier(to)}`,
        table: after.name,
        comment: `Column ${next.from} of ${after.name} is called ${next.to} from now on.`,
      });
      names.delete(foldName(next.from));
      names.add(foldName(to));
      if (at < 0) left.push({ from: to, to: next.to });
    }
  }
  return statements;
}
