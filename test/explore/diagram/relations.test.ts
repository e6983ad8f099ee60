// Relations of tables: declared ones as native sqlite3 lists them, and those that names suggest.
import { describe, expect, it } from 'vitest';
import { declaredRelations, suggestedRelations, tablesOf } from '../../../src/explore/diagram/relations';
import { describeSchema } from '../../../src/schema/details';
import { readSchema } from '../../../src/schema/read';
import { apply, askNative, engine, migration021, migrationFile, nativeDatabase, withDatabase } from '../../databases';

function relationsOf(bytes: Uint8Array) {
  const schema = withDatabase(bytes, readSchema);
  const scratch = engine.memory();
  const details = describeSchema(scratch, schema);
  scratch.close();
  const declared = declaredRelations(schema, details);
  return { schema, declared, suggested: suggestedRelations(schema, details, declared) };
}

const written = (all: ReturnType<typeof relationsOf>['declared']): readonly string[] =>
  all.map(
    ({ from, fromColumns, to, toColumns }) => `${from}(${fromColumns.join(',')}) -> ${to}(${toColumns.join(',')})`,
  );
const suggestedBy = (sql: string): readonly string[] => written(relationsOf(nativeDatabase(sql)).suggested);

describe('Foreign keys that are declared', () => {
  const bytes = nativeDatabase(`CREATE TABLE makers(id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE TABLE models(maker INT REFERENCES Makers, name TEXT, parent INT REFERENCES models(rowid), PRIMARY KEY (maker, name));
    CREATE TABLE cars(maker INT, model TEXT, owner INT REFERENCES nobody(id),
      FOREIGN KEY (maker, model) REFERENCES models);`);

  it('are those that sqlite3 lists, the columns of the parent filled in; one to no table is left out', () => {
    expect(written(relationsOf(bytes).declared).toSorted()).toEqual([
      'cars(maker,model) -> models(maker,name)',
      'models(maker) -> makers(id)',
      'models(parent) -> models(rowid)',
    ]);
    const native = askNative(
      bytes,
      `SELECT m.name || ' ' || f."from" FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
       WHERE f."table" COLLATE NOCASE IN (SELECT name FROM sqlite_schema) ORDER BY 1`,
    ).split('\n');
    const ours = relationsOf(bytes).declared.flatMap(({ from, fromColumns }) =>
      fromColumns.map((name) => `${from} ${name}`),
    );
    expect(ours.toSorted()).toEqual(native);
  });

  it('are one where the same is declared twice', () => {
    const sql = `CREATE TABLE a(id INTEGER PRIMARY KEY);
      CREATE TABLE b(a_id INT REFERENCES a(id) REFERENCES a(id), FOREIGN KEY (a_id) REFERENCES a(id));`;
    expect(written(relationsOf(nativeDatabase(sql)).declared)).toEqual(['b(a_id) -> a(id)']);
  });

  it('are not suggested once more', () => {
    const sql = 'CREATE TABLE users(id INTEGER PRIMARY KEY); CREATE TABLE notes(user_id INT REFERENCES users(id));';
    const { declared, suggested } = relationsOf(nativeDatabase(sql));
    expect([declared.length, suggested.length]).toEqual([1, 0]);
  });
});

describe('Suggested by a name', () => {
  it.each([
    ['users', 'user_id'],
    ['boxes', 'box_id'],
    ['entries', 'entry_id'],
    ['user', 'USER_ID'],
    ['users', 'parent_user_id'],
  ])('table %s for column %s', (table, column) => {
    const sql = `CREATE TABLE ${table}(id INTEGER PRIMARY KEY); CREATE TABLE notes(text, ${column});`;
    expect(suggestedBy(sql)).toEqual([`notes(${column}) -> ${table}(id)`]);
  });

  it('a row of the same table, but not by its own key', () => {
    expect(suggestedBy('CREATE TABLE users(user_id INTEGER PRIMARY KEY, parent_user_id INT);')).toEqual([
      'users(parent_user_id) -> users(user_id)',
    ]);
  });

  it('nothing where the table has no key of one column, and nothing by a plain id', () => {
    expect(suggestedBy('CREATE TABLE users(name); CREATE TABLE notes(user_id);')).toEqual([]);
    expect(suggestedBy('CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE b(id INTEGER PRIMARY KEY);')).toEqual([]);
  });

  it('the table where a shared column is a key, else the first that has the id', () => {
    expect(suggestedBy('CREATE TABLE a(row_hash); CREATE TABLE b(row_hash UNIQUE); CREATE TABLE c(row_hash);')).toEqual(
      ['a(row_hash) -> b(row_hash)', 'c(row_hash) -> b(row_hash)'],
    );
    expect(suggestedBy('CREATE TABLE a(batch_id); CREATE TABLE b(x, batch_id);')).toEqual([
      'b(batch_id) -> a(batch_id)',
    ]);
    const partial =
      'CREATE TABLE a(row_hash); CREATE TABLE b(row_hash); CREATE UNIQUE INDEX i ON b(row_hash) WHERE row_hash > 1;';
    expect(suggestedBy(partial)).toEqual([]);
  });

  it('a key of several columns that another table has all of, and of keys within keys the largest', () => {
    const sql = `CREATE TABLE weeks(week, tier, PRIMARY KEY (week, tier)) WITHOUT ROWID;
      CREATE TABLE symbols(week, tier, symbol, UNIQUE (week, tier, symbol));
      CREATE TABLE more(week, tier, symbol, x, PRIMARY KEY (week, tier, symbol));
      CREATE TABLE part(week, x);`;
    expect(suggestedBy(sql)).toEqual([
      'symbols(week,tier) -> weeks(week,tier)',
      'more(week,tier,symbol) -> symbols(week,tier,symbol)',
    ]);
  });
});

describe('On the sample of migration 021', () => {
  const before = nativeDatabase(migrationFile('samples/otc-base.sql'));
  const after = relationsOf(apply(before, migration021).bytes);

  it('nothing is declared, and lineage leads to the executions', () => {
    expect(after.declared).toEqual([]);
    const toExecutions = after.suggested.filter(({ to }) => to === 'executions').map(({ from }) => from);
    expect(new Set(toExecutions)).toEqual(
      new Set(
        tablesOf(after.schema).flatMap(({ name, columns }) =>
          columns.some((c) => c.name.endsWith('execution_id')) ? name : [],
        ),
      ),
    );
    expect(written(after.suggested)).toContain(
      'otc_symbol_summary(week_ending,tier) -> otc_week_manifest(week_ending,tier)',
    );
    expect(written(relationsOf(before).suggested)).toContain('otc_venue_volume(record_hash) -> otc_raw(record_hash)');
  });

  it('each has an id of its own, a reason, and columns that are there', () => {
    const columns = new Set(
      tablesOf(after.schema).flatMap(({ name, columns: all }) => all.map((c) => `${name}.${c.name}`)),
    );
    expect(new Set(after.suggested.map(({ id }) => id)).size).toBe(after.suggested.length);
    for (const { from, fromColumns, to, toColumns, reason } of after.suggested) {
      expect(reason).not.toBe('');
      for (const name of fromColumns) expect(columns).toContain(`${from}.${name}`);
      for (const name of toColumns) expect(columns).toContain(`${to}.${name}`);
    }
  });
});
