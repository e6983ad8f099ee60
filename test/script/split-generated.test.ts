// Generated scripts are split where SQLite splits them: correct ones of every kind of statement, and heaps of tokens.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../amount';
import type { ParsedStatement } from '../../src/script/parsedStatement';
import { splitScript } from '../../src/script/split';
import type { Statement } from '../../src/script/statement';
import { isBlank, parseSql, tokenise } from '../../src/script/tokens';
import { openOracle, type Oracle } from './oracle';

let oracle: Oracle;
beforeAll(async () => {
  oracle = await openOracle();
});
afterAll(() => {
  oracle.close();
});

/** White space and comments as they may stand between two tokens: all that could be taken for something else. */
const blank = fc.constantFrom(
  ' ',
  '\n',
  '\r\n',
  '\t',
  ' \f',
  '  \r\n',
  ' \uFEFF ',
  ' \v',
  '\r',
  '-- it\'s; a "comment\n',
  '--;\r\n',
  '-- /* \n',
  '/* ; */',
  "/* it's -- */",
  '/* END; */',
  '/**/',
  '/*/ [ */',
  '-- [ ` END;\n',
);
/** Where a blank may be missing nothing is joined: a blank is always there. */
const blanks = fc.array(blank, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));

const name = fc.constantFrom(
  'a',
  'b',
  '"a"',
  '[b]',
  '`c`',
  'ünï',
  '"a;b"',
  '[;]',
  '`;--`',
  '"it\'s"',
  '[/*]',
  '"x"""',
  '[BEGIN]',
  '"END;"',
  'größe$1',
);
const value = fc.oneof(
  fc.constantFrom(
    '1',
    '.5',
    '1e5',
    '0x1F',
    '1_000',
    "x'3b'",
    "''",
    "';'",
    "'it''s; -- '",
    "'/*'",
    "'END;'",
    "':[\"`'",
    'NULL',
    '?',
    ':v',
    '$v(;)',
    '@v',
  ),
  fc
    .string({ unit: fc.constantFrom(...Array.from(';\'"`[]-/*\n\r E\u00e9\u{1f600}')), maxLength: 8 })
    .map((text) => `'${text.replaceAll("'", "''")}'`),
);

/** Statements as lists of tokens, so that any blank can be put between them. */
const { expression, select, change } = fc.letrec<Record<'expression' | 'select' | 'change', string[]>>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'sql' },
    value.map((text) => [text]),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([when, then, otherwise]) => ['CASE', 'WHEN', ...when, 'THEN', ...then, 'ELSE', ...otherwise, 'END']),
    fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => ['(', ...left, '||', ...right, ')']),
    tie('select').map((inner) => ['(', ...inner, ')']),
  ),
  select: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'sql' },
    tie('expression').map((tokens) => ['SELECT', ...tokens]),
    fc.tuple(tie('expression'), name).map(([tokens, alias]) => ['SELECT', ...tokens, 'AS', alias]),
    tie('expression').map((tokens) => ['SELECT', ...tokens, 'end']),
    tie('expression').map((tokens) => ['VALUES', '(', ...tokens, ')']),
    fc.tuple(tie('select'), tie('select')).map(([inner, outer]) => ['WITH', 'w', 'AS', '(', ...inner, ')', ...outer]),
  ),
  change: fc.oneof(
    tie('expression').map((tokens) => ['INSERT', 'INTO', 't', '(', 'a', ')', 'VALUES', '(', ...tokens, ')']),
    tie('expression').map((tokens) => ['UPDATE', 'OR', 'IGNORE', 'u', 'SET', 'a', '=', ...tokens, 'WHERE', ...tokens]),
    tie('expression').map((tokens) => ['DELETE', 'FROM', 'u', 'WHERE', ...tokens]),
    tie('expression').map((tokens) => ['REPLACE', 'INTO', 'u', 'SELECT', '1', ',', '2', ',', ...tokens]),
    tie('select'),
  ),
}));

const withoutVariables = (tokens: readonly string[]): string[] =>
  tokens.map((text) => (/^[?:@$]/.test(text) ? '1' : text));

const trigger = fc
  .tuple(
    fc.constantFrom(
      ['CREATE', 'TRIGGER'],
      ['CREATE', 'TEMP', 'TRIGGER'],
      ['create', 'temporary', 'trigger', 'if', 'not', 'exists'],
      ['EXPLAIN', 'CREATE', 'TRIGGER'],
      ['EXPLAIN', 'QUERY', 'PLAN', 'CREATE', 'TRIGGER'],
    ),
    fc.oneof(name, fc.constantFrom('begin', 'end', '"trigger"')),
    fc.constantFrom(['AFTER', 'INSERT'], ['BEFORE', 'UPDATE', 'OF', 'a', ',', 'b'], ['DELETE']),
    fc.option(expression, { nil: [] }),
    fc.array(change, { minLength: 1, maxLength: 3 }),
  )
  .map(([head, called, event, when, body]) =>
    withoutVariables([
      ...head,
      called,
      ...event,
      'ON',
      't',
      ...(when.length > 0 ? ['WHEN', ...when] : []),
      'BEGIN',
      ...body.flatMap((tokens) => [...tokens, ';']),
      'END',
    ]),
  );

const statement = fc.oneof(
  change,
  trigger,
  name.map((column) => [
    'CREATE',
    'TABLE',
    'IF',
    'NOT',
    'EXISTS',
    '[new;]',
    '(',
    column,
    'TEXT',
    'DEFAULT',
    "';'",
    ',',
    'CHECK',
    '(',
    'CASE',
    'WHEN',
    '1',
    'THEN',
    '2',
    'END',
    ')',
    ')',
  ]),
  name.map((column) => ['ALTER', 'TABLE', 'u', 'ADD', 'COLUMN', `"new ${column.replaceAll('"', '')}"`, 'TEXT']),
  name.map((called) => ['CREATE', 'INDEX', called, 'ON', 't', '(', 'a', ')']),
  select.map((tokens) => ['EXPLAIN', ...tokens]),
  select.map((tokens) => ['CREATE', 'VIEW', 'w', 'AS', ...withoutVariables(tokens)]),
  fc.constantFrom(
    ['BEGIN'],
    ['BEGIN', 'IMMEDIATE'],
    ['END'],
    ['COMMIT'],
    ['PRAGMA', 'user_version'],
    ['SAVEPOINT', 'begin'],
    ['DROP', 'VIEW', 'v'],
  ),
);

/** A script, with the texts of its statements as they were put into it. */
const script = fc
  .tuple(
    fc.constantFrom('', '\uFEFF'),
    fc.array(
      fc
        .tuple(statement, fc.array(blanks, { minLength: 1, maxLength: 20 }), fc.constantFrom(';', ';', ';;', '; ;'))
        .map(([tokens, between, semicolons]) => {
          const blankAt = (index: number): string => between[index % between.length] ?? ' ';
          const text = tokens.map((token, index) => (index === 0 ? token : blankAt(index) + token)).join('');
          return { text, ending: blankAt(tokens.length) + semicolons + blankAt(tokens.length + 1) };
        }),
      { maxLength: 5 },
    ),
    fc.boolean(),
  )
  .map(([mark, parts, isClosed]) => {
    const source = mark + parts.map(({ text, ending }) => text + ending).join('');
    return {
      source: isClosed ? source : source.slice(0, source.length - (parts.at(-1)?.ending.length ?? 0)),
      texts: parts.map(({ text }) => text),
    };
  })
  // A lone CR that a comment hides something behind is refused; that is another test.
  .filter(({ source }) => !/--[^\n]*\r[^\n]/.test(source));

const FIELDS = [
  ...['column', 'conditional', 'file', 'firstLine', 'kind', 'lastLine', 'name', 'newName', 'ordinal', 'schema'],
  ...['start', 'table', 'temporary', 'text', 'unique'],
];

/** The text of a statement as far as its last token, put together from its tokens and what lies between them; fails where that is more than blanks. */
function fromTokens({ text, tokens }: ParsedStatement): string {
  let joined = '';
  for (const token of tokens) {
    const between = text.slice(joined.length, token.start);
    expect(tokenise(between).every(isBlank)).toBe(true);
    joined += between + token.text;
    expect(joined.length).toBe(token.end);
  }
  return joined;
}

describe('a generated script is split as SQLite does', () => {
  it('into the statements it was made of', () => {
    fc.assert(
      fc.property(script, ({ source, texts }) => {
        const result = splitScript(source);
        const told = result.ok ? result.statements.map(fromTokens) : result.refusal;
        expect(told).toEqual(texts);
        expect(result.ok && oracle.differenceInSplit(source, result.statements)).toBeNull();
      }),
      runs(800, 30_000),
    );
  });

  it('and nearly all of its statements compile, so that SQLite has a say', () => {
    const compiled = fc
      .sample(script, { numRuns: 300, seed: 7 })
      .flatMap(({ texts }) => texts.map((text) => oracle.error(text)));
    const share = compiled.filter((error) => error === null).length / compiled.length;
    expect(compiled.length).toBeGreaterThan(300);
    expect(share).toBeGreaterThan(0.9);
  });
});

const heap = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'CREATE',
        'TEMP',
        'TRIGGER',
        'BEGIN',
        'END',
        ';',
        ';',
        ';',
        'EXPLAIN',
        'CASE',
        'SELECT',
        'QUERY',
        'PLAN',
        'x',
        '1',
        '(',
        ')',
        ',',
        '!',
        '.',
      ),
      fc.constantFrom(
        'CREATE TRIGGER x DELETE ON t BEGIN',
        'SELECT 1;',
        '; END;',
        'EXPLAIN CREATE',
        "';'",
        '[;]',
        '"',
        "'",
        '`',
        '/*',
        '*/',
        '--',
        '\n',
        'GO',
        "x'",
      ),
      blank,
      value,
      name,
    ),
    { maxLength: 20 },
  )
  .map((pieces) => pieces.join(' '));

describe('a heap of tokens', () => {
  it('loses nothing but comments and the semicolons between statements, or is refused', () => {
    fc.assert(
      fc.property(heap, (source) => {
        const result = splitScript(source);
        if (!result.ok) return;
        const meaningful = (text: string): string[] =>
          tokenise(text).flatMap((token) => (isBlank(token) ? [] : [token.text]));
        let position = 0;
        for (const { text, start } of result.statements) {
          expect(meaningful(source.slice(position, start)).filter((token) => token !== ';')).toEqual([]);
          expect(source.slice(start, start + text.length)).toBe(text);
          expect(meaningful(text)[0]).not.toBe(';');
          position = start + text.length;
        }
        expect(meaningful(source.slice(position)).filter((token) => token !== ';')).toEqual([]);
        expect(oracle.differenceInSplit(source, result.statements)).toBeNull();
      }),
      runs(1200, 60_000),
    );
  });

  it('is not refused as a rule', () => {
    const results = fc.sample(heap, { numRuns: 500, seed: 7 }).map((source) => splitScript(source).ok);
    expect(results.filter(Boolean).length).toBeGreaterThan(100);
  });
});

describe('the tokens that a statement carries', () => {
  it('and the blanks between them are its text, each token where it says', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          script.map(({ source }) => source),
          heap,
        ),
        (source) => {
          const result = splitScript(source);
          for (const statement of result.ok ? result.statements : []) {
            const joined = fromTokens(statement);
            expect(statement.text.startsWith(joined)).toBe(true);
            expect(tokenise(statement.text.slice(joined.length)).every(isBlank)).toBe(true);
            expect(statement.tokens).toEqual(parseSql(statement.text).tokens);
          }
        },
      ),
      runs(1000),
    );
  });

  it('are counted in its own text, in whichever part of a script it stands', () => {
    const parts = ['SELECT 1; ', '/* x */ ;; UPDATE t SET "a b" = :v;;', '\uFEFF\nDELETE FROM t'];
    const result = splitScript(parts.map((text, at) => ({ name: `${at}.sql`, text })));
    const statements = result.ok ? result.statements : [];
    expect(statements.map(fromTokens)).toEqual(['SELECT 1', 'UPDATE t SET "a b" = :v', 'DELETE FROM t']);
    expect(statements.map(({ ordinal, file, start }) => [ordinal, file, start])).toEqual([
      [1, '0.sql', 0],
      [2, '1.sql', 11],
      [3, '2.sql', 2],
    ]);
  });

  it('stay behind when it is sent to the page', () => {
    const result = splitScript('CREATE TABLE t(a); INSERT INTO t VALUES (1)');
    const statements = result.ok ? result.statements : [];
    const copies: readonly Statement[] = structuredClone(statements);
    expect(copies).toEqual(statements);
    for (const copy of copies) {
      expect(Object.keys(copy).sort()).toEqual(FIELDS);
      expect(Reflect.get(copy, 'tokens')).toBeUndefined();
    }
  });
});
