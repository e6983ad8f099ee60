// Whether two definitions say the same to SQLite, however they are spelled.

import { foldName } from '../database';
import type { Relation, Schema } from '../schema/schema';
import { bodyOf, spell } from '../script/spelling';
import { isWord, parseSql, type Token } from '../script/tokens';
import { readCreateTable } from './createTable';

/** Names of a schema that was asked for before: of a large one they take longer to fold than all else that is asked of them. */
const NAMES = new WeakMap<Schema, readonly string[]>();

/** Folded names that SQL may mean in a schema: what stands in double quotes and is none of them is a string. */
export function namesIn(...schemas: readonly Schema[]): ReadonlySet<string> {
  return new Set(schemas.flatMap(foldedNames));
}

function foldedNames(schema: Schema): readonly string[] {
  const known = NAMES.get(schema);
  if (known) return known;
  const { relations, indexes, triggers } = schema;
  const names = new Set([
    ...relations.flatMap(({ name, columns }) => [name, ...columns.map((column) => column.name)]),
    ...[...indexes, ...triggers].map(({ name }) => name),
  ]);
  const folded = Array.from(names, foldName);
  NAMES.set(schema, folded);
  return folded;
}

/**
 * A CREATE statement in one spelling, without the name of what it makes: case, quotes, blanks and comments do not count in it.
 * @param names those of `namesIn`
 */
export function spellDefinition(sql: string, names: ReadonlySet<string>): string {
  const parsed = parseSql(sql);
  const { unique, tokens } = bodyOf(parsed);
  const isTable = isWord(parsed.tokens[1] ?? null, 'TABLE');
  return `${unique ? 'unique ' : ''}${spell(isTable ? withoutUsualWords(tokens) : tokens, names)}`;
}

/** A computed column is VIRTUAL where nothing is said, and GENERATED ALWAYS says nothing (https://sqlite.org/gencol.html). */
function withoutUsualWords(tokens: readonly Token[]): readonly Token[] {
  return tokens.filter((token, at) => {
    const [before, after] = [tokens[at - 1] ?? null, tokens[at + 1] ?? null];
    if (isWord(token, 'VIRTUAL')) return before?.text !== ')';
    if (isWord(token, 'GENERATED')) return !isWord(after, 'ALWAYS');
    return !isWord(token, 'ALWAYS') || !isWord(before, 'GENERATED');
  });
}

/** Whether two tables have columns of the same names, to the letter: whoever reads rows by name sees the difference. */
export function haveSameColumnNames(one: string, other: string): boolean {
  const names = (sql: string): string =>
    readCreateTable(sql)
      .items.flatMap(({ column }) => column ?? [])
      .join('\n');
  return names(one) === names(other);
}

/** Whether a definition is as it is wished for; where only the spelling differs, unless that is wished for too. */
export function isSameDefinition(
  sql: string,
  { sql: wished, kind }: Relation,
  { names, spelling }: { readonly names: ReadonlySet<string>; readonly spelling: boolean },
): boolean {
  if (sql === wished) return true;
  if (spelling) return false;
  return (
    spellDefinition(sql, names) === spellDefinition(wished, names) &&
    (kind !== 'table' || haveSameColumnNames(sql, wished))
  );
}
