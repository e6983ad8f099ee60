// Generated databases, and generated scripts that change them in every way in which pages are written.
import fc from 'fast-check';
import { nativeDatabase } from '../../databases';

/** A table with columns k (the key), v and w. */
interface Table {
  readonly rows: number;
  /** Largest values of w, in bytes: they overflow their pages or not. */
  readonly bytes: number;
  readonly withoutRowid: boolean;
  readonly indexed: boolean;
}

/** What a database is made of. */
export interface Make {
  readonly pageSize: number;
  /** 0: none, 1: full, 2: incremental. */
  readonly autoVacuum: number;
  /** Rows are deleted again, so that there are free pages. */
  readonly holes: boolean;
  readonly tables: readonly Table[];
}

const table: fc.Arbitrary<Table> = fc.record({
  rows: fc.nat({ max: 60 }),
  bytes: fc.constantFrom(10, 200, 7000),
  withoutRowid: fc.boolean(),
  indexed: fc.boolean(),
});

export const make: fc.Arbitrary<Make> = fc.record({
  pageSize: fc.constantFrom(512, 1024, 4096, 65536),
  autoVacuum: fc.constantFrom(0, 0, 1, 2),
  holes: fc.boolean(),
  tables: fc.array(table, { minLength: 2, maxLength: 4 }),
});

/** The bytes of the database; its tables are t0, t1 and so on. */
export function bytesOfMake({ pageSize, autoVacuum, holes, tables }: Make): Uint8Array {
  const sql = tables.map(({ rows, bytes, withoutRowid, indexed }, at) =>
    [
      `CREATE TABLE t${at}(k INTEGER PRIMARY KEY, v, w)${withoutRowid ? ' WITHOUT ROWID' : ''};`,
      indexed ? `CREATE INDEX t${at}_v ON t${at}(v, w);` : '',
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO t${at}
         SELECT i, 'value ' || i, CAST(printf('%.*c', i * 997 % ${bytes}, char(97 + i % 26)) AS BLOB) FROM n WHERE i <= ${rows};`,
    ].join('\n'),
  );
  const dug = holes ? tables.map((_, at) => `DELETE FROM t${at} WHERE k % 4 = 1;`) : [];
  const settings = `PRAGMA page_size = ${pageSize}; PRAGMA auto_vacuum = ${autoVacuum};`;
  return nativeDatabase([settings, ...sql, ...dug].join('\n'));
}

/** What is known of a table while a script about it is made. */
interface Alive {
  /** Its name in the database before; null where the script made it. */
  readonly origin: string | null;
  readonly name: string;
  /** The name of its column v as it is now. */
  readonly v: string;
}

type Step = (table: Alive, fresh: string) => { readonly sql: string; readonly becomes: readonly Alive[] };

const staying =
  (sql: (table: Alive, fresh: string) => string): Step =>
  (table, fresh) => ({ sql: sql(table, fresh), becomes: [table] });

/** Everything that a script may do to a table; `fresh` is a name that nothing has. */
const STEPS: Readonly<Record<string, Step>> = {
  insert: staying(
    ({ name, v }) =>
      `INSERT INTO ${name}(k, ${v}, w) SELECT coalesce(max(k), 0) + 1, 'new', zeroblob(3000) FROM ${name}`,
  ),
  'update one row': staying(
    ({ name, v }) => `UPDATE ${name} SET ${v} = ${v} || '!' WHERE k = (SELECT min(k) FROM ${name})`,
  ),
  'update large values': staying(({ name }) => `UPDATE ${name} SET w = zeroblob(9000) WHERE k % 5 = 0`),
  'update to what is there': staying(({ name, v }) => `UPDATE ${name} SET ${v} = ${v}`),
  delete: staying(({ name }) => `DELETE FROM ${name} WHERE k % 3 = 0`),
  'add a column': staying(({ name }, fresh) => `ALTER TABLE ${name} ADD COLUMN ${fresh} DEFAULT 7`),
  'add a column by another way': staying(
    ({ name }, fresh) => `ALTER TABLE ${name} ADD COLUMN ${fresh} DEFAULT (datetime('now'))`,
  ),
  'fill a column': staying(
    ({ name }, fresh) => `ALTER TABLE ${name} ADD COLUMN ${fresh} TEXT NOT NULL DEFAULT (datetime('now'))`,
  ),
  'make an index': staying(({ name, v }, fresh) => `CREATE INDEX ${fresh} ON ${name}(${v})`),
  'drop an index': staying(({ origin }) => `DROP INDEX IF EXISTS ${origin ?? 'none'}_v`),
  'give pages back': staying(() => 'PRAGMA incremental_vacuum(3)'),
  'rename a column': (table, fresh) => ({
    sql: `ALTER TABLE ${table.name} RENAME COLUMN ${table.v} TO ${fresh}`,
    becomes: [{ ...table, v: fresh }],
  }),
  rename: (table, fresh) => ({
    sql: `ALTER TABLE ${table.name} RENAME TO ${fresh}`,
    becomes: [{ ...table, name: fresh }],
  }),
  copy: (table, fresh) => ({
    sql: `CREATE TABLE ${fresh}(k INTEGER PRIMARY KEY, v, w); INSERT INTO ${fresh} SELECT k, ${table.v}, w FROM ${table.name}`,
    becomes: [table, { origin: null, name: fresh, v: 'v' }],
  }),
  rebuild: (table, fresh) => ({
    sql: `CREATE TABLE ${fresh}(k INTEGER PRIMARY KEY, ${table.v}, w); INSERT INTO ${fresh} SELECT k, ${table.v}, w FROM ${table.name};
      DROP TABLE ${table.name}; ALTER TABLE ${fresh} RENAME TO ${table.name}`,
    becomes: [table],
  }),
  'put another in its place': (table) => ({
    sql: `DROP TABLE ${table.name}; CREATE TABLE ${table.name}(k INTEGER PRIMARY KEY, ${table.v}, w);
      INSERT INTO ${table.name} VALUES (1, 'other', NULL)`,
    becomes: [table],
  }),
  drop: ({ name }) => ({ sql: `DROP TABLE ${name}`, becomes: [] }),
};

/** A step of a generated script, and the number of the table that it is about. */
export interface Choice {
  readonly step: string;
  readonly table: number;
}

export const choices: fc.Arbitrary<readonly Choice[]> = fc.array(
  fc.record({ step: fc.constantFrom(...Object.keys(STEPS)), table: fc.nat({ max: 7 }) }),
  { minLength: 1, maxLength: 4 },
);

/** The script that takes these steps on the tables t0, t1 …, and the names of those that it is about. */
export function scriptOf(
  tables: number,
  steps: readonly Choice[],
): { readonly script: string; readonly concerned: ReadonlySet<string> } {
  let alive: readonly Alive[] = Array.from({ length: tables }, (_, at) => ({
    origin: `t${at}`,
    name: `t${at}`,
    v: 'v',
  }));
  const concerned = new Set<string>();
  const statements = steps.flatMap(({ step, table }, at) => {
    const chosen = alive[table % Math.max(1, alive.length)];
    const taken = STEPS[step];
    if (!chosen || !taken) return [];
    const { sql, becomes } = taken(chosen, `fresh${at}`);
    alive = [...alive.filter((one) => one !== chosen), ...becomes];
    concerned.add(chosen.origin ?? '');
    return [sql];
  });
  return { script: statements.join(';\n') || 'SELECT 1', concerned };
}
