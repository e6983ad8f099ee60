// A name that belongs to another kind of thing than the one that a statement asks for.

import { rowsOf, type Database } from '../database';
import type { Statement } from '../script/statement';
import type { Failure } from './verdict';

/** IF NOT EXISTS is silent when the name belongs to another kind of thing: that is not what the script asks for. */
export function findOtherKind(shadow: Database, statement: Statement): Failure | null {
  const wanted = /^create (?:virtual )?(table|index|view|trigger)/.exec(statement.kind)?.[1];
  if (!wanted || !statement.conditional || statement.name === null || statement.temporary) return null;
  const [found] = rowsOf(
    shadow,
    `SELECT type, tbl_name FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE AND (type = 'trigger') = ?`,
    [statement.name, wanted === 'trigger' ? 1 : 0],
  );
  if (!found || found[0] === wanted) return null;
  return {
    message: `${statement.name} is the name of ${article(String(found[0]))} already`,
    explanation: `The script asks for ${article(wanted)} of that name, and IF NOT EXISTS would have passed over it in silence.`,
    wayOut: `Rename or drop the ${String(found[0])} ${statement.name} first, or choose another name.`,
  };
}

function article(kind: string): string {
  return kind === 'index' ? 'an index' : `a ${kind}`;
}
