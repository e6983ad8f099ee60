// What difference it makes to a script whether foreign keys are enforced while it runs: told from the plan for either case.

import type { Database } from '../../database';
import { readSchema } from '../../schema/read';
import type { ParsedStatement } from '../../script/parsedStatement';
import { counted } from '../../words';
import { describeLoss } from './loss';
import type { Choices, Loss, StatementOutcome } from '../outcome';
import { planMigration, type PlanTools } from '../run/plan';

/** A statement that does something else with foreign keys on than with foreign keys off. */
export interface ModeDifference {
  readonly ordinal: number;
  /** What it does in either case, with the rows of this database. */
  readonly sentence: string;
}

/** What may set off a foreign key, or be refused by one. */
const CONCERNED = /^(drop table|delete|update|insert|add column|commit)$/;

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
  const isConcerned = statements.some(({ kind }) => CONCERNED.test(kind));
  const hasKeys = readSchema(database).relations.some(({ sql }) => refers(sql));
  if (!isConcerned || !(hasKeys || statements.some(({ text }) => refers(text)))) return [];
  const isOn = choices.foreignKeys === 'on';
  const { outcomes: other } = planMigration(
    database,
    statements,
    { ...choices, foreignKeys: isOn ? 'off' : 'on' },
    tools,
  );
  return isOn ? differencesBetween(planned, other) : differencesBetween(other, planned);
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
  const does = [...lost.map((loss) => describeLoss(loss)), ...changed].join(', and ');
  return does === '' ? null : `With foreign keys on, ${name} ${does}; with foreign keys off they stay as they are.`;
}

function lossesOf({ loss }: StatementOutcome): readonly Loss[] {
  return loss ? [loss, ...(loss.also ?? [])] : [];
}
