// Writes the statements that lead from one schema to another, and tries each on the way.

import { foldName, quoteIdentifier } from '../database';
import type { Relation, Schema } from '../schema/schema';
import { isIndexOfOther } from '../schema/virtualTables';
import { alterationsOf } from './alterations';
import { compareStates } from './compare';
import type { Comparison, Difference } from './difference';
import { askDuplicates, declaredKeys, indexKey, type Deduplication } from './duplicates';
import type { Interview } from './interview';
import { askLoss, askRename } from './lossQuestions';
import { haveSameColumnNames, namesIn, spellDefinition } from './meaning';
import type { Loss, MigrationInput, Rebuild } from './migration';
import { isCompared, pairSchemas, type PairedRelation } from './pairing';
import { nameInId } from './question';
import { rebuildByCopy, rebuildByRename, rowidOf, unusedName } from './rebuild';
import { renameEvidence } from './renameEvidence';
import { askCopy } from './rowCopy';
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
  readonly #trial: Trial;
  readonly #statements: WrittenStatement[] = [];
  readonly #losses: Loss[] = [];
  readonly #rebuilds: Rebuild[] = [];
  /** What stands above the next statement. */
  #comment: string | null = null;
  /** Whether a statement would touch rows of other tables with foreign keys on. */
  #drops = false;

  constructor(input: MigrationInput, interview: Interview) {
    this.#input = input;
    this.#interview = interview;
    this.#facts = new RowFacts(input.rows);
    const { current, desired, answers } = input;
    const { relations, candidates } = pairSchemas(current, desired, answers);
    this.#pairs = relations;
    for (const candidate of candidates) {
      const evidence = (name: string): readonly string[] => renameEvidence(candidate, name, input);
      askRename(interview, candidate, evidence, this.#facts);
    }
    this.#names = namesIn(current, desired);
    this.#trial = input.rows ? Trial.of(input.rows) : Trial.made(input.scratch(), current);
  }

  write(): Written {
    try {
      this.#writeAll();
      const reached = this.#trial.schema();
      const hasForeignKeys = [this.#input.current, this.#input.desired].some(({ relations }) =>
        relations.some(({ sql }) => /references/i.test(sql)),
      );
      return {
        statements: this.#statements,
        losses: this.#losses,
        rebuilds: this.#rebuilds,
        needsForeignKeysOff: hasForeignKeys && this.#drops,
        unreached: compareStates(reached, this.#input.desired),
      };
    } finally {
      this.#trial.close();
    }
  }

  #writeAll(): void {
    const { desired } = this.#input;
    const renames = this.#renames();
    const { changed, everything } = this.#changedBesides(renames);
    this.#dropViewsAndTriggers(changed, everything);
    const removed = this.#pairs.filter(({ after }) => after === null);
    const wanted = new Set(this.#pairs.flatMap(({ before, after }) => (before && after ? foldName(after.name) : [])));
    const blocksName = ({ before }: PairedRelation): boolean => wanted.has(foldName(before?.name ?? ''));
    for (const pair of removed.filter(blocksName)) this.#dropRelation(pair);
    for (const { sql, table, comment } of renames) this.#add(sql, table, comment);
    for (const pair of removed.filter((one) => !blocksName(one))) this.#dropRelation(pair);
    const there = relationsOf(this.#trial.schema());
    this.#dropIndexes(there);
    for (const pair of this.#pairs) this.#changeTable(pair, there);
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
        const between = unusedName(`renamed_${next.from}`, [...this.#names]);
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
      const left = [...renamed];
      while (left.length > 0) {
        const at = left.findIndex(({ from, to }) => !names.has(foldName(to)) || foldName(from) === foldName(to));
        const [next] = left.splice(Math.max(0, at), 1);
        if (!next) break;
        const to = at >= 0 ? next.to : unusedName(`renamed_${next.from}`, [...this.#names]);
        statements.push({
          sql: `ALTER TABLE ${table} RENAME COLUMN ${quoteIdentifier(next.from)} TO ${quoteIdentifier(to)}`,
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

  /**
   * The views, triggers and indexes that are not as they are wished for once the renames are made; `everything` where SQLite refuses
   * the renames with all of them in place, as it does where one of them is broken.
   */
  #changedBesides(renames: readonly WrittenStatement[]): {
    readonly changed: readonly Difference[];
    readonly everything: boolean;
  } {
    const { current } = this.#input;
    if (renames.length === 0) return { changed: this.#differencesFrom(current), everything: false };
    const found: (readonly Difference[])[] = [];
    this.#trial.try([...this.#blockingDrops(), ...renames.map(({ sql }) => sql)], () => {
      found.push(this.#differencesFrom(this.#trial.schema()));
      return false;
    });
    const [changed] = found;
    if (changed) return { changed, everything: false };
    return { changed: this.#differencesFrom(current), everything: true };
  }

  #blockingDrops(): readonly string[] {
    const wanted = new Set(this.#pairs.flatMap(({ before, after }) => (before && after ? foldName(after.name) : [])));
    return this.#pairs.flatMap(({ before, after }) =>
      before && !after && wanted.has(foldName(before.name)) ? [dropStatement(before)] : [],
    );
  }

  #differencesFrom(schema: Schema): readonly Difference[] {
    const { differences, spelling } = compareStates(schema, this.#input.desired);
    return this.#input.spelling ? [...differences, ...spelling] : differences;
  }

  #dropViewsAndTriggers(changed: readonly Difference[], everything: boolean): void {
    const { current } = this.#input;
    const names = (kind: Difference['object']): ReadonlySet<string> =>
      new Set(
        changed.filter(({ object, before }) => object === kind && before !== null).map(({ name }) => foldName(name)),
      );
    const [views, triggers] = [names('view'), names('trigger')];
    const gone = new Set(this.#pairs.flatMap(({ before, after }) => (before && !after ? foldName(before.name) : [])));
    const goneViews = (name: string): boolean => views.has(foldName(name)) || everything;
    for (const { name, table } of current.triggers) {
      const ofView = current.relations.some((one) => one.kind === 'view' && foldName(one.name) === foldName(table));
      if (ofView && (goneViews(table) || gone.has(foldName(table)))) continue;
      if (!everything && (gone.has(foldName(table)) || !triggers.has(foldName(name)))) continue;
      this.#add(`DROP TRIGGER ${quoteIdentifier(name)}`, table);
    }
    for (const { kind, name } of current.relations) {
      if (kind === 'view' && goneViews(name)) this.#add(`DROP VIEW ${quoteIdentifier(name)}`, name);
    }
  }

  #dropRelation({ before }: PairedRelation): void {
    if (!before || before.kind === 'view') return;
    const loss = askLoss(this.#interview, before, null, this.#facts);
    if (loss) this.#losses.push(loss);
    this.#drops = true;
    const comment = loss ? loss.sentence : `The target has no ${before.kind} ${before.name}.`;
    this.#add(dropStatement(before), before.name, comment);
  }

  /** Drops the indexes of tables that stay as they are; those of a table that changes go with its change. */
  #dropIndexes(there: Relations): void {
    const schema = this.#trial.schema();
    for (const { object, before, name, table } of this.#differencesFrom(schema)) {
      if (
        object !== 'index' ||
        before === null ||
        !this.#isAsWished(there.get(foldName(tableOf(schema, name) ?? table ?? '')))
      )
        continue;
      this.#add(`DROP INDEX ${quoteIdentifier(name)}`, table);
    }
  }

  #isAsWished(relation: Relation | undefined): boolean {
    if (!relation) return false;
    const wished = this.#input.desired.relations.find(({ name }) => foldName(name) === foldName(relation.name));
    return wished !== undefined && this.#isSame(relation, wished);
  }

  #isSame(one: Relation, other: Relation): boolean {
    if (one.sql === other.sql) return true;
    if (this.#input.spelling) return false;
    return (
      spellDefinition(one.sql, this.#names) === spellDefinition(other.sql, this.#names) &&
      haveSameColumnNames(one, other)
    );
  }

  #changeTable(pair: PairedRelation, there: Relations): void {
    const { before: original, after } = pair;
    const before = after ? there.get(foldName(after.name)) : undefined;
    if (!original || !after) return;
    if (after.kind === 'virtual table') this.#changeVirtualTable(original, after);
    if (!before || after.kind !== 'table') return;
    const isSame = this.#isSame(before, after);
    const deduplications = this.#deduplications(original, before, after);
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
    if (deduplications.length === 0 && this.#alter(original, before, after, parts)) return;
    this.#rebuild(pair, before, after, { parts, deduplications });
  }

  /** Tries ALTER TABLE; says whether it gives what is wished for. */
  #alter(original: Relation, before: Relation, after: Relation, parts: readonly string[]): boolean {
    const alterations = alterationsOf(before, after, this.#input.sqliteVersion);
    if (!alterations) return false;
    const isEmpty = this.#facts.isEmpty(original.name);
    const columns = before.columns.map(({ name }) => name);
    if (!isEmpty && !alterations.added.every((definition) => this.#trial.addsToRows(columns, definition))) return false;
    const becomesNotNull = after.columns.filter(({ name, notNull }) => {
      const had = before.columns.find((one) => foldName(one.name) === foldName(name));
      return notNull && had?.notNull === false;
    });
    if (becomesNotNull.some(({ name }) => (this.#facts.nulls(original.name, name) ?? 0) > 0)) return false;
    const indexes = this.#differencesFrom(this.#trial.schema())
      .filter(
        ({ object, before: text, table }) =>
          object === 'index' && text !== null && foldName(table ?? '') === foldName(after.name),
      )
      .map(({ name }) => `DROP INDEX ${quoteIdentifier(name)}`);
    const statements = [...indexes, ...alterations.statements];
    const reaches = (): boolean => {
      const now = relationsOf(this.#trial.schema()).get(foldName(after.name));
      return now !== undefined && this.#isSame(now, after);
    };
    if (!this.#trial.try(statements, reaches)) return false;
    this.#comment = `Table ${after.name}: ${parts.join('; ')}.`;
    for (const sql of statements) this.#keep(sql, after.name);
    // With foreign keys on, SQLite refuses a reference with a default, whether or not the default refers to a row.
    if (alterations.added.some((definition) => /references/i.test(definition))) this.#drops = true;
    return true;
  }

  #rebuild(
    pair: PairedRelation,
    before: Relation,
    after: Relation,
    { parts, deduplications }: { readonly parts: readonly string[]; readonly deduplications: readonly Deduplication[] },
  ): void {
    const original = pair.before ?? before;
    const columnOf = (column: string): string =>
      pair.columns.find((one) => foldName(one.after?.name ?? '') === foldName(column))?.before?.name ?? column;
    const { copy, losses } = askCopy(
      { before, after, origin: { table: original.name, columnOf } },
      this.#interview,
      this.#facts,
    );
    this.#losses.push(...losses, ...deduplications.map(({ loss }) => loss));
    const aside = unusedName(`old_${after.name}`, [
      ...this.#names,
      ...this.#trial.schema().relations.map(({ name }) => name),
    ]);
    const kept = deduplications.map(
      ({ condition }) => `NOT (${condition.replaceAll('@table', quoteIdentifier(aside))})`,
    );
    const conditions = [...(copy.condition === null ? [] : [copy.condition]), ...kept];
    const table = {
      before,
      after,
      copy: { ...copy, condition: conditions.length > 0 ? conditions.join(' AND ') : null },
      aside,
    };
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

  /** Which rows go for the unique keys that the table gets. */
  #deduplications(original: Relation, before: Relation, after: Relation): readonly Deduplication[] {
    if (!this.#facts.known) return [];
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
    return of(desired, after, after.name)
      .filter((one) => !had.has(key(one)))
      .flatMap(
        (one) =>
          askDuplicates(one, { before, origin: original.name, name: after.name }, this.#interview, this.#facts) ?? [],
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
    if (this.#isSame(before, after)) return;
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
    const aside = quoteIdentifier(unusedName(`old_${after.name}`, [...this.#names]));
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
    for (const { kind, name, sql } of own) if (kind === 'table') create(sql, name, name);
    for (const { kind, name, sql } of own) if (kind === 'virtual table') create(sql, name, name);
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

function tableOf({ indexes }: Schema, index: string): string | undefined {
  return indexes.find(({ name }) => foldName(name) === foldName(index))?.table;
}

function pairByName(before: Relation, after: Relation): PairedRelation['columns'] {
  const wished = new Map(after.columns.map((column) => [foldName(column.name), column]));
  const had = new Set(before.columns.map(({ name }) => foldName(name)));
  return [
    ...before.columns.map((column) => ({ before: column, after: wished.get(foldName(column.name)) ?? null })),
    ...after.columns.filter(({ name }) => !had.has(foldName(name))).map((column) => ({ before: null, after: column })),
  ];
}
