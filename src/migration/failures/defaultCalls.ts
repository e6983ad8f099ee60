// DEFAULT with a call of a function, as other databases write it: SQLite has it in parentheses only (https://sqlite.org/lang_createtable.html#the_default_clause).

import { isWord, type ParsedSql } from '../../script/tokens';
import type { FailedStatement } from '../run/failureHelp';
import type { Explanation, Said } from './explanation';

/** What SQLite has for what other databases call. */
const STANDS_FOR: readonly (readonly [name: RegExp, expression: string])[] = [
  [/^(?:now|getdate|getutcdate|sysdate|sysdatetime|current_timestamp|localtimestamp)$/i, 'CURRENT_TIMESTAMP'],
  [/^(?:curdate|current_date)$/i, 'CURRENT_DATE'],
  [/^(?:curtime|current_time)$/i, 'CURRENT_TIME'],
  [/^(?:uuid|gen_random_uuid|uuid_generate_v4|newid)$/i, '(lower(hex(randomblob(16))))'],
];

/** Where SQLite cannot read the parenthesis after the name of a function. */
export const DEFAULT_CALLS: readonly Explanation[] = [
  { pattern: /^near "\(": syntax error/, explain: (failed) => explainCall(failed) },
];

function explainCall({ statement, shadow }: FailedStatement): Said | null {
  const call = findCall(statement);
  if (!call) return null;
  const [, instead] = STANDS_FOR.find(([name]) => name.test(call.name)) ?? [];
  const known = instead ?? (shadow.compile(`SELECT ${call.text}`).ok ? `(${call.text})` : null);
  const written = known && `${statement.text.slice(0, call.start)}${known}${statement.text.slice(call.end)}`;
  const isOther = instead !== undefined;
  return {
    explanation: `After DEFAULT, SQLite takes a function only within parentheses${isOther ? `, and it has no function ${call.name}()` : ''}.`,
    wayOut: known ? `Write DEFAULT ${known}.` : `Write DEFAULT (…) with an expression that SQLite has.`,
    ...(written && shadow.compile(written).ok ? { mend: { before: [], instead: written, after: [] } } : {}),
  };
}

/** The first call after DEFAULT, from its name to its closing parenthesis. */
function findCall({ text, tokens }: ParsedSql) {
  for (const [at, token] of tokens.entries()) {
    const [name, open] = tokens.slice(at + 1, at + 3);
    if (!isWord(token, 'DEFAULT') || name?.kind !== 'word' || open?.text !== '(') continue;
    let depth = 0;
    for (const one of tokens.slice(at + 2)) {
      depth += one.text === '(' ? 1 : one.text === ')' ? -1 : 0;
      if (depth > 0) continue;
      return { name: name.text, text: text.slice(name.start, one.end), start: name.start, end: one.end };
    }
  }
  return null;
}
