// Every line of docs/drift.md is so; and of generated tables and indexes, other spellings are no drift and other shapes are.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../amount';
import type { StatementOutcome } from '../../../src/migration/outcome';
import { apply, askNative, nativeDatabase, plan } from '../../databases';
import {
  CLAUSES,
  columnTemplate,
  EXPRESSIONS,
  indexShape,
  indexTemplate,
  isOfKey,
  plain,
  respelled,
  tableShape,
  tableTemplate,
  type IndexShape,
  type TableShape,
} from '../generated/generatedShapes';

const sections = readFileSync(new URL('../../../docs/drift.md', import.meta.url), 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [title = '', ...lines] = section.split('\n');
    const rows = lines.filter((line) => line.startsWith('| ') && !line.startsWith('| ---')).slice(1);
    return [title, rows.map((row) => row.split('|').map((cell) => cell.trim()))] as const;
  });

/** SQL in a cell, without the backticks around it. */
const sqlIn = (cell = ''): string => cell.replace(/^(`+)(.*)\1$/, '$2');

/** What the page says of a statement, as the documentation writes it. */
function said({ verdict, failure, note, drift }: StatementOutcome): string {
  if (failure) return `${verdict}: ${failure.message}`;
  if (drift) {
    return drift.differences.map(({ aspect, there, asked }) => `**${aspect}**: ${there} / ${asked}`).join('<br>');
  }
  if (note) return `note: ${note}`;
  return verdict === 'applied' ? verdict : 'nothing';
}

describe.each(sections)('of “%s” the documentation is right', (title, rows) => {
  test.each(rows)('%s%s', (_, what, there, script, words) => {
    const bytes = nativeDatabase(sqlIn(there));
    const [outcome] = apply(bytes, sqlIn(script)).outcomes;
    if (outcome === undefined) throw new Error(`No statement in ${what}`);
    expect(said(outcome)).toBe(words);
    const [planned] = plan(bytes, sqlIn(script)).plan.outcomes;
    expect(planned && said(planned)).toBe(words);
    if (!/^(Another|Names)/.test(title)) expect(outcome.verdict).toMatch(/^(skipped|unchanged)$/);
  });
});

test('temporary objects of a script are not compared with those of the file that have their names', () => {
  const base = nativeDatabase('CREATE TABLE t(a); CREATE INDEX i ON t(a); CREATE VIEW v AS SELECT a FROM t');
  const temporary = ['TABLE', 'INDEX', 'VIEW'].map((kind) => {
    const rest = { TABLE: 't(b)', INDEX: 'temp.i ON t(b)', VIEW: 'v AS SELECT b FROM t' }[kind] ?? '';
    return `CREATE ${kind === 'INDEX' ? '' : 'TEMP '}${kind} IF NOT EXISTS ${rest}`;
  });
  const script = [...temporary, ...temporary, 'ALTER TABLE t ADD COLUMN b TEXT'].join(';\n');
  const { outcomes } = apply(base, script);
  expect(outcomes.map(({ verdict, drift }) => [verdict, drift])).toEqual([
    ...temporary.map(() => ['applied', null]),
    ...temporary.map(() => ['unchanged', null]),
    ['skipped', null],
  ]);
});

const empty = nativeDatabase('CREATE TABLE p(k PRIMARY KEY); CREATE TABLE q(k PRIMARY KEY);');

/** The aspects that drift of the last statement names. */
function driftOf(script: readonly string[], base = empty): readonly string[] {
  const outcome = apply(base, script.join(';\n')).outcomes.at(-1);
  if (!outcome || !/skipped|unchanged/.test(outcome.verdict)) {
    throw new Error(`${outcome?.verdict ?? ''} ${outcome?.failure?.message ?? ''}: ${script.join(';\n')}`);
  }
  return outcome.drift?.differences.map(({ aspect }) => aspect) ?? [];
}

/** What native sqlite3's PRAGMAs tell of tables, each made by itself; the spelling of defaults and types left out. */
function toldByNative(tables: readonly string[]): readonly string[] {
  const asked = `SELECT lower(name), "notnull", dflt_value IS NULL, pk, hidden FROM pragma_table_xinfo('t');
    SELECT lower(l.name), l."unique", l.origin, l.partial, x.seqno, lower(x.name), x."desc", upper(x.coll), x.key
      FROM pragma_index_list('t') AS l, pragma_index_xinfo(l.name) AS x ORDER BY 1, 5;
    SELECT seq, lower("table"), lower("from"), lower("to"), on_update, on_delete FROM pragma_foreign_key_list('t') ORDER BY id;
    SELECT wr, strict FROM pragma_table_list('t');`;
  const parts = tables.map((table) => `${table};\n${asked}\n.print ---\nDROP TABLE t;`);
  return askNative(empty, parts.join('\n'))
    .split('---')
    .slice(0, -1)
    .map((part) => part.trim());
}

describe('another spelling of the same is no drift', () => {
  test('of a table, as native sqlite3 agrees', () => {
    const pair = tableShape.chain((shape) =>
      respelled(`«t» ${tableTemplate(shape)}`).map((text) => [shape, text] as const),
    );
    fc.assert(
      fc.property(pair, ([shape, text]) => {
        const there = `CREATE TABLE ${plain(`«t» ${tableTemplate(shape)}`)}`;
        const [one, other] = toldByNative([there, `CREATE TABLE ${text}`]);
        expect(one).toBe(other);
        expect(driftOf([there, `CREATE TABLE IF NOT EXISTS ${text}`])).toEqual([]);
      }),
      runs(8, 750),
    );
  });

  test('of an added column', () => {
    const pair = tableShape.chain((shape) =>
      fc
        .constantFrom(...shape.columns)
        .chain((column) =>
          respelled(columnTemplate(column)).map(
            (text) => [{ ...shape, key: 'none', withoutRowid: false } as const, text] as const,
          ),
        ),
    );
    fc.assert(
      fc.property(pair, ([shape, text]) => {
        const there = `CREATE TABLE t ${plain(tableTemplate({ ...shape, pairs: false }))}`;
        expect(driftOf([there, `ALTER TABLE t ADD ${text}`])).toEqual([]);
      }),
      runs(8, 750),
    );
  });

  test('of an index', () => {
    const pair = indexShape.chain((shape) => respelled(indexTemplate(shape)).map((text) => [shape, text] as const));
    fc.assert(
      fc.property(pair, ([shape, text]) => {
        const make = `CREATE ${shape.unique ? 'UNIQUE ' : ''}INDEX`;
        const table = 'CREATE TABLE t("a", "b b" COLLATE RTRIM, "Order")';
        expect(driftOf([table, `${make} i ${plain(indexTemplate(shape))}`, `${make} IF NOT EXISTS I ${text}`])).toEqual(
          [],
        );
      }),
      runs(8, 750),
    );
  });

  test.each([
    "VIEW v AS SELECT «a», 'A' AS «c c», max(«Order») FROM «t» GROUP BY «a» HAVING count(*) >= 1",
    "TRIGGER g AFTER UPDATE OF «a» ON «t» WHEN new.«a» IS NOT old.«a» BEGIN UPDATE «t» SET «Order» = 'X' WHERE «a» = new.«a»; END",
  ])('of a %s', (template) => {
    const [kind = '', name = ''] = template.split(' ');
    const rest = template.slice(`${kind} ${name} `.length);
    const table = 'CREATE TABLE t("a", "Order")';
    fc.assert(
      fc.property(respelled(rest), (text) => {
        const there = `CREATE ${kind} ${name} ${plain(rest)}`;
        expect(driftOf([table, there, `CREATE ${kind} IF NOT EXISTS ${name} ${text}`])).toEqual([]);
        const changed = text.replace(/'(.)'/, "'$1$1'");
        expect(driftOf([table, there, `CREATE ${kind} IF NOT EXISTS ${name} ${changed}`])).toEqual(['definition']);
      }),
      runs(6, 300),
    );
  });
});

/** One thing changed, and the aspects that then have to be named, and no others. */
interface Change<Shape> {
  readonly shape: Shape;
  readonly named: readonly RegExp[];
}

const CHANGED_ASPECT: Readonly<Record<keyof typeof CLAUSES, (name: string) => RegExp>> = {
  type: (name) => new RegExp(`^column ${name}$`),
  notNull: (name) => new RegExp(`^column ${name}$`),
  default: (name) => new RegExp(`^column ${name}$`),
  collation: (name) => new RegExp(`^(column ${name}|UNIQUE .*${name}.*)$`),
  check: () => /^CHECK /,
  unique: (name) => new RegExp(`^UNIQUE \\(${name}\\)$`),
  references: (name) => new RegExp(`^FOREIGN KEY \\(${name}\\)$`),
};

/** `REFERENCES p` means its primary key, which is k. */
const meaning = (clause: string): string => clause.replace('«p»(«k»)', '«p»');

const WHATS = ['type', 'notNull', 'default', 'collation', 'check', 'unique', 'references'] as const;

const changedTable: fc.Arbitrary<readonly [TableShape, Change<TableShape>]> = tableShape.chain((shape) => {
  const clause = fc
    .tuple(fc.constantFrom(...shape.columns), fc.constantFrom(...WHATS), fc.nat(20))
    // A key need not be said to be unique, nor, in some tables, not to be NULL.
    .filter(([{ name }, what]) => !isOfKey(shape.key, name) || (what !== 'unique' && what !== 'notNull'))
    .map(([column, what, to]) => {
      const others = CLAUSES[what].filter((other) => meaning(other) !== meaning(column[what]));
      const changed = { ...column, [what]: others[to % others.length] };
      const columns = shape.columns.map((other) => (other === column ? changed : other));
      return { shape: { ...shape, columns }, named: [CHANGED_ASPECT[what](column.name)] };
    });
  const swapped = { ...shape, columns: shape.columns.toReversed() };
  const expressions = EXPRESSIONS.filter((other) => other !== shape.expression);
  const whole: readonly Change<TableShape>[] = [
    { shape: { ...shape, pairs: !shape.pairs }, named: [/^(UNIQUE|FOREIGN KEY) \(a, /] },
    { shape: { ...shape, strict: !shape.strict }, named: [/^(STRICT|column .*)$/] },
    ...(shape.key.startsWith('PRIMARY KEY') ? [] : [{ shape: swapped, named: [/^order of the columns$/] }]),
    ...(shape.expression === '' ? [] : [{ shape: { ...shape, stored: !shape.stored }, named: [/^column g$/] }]),
    ...(shape.key === 'none'
      ? []
      : [{ shape: { ...shape, withoutRowid: !shape.withoutRowid }, named: [/^(WITHOUT ROWID|column .*)$/] }]),
    ...expressions.map((expression) => ({ shape: { ...shape, expression }, named: [/^column g$/] })),
  ];
  return fc
    .oneof({ weight: 3, arbitrary: clause }, fc.constantFrom(...whole))
    .map((change) => [shape, change] as const);
});

describe('another shape is drift, and named', () => {
  test('of a table', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(changedTable, ([shape, { shape: other, named }]) => {
        const aspects = driftOf([
          `CREATE TABLE t ${plain(tableTemplate(shape))}`,
          `CREATE TABLE IF NOT EXISTS t ${plain(tableTemplate(other))}`,
        ]);
        expect(aspects).not.toEqual([]);
        expect(aspects.filter((aspect) => !named.some((pattern) => pattern.test(aspect)))).toEqual([]);
        for (const aspect of aspects) seen.add(aspect.replace(/[ (].*/, ''));
      }),
      runs(60, 1500),
    );
    expect([...seen].toSorted()).toEqual(['CHECK', 'FOREIGN', 'STRICT', 'UNIQUE', 'WITHOUT', 'column', 'order']);
  });

  test('of any two tables that native sqlite3 tells apart', () => {
    let different = 0;
    fc.assert(
      fc.property(
        tableShape,
        fc.oneof(
          tableShape,
          changedTable.map(([, { shape }]) => shape),
        ),
        (shape, other) => {
          const [there, asked] = [shape, other].map((one) => `t ${plain(tableTemplate(one))}`);
          const [one, two] = toldByNative([`CREATE TABLE ${there ?? ''}`, `CREATE TABLE ${asked ?? ''}`]);
          if (one === two) return;
          different++;
          expect(driftOf([`CREATE TABLE ${there ?? ''}`, `CREATE TABLE IF NOT EXISTS ${asked ?? ''}`])).not.toEqual([]);
        },
      ),
      runs(20, 400),
    );
    expect(different).toBeGreaterThan(15);
  });

  test('of an index', () => {
    const table = 'CREATE TABLE t("a", "b b", "Order"); CREATE TABLE u("a", "b b", "Order")';
    const change = fc.tuple(indexShape, indexShape, fc.constantFrom('unique', 'keys', 'where', 'table'));
    fc.assert(
      fc.property(change, ([shape, other, what]) => {
        const changed: IndexShape =
          what === 'unique'
            ? { ...shape, unique: !shape.unique }
            : what === 'table'
              ? shape
              : { ...shape, [what]: other[what] };
        const make = (one: IndexShape): string => `CREATE ${one.unique ? 'UNIQUE ' : ''}INDEX`;
        const aspects = driftOf([
          table,
          `${make(shape)} i ${plain(indexTemplate(shape))}`,
          `${make(changed)} IF NOT EXISTS i ${plain(indexTemplate(changed, what === 'table' ? 'u' : 't'))}`,
        ]);
        const named = { unique: /^unique$/, keys: /^(columns|expressions)$/, where: /^WHERE$/, table: /^table$/ }[what];
        if (what !== 'table' && JSON.stringify(shape) === JSON.stringify(changed)) expect(aspects).toEqual([]);
        else expect(aspects).not.toEqual([]);
        expect(aspects.filter((aspect) => !named.test(aspect))).toEqual([]);
      }),
      runs(12, 1000),
    );
  });
});
