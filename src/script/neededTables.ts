// The tables that a script works on without having made them: what a database has to have before it.

import { foldName } from '../database';
import type { Statement } from './statement';

/** Tables that statements work on without the script having made them before, in the order in which they are named. */
export function neededTables(statements: readonly Statement[]): readonly string[] {
  const made = new Set<string>();
  const needed = new Map<string, string>();
  for (const { kind, name, table, conditional, temporary, newName } of statements) {
    if (/^create (virtual )?table|^create view/.test(kind) && name !== null) made.add(foldName(name));
    else if (table === null || temporary || (kind === 'drop table' && conditional)) continue;
    else if (!made.has(foldName(table)) && !/^sqlite_/i.test(table) && !needed.has(foldName(table)))
      needed.set(foldName(table), table);
    if (kind === 'rename table') made.add(foldName(newName ?? ''));
  }
  return [...needed.values()];
}
