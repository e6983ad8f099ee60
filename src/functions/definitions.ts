// Makes what a meaning says into a definition that an engine takes.

import type { Database, Definition, Outcome, SqlValue } from '../database';
import { parseSql } from '../script/tokens';
import { STAND_IN, type Meaning, type Missing } from './meaning';

/** One of the documented set. Where a value is NULL, so is what it gives. */
export interface KnownFunction {
  readonly name: string;
  /** Whether the same values give the same result always. */
  readonly deterministic: boolean;
  readonly call: (...values: readonly Exclude<SqlValue, null>[]) => SqlValue;
}

/** What definitions are made with. */
export interface DefinitionTools {
  readonly known: readonly KnownFunction[];
  /** A database in memory, in which expressions are computed; whoever gives it keeps it. */
  readonly scratch: () => Database;
  /** Whether a function is called with many rows at a time. */
  readonly isAggregate?: (name: string) => boolean;
}

/**
 * The definition for a meaning; or the sentence of what is wrong with it.
 * @example
 * definitionOf({ kind: 'function', name: 'shout', answer: 'sql upper($1)' }, { known: [], scratch });
 */
export function definitionOf(meaning: Meaning, tools: DefinitionTools): Outcome<Definition, string> {
  const { kind, name, answer } = meaning;
  const [, way = '', what = ''] = /^(\S+) ?([\s\S]*)$/.exec(answer) ?? [];
  const isOfRows = kind === 'function' && tools.isAggregate?.(name) === true;
  if (way === STAND_IN) return { ok: true, value: standIn(meaning, () => refuseRow(meaning), isOfRows) };
  if (isOfRows && way !== 'sql') {
    return {
      ok: false,
      error: `${name}() makes one value of many rows, and no function of this page does. Write an SQL expression.`,
    };
  }
  if (kind === 'collation') return collationOf(name, way, what);
  if (way === 'known') {
    const known = tools.known.find((one) => one.name === what);
    if (!known) return { ok: false, error: `This page has no function ${what} that could stand for ${name}().` };
    const call = (...values: readonly SqlValue[]): SqlValue => {
      const given = values.flatMap((value) => (value === null ? [] : [value]));
      return given.length === values.length ? known.call(...given) : null;
    };
    return { ok: true, value: { kind, name, arity: -1, deterministic: known.deterministic, call } };
  }
  return way === 'sql'
    ? expressionOf(name, what, { scratch: tools.scratch, isOfRows })
    : { ok: false, error: `“${answer}” says nothing that ${name}() could be.` };
}

/**
 * A definition that tells `onUse` when it is used, and gives NULL, or the order of the code points. An aggregate is not used where it is
 * given no rows, and gives NULL there too, as nearly all do.
 */
export function standIn({ kind, name }: Missing, onUse: () => void, isOfRows = false): Definition {
  if (isOfRows) {
    const call = (rows: readonly unknown[]): null => {
      if (rows.length > 0) onUse();
      return null;
    };
    return { kind: 'aggregate', name, call };
  }
  if (kind === 'function') {
    const call = (): null => {
      onUse();
      return null;
    };
    return { kind, name, arity: -1, deterministic: true, call };
  }
  const compare = (one: string, other: string): number => {
    onUse();
    return byCodePoints(one, other);
  };
  return { kind, name, compare };
}

function refuseRow({ kind, name }: Missing): never {
  const what = kind === 'function' ? `function ${name}` : `collation ${name}`;
  throw new Error(`the ${what} has only a stand-in, and a row goes through it`);
}

function collationOf(name: string, way: string, what: string): Outcome<Definition, string> {
  const kind = 'collation';
  if (way === 'known' && what === 'BINARY') return { ok: true, value: { kind, name, compare: byCodePoints } };
  if (way === 'known' && what === 'NOCASE') {
    const fold = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
    return { ok: true, value: { kind, name, compare: (one, other) => byCodePoints(fold(one), fold(other)) } };
  }
  try {
    if (way === 'locale') return { ok: true, value: { kind, name, compare: new Intl.Collator(what).compare } };
  } catch {
    // The tag is none.
  }
  return { ok: false, error: `“${what}” is no language that the collation ${name} could sort by.` };
}

/** The order of UTF-8 and of code points, which is not that of UTF-16 units. */
function byCodePoints(one: string, other: string): number {
  const [left, right] = [Array.from(one), Array.from(other)];
  for (const [at, character] of left.entries()) {
    const difference = (character.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Those of SQLite: without one, an expression over many rows would take one of them. */
const AGGREGATES = /\b(?:count|sum|total|avg|min|max|group_concat|string_agg|json_group_(?:array|object))\s*\(/i;

function expressionOf(
  name: string,
  sql: string,
  { scratch, isOfRows }: Pick<DefinitionTools, 'scratch'> & { readonly isOfRows: boolean },
): Outcome<Definition, string> {
  let most = 0;
  let numbered = '';
  let from = 0;
  for (const { kind, text, start, end } of parseSql(sql).tokens) {
    const place = kind === 'variable' ? /^[$?]([1-9]\d?)$/.exec(text)?.[1] : undefined;
    if (kind === 'variable' && place === undefined) {
      return { ok: false, error: `${text} is no value of ${name}(): they are called $1, $2 and so on.` };
    }
    if (place === undefined) continue;
    most = Math.max(most, Number(place));
    // The values of many rows are columns.
    numbered += sql.slice(from, start) + (isOfRows ? `"${place}"` : `?${place}`);
    from = end;
  }
  if (isOfRows && !AGGREGATES.test(sql)) {
    return {
      ok: false,
      error: `${name}() makes one value of many rows, so its expression needs an aggregate of SQLite, as in sum($1) / count(*).`,
    };
  }
  const query = `SELECT ${numbered}${sql.slice(from)}`;
  const database = scratch();
  if (isOfRows) return expressionOfRows(name, query, most, database);
  const isSound = database.compile(query);
  if (!isSound.ok) {
    return { ok: false, error: `The expression for ${name}() is not right: ${isSound.error.message}.` };
  }
  const call = (...values: readonly SqlValue[]): SqlValue => {
    if (values.length < most)
      throw new Error(`${name}() is given ${values.length} values, and its expression wants ${most}`);
    const read = database.query(query, values.slice(0, most));
    if (!read.ok) throw new Error(read.error.message);
    return read.value[0]?.[0] ?? null;
  };
  return {
    ok: true,
    value: { kind: 'function', name, arity: -1, deterministic: !/random|now|current_/i.test(sql), call },
  };
}

/** Values that SQLite takes with one statement, at the least (https://sqlite.org/limits.html, SQLITE_MAX_VARIABLE_NUMBER). */
const MOST_VALUES = 30_000;

/** @param query over the columns "1", "2" and so on, of which `most` is the last */
function expressionOfRows(name: string, query: string, most: number, database: Database): Outcome<Definition, string> {
  const columns = Array.from({ length: Math.max(most, 1) }, (_, at) => `"${at + 1}"`);
  const ofRows = `${query} FROM temp.given`;
  const none = `CREATE TEMP TABLE IF NOT EXISTS given (${columns.join()})`;
  const refusal = (message: string): string => `The expression for ${name}() is not right: ${message}.`;
  const fill = (rows: readonly (readonly SqlValue[])[]): Outcome<unknown> => {
    const made = database.execute('DROP TABLE IF EXISTS temp.given');
    if (!made.ok) return made;
    const begun = database.execute(none);
    if (!begun.ok) return begun;
    const atOnce = Math.max(1, Math.floor(MOST_VALUES / columns.length));
    for (let from = 0; from < rows.length; from += atOnce) {
      const some = rows.slice(from, from + atOnce);
      const places = some.map(() => `(${columns.map(() => '?').join()})`).join();
      const put = database.execute(
        `INSERT INTO temp.given VALUES ${places}`,
        some.flatMap((values) => columns.map((_, at) => values[at] ?? null)),
      );
      if (!put.ok) return put;
    }
    return made;
  };
  const empty = fill([]);
  const isSound = empty.ok ? database.compile(ofRows) : empty;
  if (!isSound.ok) return { ok: false, error: refusal(isSound.error.message) };
  const call = (rows: readonly (readonly SqlValue[])[]): SqlValue => {
    if (rows.some((values) => values.length < most))
      throw new Error(`${name}() is given ${rows[0]?.length ?? 0} values, and its expression wants ${most}`);
    const filled = fill(rows);
    const read = filled.ok ? database.query(ofRows) : filled;
    if (!read.ok) throw new Error(read.error.message);
    return read.value[0]?.[0] ?? null;
  };
  return { ok: true, value: { kind: 'aggregate', name, call } };
}
