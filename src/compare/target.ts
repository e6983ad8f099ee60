// A schema that is wished for as text: what a script of statements makes of an empty database.

import type { Database } from '../database';
import { readSchema } from '../schema/read';
import type { Schema } from '../schema/schema';
import type { ParsedStatement } from '../script/parsedStatement';
import { splitScript } from '../script/split';
import { partsOf, type Script } from '../script/statement';
import { isBlank, nextToken, tokenise } from '../script/tokens';
import { isCompared } from './pairing';

/** Where a script stops, and why. */
export interface TargetFailure {
  readonly sentence: string;
  /** The line in its file, from 1. */
  readonly line: number;
  /** The file, of a script in several; else null. */
  readonly file: string | null;
}

/** The schema, or the first reason why the text gives none. */
export type Target =
  { readonly ok: true; readonly schema: Schema } | { readonly ok: false; readonly failure: TargetFailure };

/** What only concerns rows or the connection says nothing about the schema. */
const LEFT_OUT = /^(insert|update|delete|select|begin|commit|rollback|savepoint|release|vacuum|analyze|reindex)$/;

/**
 * Runs the statements of a script that make or change a schema, and reads what they give. Rows, as a dump has them, are left out, and
 * so are its transactions. A virtual table that a dump writes into sqlite_schema by an INSERT is created by the text that stands there.
 * @param scratch a new database in memory; whoever made it closes it
 */
export function schemaOfScript(scratch: Database, script: Script): Target {
  const split = splitScript(script);
  if (!split.ok) {
    const { sentence, line } = split.refusal;
    return { ok: false, failure: { sentence, line, file: partsOf(script)[0]?.name ?? null } };
  }
  scratch.execute('PRAGMA foreign_keys = OFF');
  scratch.execute('BEGIN');
  const sources = new Map(partsOf(script).map(({ name, text }) => [name, text]));
  for (const statement of split.statements) {
    const text = statementToRun(statement);
    if (text === null) continue;
    const sql = text === statement.text ? withCommentBehind(sources.get(statement.file) ?? '', statement) : text;
    const outcome = scratch.execute(sql);
    if (outcome.ok) continue;
    const { firstLine, file } = statement;
    return { ok: false, failure: { sentence: `Line ${firstLine}: ${outcome.error.message}.`, line: firstLine, file } };
  }
  return { ok: true, schema: readSchema(scratch) };
}

/** A comment before the semicolon is part of what SQLite stores of some statements. */
function withCommentBehind(source: string, { start, text }: ParsedStatement): string {
  let end = start + text.length;
  for (let token = nextToken(source, end); token !== null && isBlank(token); token = nextToken(source, end))
    end = token.end;
  return source.slice(start, end);
}

/** The text to run; null for a statement that has nothing to say of the schema. */
function statementToRun(statement: ParsedStatement): string | null {
  const { kind, text, name } = statement;
  if (kind === 'insert' && /^sqlite_(master|schema)$/i.test(name ?? '')) {
    const virtual = statement.tokens.findLast((token) => token.kind === 'string');
    const sql = virtual?.text.slice(1, -1).replaceAll("''", "'") ?? '';
    return /^create virtual table/i.test(sql) ? sql : null;
  }
  if (LEFT_OUT.test(kind) || kind === 'pragma' || statement.temporary) return null;
  return text;
}

/** A schema as text, to be edited: all objects but those of SQLite itself, each to the letter, in their order. */
export function textOfSchema({ relations, indexes, triggers }: Schema): string {
  const texts = [...relations.filter(isCompared), ...indexes, ...triggers].flatMap(({ sql }) => sql ?? []);
  return texts.map((sql) => `${terminated(sql)}\n`).join('\n');
}

/** A statement with its semicolon, on a line of its own where it ends in a comment. */
export function terminated(sql: string): string {
  return `${sql}${tokenise(sql).at(-1)?.text.startsWith('--') === true ? '\n' : ''};`;
}
