// Drift: a statement finds something of its name there, and what is there is not what the statement asks for.

import { quoteIdentifier, rowsOf, type Database } from '../database';
import { columnAspects, indexAspects, tableAspects, trial, wordsOf, type Aspects } from './aspects';
import type { Statement } from '../script/statement';
import { foldName } from '../schema/schema';
import { isBlank, tokenise } from '../script/tokens';

/** Where the two shapes differ, aspect by aspect, in words and SQL that can be shown side by side. */
export interface Drift {
  /** What is compared: `column t.a`, `index i`, `table t`. */
  readonly subject: string;
  readonly differences: readonly Difference[];
}

/** One aspect in which the shapes differ; `none` where one side has nothing there. */
export interface Difference {
  readonly aspect: string;
  readonly there: string;
  readonly asked: string;
}

/**
 * Compares what is there with what a skipped or unchanged statement asks for.
 * @param shadow the schema as it is at this statement; it is used for trials that are rolled back
 * @param later the statements after it: columns that they add to a table are asked for too
 * Gives null where both agree, or where what is asked for cannot be built for a comparison.
 */
export function findDrift(shadow: Database, statement: Statement, later: readonly Statement[]): Drift | null {
  if (statement.name === null) return null;
  const { kind, name } = statement;
  if (kind === 'add column' && statement.table !== null && statement.column !== null) {
    return columnDrift(shadow, statement.text, statement.table, statement.column);
  }
  if (/^create (table|index)$/.test(kind) && hasSameWords(shadow, statement.text, name)) return null;
  if (kind === 'create index') return indexDrift(shadow, statement.text, name);
  if (kind === 'create table') return tableDrift(shadow, statement, name, later);
  if (kind === 'create view' || kind === 'create trigger') return textDrift(shadow, statement, name);
  return null;
}

function compareAspects(subject: string, there: Aspects | null, asked: Aspects | null): Drift | null {
  if (!there || !asked) return null;
  const differences = [...new Set([...there.keys(), ...asked.keys()])]
    .map((aspect) => ({ aspect, there: there.get(aspect) ?? 'none', asked: asked.get(aspect) ?? 'none' }))
    .filter((difference) => difference.there !== difference.asked);
  return differences.length === 0 ? null : { subject, differences };
}

function columnDrift(shadow: Database, sql: string, table: string, column: string): Drift | null {
  const there = trial(shadow, [], () => columnAspects(shadow, table, column));
  const moved = `ALTER TABLE ${quoteIdentifier(table)} RENAME COLUMN ${quoteIdentifier(column)} TO ${quoteIdentifier(`${column} there`)}`;
  const asked = trial(shadow, [moved, sql], () => columnAspects(shadow, table, column));
  return compareAspects(`column ${table}.${column}`, there, asked ?? askedAlone(shadow, sql, table, column));
}

/** A view that is broken already keeps a column from being renamed; the statement then shows on a table of its own. */
function askedAlone(shadow: Database, sql: string, table: string, column: string): Aspects | null {
  const bare = shadow.scratch();
  try {
    bare.execute(`CREATE TABLE ${quoteIdentifier(table)} ("its only column")`);
    return bare.execute(sql).ok ? columnAspects(bare, table, column) : null;
  } finally {
    bare.close();
  }
}

function indexDrift(shadow: Database, sql: string, name: string): Drift | null {
  const there = trial(shadow, [], () => indexAspects(shadow, name));
  const asked = trial(shadow, [`DROP INDEX ${quoteIdentifier(name)}`, sql], () => indexAspects(shadow, name));
  return compareAspects(`index ${name}`, there, asked);
}

function tableDrift(shadow: Database, statement: Statement, name: string, later: readonly Statement[]): Drift | null {
  const bare = shadow.scratch();
  try {
    if (!bare.execute(statement.text).ok) return null;
    const same = foldName(name);
    for (const next of later) {
      const adds = next.kind === 'add column' && next.table !== null && foldName(next.table) === same;
      // A column that is not there yet is no drift: that statement will add it.
      if (adds && next.column !== null && columnAspects(shadow, name, next.column)) bare.execute(next.text);
    }
    return compareAspects(`table ${name}`, tableAspects(shadow, name), tableAspects(bare, name));
  } finally {
    bare.close();
  }
}

function textDrift(shadow: Database, statement: Statement, name: string): Drift | null {
  const type = statement.kind === 'create view' ? 'view' : 'trigger';
  const [object] = rowsOf(shadow, 'SELECT sql FROM sqlite_schema WHERE type = ? AND name = ? COLLATE NOCASE', [
    type,
    name,
  ]);
  if (!object) return null;
  const there = String(object[0]);
  if (wordsOf(there) === wordsOf(statement.text)) return null;
  const difference = { aspect: 'definition', there: inOneLine(there), asked: inOneLine(statement.text) };
  return { subject: `${type} ${name}`, differences: [difference] };
}

/** Whether what is there was made by the very same words: the common case, told without a trial. */
function hasSameWords(shadow: Database, sql: string, name: string): boolean {
  const [object] = rowsOf(
    shadow,
    `SELECT sql FROM main.sqlite_schema WHERE type IN ('table', 'index') AND name = ? COLLATE NOCASE`,
    [name],
  );
  return typeof object?.[0] === 'string' && wordsOf(object[0]) === wordsOf(sql);
}

/** A CREATE statement in one line, without comments. */
function inOneLine(sql: string): string {
  const words = tokenise(sql).filter((token) => !isBlank(token));
  return words.map((token) => token.text).join(' ');
}
