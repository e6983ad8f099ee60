// Whether a script writes the time at which it runs: then a run later gives other rows.

import { foldName } from '../../database';
import type { Planned } from './tableChanges';

/** What asks SQLite for the time: https://sqlite.org/lang_datefunc.html, and the CURRENT_ words of defaults. */
const THE_TIME =
  /\bcurrent_(?:date|time|timestamp)\b|['"]now['"]|\b(?:date|time|datetime|julianday|unixepoch)\s*\(\s*\)|\bstrftime\s*\(\s*'[^']*'\s*\)/i;

/**
 * Whether a row may get the time of the run: from a statement, from the default of a table that rows are inserted into, or from
 * a trigger or view. A table that is only made with such a default gives no row the time.
 */
export function writesTheTime({ before, after, statements, outcomes }: Planned): boolean {
  const done = statements.filter((_, at) => /^(applied|adapted)$/.test(outcomes[at]?.verdict ?? ''));
  const schemas = [before, after];
  const timed = new Set(
    [
      ...schemas.flatMap(({ relations }) => relations),
      ...done.flatMap(({ kind, name, text }) => (kind === 'create table' ? [{ name: name ?? '', sql: text }] : [])),
    ].flatMap(({ name, sql }) => (THE_TIME.test(sql) ? [foldName(name)] : [])),
  );
  const isSetOff =
    schemas.some(
      ({ relations, triggers }) =>
        triggers.some(({ sql }) => THE_TIME.test(sql)) ||
        relations.some(({ kind, sql }) => kind === 'view' && THE_TIME.test(sql)),
    ) || done.some(({ kind, text }) => /^create (trigger|view)$/.test(kind) && THE_TIME.test(text));
  return done.some(({ kind, name, ordinal, text }) => {
    // Where existing rows are left NULL, none of them gets the time.
    if (kind === 'add column') return THE_TIME.test(text) && outcomes[ordinal - 1]?.executed?.some(writesRows) === true;
    if (kind === 'create table as') return THE_TIME.test(text) || isSetOff;
    if (!/^(insert|update|delete|other)$/.test(kind)) return false;
    return isSetOff || THE_TIME.test(text) || (kind === 'insert' && timed.has(foldName(name ?? '')));
  });
}

function writesRows(sql: string): boolean {
  return /^UPDATE main\.(?!sqlite_schema\b)/.test(sql);
}
