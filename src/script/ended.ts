// Ends a text of SQL by a semicolon.

import { tokenise } from './tokens';

/** The text with a semicolon behind it that no comment at its end can swallow; what is ended by one stays as it is. */
export function ended(sql: string): string {
  const line = sql.slice(sql.lastIndexOf('\n') + 1);
  // Most statements show in their last line that they have no such comment, and some are megabytes long.
  if (!/--|;/.test(line)) return `${sql};`;
  const last = tokenise(sql).findLast(({ kind }) => kind !== 'space');
  if (last?.kind === 'semicolon') return sql;
  return last?.text.startsWith('--') && !sql.slice(last.start).includes('\n') ? `${sql}\n;` : `${sql};`;
}
