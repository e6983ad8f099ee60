// Generated databases of every sort of table, index, view and trigger, with rows, as statements that make them.
import type { Dice } from './dice';

/** A column as generated statements need to know it. */
export interface KnownColumn {
  readonly name: string;
  /** As written; decides in a STRICT table what may be put there. */
  readonly type: string;
  readonly generated: boolean;
  /** Its default is not constant: rows that leave it out are not comparable with those of another way. */
  readonly named: boolean;
}

/** A table as generated statements need to know it. */
export interface KnownTable {
  readonly name: string;
  readonly columns: readonly KnownColumn[];
  readonly strict: boolean;
  readonly withoutRowid: boolean;
}

/** What a generated database holds, as far as further statements go by it. */
export interface Known {
  readonly tables: readonly KnownTable[];
  readonly indexes: readonly string[];
  readonly views: readonly string[];
  readonly triggers: readonly string[];
}

/** The table that triggers write to; nothing else is done to it. */
const LOG = 'the log';

const BASES = ['t', 'Order', 'two words', 'ñandú', '🦤', 'semi;colon', 'quo"te', 'dash--', "it's", 'a(b)'] as const;

/** A name that nothing has yet: it ends with a number of its own. */
export function freshName(dice: Dice, number: number): string {
  return `${dice.of(BASES)}${number}`;
}

/** A name as SQL, in one of the ways in which it can be written; ASCII letters in either case. */
export function written(dice: Dice, name: string): string {
  const cased = dice.oneIn(6) ? name.replace(/[a-z]/g, (letter) => letter.toUpperCase()) : name;
  if (/^[a-z]\w*$/i.test(cased) && !/^order\d*$/i.test(cased)) return cased;
  const ways = [`"${cased.replaceAll('"', '""')}"`, `[${cased}]`, `\`${cased}\``];
  return dice.of(ways);
}

const TYPES = [
  '',
  'INT',
  'TEXT',
  'REAL',
  'BLOB',
  'NUMERIC',
  'INTEGER',
  'VARCHAR(10)',
  'DOUBLE',
  'BOOLEAN',
  'date time',
];
const STRICT_TYPES = ['INT', 'TEXT', 'REAL', 'BLOB', 'ANY', 'INTEGER'];

/** A declared type that a table of this sort may have. */
export function anyType(dice: Dice, strict: boolean): string {
  return dice.of(strict ? STRICT_TYPES : TYPES);
}

const INTEGERS = ['1', '0', '-7', '9007199254740993', '9223372036854775807', '-9223372036854775808'];
// SQLite has changed how it spells long reals as text, so there are only short ones.
const REALS = ['0.5', '-2.25', '9e999', '1e5'];
const TEXTS = [
  `'abc'`,
  `''`,
  `'ABC '`,
  `'é🦤'`,
  `'it''s'`,
  `'12'`,
  `'1e3'`,
  `' 7'`,
  `'a' || char(0) || 'b'`,
  `'semi;colon -- '`,
];
const BLOBS = [`x'00ff'`, `x''`, `zeroblob(700)`, `x'616263'`];
const ANY = [...INTEGERS, ...TEXTS, ...BLOBS, ...REALS, 'NULL'];

/** A value that may stand in a column of this type. */
export function anyValue(dice: Dice, type: string, strict: boolean): string {
  if (!strict || type === 'ANY') return dice.of(ANY);
  if (dice.oneIn(5)) return 'NULL';
  return dice.of({ INT: INTEGERS, INTEGER: INTEGERS, REAL: REALS, TEXT: TEXTS }[type] ?? BLOBS);
}

/** A constant for a DEFAULT clause. */
export function constantDefault(dice: Dice, type: string, strict: boolean): string {
  return strict ? sample(type) : dice.of(['5', `'it''s'`, '-0.5', 'NULL', `x'00'`, 'TRUE', `"in double quotes"`]);
}

function sample(type: string): string {
  return { INT: '3', INTEGER: '3', REAL: '0.5', TEXT: `'none'` }[type] ?? `x'00'`;
}

/** Statements that make a database and fill it, the ones that fill it apart; and what is then known of it. */
export interface GeneratedDatabase {
  readonly schema: readonly string[];
  readonly rows: readonly string[];
  readonly known: Known;
}

/** Makes up a database. */
export function anyDatabase(dice: Dice): GeneratedDatabase {
  const settings = dice.of(['', 'PRAGMA page_size = 512', `PRAGMA encoding = 'UTF-16le'`, 'PRAGMA auto_vacuum = FULL']);
  const made = dice.times(1, 3, (at) => anyTable(dice, freshName(dice, at)));
  const tables = made.map(({ table }) => table);
  const schema = [settings, ...made.map(({ sql }) => sql), `CREATE TABLE "${LOG}"(a, b, c)`];
  const indexes = dice.times(0, 3, (at) => anyIndex(dice, dice.of(tables), freshName(dice, 20 + at)));
  const views = dice.times(0, 2, (at) => anyView(dice, tables, freshName(dice, 30 + at)));
  const triggers = dice.times(0, 2, (at) => anyTrigger(dice, dice.of(tables), freshName(dice, 40 + at)));
  const rows = tables.flatMap((table) => dice.times(0, 7, () => anyInsert(dice, table, 'INSERT OR IGNORE')));
  const objects = [...indexes, ...views, ...triggers].map(({ sql }) => sql);
  const names = (list: readonly Named[]): readonly string[] => list.map(({ name }) => name);
  return {
    schema: [...schema, ...objects].filter((sql) => sql !== ''),
    rows,
    known: { tables, indexes: names(indexes), views: names(views), triggers: names(triggers) },
  };
}

/** A statement that makes something of this name. */
export interface Named {
  readonly name: string;
  readonly sql: string;
}

/** A CREATE TABLE, and what is then known of the table. */
export function anyTable(
  dice: Dice,
  name: string,
  clause = 'CREATE TABLE',
): { readonly sql: string; readonly table: KnownTable } {
  const strict = dice.oneIn(4);
  const keyed = dice.of(['none', 'rowid', 'counted', 'key', 'without rowid'] as const);
  const columns: KnownColumn[] = [];
  const definitions: string[] = [];
  const add = (column: KnownColumn, rest: string): void => {
    definitions.push(`${written(dice, column.name)} ${column.type}${rest}`);
    columns.push(column);
  };
  const plain = (column: string, type: string): KnownColumn => ({ name: column, type, generated: false, named: false });
  if (keyed === 'rowid' || keyed === 'counted') {
    add(plain('id', 'INTEGER'), ` PRIMARY KEY${keyed === 'counted' ? ' AUTOINCREMENT' : ''}`);
  }
  dice.times(2, 4, (at) => {
    const column = plain(freshName(dice, at), anyType(dice, strict));
    const first = columns.find(({ generated }) => !generated);
    if (first && dice.oneIn(6)) {
      const kind = dice.of(['VIRTUAL', 'STORED']);
      const type = strict ? 'ANY' : column.type;
      add({ ...column, type, generated: true }, ` AS (${sparingReals(`"${quoted(first.name)}"`)}) ${kind}`);
      return;
    }
    const constraint = dice.of([
      '',
      ` DEFAULT ${constantDefault(dice, column.type, strict)}`,
      ' COLLATE NOCASE',
      ` NOT NULL DEFAULT ${sample(column.type)}`,
      ' UNIQUE',
      ` CHECK (typeof("${quoted(column.name)}") <> 'real' OR 1) /* always; */`,
      ' REFERENCES nowhere(id) ON DELETE CASCADE',
    ]);
    add(column, constraint);
  });
  const key = columns.filter(({ generated }) => !generated).slice(0, 2);
  const constraints =
    keyed === 'key' || keyed === 'without rowid'
      ? [
          `PRIMARY KEY (${key.map((column, at) => `"${quoted(column.name)}"${at === 1 && dice.oneIn(2) ? ' DESC' : ''}`).join(', ')})`,
        ]
      : [];
  const options = [...(keyed === 'without rowid' ? ['WITHOUT ROWID'] : []), ...(strict ? ['STRICT'] : [])].join(', ');
  const sql = `${clause} ${written(dice, name)}(${[...definitions, ...constraints].join(', ')}) ${options}`.trim();
  return { sql, table: { name, columns, strict, withoutRowid: keyed === 'without rowid' } };
}

/** A CREATE INDEX of any sort on a table. */
export function anyIndex(dice: Dice, table: KnownTable, name: string, clause = ''): Named {
  const parts = dice.some(table.columns).map((column) => {
    const term = written(dice, column.name);
    return dice.of([term, `${term} DESC`, `${term} COLLATE NOCASE`, `coalesce(${term}, 0)`, `typeof(${term})`]);
  });
  const first = written(dice, table.columns[0]?.name ?? '');
  const where = dice.of(['', '', ` WHERE ${first} IS NOT NULL`, ` WHERE ${first} > 'a'`]);
  const unique = dice.oneIn(5) ? 'UNIQUE ' : '';
  const sql = `CREATE ${unique}INDEX ${clause}${written(dice, name)} ON ${written(dice, table.name)}(${parts.join(', ')})${where}`;
  return { name, sql };
}

/** A CREATE VIEW on one table or two. */
export function anyView(dice: Dice, tables: readonly KnownTable[], name: string, clause = ''): Named {
  const [one, two] = [dice.of(tables), dice.of(tables)];
  const [a, b] = [one.columns[0]?.name ?? '', two.columns[0]?.name ?? ''];
  const from = written(dice, one.name);
  const body = dice.of([
    `SELECT * FROM ${from}`,
    `SELECT ${written(dice, a)} AS first FROM ${from} WHERE ${written(dice, a)} IS NOT NULL`,
    `SELECT x.${written(dice, a)}, y.${written(dice, b)} FROM ${from} AS x LEFT JOIN ${written(dice, two.name)} AS y ON x.${written(dice, a)} = y.${written(dice, b)}`,
    `WITH w(c) AS (SELECT ${written(dice, a)} FROM ${from}) SELECT c, count(*) FROM w GROUP BY c`,
  ]);
  return { name, sql: `CREATE VIEW ${clause}${written(dice, name)} AS ${body}` };
}

/** A CREATE TRIGGER on a table; it writes to the log. */
export function anyTrigger(dice: Dice, table: KnownTable, name: string, clause = ''): Named {
  const column = written(dice, table.columns[0]?.name ?? '');
  const event = dice.of(['INSERT', `UPDATE OF ${column}`, 'UPDATE', 'DELETE']);
  const row = event === 'DELETE' ? 'old' : 'new';
  const when = dice.oneIn(3) ? ` WHEN ${row}.${column} IS NOT NULL` : '';
  const time = dice.of(['AFTER', 'BEFORE']);
  const body = `INSERT INTO "${LOG}"(a, b) VALUES ('${event.slice(0, 6)}', typeof(${row}.${column}))`;
  const sql = `CREATE TRIGGER ${clause}${written(dice, name)} ${time} ${event} ON ${written(dice, table.name)}${when} BEGIN ${body}; END`;
  return { name, sql };
}

/** An INSERT of one row that names all columns whose default must not count, and others. */
export function anyInsert(dice: Dice, table: KnownTable, clause: string): string {
  const writable = table.columns.filter(({ generated }) => !generated);
  const chosen = dice.some(writable);
  const columns = writable.filter((column) => column.named || chosen.includes(column));
  const names = columns.map(({ name }) => written(dice, name)).join(', ');
  const values = columns.map(({ name, type }) =>
    name === 'id' ? dice.of(['NULL', '5', '1000']) : anyValue(dice, type, table.strict),
  );
  return `${clause} INTO ${written(dice, table.name)}(${names}) VALUES (${values.join(', ')})`;
}

/** A column's value; a real that becomes text is spelt otherwise by other versions of SQLite, so it is another real. */
export function sparingReals(column: string): string {
  return `CASE typeof(${column}) WHEN 'real' THEN 0.5 ELSE ${column} END`;
}

/** A name inside double quotes. */
function quoted(name: string): string {
  return name.replaceAll('"', '""');
}
