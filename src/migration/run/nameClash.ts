// A name that belongs to another kind of thing than the one that a statement asks for.

import { foldName, rowsOf, type Database } from '../../database';
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
  const { kind, name, table } = statement;
  const wanted = /^create ((?:virtual )?table|index|view|trigger)/.exec(kind)?.[1] as Kind | undefined;
  const needsTable = (wanted === 'index' || kind === 'add column') && table !== null;
  const mayBePassedOver = wanted !== undefined && statement.conditional && name !== null && !statement.temporary;
  if (!needsTable && !mayBePassedOver) return null;
  const named = [needsTable ? table : null, mayBePassedOver ? name : null];
  const [host = null, found = null] = kindsOf(shadow, named, wanted === 'trigger');
  if (needsTable && host !== null && host !== 'table' && !isOnTemporaryTable(shadow, statement))
    return explainWrongHost(kind, table, host);
  if (!mayBePassedOver || found === null || found === wanted) return null;
  return {
    message: `${name} is the name of ${article(found)} already`,
    explanation: `The script asks for ${article(wanted)} of that name, and IF NOT EXISTS would have skipped it without an error.`,
    wayOut: `${found.includes('table') ? 'Rename' : 'Drop'} the ${found} ${name} before this statement, or choose another name.`,
  };
}

/** ADD COLUMN and CREATE INDEX work on ordinary tables only. */
function explainWrongHost(kind: Statement['kind'], table: string, found: Kind): Failure {
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

/** What each of the names belongs to, by one question, since it is asked at each statement; triggers have names of their own. */
function kindsOf(shadow: Database, names: readonly (string | null)[], ofTriggers: boolean): readonly (Kind | null)[] {
  const found = rowsOf(
    shadow,
    `SELECT name, type, sql LIKE 'create virtual %' FROM main.sqlite_schema
     WHERE name COLLATE NOCASE IN (?, ?) AND (type = 'trigger') = ?`,
    [...names, ofTriggers ? 1 : 0],
  );
  return names.map((name) => {
    const row = found.find(([one]) => name !== null && foldName(String(one)) === foldName(name));
    if (!row) return null;
    return row[1] === 'table' && row[2] === 1 ? 'virtual table' : (String(row[1]) as Kind);
  });
}

function article(kind: Kind): string {
  return kind === 'index' ? 'an index' : `a ${kind}`;
}
