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
}

/**
 * The definition for a meaning; or the sentence of what is wrong with it.
 * @example
 * definitionOf({ kind: 'function', name: 'shout', answer: 'sql upper($1)' }, { known: [], scratch });
 */
export function definitionOf(meaning: Meaning, tools: DefinitionTools): Outcome<Definition, string> {
  const { kind, name, answer } = meaning;
  const [, way = '', what = ''] = /^(\S+) ?([\s\S]*)$/.exec(answer) ?? [];
  if (way === STAND_IN) return { ok: true, value: standIn(meaning, () => refuseRow(meaning)) };
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
    ? expressionOf(name, what, tools)
    : { ok: false, error: `“${answer}” says nothing that ${name}() could be.` };
}

/** A definition that tells `onUse` when it is used, and gives NULL, or the order of the code points. */
export function standIn({ kind, name }: Missing, onUse: () => void): Definition {
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

function expressionOf(name: string, sql: string, { scratch }: DefinitionTools): Outcome<Definition, string> {
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
    numbered += `${sql.slice(from, start)}?${place}`;
    from = end;
  }
  const query = `SELECT ${numbered}${sql.slice(from)}`;
  const database = scratch();
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
