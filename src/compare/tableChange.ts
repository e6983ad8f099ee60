// One table is led from what it is to what is wished for: by ALTER TABLE where that does, else by a rebuild for all its changes at once.

import { foldName, quoteIdentifier } from '../database';
import type { Column, Relation, Schema } from '../schema/schema';
import { alterationsOf } from './alterations';
import { askBreaches, type Mending } from './breaches';
import { originOf, type CopiedTable } from './copiedTable';
import type { Draft } from './draft';
import {
  askDuplicates,
  declaredKeys,
  indexKey,
  namesOfKey,
  withNames,
  type Deduplication,
  type KeyedTable,
  type UniqueKey,
} from './duplicates';
import type { Interview } from './interview';
import { askLoss } from './lossQuestions';
import { isSameDefinition } from './meaning';
import type { MigrationInput } from './migration';
import type { PairedRelation } from './pairing';
import { needsDistinctValues } from './newValue';
import { rebuildByCopy, rebuildByRename, unusedName } from './rebuild';
import { askCopy, type Copying } from './rowCopy';
import type { RowFacts } from './rowFacts';
import { RowValues } from './rowValues';
import { compareParts } from './tableParts';

/** What a change of a table is written with. */
export interface Work {
  readonly input: MigrationInput;
  readonly interview: Interview;
  readonly facts: RowFacts;
  readonly pairs: readonly PairedRelation[];
  /** All names of both schemas, folded. */
  readonly names: ReadonlySet<string>;
  readonly draft: Draft;
}

/** Changes tables, and asks what has to be asked. */
export class TableChanges {
  readonly #work: Work;

  constructor(work: Work) {
    this.#work = work;
  }

  /**
   * Leads one table to what is wished for.
   * @param there what the trial has now, by folded name
   * @param indexes the statements that drop changed indexes, by table
   */
  change(
    pair: PairedRelation,
    there: ReadonlyMap<string, Relation>,
    indexes: ReadonlyMap<string, readonly string[]>,
  ): void {
    const { before: original, after } = pair;
    const before = after ? there.get(foldName(after.name)) : undefined;
    if (!original || !after) return;
    if (!before || after.kind !== 'table') return;
    const isSame = this.#isSame(before.sql, after);
    for (const { before: column, after: kept } of pair.columns) {
      if (!column || kept) continue;
      const loss = askLoss(this.#work.interview, original, column, this.#work.facts);
      if (loss) this.#work.draft.losses.push(loss);
    }
    if (isSame) {
      this.#deleteDuplicates(after, this.#deduplications(pair, before, after, null));
      return;
    }
    const copied = this.#copied(pair, before, after);
    const copying = askCopy(copied, this.#work.interview, this.#work.facts);
    const values = new RowValues({ before, after, copy: copying.copy });
    const deduplications = this.#deduplications(pair, before, after, values);
    const mendings = this.#work.facts.known
      ? askBreaches(copied, values, this.#work.interview, this.#work.facts, this.#work.input.sqliteVersion)
      : [];
    const again: PairedRelation = { before, after, columns: pairByName(before, after) };
    const parts = compareParts(again).map(({ words }) => words);
    if (
      deduplications.length + mendings.length === 0 &&
      this.#alter(original, copied, { parts, indexes: indexes.get(foldName(after.name)) ?? [] })
    )
      return;
    this.#rebuild(copied, { parts, copying, values, deduplications, mendings });
  }

  /** Tries ALTER TABLE; says whether it gives what is wished for. */
  #alter(
    original: Relation,
    { before, after, keyed }: CopiedTable,
    { parts, indexes }: { readonly parts: readonly string[]; readonly indexes: readonly string[] },
  ): boolean {
    const alterations = alterationsOf(before, after, this.#work.input.sqliteVersion);
    if (!alterations) return false;
    const isEmpty = this.#work.facts.isEmpty(original.name);
    if (!isEmpty && !this.#work.draft.trial.addsToRows(before, alterations.added, alterations.dropped)) return false;
    const becomesNotNull = after.columns.filter(({ name, notNull }) => {
      const had = before.columns.find((one) => foldName(one.name) === foldName(name));
      return notNull && had?.notNull === false;
    });
    const known = new Set(before.columns.map(({ name }) => foldName(name)));
    const rows = this.#work.facts.rows(original.name);
    const isNew = ({ name }: Column): boolean => !known.has(foldName(name));
    if (!isEmpty && after.columns.some((column) => isNew(column) && needsDistinctValues(column, keyed, rows)))
      return false;
    if (becomesNotNull.some(({ name }) => (this.#work.facts.nulls(original.name, name) ?? 0) > 0)) return false;
    const statements = [...indexes, ...alterations.statements];
    const reaches = (): boolean => this.#isSame(this.#work.draft.trial.textOf(after.name) ?? '', after);
    const { stays, drops } = this.#work.draft.trial.tryPast(statements, reaches);
    if (!stays) return false;
    this.#work.draft.comment = `Table ${after.name}: ${parts.join('; ')}.`;
    for (const sql of [...drops, ...statements]) this.#work.draft.keep(sql, after.name);
    // With foreign keys on, SQLite refuses a reference with a default, whether or not the default refers to a row.
    if (alterations.added.some((definition) => /references/i.test(definition))) this.#work.draft.drops = true;
    return true;
  }

  #rebuild(
    { before, after }: CopiedTable,
    {
      parts,
      copying: { copy, losses },
      values,
      deduplications,
      mendings,
    }: {
      readonly parts: readonly string[];
      readonly copying: Copying;
      readonly values: RowValues;
      readonly deduplications: readonly Deduplication[];
      readonly mendings: readonly Mending[];
    },
  ): void {
    this.#work.draft.losses.push(...losses, ...[...deduplications, ...mendings].flatMap(({ loss }) => loss ?? []));
    const aside = unusedName(`old_${after.name}`, [
      ...this.#work.names,
      ...this.#work.draft.trial.schema().relations.map(({ name }) => name),
    ]);
    const kept = deduplications.map(
      ({ condition }) => `NOT (${condition.replaceAll('@table', quoteIdentifier(aside))})`,
    );
    const inTable = (sql: string): string => sql.replaceAll('@table', quoteIdentifier(aside));
    const left = mendings.flatMap(({ column, broken }) => (column === null ? `(${inTable(broken)}) IS NOT TRUE` : []));
    const conditions = [...(copy.condition === null ? [] : [copy.condition]), ...kept, ...left];
    const given = new Set(copy.columns.map(({ name }) => name));
    const all = after.columns.flatMap((column) =>
      given.has(column.name) || !mendings.some((mending) => mending.column === column.name)
        ? []
        : [{ name: column.name, value: values.fallbackOf(column) }],
    );
    const columns = [...copy.columns, ...all].map(({ name, value }) => ({
      name,
      value: mendings
        .filter(({ column }) => column === name)
        .reduce((had, { broken, value: other }) => `CASE WHEN ${inTable(broken)} THEN ${other} ELSE ${had} END`, value),
    }));
    const condition = conditions.length > 0 ? conditions.join(' AND ') : null;
    const held = [...new Set(mendings.flatMap((mending) => mending.held))];
    const table = { before, after, copy: { columns, condition }, aside, held };
    const byRename = rebuildByRename(table);
    const isRenamed = this.#work.draft.trial.try(byRename);
    const statements = isRenamed ? byRename : rebuildByCopy(table);
    const reason = parts.length > 0 ? parts.join('; ') : 'its text';
    this.#work.draft.rebuilds.push({ table: after.name, reason });
    this.#work.draft.drops = true;
    this.#work.draft.comment = `Table ${after.name} is rebuilt: ${reason}.`;
    if (isRenamed) for (const sql of statements) this.#work.draft.keep(sql, after.name);
    else for (const sql of statements) this.#work.draft.add(sql, after.name);
  }

  /** The columns that are in a unique key of a table as it is wished for, by a constraint or an index, if others of it do not tell the rows apart. */
  #keyed(origin: CopiedTable['origin'], before: Relation, after: Relation): CopiedTable['keyed'] {
    const { facts, draft, input } = this.#work;
    // Of values that are computed by now, only a key that is there already says that no two are the same.
    const isComputed = !facts.known && before.columns.some(({ generated }) => generated !== null);
    const held = new Set(isComputed ? keysOf(draft.trial.schema(), before).map(textOfKey) : []);
    const had = new Set(before.columns.map(({ name }) => foldName(name)));
    const added = after.columns.map(({ name }) => foldName(name)).filter((name) => !had.has(name));
    const keyed = new Map<string, boolean>();
    for (const key of keysOf(input.desired, after)) {
      if (this.#tellsApart(key, origin, before, after)) continue;
      const names = namesOfKey(key);
      const columns = after.columns.filter(({ name }) => names.has(foldName(name)));
      if (held.has(textOfKey(key)) && columns.every(({ generated }) => generated === null)) continue;
      const isAlone = key.condition === null && added.filter((name) => names.has(name)).length === 1;
      for (const name of names) keyed.set(name, isAlone || keyed.get(name) === true);
      if (facts.known) continue;
      // What is computed can only differ where that differs of which it is computed.
      const values = new RowValues({ before, after, copy: { columns: [], condition: null } });
      for (const { name } of values.sourcesOf(columns))
        if (!keyed.has(foldName(name))) keyed.set(foldName(name), false);
    }
    return keyed;
  }

  /** Whether the rows that are there differ in what a key has beside new columns: then these may be the same in all of them. */
  #tellsApart(
    { columns, condition }: UniqueKey,
    origin: CopiedTable['origin'],
    before: Relation,
    after: Relation,
  ): boolean {
    const stay = (sql: string): boolean => {
      const names = namesOfKey({ columns: [sql], condition: null });
      return after.columns.every(
        ({ name, type, notNull }) =>
          !names.has(foldName(name)) ||
          before.columns.some(
            (had) => foldName(had.name) === foldName(name) && had.type === type && had.notNull === notNull,
          ),
      );
    };
    const staying = columns.filter(stay);
    if (staying.length === 0 || staying.length === columns.length || !stay(condition ?? '')) return false;
    const asked = (sql: string): string => withNames(sql, origin.columnOf);
    return this.#work.facts.duplicates(origin.table, staying.map(asked), asked(condition ?? '1')) === 0;
  }

  #copied(pair: PairedRelation, before: Relation, after: Relation): CopiedTable {
    const { draft, pairs } = this.#work;
    const origin = originOf(pair);
    return {
      ...{ before, after, origin, keyed: this.#keyed(origin, before, after), relations: pairs },
      holds: draft.trial.holds.bind(draft.trial),
    };
  }

  /**
   * Which rows go for the unique keys that the table gets, and for those that it has, where other values come into them.
   * @param values null where all stay as they are
   */
  #deduplications(
    pair: PairedRelation,
    before: Relation,
    after: Relation,
    values: RowValues | null,
  ): readonly Deduplication[] {
    const original = pair.before;
    if (!this.#work.facts.known || !original) return [];
    const { current, desired } = this.#work.input;
    const had = new Set(keysOf(current, original).map(textOfKey));
    // A column that is new has no values yet, and SQLite takes its name in quotes for a text.
    const known = new Set(before.columns.map((column) => foldName(column.name)));
    const isNew = (column: Column): boolean =>
      column.generated === null || values === null
        ? !known.has(foldName(column.name))
        : values.sourcesOf([column]).some(isNew);
    const added = new Set(after.columns.filter(isNew).map(({ name }) => foldName(name)));
    const storedOf: KeyedTable['storedOf'] = (column, nameOf) => values?.storedOf(column, nameOf) ?? null;
    const isOther = (name: string): boolean => storedOf(name, (same) => same) !== null;
    return keysOf(desired, after)
      .filter((one) => {
        const names = [...namesOfKey(one)];
        return (!had.has(textOfKey(one)) || names.some(isOther)) && !names.some((name) => added.has(name));
      })
      .flatMap(
        (one) =>
          askDuplicates(
            one,
            { before, origin: originOf(pair), name: after.name, relations: this.#work.pairs, storedOf },
            this.#work.interview,
            this.#work.facts,
          ) ?? [],
      );
  }

  #deleteDuplicates(table: Relation, deduplications: readonly Deduplication[]): void {
    if (deduplications.length === 0) return;
    // Triggers of the table would make more of it than what was asked; they are created again at the end.
    for (const { name, table: on } of this.#work.draft.trial.schema().triggers) {
      if (foldName(on) === foldName(table.name))
        this.#work.draft.add(`DROP TRIGGER ${quoteIdentifier(name)}`, table.name);
    }
    this.#work.draft.drops = true;
    for (const { condition, loss } of deduplications) {
      this.#work.draft.losses.push(loss);
      const name = quoteIdentifier(table.name);
      this.#work.draft.add(
        `DELETE FROM ${name}\n  WHERE ${condition.replaceAll('@table', name)}`,
        table.name,
        loss.sentence,
      );
    }
  }

  #isSame(sql: string, wished: Relation): boolean {
    return isSameDefinition(sql, wished, { names: this.#work.names, spelling: this.#work.input.spelling });
  }
}

/** The unique keys of a table in a schema, by a constraint or an index. */
function keysOf({ indexes }: Schema, table: Relation): readonly UniqueKey[] {
  const own = indexes.filter((index) => foldName(index.table) === foldName(table.name));
  return [...declaredKeys(table), ...own.flatMap((index) => indexKey(index, table) ?? [])];
}

/** The same for a constraint and for an index of the same columns. */
function textOfKey({ columns, condition }: UniqueKey): string {
  const plain = columns.map((column) => column.replace(/ COLLATE "?BINARY"?$/i, '').replaceAll('"', ''));
  return foldName(`${plain.join('\n')}\n${condition ?? ''}`);
}

function pairByName(before: Relation, after: Relation): PairedRelation['columns'] {
  const wished = new Map(after.columns.map((column) => [foldName(column.name), column]));
  const had = new Set(before.columns.map(({ name }) => foldName(name)));
  return [
    ...before.columns.map((column) => ({ before: column, after: wished.get(foldName(column.name)) ?? null })),
    ...after.columns.filter(({ name }) => !had.has(foldName(name))).map((column) => ({ before: null, after: column })),
  ];
}
