// What a schema, a script or an application asks of SQLite that only one of the two builds has, found in the texts alone.

import { foldName, type Definition } from '../database';
import { TokenCursor } from '../script/cursor';
import type { ParsedStatement } from '../script/parsedStatement';
import { placeOf } from '../script/statement';
import { parseSql, unquotedName, type Token } from '../script/tokens';
import type { EngineName } from './engine';

/** Something that only one engine has, and who asks for it. */
export interface Need {
  readonly engine: EngineName;
  /** `the module fts5`, `the function median`, `texts in UTF-16`. */
  readonly what: string;
  /** `the table notes`, `statement 3 (line 7)`, `the file`. */
  readonly where: string;
}

/** Modules of virtual tables that one engine alone has. */
const MODULES: ReadonlyMap<string, EngineName> = new Map([
  ...(['fts5', 'fts5vocab', 'rtree', 'rtree_i32', 'dbstat'] as const).map((name) => [name, 'sqlite-wasm'] as const),
  ...(['fts3', 'fts4', 'fts4aux', 'fts3tokenize'] as const).map((name) => [name, 'sql.js'] as const),
]);

/**
 * A table that sqlite-wasm has without anybody having created it. Only statements can read it: SQLite lets no view and no trigger
 * of a file do so.
 */
const TABLE = 'dbstat';

/** Functions that sqlite-wasm alone has, and that do not stand beside a table of a module. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['median', 'percentile', 'percentile_cont', 'percentile_disc'],
  ...['rtreecheck', 'rtreedepth', 'rtreenode'],
]);

/** Before a name that is followed by a parenthesis and is none of a function: a table with its columns. */
const BEFORE_COLUMNS = /^(TABLE|INTO|EXISTS|REFERENCES|ON|VIEW)$/i;

/** Before a table that is read. */
const READS = /^(FROM|JOIN|,|\.)$/i;

/** A text without any of these words needs no look at its tokens. */
const WORDS = new RegExp(`\\b(${[...MODULES.keys(), ...FUNCTIONS].join('|')})\\b`, 'i');

/** What a text in sqlite_schema needs. */
export function needsOfSchema(
  objects: Iterable<{ readonly kind: string; readonly name: string; readonly sql: string }>,
): readonly Need[] {
  return [...objects].flatMap(({ kind, name, sql }) =>
    WORDS.test(sql) ? needsOf(parseSql(sql).tokens, `the ${kind} ${name}`) : [],
  );
}

/** What the statements of a script need. */
export function needsOfScript(statements: readonly ParsedStatement[]): readonly Need[] {
  return statements.flatMap((statement) => {
    if (!WORDS.test(statement.text)) return [];
    const where = `statement ${statement.ordinal} (${placeOf(statement)})`;
    const { tokens } = statement;
    const reads = tokens.some((token, at) => isNamed(token, TABLE) && READS.test(tokens[at - 1]?.text ?? ''));
    const table = reads ? [{ engine: 'sqlite-wasm', what: `the table ${TABLE}`, where } as const] : [];
    // A dump writes virtual tables into sqlite_schema as texts.
    const written = /^sqlite_(schema|master)$/i.test(statement.table ?? '') ? tokens : [];
    const texts = written.flatMap((token) => (token.kind === 'string' ? (unquotedName(token) ?? []) : []));
    return [...needsOf(tokens, where), ...table, ...texts.flatMap((text) => needsOf(parseSql(text).tokens, where))];
  });
}

/** What an application brings: sql.js takes functions alone, and none for an index or a computed column. */
export function needsOfDefinitions(definitions: readonly Pick<Definition, 'kind' | 'name'>[]): readonly Need[] {
  return definitions.map(({ kind, name }) => ({
    engine: 'sqlite-wasm',
    what: `the ${kind} ${name} of your own`,
    where: 'you',
  }));
}

function needsOf(tokens: readonly Token[], where: string): readonly Need[] {
  const module = moduleOf(tokens);
  const engine = module === null ? undefined : MODULES.get(module);
  const functions = tokens.filter((token, at) => {
    const isCalled = tokens[at + 1]?.text === '(' && !BEFORE_COLUMNS.test(tokens[at - 1]?.text ?? '');
    return isCalled && FUNCTIONS.has(foldName(unquotedName(token) ?? ''));
  });
  return [
    ...(engine ? [{ engine, what: `the module ${module ?? ''}`, where }] : []),
    ...functions.map(({ text }): Need => ({ engine: 'sqlite-wasm', what: `the function ${foldName(text)}`, where })),
  ];
}

function isNamed(token: Token, name: string): boolean {
  return foldName(unquotedName(token) ?? '') === name;
}

/** The module of a CREATE VIRTUAL TABLE; null of any other statement. */
function moduleOf(tokens: readonly Token[]): string | null {
  const cursor = new TokenCursor(tokens);
  if (!cursor.takeWords('CREATE')) return null;
  if (!cursor.takeWords('VIRTUAL', 'TABLE')) return null;
  cursor.takeWords('IF', 'NOT', 'EXISTS');
  cursor.takeQualifiedName();
  if (!cursor.takeWords('USING')) return null;
  const module = cursor.takeName();
  return module === null ? null : foldName(module);
}
