// SQLite versions that a script may have to run on.

import { hasWords, isWord, parseSql, type Token } from '../script/tokens';

/** A version that is still met, and where. */
export interface KnownVersion {
  /** The second part: 37 for 3.37. */
  readonly minor: number;
  readonly where: string;
}

/** Those that a page may offer, the oldest first. */
export const KNOWN_VERSIONS: readonly KnownVersion[] = [
  { minor: 26, where: 'Red Hat Enterprise Linux 8' },
  { minor: 34, where: 'Red Hat Enterprise Linux 9, Debian 11' },
  { minor: 37, where: 'Ubuntu 22.04' },
  { minor: 40, where: 'Debian 12' },
  { minor: 45, where: 'Ubuntu 24.04' },
  { minor: 46, where: 'Debian 13' },
];

/** The one that is taken where none is named: it has DROP COLUMN and STRICT. */
export const USUAL_VERSION = 37;

/** From which on columns may be computed. */
export const GENERATED_SINCE = 31;
/** From which on ALTER TABLE … DROP COLUMN is there (https://sqlite.org/changes.html). */
export const DROP_COLUMN_SINCE = 35;
/** From which on RENAME COLUMN is there (3.25), and RENAME rewrites foreign keys, with a setting that keeps it from that (3.26). */
const RENAME_SINCE = 26;
/** From which on ALTER TABLE has ALTER COLUMN … SET NOT NULL, ADD CHECK and DROP CONSTRAINT. */
export const ALTER_CONSTRAINT_SINCE = 53;

/** The second part of the lowest version that a statement of a migration needs, as far as its form tells: 0 for any. */
export function versionFor(statement: string): number {
  const { tokens } = parseSql(statement);
  const has = (...words: readonly string[]): boolean => hasWords(tokens, ...words);
  const [first, second, , fourth, fifth] = tokens.map((token) => token.text.toUpperCase());
  if (first === 'PRAGMA') return statement.includes('legacy_alter_table') ? RENAME_SINCE : 0;
  if (first === 'ALTER') {
    if (fourth === 'ALTER' || fifth === 'CONSTRAINT' || fifth === 'CHECK') return ALTER_CONSTRAINT_SINCE;
    if (fourth === 'DROP') return DROP_COLUMN_SINCE;
    if (fourth === 'RENAME') return RENAME_SINCE;
  }
  if (first !== 'CREATE' && fourth !== 'ADD') return 0;
  const end = tokens.slice(tokens.findLastIndex(({ text }) => text === ')') + 1);
  if (second === 'TABLE' && hasWords(end, 'STRICT')) return STRICT_SINCE;
  return (second === 'TABLE' || fourth === 'ADD') && (has('GENERATED', 'ALWAYS') || isComputed(tokens))
    ? GENERATED_SINCE
    : 0;
}

/** Whether AS stands right before a parenthesis, and no SELECT makes the table. */
function isComputed(tokens: readonly Token[]): boolean {
  return tokens.some(
    (token, at) => isWord(token, 'AS') && tokens[at + 1]?.text === '(' && tokens[at - 1]?.text !== '(',
  );
}

const STRICT_SINCE = 37;
