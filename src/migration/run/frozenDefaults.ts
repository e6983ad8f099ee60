// The values of non-constant defaults at one instant: that of the upgrade.

import { quoteText, rowsOf, type Database, type SqlValue } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import { isWord, type ParsedSql } from '../../script/tokens';

/** The values of non-constant defaults at the moment of the upgrade, as SQL literals, by the text of the expression. */
export type FrozenDefaults = ReadonlyMap<string, string>;

/**
 * Evaluates the defaults of all ADD COLUMN statements of a script at one instant, so that every existing row of every table
 * gets the same time. Expressions that cannot be evaluated alone are left out.
 */
export function freezeDefaults(database: Database, statements: readonly ParsedStatement[]): FrozenDefaults {
  const bare = database.scratch();
  try {
    const expressions = new Set<string>();
    const added = statements.filter(({ kind }) => kind === 'add column');
    for (const clause of new Set(added.flatMap(defaultClauses))) {
      bare.execute('CREATE TABLE t (a)');
      bare.execute(`ALTER TABLE t ADD COLUMN b ${clause}`);
      const expression = rowsOf(bare, `SELECT dflt_value FROM pragma_table_xinfo('t') WHERE cid = 1`)[0]?.[0];
      if (typeof expression === 'string' && bare.compile(`SELECT (${expression})`).ok) expressions.add(expression);
      bare.execute('DROP TABLE t');
    }
    if (expressions.size === 0) return new Map();
    const list = [...expressions];
    // 'now' is one instant within one statement (https://sqlite.org/lang_datefunc.html).
    const together = bare.query(`SELECT ${list.map(literalOf).join(', ')}`);
    const literals = together.ok ? together.value[0] : undefined;
    if (literals) return new Map(list.map((expression, at) => [expression, spelt(literals[at])]));
    const alone = list.map((expression) => [expression, bare.query(`SELECT ${literalOf(expression)}`)] as const);
    return new Map(alone.flatMap(([expression, read]) => (read.ok ? [[expression, spelt(read.value[0]?.[0])]] : [])));
  } finally {
    bare.close();
  }
}

/** Asks for the value of an expression as an SQL literal; quote() stops at a NUL, so text with one comes as its bytes. */
function literalOf(expression: string): string {
  return `(SELECT CASE WHEN typeof(v) = 'text' AND instr(v, char(0)) THEN 'bytes ' || hex(v) ELSE quote(v) END
    FROM (SELECT (${expression}) AS v LIMIT 1 OFFSET 0))`;
}

/** The literal that `literalOf` asked for; a NUL in it is spelt as char(0). */
function spelt(answer: SqlValue | undefined): string {
  const literal = String(answer);
  const bytes = /^bytes ([0-9A-F]*)$/.exec(literal)?.[1];
  if (bytes === undefined) return literal;
  try {
    const text = decodeURIComponent(bytes.replace(/../g, '%$&'));
    return `(${text.split('\0').map(quoteText).join(' || char(0) || ')})`;
  } catch {
    // Not valid UTF-8: only its bytes say what it is.
    return `CAST(X'${bytes}' AS TEXT)`;
  }
}

/** The DEFAULT clauses of an ADD COLUMN: the word and, as far as parentheses go, what follows it. */
function defaultClauses({ text: addColumn, tokens }: ParsedSql): readonly string[] {
  return tokens.flatMap((token, at) => {
    if (!isWord(token, 'DEFAULT')) return [];
    let depth = 0;
    for (const { text, end } of tokens.slice(at + 1)) {
      depth += text === '(' ? 1 : text === ')' ? -1 : 0;
      if (depth <= 0 && text !== '+' && text !== '-') return [addColumn.slice(token.start, end)];
    }
    return [];
  });
}
