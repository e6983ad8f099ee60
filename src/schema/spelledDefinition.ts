// CREATE statements in one spelling: what differs then means something else, and is not only written in another way.

import { foldName } from '../database';
import { bodyOf, spell } from '../script/spelling';
import { parseSql } from '../script/tokens';
import type { Schema } from './schema';

/**
 * Gives CREATE statements of some schemas in one spelling, without the name of what is made: case, quotes, blanks and comments do not
 * count, nor does IF NOT EXISTS. In double quotes, a word that is no name of these schemas may be a string, and stays one.
 */
export function speller(...schemas: readonly Schema[]): (sql: string | null) => string {
  const names = new Set(
    schemas.flatMap(({ relations }) =>
      relations.flatMap(({ name, columns }) => [name, ...columns.map((column) => column.name)]).map(foldName),
    ),
  );
  return (sql) => {
    const { unique, tokens } = bodyOf(parseSql(sql ?? ''));
    return `${unique ? 'unique ' : ''}${spell(tokens, names)}`;
  };
}
