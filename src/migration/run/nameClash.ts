// A name that belongs to another kind of thing than the one that a statement asks for.

import { rowsOf, type Database } from '../../database';
import type { Statement } from '../../script/statement';
import type { Failure } from '../outcome';
import { isOnTemporaryTable } from '../../schema/read';

type Kind = 'table' | 'virtual table' | 'view' | 'index' | 'trigger';

/**
 * IF NOT EXISTS is silent where the name belongs to another kind of thing, and that is not what the script asks for. Columns
 * and indexes on what cannot have them are refused here as well, to say what the thing is. Null where nothing is in the way.
 * @param shadow the schema before the statement
 */
export function findOtherKind(shadow: Database, statement: Statement): Failure | null {
  const wanted = /^create ((?:virtual )?table|index|view|trigger)/.exec(statement.kind)?.[1] as Kind | undefined;
  const host = wanted === 'index' || statement.kind === 'add column' ? findWrongHost(shadow, statement) : null;
  if (host) return host;
  if (!wanted || !statement.conditional || statement.name === null || statement.temporary) return null;
  const found = kindOf(shadow, statement.name, wanted === 'trigger');
  if (found === null || found === wanted) return null;
  return {
    message: `${statement.name} is the name of ${article(found)} already`,
    explanation: `The script asks for ${article(wanted)} of that name, and IF NOT EXISTS would have skipped it without an error.`,
    wayOut: `${found.includes('table') ? 'Rename' : 'Drop'} the ${found} ${statement.name} before this statement, or choose another name.`,
  };
}

/** ADD COLUMN and CREATE INDEX work on ordinary tables only. */
function findWrongHost(shadow: Database, statement: Statement): Failure | null {
  const { kind, table } = statement;
  if (table === null || isOnTemporaryTable(shadow, statement)) return null;
  const found = kindOf(shadow, table, false);
  if (found === null || found === 'table') return null;
  const deed = kind === 'add column' ? 'a column' : 'an index';
  return {
    message: `${table} is ${article(found)}`,
    explanation: `Only an ordinary table can be given ${deed}.`,
    wayOut:
      found === 'view'
        ? `Drop the view ${table} and make it anew with what it has to show, or name the table that it reads.`
        : `Name the table that is meant, or rename the ${found} ${table} first.`,
  };
}

/** What has this name; triggers have names of their own. */
function kindOf(shadow: Database, name: string, ofTrigger: boolean): Kind | null {
  const [found] = rowsOf(
    shadow,
    `SELECT type, sql LIKE 'create virtual %' FROM main.sqlite_schema
     WHERE name = ? COLLATE NOCASE AND (type = 'trigger') = ?`,
    [name, ofTrigger ? 1 : 0],
  );
  if (!found) return null;
  return found[0] === 'table' && found[1] === 1 ? 'virtual table' : (String(found[0]) as Kind);
}

function article(kind: Kind): string {
  return kind === 'index' ? 'an index' : `a ${kind}`;
}
