// The lowest SQLite version that a statement needs: the page's own is new, and that of whoever runs the script may not be.

import type { ParsedStatement } from '../../script/parsedStatement';
import { isWord, type Token } from '../../script/tokens';
import type { Found, Rule } from '../warning';

interface Feature {
  /** The second part of the version: 35 for 3.35. */
  readonly since: number;
  readonly what: string;
  readonly uses: (tokens: readonly Token[], kind: ParsedStatement['kind']) => boolean;
}

/** Whether these words follow one another somewhere. */
const words =
  (...expected: readonly string[]): Feature['uses'] =>
  (tokens) =>
    tokens.some((_, at) => expected.every((word, ahead) => isWord(tokens[at + ahead] ?? null, word)));

const calls =
  (...names: readonly string[]): Feature['uses'] =>
  (tokens) =>
    tokens.some(
      ({ kind, text }, at) => kind === 'word' && tokens[at + 1]?.text === '(' && names.includes(text.toLowerCase()),
    );

/** https://sqlite.org/json1.html, “The JSONB Format”: as a type of a column it is a word like any other. */
const JSONB = [
  '',
  '_array',
  '_array_insert',
  '_group_array',
  '_group_object',
  '_insert',
  '_object',
  '_patch',
  '_remove',
  '_replace',
  '_set',
  '_each',
  '_tree',
].map((end) => `jsonb${end}`);

const has =
  (of: Token['kind'], pattern: RegExp): Feature['uses'] =>
  (tokens) =>
    tokens.some(({ kind, text }) => kind === of && pattern.test(text));

/** STRICT stands behind the closing parenthesis of CREATE TABLE. */
const isStrict: Feature['uses'] = (tokens, kind) => {
  const close = tokens.findLastIndex(({ text }) => text === ')');
  return kind === 'create table' && tokens.slice(close + 1).some((token) => isWord(token, 'STRICT'));
};

/** What SQLite has learned since 3.35 that a migration may use (https://sqlite.org/changes.html). */
const FEATURES: readonly Feature[] = [
  { since: 35, what: 'ALTER TABLE … DROP COLUMN', uses: (_, kind) => kind === 'drop column' },
  {
    since: 35,
    what: 'RETURNING',
    uses: (tokens, kind) => /^(insert|update|delete)$/.test(kind) && words('RETURNING')(tokens, kind),
  },
  { since: 35, what: 'MATERIALIZED', uses: words('AS', 'MATERIALIZED') },
  { since: 37, what: 'STRICT', uses: isStrict },
  { since: 38, what: 'the operators -> and ->>', uses: has('operator', /^->>?$/) },
  { since: 38, what: 'unixepoch()', uses: calls('unixepoch') },
  { since: 38, what: 'format()', uses: calls('format') },
  { since: 39, what: 'RIGHT JOIN', uses: words('RIGHT', 'JOIN') },
  { since: 39, what: 'FULL JOIN', uses: words('FULL', 'JOIN') },
  { since: 39, what: 'FULL OUTER JOIN', uses: words('FULL', 'OUTER', 'JOIN') },
  { since: 39, what: 'IS DISTINCT FROM', uses: words('DISTINCT', 'FROM') },
  { since: 41, what: 'unhex()', uses: calls('unhex') },
  { since: 42, what: 'the modifier subsec', uses: has('string', /^'subsec(ond)?'$/i) },
  { since: 43, what: 'octet_length()', uses: calls('octet_length') },
  { since: 43, what: 'timediff()', uses: calls('timediff') },
  { since: 44, what: 'concat(), concat_ws() or string_agg()', uses: calls('concat', 'concat_ws', 'string_agg') },
  { since: 45, what: 'the functions of JSONB', uses: calls(...JSONB) },
  { since: 46, what: 'underscores in numbers', uses: has('number', /_/) },
  { since: 48, what: 'if()', uses: calls('if') },
  { since: 53, what: 'this form of ALTER TABLE', uses: (_, kind) => kind === 'alter table' },
];

/** A statement without any of these has none of them: its words need not be looked at. */
const MAY_NEED =
  /\b(returning|materialized|strict|unixepoch|format|right|full|distinct|unhex|subsec|octet_length|timediff|concat|string_agg|jsonb|if)|->|\d_\d/i;

/** A statement that older versions refuse. */
export const sqliteVersion: Rule = {
  code: 'sqlite-version',
  name: 'A statement needs a newer SQLite',
  why: 'The SQLite of this page is new. A program with an older one refuses the statement, and some of these words make a schema that it cannot open any more.',
  safeWay: 'Check which version the programs have that run this script, or open the upgraded file.',
  watch: ({ statements }) => ({
    end: ({ outcomes }): readonly Found[] =>
      statements.flatMap((statement): readonly Found[] => {
        const { kind, text, ordinal } = statement;
        // What does not run here is told by its failure.
        if (outcomes[ordinal - 1]?.verdict === 'failed') return [];
        const runs = outcomes[ordinal - 1]?.verdict === 'not run' ? '' : 'It runs here. ';
        if (kind !== 'drop column' && kind !== 'alter table' && !MAY_NEED.test(text)) return [];
        const { tokens } = statement;
        const needed = FEATURES.filter(({ uses }) => uses(tokens, kind));
        const highest = needed.reduce((most, { since }) => Math.max(most, since), 0);
        const [first] = needed.filter(({ since }) => since === highest);
        if (!first) return [];
        return [
          {
            ordinal: statement.ordinal,
            severity: 'note',
            subject: `version 3.${highest}`,
            sentence: `Statement ${statement.ordinal} needs SQLite 3.${highest} or newer, for ${first.what}.`,
            remedy: `${runs}Check the version of each program that runs this script or opens the upgraded file.`,
            fix: null,
          },
        ];
      }),
  }),
};
