// The search over all names: what is typed is found, and the best stands first.
import { describe, expect, it } from 'vitest';
import { findCauses } from '../../../src/explore/schema/causes';
import { listNames, searchNames, type NamedThing } from '../../../src/explore/schema/search';
import { compareSchemas } from '../../../src/schema/compare';
import { askNative, migration021, migrationFile, nativeDatabase, plan, statementsOf } from '../../databases';

/** All names of a database and of what a script makes of it. */
function namesOf(sql: string, script: string): readonly NamedThing[] {
  const { before, after, outcomes } = plan(nativeDatabase(sql), script).plan;
  const compared = compareSchemas(before, after);
  return listNames(compared, findCauses(before, compared, statementsOf(script), outcomes));
}

function found(things: readonly NamedThing[], typed: string): readonly string[] {
  return searchNames(things, typed, 100).things.map(({ kind, table, name }) =>
    kind === 'relation' ? name : `${table}.${name}`,
  );
}

describe('The search', () => {
  const things = namesOf(
    `CREATE TABLE orders(id INTEGER PRIMARY KEY, note TEXT UNIQUE); CREATE TABLE note(x);
     CREATE TABLE old_notes(order_note TEXT, keynote TEXT);
     CREATE INDEX note_index ON note(x); CREATE VIEW notes AS SELECT * FROM note;
     CREATE TRIGGER note_trigger AFTER INSERT ON note BEGIN SELECT 1; END;`,
    'ALTER TABLE old_notes ADD COLUMN note;',
  );

  it('puts the name itself first, then beginnings, then words inside, then the rest; what changes before what stays', () => {
    expect(found(things, 'note')).toEqual([
      'note',
      'old_notes.note',
      'orders.note',
      'notes',
      'note.note_index',
      'note.note_trigger',
      'old_notes',
      'old_notes.order_note',
      'old_notes.keynote',
    ]);
  });

  it('finds in any case, by table and column, and by several words', () => {
    expect(found(things, 'OLD_NOTES.KEY')).toEqual(['old_notes.keynote']);
    expect(found(things, 'orders.note')[0]).toBe('orders.note');
    expect(found(things, 'key old')).toEqual(['old_notes.keynote']);
  });

  it('finds nothing for nothing, and does not offer names that SQLite made up', () => {
    expect(found(things, '  ')).toEqual([]);
    expect(found(things, 'autoindex')).toEqual([]);
  });

  it('tells how many there are beyond those that it gives', () => {
    const some = searchNames(things, 'note', 2);
    expect(some.things).toHaveLength(2);
    expect(some.total).toBe(9);
  });
});

it('The search for batch_id tells which tables get it, and which had it', () => {
  const sql = migrationFile('samples/otc-base.sql');
  const things = searchNames(namesOf(sql, migration021), 'batch_id', 100).things.filter(
    ({ name }) => name === 'batch_id',
  );
  const had = askNative(
    nativeDatabase(sql),
    "SELECT m.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table' AND c.name = 'batch_id' ORDER BY 1",
  ).split('\n');

  const there = things.filter(({ change }) => change === 'same').map(({ table }) => table);
  expect([...there].sort()).toEqual(had);
  const gets = things.filter(({ change }) => change === 'added');
  expect(gets.length).toBeGreaterThan(0);
  const statements = statementsOf(migration021);
  for (const { table, causes } of gets) {
    expect(causes).toHaveLength(1);
    const statement = statements[(causes[0] ?? 0) - 1];
    expect(statement?.table).toBe(table);
    expect(statement?.text).toContain('batch_id');
  }
});
