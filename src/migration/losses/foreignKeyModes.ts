// What difference it makes to a script whether foreign keys are enforced while it runs: told from the plan for either case.

import { foldName, type Database } from '../../database';
import { readSchema } from '../../schema/read';
import { describeReference, readReferences, type Reference } from '../../schema/references';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { Statement } from '../../script/statement';
import { counted } from '../../words';
import { describeLoss } from './loss';
import type { Choices, Loss, StatementOutcome } from '../outcome';
import { planMigration, type PlanTools } from '../run/plan';
import type { WatchScript } from '../warning';

/** A statement that does something else with foreign keys on than with foreign keys off. */
export interface ModeDifference {
  readonly ordinal: number;
  /** What it does in either case, with the rows of this database. */
  readonly sentence: string;
}

/** What may set off a foreign key, or be refused by one. */
const CONCERNED = /^(drop table|delete|update|insert|add column|commit)$/;
/** With it, RENAME changes what refers to the table only where foreign keys are on (https://sqlite.org/pragma.html#pragma_legacy_alter_table). */
const KEEPS_REFERENCES = 'legacy_alter_table';

/**
 * Plans a script the other way round, foreign keys on or off, and gives the statements that differ from the plan that is there, by native
 * counts; up to the first one that stops in either case. Costs a plan, and nothing where neither the database nor the script has a
 * foreign key.
 * @param planned the outcomes of the plan by `choices`
 */
export function compareForeignKeyModes(
  database: Database,
  statements: readonly ParsedStatement[],
  choices: Choices,
  planned: readonly StatementOutcome[],
  tools: PlanTools,
): readonly ModeDifference[] {
  const refers = (sql: string | null): boolean => sql !== null && /\breferences\b/i.test(sql);
  const renames =
    statements.some(({ kind }) => kind === 'rename table') &&
    statements.some(({ kind, name }) => kind === 'pragma' && foldName(name ?? '') === KEEPS_REFERENCES);
  const isConcerned = renames || statements.some(({ kind }) => CONCERNED.test(kind));
  const hasKeys = readSchema(database).relations.some(({ sql }) => refers(sql));
  if (!isConcerned || !(hasKeys || statements.some(({ text }) => refers(text)))) return [];
  const isOn = choices.foreignKeys === 'on';
  const others: Choices = { ...choices, foreignKeys: isOn ? 'off' : 'on' };
  const seen = renames ? new ReferencesOfRenames() : null;
  const watch = seen ? { watch: seen.watch } : {};
  const { outcomes: other } = planMigration(database, statements, others, { ...tools, ...watch });
  const differences = isOn ? differencesBetween(planned, other) : differencesBetween(other, planned);
  if (!seen) return differences;
  const mine = new ReferencesOfRenames();
  planMigration(database, statements, choices, { ...tools, watch: mine.watch });
  const left = isOn ? seen.missingIn(mine) : mine.missingIn(seen);
  return [...differences, ...left].sort((one, two) => one.ordinal - two.ordinal);
}

/** What the foreign keys of a schema refer to after each RENAME TO of one pass of a script. */
class ReferencesOfRenames {
  /** By the statement: the name that it takes from a table, folded, and the references after it. */
  readonly #after = new Map<number, { readonly from: string; readonly references: readonly Reference[] }>();

  readonly watch: WatchScript = () => {
    let renaming: Statement | null = null;
    const look = (shadow: Database): void => {
      if (!renaming) return;
      const references = readReferences(shadow, readSchema(shadow));
      this.#after.set(renaming.ordinal, { from: foldName(renaming.table ?? ''), references });
    };
    return {
      before: (statement, shadow) => {
        look(shadow);
        renaming = statement.kind === 'rename table' ? statement : null;
      },
      end: ({ complete, shadow }) => {
        if (complete) look(shadow);
        return [];
      },
    };
  };

  /** The references to a table that is renamed, which stay as they are here and not with foreign keys `on`. */
  missingIn(on: ReferencesOfRenames): readonly ModeDifference[] {
    return [...this.#after].flatMap(([ordinal, { from, references }]): readonly ModeDifference[] => {
      const there = new Map(on.#after.get(ordinal)?.references.map((one) => [placeOf(one), one.parent]));
      const left = references.flatMap((reference) => {
        const parent = there.get(placeOf(reference));
        const isSame = parent === undefined || foldName(parent) === foldName(reference.parent);
        return isSame || foldName(reference.parent) !== from ? [] : [{ reference, parent }];
      });
      const [first, ...more] = left;
      if (!first) return [];
      const others = more.length > 0 ? `, and ${counted(more.length, 'foreign key')} more likewise` : '';
      const sentence = `With foreign keys on, statement ${ordinal} makes the foreign key ${describeReference(first.reference)} refer to ${first.parent}${others}; with foreign keys off and ${KEEPS_REFERENCES} it stays as it is.`;
      return [{ ordinal, sentence }];
    });
  }
}

function placeOf({ table, columns }: Reference): string {
  return [table, ...columns].map(foldName).join('\n');
}

function differencesBetween(
  on: readonly StatementOutcome[],
  off: readonly StatementOutcome[],
): readonly ModeDifference[] {
  const differences: ModeDifference[] = [];
  for (const [at, outcome] of on.entries()) {
    const other = off[at];
    if (!other) break;
    const sentence = differenceOf(outcome, other);
    if (sentence !== null) differences.push({ ordinal: outcome.ordinal, sentence });
    if (outcome.verdict === 'failed' || other.verdict === 'failed') break;
  }
  return differences;
}

function differenceOf(on: StatementOutcome, off: StatementOutcome): string | null {
  const name = on.failure?.atCommit === true ? 'the commit after the last statement' : `statement ${on.ordinal}`;
  const [stops, runs] = [on.verdict === 'failed', off.verdict === 'failed'];
  if (stops && !runs)
    return `With foreign keys on, ${name} fails: ${on.failure?.message ?? ''}. With foreign keys off it runs.`;
  if (runs && !stops)
    return `With foreign keys off, ${name} fails: ${off.failure?.message ?? ''}. With foreign keys on it runs.`;
  if (stops || runs) return null;
  const kept = lossesOf(off);
  const lost = lossesOf(on).filter(
    ({ through, table }) => through && !kept.some((loss) => loss.table === table && loss.through === through),
  );
  const rows = lost.reduce((sum, loss) => sum + loss.rows, 0);
  const more = (on.byTriggers ?? 0) - (off.byTriggers ?? 0) - rows;
  const changed =
    more > 0 ? [`changes ${counted(more, lost.length === 0 ? 'row' : 'more row')} through foreign keys`] : [];
  const does = [...lost.map((loss) => describeLoss({ ...loss, also: [] })), ...changed].join(', and ');
  const stay = rows + Math.max(more, 0) === 1 ? 'it stays as it is' : 'they stay as they are';
  return does === '' ? null : `With foreign keys on, ${name} ${does}; with foreign keys off ${stay}.`;
}

function lossesOf({ loss }: StatementOutcome): readonly Loss[] {
  return loss ? [loss, ...(loss.also ?? [])] : [];
}
