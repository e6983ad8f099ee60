// Pairs of schemas with rows: a schema of tables that use all of SQLite, and what some changes make of it.
import fc from 'fast-check';

interface ModelColumn {
  name: string;
  type: string;
  notNull: boolean;
  fallback: string | null;
  collation: string | null;
  /** `AS (…) VIRTUAL`, computed of the first plain column. */
  computed: 'VIRTUAL' | 'STORED' | null;
  check: boolean;
  /** The table that it refers to by its key. */
  parent: ModelTable | null;
  onDelete: string;
  /** What it was called in the current schema; null for one that is new. */
  was: string | null;
}

interface ModelIndex {
  name: string;
  columns: ModelColumn[];
  shape: 'plain' | 'unique' | 'partial' | 'expression' | 'descending';
}

export interface ModelTable {
  name: string;
  was: string | null;
  key: 'none' | 'rowid' | 'autoincrement' | 'text' | 'pair';
  withoutRowid: boolean;
  strict: boolean;
  columns: ModelColumn[];
  unique: boolean;
  indexes: ModelIndex[];
  view: 'none' | 'star' | 'columns' | 'above';
  trigger: 'none' | 'insert' | 'update' | 'delete';
  logs: ModelTable | null;
  qualified: boolean;
  /** One line, or one line a column with comments. */
  style: 'line' | 'lines' | 'quoted';
}

/** A schema as the generator has it. */
export interface Model {
  tables: ModelTable[];
  extra: number;
}

/** Two schemas with rows for the first one, and what is known of how one became the other. */
export interface Pair {
  readonly current: Model;
  readonly desired: Model;
}

const TYPES = ['INTEGER', 'TEXT', 'REAL', 'BLOB', 'NUMERIC', 'VARCHAR(20)', ''] as const;
const STRICT_TYPES = ['INTEGER', 'TEXT', 'REAL', 'BLOB', 'ANY'] as const;
const WORDS = [
  'amount',
  'title',
  'note',
  'kind',
  'state',
  'size',
  'Label',
  'ref',
  'order',
  'group',
  'two words',
  'größe',
];

/** Draws numbers from a list that fast-check makes and makes smaller; at its end all are 0. */
class Draw {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  below(limit: number): number {
    return (this.#numbers[this.#at++] ?? 0) % limit;
  }

  of<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to draw from');
    return item;
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === oneIn - 1;
  }
}

const numbers = fc.array(fc.nat(9999), { minLength: 40, maxLength: 220, size: 'max' });

/** How many sorts of change there are; the first of them are what ALTER TABLE may do. */
const CHANGES = 20;
const ALTERATIONS = 8;

/** A schema and what one to four changes make of it. */
export const pairs: fc.Arbitrary<Pair> = fc
  .tuple(numbers, numbers, fc.integer({ min: 1, max: 4 }))
  .map(([one, other, changes]) => pairOf(one, other, { changes, sorts: CHANGES }));

/** A schema and what a change makes of it that ALTER TABLE may do. */
export const alteredPairs: fc.Arbitrary<Pair> = fc
  .tuple(numbers, numbers)
  .map(([one, other]) => pairOf(one, other, { changes: 1, sorts: ALTERATIONS }));

function pairOf(
  one: readonly number[],
  other: readonly number[],
  { changes, sorts }: { readonly changes: number; readonly sorts: number },
): Pair {
  const current = makeModel(new Draw(one));
  const desired = copyOf(current);
  const draw = new Draw(other);
  for (let change = 0; change < changes; change++) changeModel(desired, draw, sorts);
  return { current, desired };
}

function makeModel(draw: Draw): Model {
  const model: Model = { tables: [], extra: 0 };
  const count = 1 + draw.below(4);
  for (let at = 0; at < count; at++) addTable(model, draw, true);
  return model;
}

function addTable(model: Model, draw: Draw, isCurrent: boolean): ModelTable {
  const name = `t${model.extra++}${draw.of(['', '', ' x', '_y', 'Z'])}`;
  const strict = draw.chance(5);
  const key = draw.of(['rowid', 'none', 'autoincrement', 'text', 'pair'] as const);
  const table: ModelTable = {
    ...{ name, was: isCurrent ? name : null, key, strict, columns: [], indexes: [] },
    withoutRowid: (key === 'text' || key === 'pair') && draw.chance(2),
    unique: false,
    view: draw.of(['none', 'star', 'columns', 'above'] as const),
    trigger: draw.of(['none', 'insert', 'update', 'delete'] as const),
    logs: model.tables.length > 0 ? draw.of(model.tables) : null,
    qualified: draw.chance(6),
    style: draw.of(['line', 'lines', 'quoted'] as const),
  };
  model.tables.push(table);
  const width = 1 + draw.below(4);
  for (let at = 0; at < width; at++) addColumn(model, table, draw, isCurrent);
  for (let at = draw.below(3); at > 0; at--) addIndex(model, table, draw);
  return table;
}

function addColumn(model: Model, table: ModelTable, draw: Draw, isCurrent: boolean): ModelColumn {
  // A new column that takes the name of one that is renamed would be taken for it.
  const taken = new Set(table.columns.flatMap(({ name, was }) => [name, was ?? name]).map((one) => one.toLowerCase()));
  const free = WORDS.filter((word) => !taken.has(word.toLowerCase()));
  const name = free.length > 0 ? draw.of(free) : `c${model.extra++}`;
  const parents = model.tables.filter(({ key }) => key === 'rowid' || key === 'autoincrement');
  const parent = parents.length > 0 && draw.chance(4) ? draw.of(parents) : null;
  const column: ModelColumn = {
    ...{ name, was: isCurrent ? name : null, parent, computed: null, check: false },
    type: parent ? 'INTEGER' : table.strict ? draw.of(STRICT_TYPES) : draw.of(TYPES),
    notNull: parent === null && draw.chance(5),
    fallback: null,
    collation: null,
    onDelete: draw.of([
      '',
      ' ON DELETE CASCADE',
      ' ON DELETE SET NULL',
      ' ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED',
    ]),
  };
  const isText = /TEXT|CHAR/.test(column.type);
  if (parent === null && draw.chance(3))
    column.fallback = isText
      ? draw.of([`'new'`, `(lower('A'))`, 'CURRENT_TIMESTAMP'])
      : /INT|REAL|NUM/.test(column.type)
        ? draw.of(['0', '-1', '(1 + 2)'])
        : null;
  if (isText && draw.chance(4)) column.collation = draw.of(['NOCASE', 'RTRIM']);
  column.check = draw.chance(6);
  if (table.columns.length > 0 && parent === null && draw.chance(7)) {
    column.computed = draw.of(['VIRTUAL', 'STORED'] as const);
    column.type = table.strict ? 'ANY' : '';
    column.fallback = null;
    column.notNull = false;
    column.check = false;
  }
  table.columns.push(column);
  return column;
}

function addIndex(model: Model, table: ModelTable, draw: Draw): void {
  const columns = table.columns.filter(({ computed }) => computed === null);
  const [first] = columns;
  if (!first) return;
  const column = draw.of(columns);
  const shape = draw.of(['plain', 'partial', 'expression', 'descending', 'unique'] as const);
  // All rows have the same value in a new column.
  const allowed = shape === 'unique' && (column.was === null || column.notNull) ? 'plain' : shape;
  table.indexes.push({ name: `i${model.extra++}`, columns: [column], shape: allowed });
}

/** One change, of any sort that a schema can see. */
function changeModel(model: Model, draw: Draw, sorts: number): void {
  const table = model.tables.length > 0 ? draw.of(model.tables) : addTable(model, draw, false);
  const column = table.columns.length > 0 ? draw.of(table.columns) : addColumn(model, table, draw, false);
  switch (draw.below(sorts)) {
    case 0:
    case 1:
    case 2:
      addColumn(model, table, draw, false);
      break;
    case 3:
    case 4:
      dropColumn(table, column);
      break;
    case 5:
    case 6:
      if (column.computed === null) column.name = `renamed_${model.extra++}`;
      break;
    case 7:
      table.name = `renamed_t${model.extra++}`;
      break;
    case 8:
      dropTable(model, table);
      break;
    case 9:
      addTable(model, draw, false);
      break;
    case 10:
      if (isUnique(table, column)) break;
      if (column.parent === null && column.computed === null)
        column.type = table.strict ? draw.of(STRICT_TYPES) : draw.of(TYPES);
      if (!/TEXT|CHAR/.test(column.type)) column.collation = null;
      if (column.fallback?.includes("'") === true || column.fallback === 'CURRENT_TIMESTAMP') column.fallback = null;
      break;
    case 11:
      if (column.computed === null && column.parent === null && !isUnique(table, column))
        column.notNull = !column.notNull;
      break;
    case 12:
      if (column.computed === null && column.parent === null) column.fallback = column.fallback === null ? `'x'` : null;
      if (column.fallback === `'x'` && !/TEXT|CHAR/.test(column.type)) column.fallback = null;
      break;
    case 13:
      column.check = column.computed === null && !column.check;
      break;
    case 14:
      if (column.computed === null) table.columns = [column, ...table.columns.filter((other) => other !== column)];
      break;
    case 15:
      addIndex(model, table, draw);
      break;
    case 16:
      table.indexes.pop();
      break;
    case 17:
      table.view = draw.of(['none', 'star', 'columns', 'above'] as const);
      table.trigger = draw.of(['none', 'insert', 'update', 'delete'] as const);
      break;
    case 18:
      if (table.key === 'rowid') table.key = 'autoincrement';
      else if (table.key === 'autoincrement') table.key = 'rowid';
      else if (table.key !== 'none') table.withoutRowid = !table.withoutRowid;
      break;
    default:
      table.style = draw.of(['line', 'lines', 'quoted'] as const);
      table.unique = !table.unique;
      column.collation = /TEXT|CHAR/.test(column.type) ? draw.of([null, 'NOCASE', 'RTRIM']) : null;
  }
}

function isUnique({ indexes }: ModelTable, column: ModelColumn): boolean {
  return indexes.some(({ shape, columns }) => shape === 'unique' && columns.includes(column));
}

function dropColumn(table: ModelTable, column: ModelColumn): void {
  // The way back gives all rows the same value.
  if (isUnique(table, column) && (column.notNull || column.fallback !== null)) return;
  if (table.columns.filter(({ computed }) => computed === null).length < 2 && column.computed === null) return;
  table.columns = table.columns.filter((other) => other !== column);
  table.indexes = table.indexes.filter(({ columns }) => !columns.includes(column));
  // What is computed is so of the first plain column.
  if (table.columns[0]?.computed != null) table.columns = table.columns.filter(({ computed }) => computed === null);
}

function dropTable(model: Model, table: ModelTable): void {
  if (model.tables.length < 2) return;
  model.tables = model.tables.filter((other) => other !== table);
  for (const other of model.tables) {
    if (other.logs === table) other.logs = null;
    for (const column of other.columns) if (column.parent === table) column.parent = null;
  }
}

function copyOf(model: Model): Model {
  const tables = new Map(model.tables.map((table) => [table, { ...table }]));
  for (const [, copy] of tables) {
    const columns = new Map(copy.columns.map((column) => [column, { ...column }]));
    for (const [, column] of columns) column.parent = column.parent && (tables.get(column.parent) ?? null);
    copy.columns = [...columns.values()];
    copy.indexes = copy.indexes.map((index) => ({
      ...index,
      columns: index.columns.flatMap((one) => columns.get(one) ?? []),
    }));
    copy.logs = copy.logs && (tables.get(copy.logs) ?? null);
  }
  return { ...model, tables: [...tables.values()] };
}

/** The statements of a schema: its tables, and what belongs to them. */
export function statementsOf({ tables }: Model): {
  readonly tables: readonly string[];
  readonly others: readonly string[];
} {
  return { tables: tables.map(createTable), others: tables.flatMap(othersOf) };
}

/** The names of a column of the key: no other column is called so. */
export function keyColumns({ key }: ModelTable): readonly string[] {
  return { none: [], rowid: ['id'], autoincrement: ['id'], text: ['code'], pair: ['k1', 'k2'] }[key];
}

function quotesOf({ style }: ModelTable): (name: string) => string {
  return (name) => (style === 'quoted' ? `\`${name}\`` : quoted(name));
}

function definitionOf(table: ModelTable, column: ModelColumn): string {
  const { name, type, notNull, fallback, collation, computed, check, parent, onDelete } = column;
  const first = table.columns.find((other) => other.computed === null);
  const own = table.qualified ? `${quoted(table.name)}.${quoted(name)}` : quoted(name);
  return [
    quotesOf(table)(name),
    ...(type === '' ? [] : [type]),
    ...(notNull ? ['NOT NULL'] : []),
    ...(fallback === null ? [] : [`DEFAULT ${fallback}`]),
    ...(collation === null ? [] : [`COLLATE ${collation}`]),
    ...(check ? [`CHECK (${own} IS NOT 'never')`] : []),
    ...(parent ? [`REFERENCES ${quoted(parent.name)} (id)${onDelete}`] : []),
    ...(computed && first ? [`AS (typeof(${quoted(first.name)})) ${computed}`] : []),
  ].join(' ');
}

/** What a person would try first: the changes of tables and columns as statements of ALTER TABLE. */
export function alterationsOf({ current, desired }: Pair): readonly string[] {
  return desired.tables.flatMap((now) => {
    const was = current.tables.find(({ name }) => name === now.was);
    if (!was) return [];
    const table = `ALTER TABLE ${quoted(now.name)}`;
    const kept = new Set(now.columns.map((column) => column.was));
    return [
      ...(was.name === now.name ? [] : [`ALTER TABLE ${quoted(was.name)} RENAME TO ${quoted(now.name)}`]),
      ...now.columns.flatMap(({ was: old, name }) =>
        old === null || old === name ? [] : [`${table} RENAME COLUMN ${quoted(old)} TO ${quoted(name)}`],
      ),
      // What is computed of another one goes before it.
      ...was.columns
        .toReversed()
        .flatMap(({ name }) => (kept.has(name) ? [] : [`${table} DROP COLUMN ${quoted(name)}`])),
      ...now.columns.flatMap((column) =>
        column.was === null ? [`${table} ADD COLUMN ${definitionOf(now, column)}`] : [],
      ),
    ];
  });
}

function createTable(table: ModelTable): string {
  const { key, columns, style, strict, withoutRowid } = table;
  const quote = quotesOf(table);
  const first = columns.find(({ computed }) => computed === null);
  const defined = columns.map((column) => definitionOf(table, column));
  const keys = {
    none: [],
    rowid: ['id INTEGER PRIMARY KEY'],
    autoincrement: ['id INTEGER PRIMARY KEY AUTOINCREMENT'],
    text: ['code TEXT PRIMARY KEY NOT NULL'],
    pair: ['k1 INTEGER NOT NULL', 'k2 TEXT NOT NULL'],
  }[key];
  const constraints = [
    ...(key === 'pair' ? ['PRIMARY KEY (k1, k2)'] : []),
    ...(table.unique && first && key !== 'none'
      ? [`CONSTRAINT once UNIQUE (${[...keyColumns(table), quoted(first.name)].join(', ')})`]
      : []),
  ];
  const options = [
    ...(strict ? ['STRICT'] : []),
    ...(withoutRowid && keyColumns(table).length > 0 ? ['WITHOUT ROWID'] : []),
  ].join(', ');
  const items = [...keys, ...defined, ...constraints];
  const body =
    style === 'lines'
      ? `(\n${items.map((item, at) => `  ${item}${at < items.length - 1 ? ',' : ''} -- number ${at}`).join('\n')}\n)`
      : `(${items.join(', ')})`;
  return `CREATE TABLE ${quote(table.name)} ${body}${options === '' ? '' : ` ${options}`}`;
}

function othersOf(table: ModelTable): readonly string[] {
  const name = quoted(table.name);
  const plain = table.columns.filter(({ computed }) => computed === null);
  const list = plain.map((column) => quoted(column.name)).join(', ');
  const first = quoted(plain[0]?.name ?? '');
  const tag = (table.was ?? table.name).replaceAll(' ', '');
  const indexes = table.indexes.map(({ name: index, columns, shape }) => {
    const column = quoted(columns[0]?.name ?? '');
    return {
      plain: `CREATE INDEX ${index} ON ${name} (${column})`,
      descending: `CREATE INDEX ${index} ON ${name} (${column} COLLATE NOCASE DESC)`,
      partial: `CREATE INDEX ${index} ON ${name} (${column}) WHERE ${column} IS NOT NULL`,
      expression: `CREATE INDEX ${index} ON ${name} (length(${column}), ${column})`,
      unique: `CREATE UNIQUE INDEX ${index} ON ${name} (${column})`,
    }[shape];
  });
  const views = {
    none: [],
    star: [`CREATE VIEW v_${tag} AS SELECT * FROM ${name}`],
    columns: [`CREATE VIEW v_${tag} AS SELECT ${list} FROM ${name} -- of ${tag}`],
    above: [
      `CREATE VIEW w_${tag} AS SELECT ${first} AS x FROM v_${tag}`,
      `CREATE VIEW v_${tag} AS SELECT ${first} FROM ${name}`,
      `CREATE TRIGGER iv_${tag} INSTEAD OF INSERT ON v_${tag} BEGIN DELETE FROM ${name} WHERE ${first} = new.${first}; END`,
    ],
  }[table.view];
  const target = quoted((table.logs ?? table).name);
  const triggers = {
    none: [],
    insert: [
      `CREATE TRIGGER g_${tag} AFTER INSERT ON ${name} WHEN new.${first} IS NOT NULL BEGIN DELETE FROM ${target}; END`,
    ],
    update: [
      `CREATE TRIGGER g_${tag} AFTER UPDATE OF ${first} ON ${name} BEGIN DELETE FROM ${target} WHERE old.${first} IS NULL; END`,
    ],
    delete: [`CREATE TRIGGER g_${tag} BEFORE DELETE ON ${name} BEGIN DELETE FROM ${target}; END`],
  }[table.trigger];
  return [...indexes, ...views, ...triggers];
}

/** A name in double quotes where it needs them. */
export function quoted(name: string): string {
  return /^[a-zA-Z_]\w*$/.test(name) && !/^(order|group)$/i.test(name) ? name : `"${name}"`;
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  INTEGER: ['1', '-7', '9007199254740993', 'NULL', '42'],
  TEXT: [`'a'`, `'B '`, `'007'`, 'NULL', `'größe'`, `char(55, 0, 56)`, `CAST(x'ff41' AS TEXT)`],
  'VARCHAR(20)': [`'a'`, `'12'`, `'b'`, 'NULL'],
  REAL: ['1.5', '-0.0', '3', 'NULL', '9e99'],
  BLOB: [`x'00ff'`, `x''`, 'NULL'],
  NUMERIC: ['1', '2.5', `'x'`, 'NULL'],
  ANY: ['1', `'1'`, `x'01'`, '1.0', 'NULL'],
  '': ['1', `'1'`, `x'01'`, '1.0', 'NULL', `'007'`],
};

/** INSERT statements for some rows of each table: parents first, no row breaks a constraint. */
export function rowsOf({ tables }: Model): readonly string[] {
  let number = 0;
  return tables.flatMap((table) =>
    [0, 1, 2, 3].flatMap((row): readonly string[] => {
      const keys = {
        none: [],
        rowid: [`${3 * row + 1}`],
        autoincrement: [`${3 * row + 1}`],
        text: [`'k${row}'`],
        pair: [`${row % 2}`, `'k${row}'`],
      }[table.key];
      const plain = table.columns.filter(({ computed }) => computed === null);
      const unique = new Set(table.indexes.flatMap(({ shape, columns }) => (shape === 'unique' ? columns : [])));
      const values = plain.map((column, at) => {
        const pool = VALUES[column.type] ?? ['NULL'];
        const value = column.parent
          ? row % 2 === 0
            ? `${3 * (row % 2) + 1}`
            : 'NULL'
          : (pool[(row * 3 + at + number) % pool.length] ?? 'NULL');
        if (column.notNull && value === 'NULL') return unique.has(column) ? `${100 + row}` : (pool[0] ?? '0');
        return unique.has(column) && value !== 'NULL' ? uniqueValue(column, row) : value;
      });
      number++;
      const rowid = table.key === 'none' && !table.withoutRowid ? ['rowid'] : [];
      const names = [...rowid, ...keyColumns(table), ...plain.map(({ name }) => quoted(name))];
      return [
        `INSERT INTO ${quoted(table.name)} (${names.join(', ')}) VALUES (${[...rowid.map(() => `${5 * row + 2}`), ...keys, ...values].join(', ')})`,
      ];
    }),
  );
}

function uniqueValue({ type, parent }: ModelColumn, row: number): string {
  if (parent) return 'NULL';
  if (/TEXT|CHAR/.test(type)) return `'u${row}'`;
  return type === 'BLOB' ? `x'0${row}'` : `${50 + row}`;
}
