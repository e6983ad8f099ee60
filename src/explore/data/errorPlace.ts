// Where in a statement an error of SQLite's lies. Its messages quote what it could not read, but do not say where that is.

import { parseSql, unquotedName } from '../../script/tokens';

/**
 * The offset of what a message is about, 0 where it is about the statement as a whole.
 * @param compile gives SQLite's message for a part of the statement, or null where it has nothing against it
 */
export function offsetOfError(text: string, message: string, compile: (part: string) => string | null): number {
  const { tokens } = parseSql(text);
  if (message === 'incomplete input') return tokens.at(-1)?.end ?? 0;
  const [, near] = /^(?:near|unrecognized token:) "([^]*?)"(?:: syntax error)?$/.exec(message) ?? [];
  if (near !== undefined) {
    // The parser stops at the first token that cannot follow: all before it is no more than incomplete.
    const same = tokens.filter(
      (token) => token.text === near || near.startsWith(token.text) || token.text.startsWith(near),
    );
    return same.find((token) => compile(text.slice(0, token.end)) === message)?.start ?? same[0]?.start ?? 0;
  }
  const [, missing] =
    /^(?:no such (?:column|table|function|module|collation sequence)|ambiguous column name|wrong number of arguments to function|misuse of (?:aggregate|window function)(?: function)?):? ([^]+)$/.exec(
      message,
    ) ?? [];
  if (missing === undefined) return 0;
  const name = missing.replace(/\(\)$/, '').toLowerCase();
  const parts = name.split('.');
  const last = parts.at(-1) ?? '';
  const named = tokens.filter((token) => [name, last].includes((unquotedName(token) ?? '').toLowerCase()));
  // `t.x` is sought as a whole first, and begins where its qualifier does.
  for (const token of named) {
    const at = tokens.indexOf(token);
    const before = tokens[at - 2];
    const isQualified = tokens[at - 1]?.text === '.' && before !== undefined;
    const qualifier = isQualified ? (unquotedName(before) ?? '').toLowerCase() : null;
    if (parts.length > 1 ? qualifier === parts.at(-2) : qualifier === null)
      return isQualified ? before.start : token.start;
  }
  return named[0]?.start ?? 0;
}
