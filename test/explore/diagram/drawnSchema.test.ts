// Diagrams of whole schemas, as the page makes them: no line under a table, and the texts that other tools draw.
import { describe, expect, it } from 'vitest';
import { areasOf } from '../../../src/explore/diagram/areas';
import { layOut } from '../../../src/explore/diagram/diagramLayout';
import { declaredRelations, suggestedRelations } from '../../../src/explore/diagram/relations';
import { dbmlOf, mermaidOf } from '../../../src/explore/diagram/schemaText';
import { describeSchema } from '../../../src/schema/details';
import { readSchema } from '../../../src/schema/read';
import {
  basisOf,
  entitiesByName,
  LEVELS,
  linksOf,
  modelOf,
  type ModelOptions,
} from '../../../src/ui/explore/diagram/diagramModel';
import { apply, engine, migration021, migrationFile, nativeDatabase, withDatabase } from '../../databases';
import { layoutEngine } from './layoutEngine';
import { linesUnderBoxes, overlaps } from './seen';

function described(bytes: Uint8Array) {
  const schema = withDatabase(bytes, readSchema);
  const scratch = engine.memory();
  const details = describeSchema(scratch, schema);
  scratch.close();
  return { schema, details };
}

const ELK = layoutEngine();
const base = nativeDatabase(migrationFile('samples/otc-base.sql'));
const [before, after] = [described(base), described(apply(base, migration021).bytes)];
const options: ModelOptions = { level: 'columns', suggestions: 'all', expanded: [], changesOnly: false, areas: 'none' };

/** A shop: hubs with many that belong to them, circles, composite keys, tables that belong to themselves or to nothing. */
const shop = described(
  nativeDatabase(
    [
      'CREATE TABLE user(id INTEGER PRIMARY KEY, manager_id INT REFERENCES user(id), team_id INT REFERENCES team(id));',
      'CREATE TABLE team(id INTEGER PRIMARY KEY, lead_id INT NOT NULL REFERENCES user(id));',
      ...Array.from(
        { length: 12 },
        (_, at) =>
          `CREATE TABLE user_log${at}(id INTEGER PRIMARY KEY, c1, c2, user_id INT REFERENCES user(id) ON DELETE CASCADE, by_id INT REFERENCES user(id));`,
      ),
      'CREATE TABLE orders(year INT, no INT, user_id INT NOT NULL REFERENCES user(id), PRIMARY KEY (year, no));',
      'CREATE TABLE order_line(id INTEGER PRIMARY KEY, year INT, no INT, FOREIGN KEY (year, no) REFERENCES orders(year, no));',
      'CREATE TABLE order_note(order_line INTEGER PRIMARY KEY REFERENCES order_line(id), text);',
      ...Array.from({ length: 5 }, (_, at) => `CREATE TABLE order_tag${at}(id INTEGER PRIMARY KEY);`),
    ].join('\n'),
  ),
);

const basis = (one: typeof shop, other: typeof shop) => basisOf({ before: one, after: other }, () => Promise.resolve());

describe('No table and no line lies under a table', () => {
  it.each([
    ['the sample before the migration', before],
    ['the sample after the migration', after],
    ['hubs, circles and tables that belong to themselves', shop],
  ])('in the diagram of %s, however near and in whichever areas', async (_what, schema) => {
    for (const level of LEVELS) {
      for (const areas of ['none', 'prefix', 'community'] as const) {
        const model = modelOf('after', await basis(schema, schema), { ...options, level, areas });
        const layout = await layOut(model.entities, linksOf(model, entitiesByName(model)), ELK);
        expect(layout.boxes.size).toBe(model.entities.length);
        expect(overlaps(model.entities, layout)).toEqual([]);
        expect(linesUnderBoxes(model.entities, layout)).toEqual([]);
      }
    }
  });
});

describe('What is drawn of a table', () => {
  const drawn = async (level: ModelOptions['level'], name: string) => {
    const { entities } = modelOf('after', await basis(before, after), { ...options, level });
    return entities.find((entity) => entity.name === name)?.rows.map((row) => row.name) ?? [];
  };

  it('is its name from afar, then its keys and what changes, then all columns', async () => {
    expect(await drawn('names', 'otc_raw')).toEqual([]);
    expect(await drawn('columns', 'otc_raw')).toHaveLength(14);
    const keys = await drawn('keys', 'otc_raw');
    expect(keys).toEqual(expect.arrayContaining(['id', 'execution_id', 'week_ending']));
    expect(keys.length).toBeLessThan(14);
  });

  it('marks a column that is a primary and a foreign key as both', async () => {
    const { entities } = modelOf('after', await basis(shop, shop), { ...options, suggestions: 'none' });
    const row = entities.find(({ name }) => name === 'order_note')?.rows[0];
    expect(row).toMatchObject({ name: 'order_line', primaryKey: true, foreignKey: true });
  });

  it('of changes and their neighbours leaves out what neither changes nor belongs to what does', async () => {
    const some = described(
      nativeDatabase(
        'CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE b(a_id REFERENCES a(id)); CREATE TABLE c(x);',
      ),
    );
    const more = described(
      nativeDatabase(
        'CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE b(a_id REFERENCES a(id), y); CREATE TABLE c(x);',
      ),
    );
    const { entities } = modelOf('after', await basis(some, more), { ...options, changesOnly: true });
    expect(entities.map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

describe('Relations', () => {
  const relations = declaredRelations(shop.schema, shop.details);
  const between = (from: string, column: string) =>
    relations.find((one) => one.from === from && one.fromColumns[0] === column);

  it('tell how many belong to how many, and what is done with them', () => {
    expect(between('user', 'manager_id')).toMatchObject({ optional: true, single: false });
    expect(between('team', 'lead_id')).toMatchObject({ optional: false, single: false });
    expect(between('order_note', 'order_line')).toMatchObject({ optional: false, single: true });
    expect(between('user_log0', 'user_id')).toMatchObject({ onDelete: 'CASCADE', onUpdate: 'NO ACTION' });
  });

  it('that a name of another type suggests are not among the likely ones', () => {
    const odd = described(
      nativeDatabase(
        'CREATE TABLE users(id INTEGER PRIMARY KEY); CREATE TABLE a(user_id TEXT); CREATE TABLE b(user_id INT);',
      ),
    );
    const strong = suggestedRelations(odd.schema, odd.details, []).filter((one) => one.strong);
    expect(strong.map(({ from }) => from)).toEqual(['b']);
  });
});

describe('Areas', () => {
  it('are made of first words, in both ways of writing them, and never of one table', () => {
    const areas = areasOf(['order_line', 'order_note', 'orderTag', 'user', 'user_log', 'x_y'], [], 'prefix');
    expect(Object.fromEntries(areas)).toEqual({ order_line: 'order', order_note: 'order', orderTag: 'order' });
  });

  it('are made of tables that relate to each other more than to others', () => {
    const clique = (names: readonly string[]) =>
      names.flatMap((one, at) => names.slice(at + 1).map((other) => [one, other] as const));
    const [left, right] = [
      ['a', 'b', 'c', 'd'],
      ['e', 'f', 'g', 'h'],
    ];
    const areas = areasOf([...left, ...right, 'alone'], [...clique(left), ...clique(right), ['d', 'e']], 'community');
    expect(left.map((name) => areas.get(name))).toEqual(['d', 'd', 'd', 'd']);
    expect(right.map((name) => areas.get(name))).toEqual(['e', 'e', 'e', 'e']);
    expect(areas.get('alone')).toBeUndefined();
  });
});

describe('As text for other tools', async () => {
  const model = modelOf('after', await basis(shop, shop), { ...options, suggestions: 'none' });

  it('Mermaid has each table with its keys, and each relation with its ends', () => {
    const text = mermaidOf(
      model.entities.map(({ name, columns }) => ({ name, columns: columns.map((c) => ({ ...c })) })),
      model.relations,
    );
    expect(text).toMatch(/^erDiagram\n/);
    expect(text).toContain('  "order_note" {\n    INTEGER order_line PK, FK\n    ANY text\n  }');
    expect(text).toContain('  "user" |o--o{ "user" : "manager_id"');
    expect(text).toContain('  "order_line" ||--o| "order_note" : "order_line"');
  });

  it('DBML has composite keys, composite references and actions', () => {
    const text = dbmlOf(model.entities, model.relations);
    expect(text).toContain(
      'Table "orders" {\n  "year" "INT"\n  "no" "INT"\n  "user_id" "INT" [not null]\n\n  indexes {\n    ("year", "no") [pk]\n  }\n}',
    );
    expect(text).toContain('Ref: "order_line".("year", "no") > "orders".("year", "no")');
    expect(text).toContain('Ref: "order_note"."order_line" - "order_line"."id"');
    expect(text).toContain('Ref: "user_log0"."user_id" > "user"."id" [delete: cascade]');
  });

  it('names that would end what they stand in are harmless', () => {
    const name = 'a"b\n}';
    const table = { name, columns: [{ name, type: 'x y(1, 2)', primaryKey: true, foreignKey: false, notNull: true }] };
    expect(mermaidOf([table], [])).toBe('erDiagram\n  "a_b_}" {\n    x_y(1_2) a_b_ PK\n  }\n');
    expect(dbmlOf([table], [])).toBe('Table "a_b_}" {\n  "a_b_}" "x y(1, 2)" [pk, not null]\n}\n');
  });
});
