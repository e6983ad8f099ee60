// A schema as text, to be edited and to be run.

import type { Schema } from '../schema/schema';
import { tokenise } from '../script/tokens';
import { isCompared } from './pairing';

/** A schema as text, to be edited: all objects but those of SQLite itself, each to the letter, in their order. */
export function textOfSchema({ relations, indexes, triggers }: Schema): string {
  const texts = [...relations.filter(isCompared), ...indexes, ...triggers].flatMap(({ sql }) => sql ?? []);
  return texts.map((sql) => `${terminated(sql)}\n`).join('\n');
}

/** A statement with its semicolon, on a line of its own where it ends in a comment. */
export function terminated(sql: string): string {
  return `${sql}${tokenise(sql).at(-1)?.text.startsWith('--') === true ? '\n' : ''};`;
}
