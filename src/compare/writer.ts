// Writes the statements that lead from one schema to another, and tries each on the way.

import { foldName, quoteIdentifier } from '../database';
import type { Relation, Schema } from '../schema/schema';
import { compareStates } from './compare';
import type { Difference } from './difference';
import { Draft, type Written, type WrittenStatement } from './draft';
import type { Interview } from './interview';
import { askLoss, askRename } from './lossQuestions';
import { isSameDefinition, namesIn } from './meaning';
import type { MigrationInput } from './migration';
import { isCompared, pairSchemas } from './pairing';
import { relevantPart } from './relevant';
import { renameEvidence } from './renameEvidence';
import { renameStatements } from './renames';
import { RowFacts } from './rowFacts';
import { TableChanges, type Work } from './tableChange';
import { Trial } from './trial';
import { changeVirtualTable } from './virtualTableChange';

type Relations = ReadonlyMap<string, Relation>;

/** Writes one way, and asks what has to be asked. */
export class Writer {
  readonly #work: Work;
  readonly #hasForeignKeys: boolean;
  readonly #wished: Relations;

  /** @param broken what `brokenObjects` gives */
  constructor(input: MigrationInput, interview: Interview, broken: readonly string[]) {
    const { current, desired, answers, rows, spelling } = input;
    const compared = compareStates(current, desired, answers);
    const differences = spelling ? [...compared.differences, ...compared.spelling] : compared.differences;
    const part = relevantPart({ current, desired }, differences, broken);
    this.#hasForeignKeys = [current, desired].some(({ relations }) =>
      relations.some(({ sql }) => /references/i.test(sql)),
    );
    this.#wished = relationsOf(part.desired);
    const { relations: pairs, candidates } = pairSchemas(part.current, part.desired, answers);
    const isWhole = part.current === current;
    const trial = rows && isWhole ? Trial.of(rows) : Trial.made(input.scratch(), part.current);
    this.#work = {
      ...{ input: { ...input, ...part }, interview, facts: new RowFacts(rows) },
      ...{ pairs, names: namesIn(current, desired), draft: new Draft(trial) },
    };
    for (const candidate of candidates) {
      const evidence = (name: string): readonly string[] => renameEvidence(candidate, name, input);
      askRename(interview, candidate, evidence, this.#work.facts);
    }
  }

  write(): Written {
    try {
      this.#writeAll();
      const { statements, losses, rebuilds, trial } = this.#work.draft;
      const reached = trial.schema();
      return {
        statements,
        losses,
        rebuilds,
        needsForeignKeysOff: this.#hasForeignKeys && this.#work.draft.drops,
        unreached: compareStates(reached, this.#work.input.desired),
      };
    } finally {
      this.#work.draft.trial.close();
    }
  }

  #writeAll(): void {
    const { desired } = this.#work.input;
    const renames = renameStatements(this.#work.pairs, this.#work.names);
    const differences = this.#changedBesides(renames);
    this.#dropViewsAndTriggers(differences);
    const removed = this.#work.pairs.filter(({ after }) => after === null);
    const blocks = new Set(this.#blocking());
    const first = [...[...blocks].map(dropStatement), ...renames.map(({ sql }) => sql)];
    for (const sql of this.#work.draft.trial.tryPast(first, () => false).drops) this.#work.draft.add(sql, null);
    for (const { before } of removed) if (before && blocks.has(before)) this.#dropRelation(before);
    for (const { sql, table, comment } of renames) this.#work.draft.add(sql, table, comment);
    for (const { before } of removed) if (before && !blocks.has(before)) this.#dropRelation(before);
    const schema = this.#work.draft.trial.schema();
    const there = relationsOf(schema);
    const indexes = this.#changedIndexes(schema, there);
    const changes = new TableChanges(this.#work);
    for (const pair of this.#work.pairs) {
      if (pair.isOpen) continue;
      const now = there.get(foldName(pair.after?.name ?? ''));
      if (pair.before && pair.after?.kind === 'virtual table') {
        if (now) changeVirtualTable(now, pair.after, pair.before.name, this.#work);
      } else changes.change(pair, there, indexes);
    }
    this.#createMissing(desired);
  }

  /** What is not as it is wished for once the renames are made, by which SQLite changes views, triggers and indexes too. */
  #changedBesides(renames: readonly WrittenStatement[]): readonly Difference[] {
    const { current } = this.#work.input;
    if (renames.length === 0) return this.#differencesFrom(current);
    const found: (readonly Difference[])[] = [];
    this.#work.draft.trial.tryPast([...this.#blocking().map(dropStatement), ...renames.map(({ sql }) => sql)], () => {
      found.push(this.#differencesFrom(this.#work.draft.trial.schema()));
      return false;
    });
    return found[0] ?? this.#differencesFrom(current);
  }

  /** Tables that go, and whose names others get. */
  #blocking(): readonly Relation[] {
    const wanted = new Set(
      this.#work.pairs.flatMap(({ before, after }) => (before && after ? foldName(after.name) : [])),
    );
    return this.#work.pairs.flatMap(({ before, after }) =>
      before && !after && wanted.has(foldName(before.name)) ? [before] : [],
    );
  }

  #differencesFrom(schema: Schema): readonly Difference[] {
    const { differences, spelling } = compareStates(schema, this.#work.input.desired);
    return this.#work.input.spelling ? [...differences, ...spelling] : differences;
  }

  /** Those that the target does not have, or otherwise; triggers on what goes too go with it. */
  #dropViewsAndTriggers(differences: readonly Difference[]): void {
    const { relations, triggers } = this.#work.input.current;
    const changed = (kind: Difference['object']): ReadonlySet<string> =>
      new Set(
        differences.flatMap(({ object, before, name }) => (object === kind && before !== null ? foldName(name) : [])),
      );
    const changedViews = changed('view');
    const changedTriggers = changed('trigger');
    const gone = new Set([
      ...this.#work.pairs.flatMap(({ before, after }) => (before && !after ? foldName(before.name) : [])),
      ...changedViews,
    ]);
    this.#work.draft.comment = 'Views and triggers that go, or are created again below.';
    for (const { name, table } of triggers) {
      if (gone.has(foldName(table)) || !changedTriggers.has(foldName(name))) continue;
      this.#work.draft.add(`DROP TRIGGER ${quoteIdentifier(name)}`, table);
    }
    for (const { kind, name } of relations) {
      if (kind === 'view' && changedViews.has(foldName(name)))
        this.#work.draft.add(`DROP VIEW ${quoteIdentifier(name)}`, name);
    }
    this.#work.draft.comment = null;
  }

  #dropRelation(before: Relation): void {
    if (before.kind === 'view') return;
    const loss = askLoss(this.#work.interview, before, null, this.#work.facts);
    if (loss) this.#work.draft.losses.push(loss);
    this.#work.draft.drops = true;
    const comment = loss ? loss.sentence : `The target has no ${before.kind} ${before.name}.`;
    this.#work.draft.add(dropStatement(before), before.name, comment);
  }

  /** Drops the changed indexes of tables that stay as they are; gives those of tables that change, which go with the change. */
  #changedIndexes(schema: Schema, there: Relations): ReadonlyMap<string, readonly string[]> {
    const changed = new Map<string, string[]>();
    const tables = new Map(schema.indexes.map(({ name, table }) => [foldName(name), table]));
    for (const { object, before, name } of this.#differencesFrom(schema)) {
      if (object !== 'index' || before === null) continue;
      const table = foldName(tables.get(foldName(name)) ?? '');
      const sql = `DROP INDEX ${quoteIdentifier(name)}`;
      if (this.#isAsWished(there.get(table))) this.#work.draft.add(sql, table);
      else changed.set(table, [...(changed.get(table) ?? []), sql]);
    }
    return changed;
  }

  #isAsWished(relation: Relation | undefined): boolean {
    const wished = relation && this.#wished.get(foldName(relation.name));
    return (
      wished !== undefined &&
      isSameDefinition(relation?.sql ?? '', wished, { names: this.#work.names, spelling: this.#work.input.spelling })
    );
  }

  /** Creates what the target has and the trial has not yet: tables first, then indexes, views and triggers. */
  #createMissing({ relations, indexes, triggers }: Schema): void {
    const objects = (): Set<string> => {
      const schema = this.#work.draft.trial.schema();
      return new Set([...schema.relations, ...schema.indexes, ...schema.triggers].map(({ name }) => foldName(name)));
    };
    const there = objects();
    const create = (sql: string | null, name: string, table: string): void => {
      if (sql === null || sql === '' || there.has(foldName(name))) return;
      this.#work.draft.add(sql, table);
      there.add(foldName(name));
    };
    const own = relations.filter(isCompared);
    for (const { kind, name, sql } of own) {
      if (kind !== 'table' || there.has(foldName(name))) continue;
      this.#work.draft.comment = `Table ${name} is new.`;
      create(sql, name, name);
    }
    for (const { kind, name, sql } of own) if (kind === 'virtual table') create(sql, name, name);
    this.#work.draft.comment = 'Indexes, views and triggers, as the target has them.';
    for (const { name, table, sql } of indexes) create(sql, name, table);
    for (const { kind, name, sql } of own) if (kind === 'view') create(sql, name, name);
    for (const { name, table, sql } of triggers) create(sql, name, table);
  }
}

function dropStatement({ kind, name }: Relation): string {
  return `DROP ${kind === 'view' ? 'VIEW' : 'TABLE'} ${quoteIdentifier(name)}`;
}

function relationsOf({ relations }: Schema): Relations {
  return new Map(relations.filter(isCompared).map((relation) => [foldName(relation.name), relation]));
}
