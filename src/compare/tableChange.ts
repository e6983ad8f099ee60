// One table is led from what it is to what is wished for: by ALTER TABLE where that does, else by a rebuild for all its changes at once.

import { foldName, quoteIdentifier } from '../database';
import type { Column, Relation, Schema } from '../schema/schema';
import { alterationsOf } from './alterations';
import { askChecks, askReferences, type Mending } from './breaches';
import type { Draft } from './draft';
import { askDuplicates, declaredKeys, indexKey, namesOfKey, type Deduplication } from './duplicates';
import type { Interview } from './interview';
import { askLoss } from './lossQuestions';
import { isSameDefinition } from './meaning';
import type { MigrationInput } from './migration';
import type { PairedRelation } from './pairing';
import { rebuildByCopy, rebuildByRename, unusedName } from './rebuild';
import { askCopy, needsDistinctValues, type CopiedTable } from './rowCopy';
import type { RowFacts } from './rowFacts';
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
  readonly #input: MigrationInput;
  readonly #interview: Interview;
  readonly #facts: RowFacts;
  readonly #pairs: readonly PairedRelation[];
  readonly #names: ReadonlySet<string>;
  readonly #draft: Draft;

  constructor({ input, interview, facts, pairs, names, draft }: Work) {
    this.#input = input;
    this.#interview = interview;
    this.#facts = facts;
    this.#pairs = pairs;
    this.#names = names;
    this.#draft = draft;
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
    const deduplications = this.#deduplications(pair, before, after);
    const mendings = isSame ? [] : this.#mendings(pair, before, after);
    for (const { before: column, after: kept } of pair.columns) {
      if (!column || kept) continue;
      const loss = askLoss(this.#interview, original, column, this.#facts);
      if (loss) this.#draft.losses.push(loss);
    }
    if (isSame) {
      this.#deleteDuplicates(after, deduplications);
      return;
    }
    const again: PairedRelation = { before, after, columns: pairByName(before, after) };
    const parts = compareParts(again).map(({ words }) => words);
    if (
      deduplications.length + mendings.length === 0 &&
      this.#alter(original, before, after, { parts, indexes: indexes.get(foldName(after.name)) ?? [] })
    )
      return;
    this.#rebuild(pair, before, after, { parts, deduplications, mendings });
  }

  /** Tries ALTER TABLE; says whether it gives what is wished for. */
  #alter(
    original: Relation,
    before: Relation,
    after: Relation,
    { parts, indexes }: { readonly parts: readonly string[]; readonly indexes: readonly string[] },
  ): boolean {
    const alterations = alterationsOf(before, after, this.#input.sqliteVersion);
    if (!alterations) return false;
    const isEmpty = this.#facts.isEmpty(original.name);
    if (!isEmpty && !alterations.added.every((definition) => this.#draft.trial.addsToRows(before, definition)))
      return false;
    const becomesNotNull = after.columns.filter(({ name, notNull }) => {
      const had = before.columns.find((one) => foldName(one.name) === foldName(name));
      return notNull && had?.notNull === false;
    });
    const known = new Set(before.columns.map(({ name }) => foldName(name)));
    const keyed = this.#keyed(after);
    const rows = this.#facts.rows(original.name);
    const isNew = ({ name }: Column): boolean => !known.has(foldName(name));
    if (!isEmpty && after.columns.some((column) => isNew(column) && needsDistinctValues(column, keyed, rows)))
      return false;
    if (becomesNotNull.some(({ name }) => (this.#facts.nulls(original.name, name) ?? 0) > 0)) return false;
    const statements = [...indexes, ...alterations.statements];
    const reaches = (): boolean => this.#isSame(this.#draft.trial.textOf(after.name) ?? '', after);
    const { stays, drops } = this.#draft.trial.tryPast(statements, reaches);
    if (!stays) return false;
    this.#draft.comment = `Table ${after.name}: ${parts.join('; ')}.`;
    for (const sql of [...drops, ...statements]) this.#draft.keep(sql, after.name);
    // With foreign keys on, SQLite refuses a reference with a default, whether or not the default refers to a row.
    if (alterations.added.some((definition) => /references/i.test(definition))) this.#draft.drops = true;
    return true;
  }

  #rebuild(
    pair: PairedRelation,
    before: Relation,
    after: Relation,
    {
      parts,
      deduplications,
      mendings,
    }: {
      readonly parts: readonly string[];
      readonly deduplications: readonly Deduplication[];
      readonly mendings: readonly Mending[];
    },
  ): void {
    const copied = {
      before,
      after,
      origin: originOf(pair),
      keyed: this.#keyed(after),
      holds: this.#draft.trial.holds.bind(this.#draft.trial),
    };
    const { copy, losses } = askCopy(copied, this.#interview, this.#facts);
    this.#draft.losses.push(...losses, ...[...deduplications, ...mendings].map(({ loss }) => loss));
    const aside = unusedName(`old_${after.name}`, [
      ...this.#names,
      ...this.#draft.trial.schema().relations.map(({ name }) => name),
    ]);
    const kept = deduplications.map(
      ({ condition }) => `NOT (${condition.replaceAll('@table', quoteIdentifier(aside))})`,
    );
    const inTable = (sql: string): string => sql.replaceAll('@table', quoteIdentifier(aside));
    const left = mendings.flatMap(({ column, broken }) => (column === null ? `(${inTable(broken)}) IS NOT TRUE` : []));
    const conditions = [...(copy.condition === null ? [] : [copy.condition]), ...kept, ...left];
    const columns = copy.columns.map(({ name, value }) => ({
      name,
      value: mendings
        .filter(({ column }) => column === name)
        .reduce((had, { broken, value: other }) => `CASE WHEN ${inTable(broken)} THEN ${other} ELSE ${had} END`, value),
    }));
    const condition = conditions.length > 0 ? conditions.join(' AND ') : null;
    const table = { before, after, copy: { columns, condition }, aside };
    const byRename = rebuildByRename(table);
    const isRenamed = this.#draft.trial.try(byRename);
    const statements = isRenamed ? byRename : rebuildByCopy(table);
    const reason = parts.length > 0 ? parts.join('; ') : 'its text';
    this.#draft.rebuilds.push({ table: after.name, reason });
    this.#draft.drops = true;
    this.#draft.comment = `Table ${after.name} is rebuilt: ${reason}.`;
    if (isRenamed) for (const sql of statements) this.#draft.keep(sql, after.name);
    else for (const sql of statements) this.#draft.add(sql, after.name);
  }

  /** The columns that are in a unique key of a table, by a constraint or an index, as it is wished for. */
  #keyed(after: Relation): ReadonlySet<string> {
    const { indexes } = this.#input.desired;
    const own = indexes.filter(({ table }) => foldName(table) === foldName(after.name));
    const keys = [...declaredKeys(after), ...own.flatMap((index) => indexKey(index, after) ?? [])];
    return new Set(keys.flatMap((one) => [...namesOfKey(one)]));
  }

  /** What becomes of rows that the table does not allow any more by a CHECK or a foreign key. */
  #mendings(pair: PairedRelation, before: Relation, after: Relation): readonly Mending[] {
    if (!this.#facts.known || !pair.before) return [];
    const table = { before, after, origin: originOf(pair) };
    return [
      ...askChecks(table, this.#interview, this.#facts),
      ...askReferences(table, this.#pairs, this.#interview, this.#facts),
    ];
  }

  /** Which rows go for the unique keys that the table gets. */
  #deduplications(pair: PairedRelation, before: Relation, after: Relation): readonly Deduplication[] {
    const original = pair.before;
    if (!this.#facts.known || !original) return [];
    const { current, desired } = this.#input;
    const key = ({
      columns,
      condition,
    }: {
      readonly columns: readonly string[];
      readonly condition: string | null;
    }): string => foldName(`${columns.join('\n')}\n${condition ?? ''}`);
    const of = (schema: Schema, relation: Relation, name: string) => [
      ...declaredKeys(relation),
      ...schema.indexes
        .filter(({ table }) => foldName(table) === foldName(name))
        .flatMap((index) => indexKey(index, relation) ?? []),
    ];
    const had = new Set(of(current, original, original.name).map(key));
    // A column that is new has no values yet, and SQLite takes its name in quotes for a text.
    const known = new Set(before.columns.map((column) => foldName(column.name)));
    const added = new Set(after.columns.map((column) => foldName(column.name)).filter((name) => !known.has(name)));
    return of(desired, after, after.name)
      .filter((one) => !had.has(key(one)) && ![...namesOfKey(one)].some((name) => added.has(name)))
      .flatMap(
        (one) =>
          askDuplicates(one, { before, origin: originOf(pair), name: after.name }, this.#interview, this.#facts) ?? [],
      );
  }

  #deleteDuplicates(table: Relation, deduplications: readonly Deduplication[]): void {
    if (deduplications.length === 0) return;
    // Triggers of the table would make more of it than what was asked; they are created again at the end.
    for (const { name, table: on } of this.#draft.trial.schema().triggers) {
      if (foldName(on) === foldName(table.name)) this.#draft.add(`DROP TRIGGER ${quoteIdentifier(name)}`, table.name);
    }
    this.#draft.drops = true;
    for (const { condition, loss } of deduplications) {
      this.#draft.losses.push(loss);
      const name = quoteIdentifier(table.name);
      this.#draft.add(
        `DELETE FROM ${name}\n  WHERE ${condition.replaceAll('@table', name)}`,
        table.name,
        loss.sentence,
      );
    }
  }

  #isSame(sql: string, wished: Relation): boolean {
    return isSameDefinition(sql, wished, { names: this.#names, spelling: this.#input.spelling });
  }
}

/** The names of a table and its columns in the database that the facts are about. */
function originOf({ before, columns }: PairedRelation): CopiedTable['origin'] {
  return {
    table: before?.name ?? '',
    columnOf: (column) =>
      columns.find(({ after }) => foldName(after?.name ?? '') === foldName(column))?.before?.name ?? column,
  };
}

function pairByName(before: Relation, after: Relation): PairedRelation['columns'] {
  const wished = new Map(after.columns.map((column) => [foldName(column.name), column]));
  const had = new Set(before.columns.map(({ name }) => foldName(name)));
  return [
    ...before.columns.map((column) => ({ before: column, after: wished.get(foldName(column.name)) ?? null })),
    ...after.columns.filter(({ name }) => !had.has(foldName(name))).map((column) => ({ before: null, after: column })),
  ];
}
