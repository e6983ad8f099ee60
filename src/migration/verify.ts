// Looks at a database before a run and at the result after it, and puts the proofs together.

import type { Database, Outcome } from '../database';
import { readSchema } from '../schema/read';
import type { Schema } from '../schema/schema';
import type { Statement } from '../script/statement';
import { hashContent, type Hasher } from './contentHash';
import { pairTables, type TablePair } from './correspondence';
import {
  checkIntegrity,
  countRows,
  countViolations,
  measure,
  type Integrity,
  type Measurement,
  type Violation,
} from './measurement';
import { planMigration } from './plan';
import type { Proof } from './proof';
import { proveContent, proveRowCounts, proveSequences, findRowChanges } from './rowProofs';
import { proveForeignKeys, proveIntegrity, proveSchema, proveSettings, proveViewsAndTriggers } from './schemaProofs';
import { proveSecondRun } from './secondRun';
import type { Choices, StatementOutcome } from './verdict';

/** How far a check has come: `done` of `total` rows, or of steps; `total` is 0 where it cannot be told. */
export type OnCheck = (label: string, done: number, total: number) => void;

/** All that is known of a database before a run. */
export interface Baseline {
  readonly schema: Schema;
  readonly measurement: Measurement;
  readonly integrity: Integrity;
  readonly violations: Outcome<readonly Violation[]>;
  readonly rows: ReadonlyMap<string, Outcome<number>>;
}

/** Measures a database before a run, content aside: which columns stay is only known afterwards. */
export function takeBaseline(database: Database, onCheck: OnCheck): Baseline {
  const schema = readSchema(database);
  onCheck('integrity_check before', 0, 0);
  const integrity = checkIntegrity(database, schema.relations);
  onCheck('foreign_key_check before', 0, 0);
  const violations = countViolations(database);
  return {
    schema,
    measurement: measure(database, schema),
    integrity,
    violations,
    rows: countAll(database, schema, 'counting rows before', onCheck),
  };
}

/** What a run leaves to be proved. */
export interface Aftermath {
  /** The database as it was, still open. */
  readonly before: Database;
  readonly baseline: Baseline;
  /** The connection that ran the script, after its commit. */
  readonly after: Database;
  /** Opens the bytes that will be downloaded once more; whoever asked closes it. */
  readonly reopen: () => Database;
  readonly statements: readonly Statement[];
  readonly outcomes: readonly StatementOutcome[];
  readonly choices: Choices;
  /** The schema that the script makes of the same database without rows. */
  readonly specified: Schema;
}

/**
 * All proofs of a run, in the order in which they are shown. Rows and values are read from the result as it is opened again,
 * not from the connection that wrote it.
 */
export function proveRun(aftermath: Aftermath, hasher: Hasher, onCheck: OnCheck): readonly Proof[] {
  const { before, baseline, after, statements, outcomes, choices, specified } = aftermath;
  onCheck('integrity_check after', 0, 0);
  const integrityAfter = proveIntegrity('integrity-after', checkIntegrity(after, readSchema(after).relations));
  const result = aftermath.reopen();
  try {
    const schema = readSchema(result);
    const changes = findRowChanges(statements, outcomes, baseline.schema, schema);
    const measurement = measure(result, schema);
    const applied = statements.filter(({ ordinal }) => outcomes[ordinal - 1]?.verdict === 'applied');
    const pairs = pairTables(baseline.schema, schema, applied);
    const rows = countAll(result, schema, 'counting rows after', onCheck);
    const content = hashPairs(before, result, pairs, baseline, hasher, onCheck);
    onCheck('foreign_key_check after', 0, 0);
    const violations = countViolations(result);
    onCheck('integrity_check of the file to download', 0, 0);
    const reopened = checkIntegrity(result, schema.relations);
    onCheck('a second run', 0, 0);
    const second = planMigration(result, statements, choices);
    const virtual = baseline.schema.relations.filter(({ kind }) => kind === 'virtual table');
    return [
      proveIntegrity('integrity-before', baseline.integrity),
      proveRowCounts(pairs, baseline.rows, rows, changes),
      proveContent(pairs, virtual, content.before, content.after, changes),
      proveSchema(schema, specified),
      proveViewsAndTriggers(baseline.measurement, measurement),
      proveForeignKeys(baseline.violations, violations, pairs),
      proveSettings(baseline.measurement, measurement, statements),
      proveSequences(pairs, baseline.measurement, measurement, changes),
      integrityAfter,
      proveIntegrity('integrity-reopened', reopened),
      proveSecondRun(statements, second),
    ];
  } finally {
    result.close();
  }
}

function countAll(database: Database, schema: Schema, label: string, onCheck: OnCheck): Map<string, Outcome<number>> {
  const tables = schema.relations.filter(({ kind }) => kind === 'table' || kind === 'shadow table');
  return new Map(
    tables.map(({ name }, at) => {
      onCheck(label, at, tables.length);
      return [name, countRows(database, name)];
    }),
  );
}

/** Hashes of the columns that are there before and after, by the table's name before. */
function hashPairs(
  before: Database,
  result: Database,
  pairs: readonly TablePair[],
  baseline: Baseline,
  hasher: Hasher,
  onCheck: OnCheck,
): { before: Map<string, Outcome<string>>; after: Map<string, Outcome<string>> } {
  const hashes = { before: new Map<string, Outcome<string>>(), after: new Map<string, Outcome<string>>() };
  const rowsOf = ({ before: { name } }: TablePair): number => {
    const rows = baseline.rows.get(name);
    return rows?.ok ? rows.value : 0;
  };
  const total = 2 * pairs.reduce((sum, pair) => sum + rowsOf(pair), 0);
  let done = 0;
  for (const pair of pairs) {
    if (!pair.after) continue;
    const { before: table, after, columns } = pair;
    const label = `comparing the values of ${table.name}`;
    const onRows = (rows: number): void => {
      done += rows;
      onCheck(label, done, total);
    };
    const inBefore = columns.map((column) => column.before);
    const inAfter = columns.map((column) => column.after);
    hashes.before.set(table.name, hashContent(before, table, inBefore, hasher, onRows));
    hashes.after.set(table.name, hashContent(result, after, inAfter, hasher, onRows));
  }
  return hashes;
}
