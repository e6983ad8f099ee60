// What an explanation of one of SQLite's messages is, and what all of them are written with.

import { foldName, rowsOf } from '../../database';
import type { Statement } from '../../script/statement';
import type { FailedStatement } from '../run/failureHelp';
import type { Failure } from '../outcome';

/** Where most of what is in the way of a statement has to be mended. */
export const IN_A_STATEMENT_BEFORE = 'in a statement before this one';

/** What is said beside the message. */
export type Said = Omit<Failure, 'message'>;

/** Explains all messages of a form. The first one of a list that fits, and does not give null, decides. */
export interface Explanation {
  readonly pattern: RegExp;
  readonly explain: (failed: FailedStatement, match: readonly string[]) => Said | null;
}

/** The twelve steps of https://sqlite.org/lang_altertable.html#otheralter, in short. */
export const REBUILD =
  'The way for it is a table rebuild: make a new table as it should be, copy the rows with INSERT INTO … SELECT, check that all are there, and only then put the new table in the place of the old one (https://sqlite.org/lang_altertable.html#otheralter).';

/** An explanation in words alone; `$1` stands for what the pattern's first group has matched, and so on. */
export function inWords(pattern: RegExp, explanation: string, wayOut: string): Explanation {
  const fill = (text: string, match: readonly string[]): string =>
    text.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '');
  return {
    pattern,
    explain: (_, match) => ({ explanation: fill(explanation, match), wayOut: fill(wayOut, match) }),
  };
}

/** The last statement before the failed one that did something of a kind to an object of this name. */
export function earlier(
  { statement, script }: FailedStatement,
  name: string,
  kinds: readonly Statement['kind'][],
): Statement | undefined {
  const folded = foldName(name);
  return script.findLast(
    (other) =>
      other.ordinal < statement.ordinal &&
      kinds.includes(other.kind) &&
      foldName(other.name ?? other.table ?? '') === folded,
  );
}

/** The SQL of an object of the schema before the statement; null where there is no such object, or it has none. */
export function storedSql({ shadow }: FailedStatement, type: string, name: string): string | null {
  const [found] = rowsOf(shadow, 'SELECT sql FROM main.sqlite_schema WHERE type = ? AND name = ? COLLATE NOCASE', [
    type,
    name,
  ]);
  return typeof found?.[0] === 'string' ? found[0] : null;
}
