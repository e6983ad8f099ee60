// Comments that silence a rule for one statement: `-- drydock:ignore CODE reason`, above the statement or inside it.

import { partsOf, type Script, type Statement } from '../../script/statement';
import { tokenise } from '../../script/tokens';

/** A rule that is silenced for a statement. */
export interface Ignore {
  readonly ordinal: number;
  readonly code: string;
  /** Why, in the words of whoever wrote the script; may be empty. */
  readonly reason: string;
}

const MARK = 'drydock:ignore';
const COMMENT = /^--\s*drydock:ignore\s+(\S+)[ \t]*(.*?)\s*$/;

/** Reads the comments of a script that silence rules. One before the first word of a statement, or inside it, is for that statement. */
export function readIgnores(script: Script, statements: readonly Statement[]): readonly Ignore[] {
  return partsOf(script).flatMap(({ name, text }) => {
    // Few scripts have any, and none of their texts is read twice for it.
    if (!text.includes(MARK)) return [];
    const own = statements.filter(({ file }) => file === name);
    // Both come in the order of the text.
    let at = 0;
    return tokenise(text).flatMap((token) => {
      const [, code, reason = ''] = token.kind === 'comment' ? (COMMENT.exec(token.text) ?? []) : [];
      if (code === undefined) return [];
      while (at < own.length && endOf(own[at]) <= token.start) at++;
      const statement = own[at];
      return !statement ? [] : [{ ordinal: statement.ordinal, code, reason }];
    });
  });
}

function endOf(statement: Statement | undefined): number {
  return statement ? statement.start + statement.text.length : 0;
}
