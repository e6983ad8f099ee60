// Writes the statements that lead from one schema to another, and tries each on the way.

import { foldName, quoteIdentifier } from '../database';
import type { Column, Relation, Schema } from '../schema/schema';
import { isIndexOfOther } from '../schema/virtualTables';
import { alterationsOf } from './alterations';
import { askChecks, askReferences, type Mending } from './breaches';
import { compareStates } from './compare';
import { readCreateTable } from './createTable';
import type { Comparison, Difference } from './difference';
import { askDuplicates, declaredKeys, indexKey, namesOfKey, type Deduplication } from './duplicates';
import type { Interview } from './interview';
import { askLoss, askRename } from './lossQuestions';
import { haveSameColumnNames, namesIn, spellDefinition } from './meaning';
import type { Loss, MigrationInput, Rebuild } from './migration';
import { isCompared, pairSchemas, type PairedRelation } from './pairing';
import { nameInId } from './question';
import { rebuildByCopy, rebuildByRename, rowidOf, unusedName } from './rebuild';
import { relevantPart } from './relevant';
import { renameEvidence } from './renameEvidence';
import { askCopy, needsDistinctValues, type CopiedTable } from './rowCopy';
import { RowFacts } from './rowFacts';
import { compareParts } from './tableParts';
import { Trial } from './trial';

/** A statement with the comment that stands above it. */
export interface WrittenStatement {
  readonly sql: string;
  readonly table: string | null;
  readonly comment: string | null;
}

/** The statements of one way. */
export interface Written {
  readonly statements: readonly WrittenStatement[];
  readonly losses: readonly Loss[];
  readonly rebuilds: readonly Rebuild[];
  /** Foreign keys have to be off while it runs: else rows of other tables would go along with a table that is made anew. */
  readonly needsForeignKeysOff: boolean;
  readonly unreached: Comparison;
}

type Relations = ReadonlyMap<string, Relation>;

/** Writes one way, and asks what has to be asked. */
export class Writer {
  readonly #input: MigrationInput;
  readonly #interview: Interview;
  readonly #facts: RowFacts;
  readonly #pairs: readonly PairedRelation[];
  readonly #names: ReadonlySet<string>;
  readonly #hasForeignKeys: boolean;
  readonly #trial: Trial;
  readonly #wished: Relations;
  readonly #statements: WrittenStatement[] = [];
  readonly #losses: Loss[] = [];
  readonly #rebuilds: Rebuild[] = [];
  /** What stands above the next statement. */
  #comment: string | null = null;
  /** Whether a statement would touch rows of other tables with foreign keys on. */
  #drops = false;

  /** @param broken what `brokenObjects` gives */
  constructor(input: MigrationInput, interview: Interview, broken: readonly string[]) {
    const { current, desired, answers, rows, spelling } = input;
    const compared = compareStates(current, desired, answers);
    const differences = spelling ? [...compared.differences, ...compared.spelling] : compared.differences;
    const part = relevantPart({ current, desired }, differences, broken);
    this.#input = { ...input, ...part };
    this.#interview = interview;
    this.#facts = new RowFacts(rows);
    this.#names = namesIn(current, desired);
    this.#hasForeignKeys = [current, desired].some(({ relations }) =>
      relations.some(({ sql }) => /references/i.test(sql)),
    );
    const { relations, candidates } = pairSchemas(part.current, part.desired, answers);
    this.#pairs = relations;
    for (const candidate of candidates) {
      const evidence = (name: string): readonly string[] => renameEvidence(candidate, name, input);
      askRename(interview, candidate, evidence, this.#facts);
    }
    this.#wished = relationsOf(part.desired);
    const isWhole = part.current === current;
    this.#trial = rows && isWhole ? Trial.of(rows) : Trial.made(input.scratch(), part.current);
  }

  write(): Written {
    try {
      this.#writeAll();
      const reached = this.#trial.schema();
      return {
        statements: this.#statements,
        losses: this.#losses,
        rebuilds: this.#rebuilds,
        needsForeignKeysOff: this.#hasForeignKeys && this.#drops,
        unreached: compareStates(reached, this.#input.desired),
      };
    } finally {
      this.#trial.close();
    }
  }

  #writeAll(): void {
    const { desired } = this.#input;
    const renames = this.#renames();
    const differences = this.#changedBesides(renames);
    this.#dropViewsAndTriggers(differences);
    const removed = this.#pairs.filter(({ after }) => after === null);
    const blocks = new Set(this.#blocking());
    const first = [...[...blocks].map(dropStatement), ...renames.map(({ sql }) => sql)];
    for (const sql of this.#trial.tryPast(first, () => false).drops) this.#add(sql, null);
    for (const { before } of removed) if (before && blocks.has(before)) this.#dropRelation(before);
    for (const { sql, table, comment } of renames) this.#add(sql, table, comment);
    for (const { before } of removed) if (before && !blocks.has(before)) this.#dropRelation(before);
    const schema = this.#trial.schema();
    const there = relationsOf(schema);
    const indexes = this.#changedIndexes(schema, there);
    for (const pair of this.#pairs) this.#changeTable(pair, there, indexes);
    this.#createMissing(desired);
  }

  /** Adds a statement to the script and runs it on the trial; SQLite's message where it refuses it. */
  #add(sql: string, table: string | null, comment: string | null = null): string | null {
    const message = this.#trial.run(sql);
    this.#keep(sql, table, comment);
    return message;
  }

  /** Adds a statement that the trial has run already. */
  #keep(sql: string, table: string | null, comment: string | null = null): void {
    this.#statements.push({ sql, table, comment: comment ?? this.#comment });
    this.#comment = null;
  }

  /** Renames of tables and columns: SQLite writes the new names into all that names the old ones. */
  #renames(): readonly WrittenStatement[] {
    const statements: WrittenStatement[] = [];
    const tables = this.#pairs.flatMap(({ before, after }) =>
      before && after && foldName(before.name) !== foldName(after.name) ? [{ from: before.name, to: after.name }] : [],
    );
    const taken = new Set(this.#pairs.flatMap(({ before }) => (before ? foldName(before.name) : [])));
    const waiting = [...tables];
    const rename = (from: string, to: string, comment: string | null): void => {
      statements.push({
        sql: `ALTER TABLE ${quoteIdentifier(from)} RENAME TO ${quoteIdentifier(to)}`,
        table: to,
        comment,
      });
      taken.delete(foldName(from));
      taken.add(foldName(to));
    };
    const isRemoved = (name: string): boolean =>
      this.#pairs.some(({ before, after }) => after === null && foldName(before?.name ?? '') === foldName(name));
    while (waiting.length > 0) {
      const at = waiting.findIndex(({ to }) => !taken.has(foldName(to)) || isRemoved(to));
      const [next] = waiting.splice(Math.max(0, at), 1);
      if (!next) break;
      const comment = `Table ${next.from} is called ${next.to} from now on.`;
      if (at >= 0) rename(next.from, next.to, comment);
      else {
        // Names that are exchanged: one of them waits under a third one.
        const between = unusedName(`renamed_${next.from}`, this.#names);
        rename(next.from, between, comment);
        waiting.push({ from: between, to: next.to });
      }
    }
    for (const { before, after, columns } of this.#pairs) {
      if (!before || !after) continue;
      const renamed = columns.flatMap((pair) =>
        pair.before && pair.after && pair.before.name !== pair.after.name && pair.before.generated === null
          ? [{ from: pair.before.name, to: pair.after.name }]
          : [],
      );
      const names = new Set(before.columns.map(({ name }) => foldName(name)));
      const table = quoteIdentifier(after.name);
      // SQLite writes the new name in quotes where the statement has it so.
      const asWritten = new Map(
        readCreateTable(after.sql).items.flatMap(({ column, tokens }) =>
          column === null || tokens[0]?.kind !== 'word' ? [] : [[column, column]],
        ),
      );
      const left = [...renamed];
      while (left.length > 0) {
        const at = left.findIndex(({ from, to }) => !names.has(foldName(to)) || foldName(from) === foldName(to));
        const [next] = left.splice(Math.max(0, at), 1);
        if (!next) break;
        const to = at >= 0 ? next.to : unusedName(`renamed_${next.from}`, this.#names);
        statements.push({
          sql: `ALTER TABLE ${table} RENAME COLUMN ${quoteIdentifier(next.from)} TO ${asWritten.get(to) ?? quoteIdentifier(to)}`,
          table: after.name,
          comment: `Column ${next.from} of ${after.name} is called ${next.to} from now on.`,
        });
        names.delete(foldName(next.from));
        names.add(foldName(to));
        if (at < 0) left.push({ from: to, to: next.to });
      }
    }
    return statements;
  }

  /** What is not as it is wished for once the renames are made, by which SQLite changes views, triggers and indexes too. */
  #changedBesides(renames: readonly WrittenStatement[]): readonly Difference[] {
    const { current } = this.#input;
    if (renames.length === 0) return this.#differencesFrom(current);
    const found: (readonly Difference[])[] = [];
    this.#trial.tryPast([...this.#blocking().map(dropStatement), ...renames.map(({ sql }) => sql)], () => {
      found.push(this.#differencesFrom(this.#trial.schema()));
      return false;
    });
    return found[0] ?? this.#differencesFrom(current);
  }

  /** Tables that go, and whose names others get. */
  #blocking(): readonly Relation[] {
    const wanted = new Set(this.#pairs.flatMap(({ before, after }) => (before && after ? foldName(after.name) : [])));
    return this.#pairs.flatMap(({ before, after }) =>
      before && !after && wanted.has(foldName(before.name)) ? [before] : [],
    );
  }

  #differencesFrom(schema: Schema): readonly Difference[] {
    const { differences, spelling } = compareStates(schema, this.#input.desired);
    return this.#input.spelling ? [...differences, ...spelling] : differences;
  }

  /** Those that the target does not have, or otherwise; triggers on what goes too go with it. */
  #dropViewsAndTriggers(differences: readonly Difference[]): void {
    const { relations, triggers } = this.#input.current;
    const changed = (kind: Difference['object']): ReadonlySet<string> =>
      new Set(
        differences.flatMap(({ object, before, name }) => (object === kind && before !== null ? foldName(name) : [])),
      );
    const changedViews = changed('view');
    const changedTriggers = changed('trigger');
    const gone = new Set([
      ...this.#pairs.flatMap(({ before, after }) => (before && !after ? foldName(before.name) : [])),
      ...changedViews,
    ]);
    this.#comment = 'Views and triggers that go, or are created again below.';
    for (const { name, table } of triggers) {
      if (gone.has(foldName(table)) || !changedTriggers.has(foldName(name))) continue;
      this.#add(`DROP TRIGGER ${quoteIdentifier(name)}`, table);
    }
    for (const { kind, name } of relations) {
      if (kind === 'view' && changedViews.has(foldName(name))) this.#add(`DROP VIEW ${quoteIdentifier(name)}`, name);
    }
    this.#comment = null;
  }

  #dropRelation(before: Relation): void {
    if (before.kind === 'view') return;
    const loss = askLoss(this.#interview, before, null, this.#facts);
    if (loss) this.#losses.push(loss);
    this.#drops = true;
    const comment = loss ? loss.sentence : `The target has no ${before.kind} ${before.name}.`;
    this.#add(dropStatement(before), before.name, comment);
  }

  /** Drops the changed indexes of tables that stay as they are; gives those of tables that change, which go with the change. */
  #changedIndexes(schema: Schema, there: Relations): ReadonlyMap<string, readonly string[]> {
    const changed = new Map<string, string[]>();
    const tables = new Map(schema.indexes.map(({ name, table }) => [foldName(name), table]));
    for (const { object, before, name } of this.#differencesFrom(schema)) {
      if (object !== 'index' || before === null) continue;
      const table = foldName(tables.get(foldName(name)) ?? '');
      const sql = `DROP INDEX ${quoteIdentifier(name)}`;
      if (this.#isAsWished(there.get(table))) this.#add(sql, table);
      else changed.set(table, [...(changed.get(table) ?? []), sql]);
    }
    return changed;
  }

  #isAsWished(relation: Relation | undefined): boolean {
    const wished = relation && this.#wished.get(foldName(relation.name));
    return wished !== undefined && this.#isSame(relation?.sql ?? '', wished);
  }

  #isSame(sql: string, { sql: wished, kind }: Relation): boolean {
    if (sql === wished) return true;
    if (this.#input.spelling) return false;
    return (
      spellDefinition(sql, this.#names) === spellDefinition(wished, this.#names) &&
      (kind !== 'table' || haveSameColumnNames(sql, wished))
    );
  }

  #changeTable(pair: PairedRelation, there: Relations, indexes: ReadonlyMap<string, readonly string[]>): void {
    const { before: original, after } = pair;
    const before = after ? there.get(foldName(after.name)) : undefined;
    if (!original || !after) return;
    if (after.kind === 'virtual table') this.#changeVirtualTable(original, after);
    if (!before || after.kind !== 'table') return;
    const isSame = this.#isSame(before.sql, after);
    const deduplications = this.#deduplications(pair, before, after);
    const mendings = isSame ? [] : this.#mendings(pair, before, after);
    for (const { before: column, after: kept } of pair.columns) {
      if (!column || kept) continue;
      const loss = askLoss(this.#interview, original, column, this.#facts);
      if (loss) this.#losses.push(loss);
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
    if (!isEmpty && !alterations.added.every((definition) => this.#trial.addsToRows(before, definition))) return false;
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
    const reaches = (): boolean => this.#isSame(this.#trial.textOf(after.name) ?? '', after);
    const { stays, drops } = this.#trial.tryPast(statements, reaches);
    if (!stays) return false;
    this.#comment = `Table ${after.name}: ${parts.join('; ')}.`;
    for (const sql of [...drops, ...statements]) this.#keep(sql, after.name);
    // With foreign keys on, SQLite refuses a reference with a default, whether or not the default refers to a row.
    if (alterations.added.some((definition) => /references/i.test(definition))) this.#drops = true;
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
    const copied = { before, after, origin: originOf(pair), keyed: this.#keyed(after) };
    const { copy, losses } = askCopy(copied, this.#interview, this.#facts);
    this.#losses.push(...losses, ...[...deduplications, ...mendings].map(({ loss }) => loss));
    const aside = unusedName(`old_${after.name}`, [
      ...this.#names,
      ...this.#trial.schema().relations.map(({ name }) => name),
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
    const isRenamed = this.#trial.try(byRename);
    const statements = isRenamed ? byRename : rebuildByCopy(table);
    const reason = parts.length > 0 ? parts.join('; ') : 'its text';
    this.#rebuilds.push({ table: after.name, reason });
    this.#drops = true;
    this.#comment = `Table ${after.name} is rebuilt: ${reason}.`;
    if (isRenamed) for (const sql of statements) this.#keep(sql, after.name);
    else for (const sql of statements) this.#add(sql, after.name);
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
    for (const { name, table: on } of this.#trial.schema().triggers) {
      if (foldName(on) === foldName(table.name)) this.#add(`DROP TRIGGER ${quoteIdentifier(name)}`, table.name);
    }
    this.#drops = true;
    for (const { condition, loss } of deduplications) {
      this.#losses.push(loss);
      const name = quoteIdentifier(table.name);
      this.#add(`DELETE FROM ${name}\n  WHERE ${condition.replaceAll('@table', name)}`, table.name, loss.sentence);
    }
  }

  #changeVirtualTable(before: Relation, after: Relation): void {
    if (this.#isSame(before.sql, after)) return;
    const isIndex = isIndexOfOther(after.sql);
    const rows = this.#facts.rows(before.name);
    const answer = this.#interview.ask(
      {
        id: `virtual table ${nameInId(after.name)}`,
        kind: 'virtual table',
        table: after.name,
        column: null,
        sentence: `SQLite cannot alter the virtual table ${after.name}: it is created anew. What becomes of what it holds?`,
        evidence: isIndex
          ? [`${after.name} is an index of the rows of another table.`]
          : rows === null
            ? []
            : [`It has ${rows} rows.`],
        options: [
          ...(isIndex ? [{ value: 'rebuild', label: 'Build the index anew from that table', expression: null }] : []),
          { value: 'copy', label: 'Copy the columns that both have', expression: null },
          { value: 'empty', label: 'Leave it empty', expression: null },
        ],
      },
      isIndex ? 'rebuild' : null,
      isIndex ? 'rebuild' : 'copy',
    );
    const name = quoteIdentifier(after.name);
    this.#comment = `Virtual table ${after.name} is created anew.`;
    this.#drops = true;
    if (answer !== 'copy') {
      this.#add(`DROP TABLE ${name}`, after.name);
      this.#add(after.sql, after.name);
      if (answer === 'rebuild') this.#add(`INSERT INTO ${name} (${name}) VALUES ('rebuild')`, after.name);
      if (answer === 'empty' && rows !== 0) {
        const sentence = `What the virtual table ${after.name} holds is deleted.`;
        this.#losses.push({ table: before.name, column: null, count: rows, sentence });
      }
      return;
    }
    const aside = quoteIdentifier(unusedName(`old_${after.name}`, this.#names));
    const had = new Set(before.columns.filter(({ hidden }) => !hidden).map((column) => foldName(column.name)));
    const common = after.columns.filter((column) => !column.hidden && had.has(foldName(column.name)));
    const columns = [rowidOf(after) ?? 'rowid', ...common.map((column) => quoteIdentifier(column.name))].join(', ');
    this.#add(`ALTER TABLE ${name} RENAME TO ${aside}`, after.name);
    this.#add(after.sql, after.name);
    this.#add(`INSERT INTO ${name} (${columns}) SELECT ${columns} FROM ${aside}`, after.name);
    this.#add(`DROP TABLE ${aside}`, after.name);
  }

  /** Creates what the target has and the trial has not yet: tables first, then indexes, views and triggers. */
  #createMissing({ relations, indexes, triggers }: Schema): void {
    const objects = (): Set<string> => {
      const schema = this.#trial.schema();
      return new Set([...schema.relations, ...schema.indexes, ...schema.triggers].map(({ name }) => foldName(name)));
    };
    const there = objects();
    const create = (sql: string | null, name: string, table: string): void => {
      if (sql === null || sql === '' || there.has(foldName(name))) return;
      this.#add(sql, table);
      there.add(foldName(name));
    };
    const own = relations.filter(isCompared);
    for (const { kind, name, sql } of own) {
      if (kind !== 'table' || there.has(foldName(name))) continue;
      this.#comment = `Table ${name} is new.`;
      create(sql, name, name);
    }
    for (const { kind, name, sql } of own) if (kind === 'virtual table') create(sql, name, name);
    this.#comment = 'Indexes, views and triggers, as the target has them.';
    for (const { name, table, sql } of indexes) create(sql, name, table);
    for (const { kind, name, sql } of own) if (kind === 'view') create(sql, name, name);
    for (const { name, table, sql } of triggers) create(sql, name, table);
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

function dropStatement({ kind, name }: Relation): string {
  return `DROP ${kind === 'view' ? 'VIEW' : 'TABLE'} ${quoteIdentifier(name)}`;
}

function relationsOf({ relations }: Schema): Relations {
  return new Map(relations.filter(isCompared).map((relation) => [foldName(relation.name), relation]));
}

function pairByName(before: Relation, after: Relation): PairedRelation['columns'] {
  const wished = new Map(after.columns.map((column) => [foldName(column.name), column]));
  const had = new Set(before.columns.map(({ name }) => foldName(name)));
  return [
    ...before.columns.map((column) => ({ before: column, after: wished.get(foldName(column.name)) ?? null })),
    ...after.columns.filter(({ name }) => !had.has(foldName(name))).map((column) => ({ before: null, after: column })),
  ];
}
