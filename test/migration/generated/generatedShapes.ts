// Generated tables and indexes, spelled in any way: «a» stands for a name, all other words are SQL's.
import fc from 'fast-check';

/** A column of a generated table; an empty clause is left out. */
export interface ColumnShape {
  readonly name: string;
  readonly type: string;
  readonly notNull: string;
  readonly default: string;
  readonly collation: string;
  readonly check: string;
  readonly unique: string;
  readonly references: string;
}

/** A generated table: a key column, others, and perhaps a generated one. */
export interface TableShape {
  readonly columns: readonly ColumnShape[];
  readonly key: 'none' | 'PRIMARY KEY' | 'PRIMARY KEY DESC' | 'PRIMARY KEY ON CONFLICT REPLACE' | 'of two';
  readonly expression: string;
  readonly stored: boolean;
  readonly pairs: boolean;
  readonly strict: boolean;
  readonly withoutRowid: boolean;
}

/** A generated index on t. */
export interface IndexShape {
  readonly unique: boolean;
  readonly keys: readonly string[];
  readonly where: string;
}

const NAMES = ['a', 'b b', 'Order', 'naïve'] as const;
/** What one may be exchanged for another: no two of a list mean the same. */
export const CLAUSES = {
  type: ['INTEGER', 'INT', 'TEXT', 'REAL', 'ANY'],
  notNull: ['', 'NOT NULL', 'NOT NULL ON CONFLICT IGNORE', 'NOT NULL ON CONFLICT FAIL'],
  default: [
    '',
    "DEFAULT 'it''s'",
    "DEFAULT 'It''s'",
    'DEFAULT -5',
    'DEFAULT (1 + 2)',
    'DEFAULT CURRENT_DATE',
    "DEFAULT X'0A'",
  ],
  collation: ['', 'COLLATE NOCASE', 'COLLATE RTRIM'],
  check: ['', 'CHECK (# > 0)', "CHECK (# IN ('x', 'X') OR # IS NULL)", "CHECK (# IN ('x', 'Y') OR # IS NULL)"],
  unique: ['', 'UNIQUE', 'UNIQUE ON CONFLICT REPLACE'],
  references: [
    ...['', 'REFERENCES «p»', 'REFERENCES «p»(«k»)', 'REFERENCES «q»(«k»)', 'REFERENCES «p» ON DELETE SET NULL'],
    ...['REFERENCES «p» ON UPDATE CASCADE', 'REFERENCES «p» DEFERRABLE INITIALLY DEFERRED'],
  ],
} as const;
export const EXPRESSIONS = ['', '«a» || 1', '«a» || 2', "coalesce(«a», 'A')", "coalesce(«a», 'a')"] as const;
const KEYS = ['none', 'PRIMARY KEY', 'PRIMARY KEY DESC', 'PRIMARY KEY ON CONFLICT REPLACE', 'of two'] as const;

function columnShape(name: string): fc.Arbitrary<ColumnShape> {
  return fc.record({
    name: fc.constant(name),
    type: fc.constantFrom(...CLAUSES.type),
    notNull: fc.constantFrom('', ...CLAUSES.notNull),
    default: fc.constantFrom('', ...CLAUSES.default),
    collation: fc.constantFrom('', ...CLAUSES.collation),
    check: fc.constantFrom('', ...CLAUSES.check),
    unique: fc.constantFrom('', '', ...CLAUSES.unique),
    references: fc.constantFrom('', ...CLAUSES.references),
  });
}

export const tableShape: fc.Arbitrary<TableShape> = fc
  .record({
    columns: fc.tuple(...NAMES.map(columnShape)),
    key: fc.constantFrom(...KEYS),
    expression: fc.constantFrom(...EXPRESSIONS),
    stored: fc.boolean(),
    pairs: fc.boolean(),
    strict: fc.boolean(),
    withoutRowid: fc.boolean(),
  })
  .map((shape) => ({
    ...shape,
    // A key that is UNIQUE besides is nothing more.
    columns: shape.columns.map((column) => (isOfKey(shape.key, column.name) ? { ...column, unique: '' } : column)),
    withoutRowid: shape.withoutRowid && shape.key !== 'none',
  }));

/** Whether a column belongs to the key that a table is made with. */
export function isOfKey(key: TableShape['key'], name: string): boolean {
  return key !== 'none' && (name === 'a' || (key === 'of two' && name === 'b b'));
}

export const indexShape: fc.Arbitrary<IndexShape> = fc.record({
  unique: fc.boolean(),
  keys: fc.uniqueArray(
    fc.constantFrom('«a»', '«a» DESC', '«b b»', '«b b» COLLATE NOCASE', 'lower(«a»)', "«a» || 'X' DESC", '«Order»'),
    { minLength: 1, maxLength: 3 },
  ),
  where: fc.constantFrom('', '«a» > 1', "«a» = 'x'", "«a» = 'X'", '«Order» IS NOT NULL'),
});

/** The clauses of a column, its name first. */
export function columnTemplate(column: ColumnShape): string {
  const { name, type, notNull, default: value, collation, check, unique, references } = column;
  const clauses = [type, notNull, value, collation, check.replaceAll('#', `«${name}»`), unique, references];
  return [`«${name}»`, ...clauses].filter((clause) => clause !== '').join(' ');
}

/** The definition of a table from its opening parenthesis on. */
export function tableTemplate({ columns, key, expression, stored, pairs, strict, withoutRowid }: TableShape): string {
  const items = columns.map(columnTemplate);
  if (key !== 'none' && key !== 'of two') items[0] = (items[0] ?? '').replace(/»( \w+)?/, `$& ${key}`);
  if (expression !== '') {
    // A comment beside GENERATED becomes part of the type, which STRICT then does not know.
    items.push(`«g» ANY ${strict ? '' : 'GENERATED ALWAYS '}AS (${expression}) ${stored ? 'STORED' : 'VIRTUAL'}`);
  }
  if (key === 'of two') items.push('PRIMARY KEY («b b» DESC, «a»)');
  if (pairs) items.push('UNIQUE («a», «b b» COLLATE RTRIM)', 'FOREIGN KEY («a», «Order») REFERENCES «p»');
  const options = [strict ? 'STRICT' : '', withoutRowid ? 'WITHOUT ROWID' : ''].filter((option) => option !== '');
  return `(${items.join(', ')}) ${options.join(', ')}`;
}

/** The definition of an index from its ON on. */
export function indexTemplate({ keys, where }: IndexShape, table = 't'): string {
  return `ON «${table}» (${keys.join(', ')})${where === '' ? '' : ` WHERE ${where}`}`;
}

const PIECE = /«([^»]*)»|[xX]?'(?:[^']|'')*'|[A-Za-z_]+|[0-9.]+|\|\||[<>=!]+|\S/g;

/** A template as SQL, plainly: names in double quotes, one space between words. */
export function plain(template: string): string {
  return template.replace(/«([^»]*)»/g, '"$1"');
}

/** A template as SQL in a way that SQLite reads no differently: case, white space, comments, quotes of names. */
export function respelled(template: string): fc.Arbitrary<string> {
  const pieces = [...template.matchAll(PIECE)];
  const style = fc.record({
    capital: fc.boolean(),
    quote: fc.constantFrom('bare', '"', '`', '['),
    space: fc.constantFrom(' ', '\n', '\t ', ' /* «; */ ', " -- ; it's\n"),
    tight: fc.boolean(),
  });
  return fc.array(style, { minLength: pieces.length, maxLength: pieces.length }).map((styles) =>
    pieces
      .map(([piece, name], at) => {
        const { capital, quote, space, tight } = styles[at] ?? { capital: true, quote: '"', space: ' ', tight: false };
        const change = (text: string): string =>
          text.replace(/[A-Za-z]/g, (letter) => (capital ? letter.toUpperCase() : letter.toLowerCase()));
        const word = name === undefined ? cased(piece, change) : quoted(change(name), quote);
        return word + (tight && /^[(),]$/.test(piece) ? '' : space);
      })
      .join(''),
  );
}

/** A string keeps its case, and a blob the case of its digits. */
function cased(piece: string, change: (text: string) => string): string {
  return piece.includes("'") ? piece : change(piece);
}

function quoted(name: string, quote: string): string {
  if (quote === '[') return `[${name}]`;
  if (quote !== 'bare') return `${quote}${name}${quote}`;
  return /^\w+$/.test(name) && !/^order$/i.test(name) ? name : `"${name}"`;
}
