// Proofs about what a database holds: rows, values and counters, before and after a run.

import type { Outcome } from '../database';
import type { Relation } from '../schema/schema';
import type { Statement } from '../script/statement';
import type { TablePair } from './correspondence';
import type { Measurement } from './measurement';
import { count, proof, type Proof, type ProofCode } from './proof';
import type { StatementOutcome } from './verdict';

/** A figure of a table: of all of its rows, or why there is none. */
export type TableFigures<Value> = ReadonlyMap<string, Outcome<Value>>;

/** Whether the script itself writes or removes rows, so that a difference may be what it asks for. */
export function statementsThatChangeRows(
  statements: readonly Statement[],
  outcomes: readonly StatementOutcome[],
): readonly Statement[] {
  const kinds = new Set(['insert', 'update', 'delete', 'drop table', 'drop column', 'other']);
  return statements.filter(
    (statement) => kinds.has(statement.kind) && outcomes[statement.ordinal - 1]?.verdict === 'applied',
  );
}

/** Rows by table, before and after. */
export function proveRowCounts(
  pairs: readonly TablePair[],
  before: TableFigures<number>,
  after: TableFigures<number>,
  changing: readonly Statement[],
): Proof {
  const details: string[] = [];
  const different: string[] = [];
  const unknown: string[] = [];
  let rows = 0;
  for (const pair of pairs) {
    const { name } = pair.before;
    const [had, has] = [before.get(name), pair.after ? after.get(pair.after.name) : undefined];
    if (had && !had.ok) {
      unknown.push(`${name}: ${had.error.message}`);
    } else if (!pair.after) {
      different.push(name);
      details.push(`${name}: ${count(had?.value ?? 0, 'row')} before, the table is gone`);
    } else if (!had || !has?.ok) {
      unknown.push(`${name}: ${has?.ok === false ? has.error.message : 'not counted'}`);
    } else {
      rows += had.value;
      if (had.value !== has.value) different.push(name);
      const renamed = pair.after.name === name ? '' : ` (now ${pair.after.name})`;
      details.push(`${name}${renamed}: ${count(had.value, 'row')} before, ${has.value.toLocaleString('en-US')} after`);
    }
  }
  details.push(...unknown);
  if (different.length > 0)
    return explainDifference('row-counts', 'The number of rows differs in', different, details, changing);
  if (unknown.length > 0)
    return proof('row-counts', 'unverifiable', `Rows could not be counted in ${unknown[0] ?? ''}.`, details);
  return proof(
    'row-counts',
    'pass',
    `${count(rows, 'row')} in ${count(pairs.length, 'table')}, before and after.`,
    details,
  );
}

/** Content hashes by table, before and after. */
export function proveContent(
  pairs: readonly TablePair[],
  virtual: readonly Relation[],
  before: TableFigures<string>,
  after: TableFigures<string>,
  changing: readonly Statement[],
): Proof {
  const details: string[] = [];
  const different: string[] = [];
  const unknown: string[] = [];
  let columns = 0;
  for (const pair of pairs) {
    const { name } = pair.before;
    const [had, has] = [before.get(name), after.get(name)];
    if (pair.lostColumns.length > 0) {
      different.push(name);
      details.push(`${name}: ${pair.after ? `${pair.lostColumns.join(', ')} gone` : 'the table is gone'}`);
    }
    if (!pair.after) continue;
    if (had?.ok && has?.ok) {
      columns += pair.columns.length;
      if (had.value !== has.value && !different.includes(name)) different.push(name);
      const same = had.value === has.value;
      details.push(
        `${name}: ${count(pair.columns.length, 'column')}, ${had.value}${same ? '' : ` before, ${has.value} after`}`,
      );
    } else {
      const error = had?.ok === false ? had.error : has?.ok === false ? has.error : { message: 'not read' };
      unknown.push(`${name}: ${error.message}`);
    }
  }
  details.push(...unknown);
  for (const { name, unreadable } of virtual) {
    details.push(
      `${name}: a virtual table${unreadable === null ? '' : ` (${unreadable})`}; the tables that store it are compared`,
    );
  }
  if (different.length > 0) return explainDifference('content', 'Values differ in', different, details, changing);
  if (unknown.length > 0)
    return proof('content', 'unverifiable', `Values could not be read in ${unknown[0] ?? ''}.`, details);
  return proof(
    'content',
    'pass',
    `The hash of every value in all ${count(columns, 'column')} that were there is the same before and after.`,
    details,
  );
}

function explainDifference(
  code: ProofCode,
  beginning: string,
  tables: readonly string[],
  details: readonly string[],
  changing: readonly Statement[],
): Proof {
  const where = `${beginning} ${tables.join(', ')}`;
  if (changing.length === 0) {
    return proof(
      code,
      'fail',
      `${where}, and no statement of the script changes rows. Do not use the result.`,
      details,
    );
  }
  const which = changing.map((statement) => statement.ordinal).join(', ');
  return proof(
    code,
    'warn',
    `${where}. The script changes rows itself, in statement ${which}: check that this is what you want.`,
    details,
  );
}

/** AUTOINCREMENT counters of the tables that are still there. */
export function proveSequences(
  pairs: readonly TablePair[],
  before: Measurement,
  after: Measurement,
  changing: readonly Statement[],
): Proof {
  const kept: string[] = [];
  const changed: string[] = [];
  for (const [table, value] of before.sequences) {
    const now = pairs.find((pair) => pair.before.name === table)?.after?.name;
    if (now === undefined) continue;
    const seq = after.sequences.get(now);
    if (seq === value) kept.push(`${table}: ${value}`);
    else changed.push(`${table}: ${value} before, ${seq ?? 'none'} after`);
  }
  const details = [...changed, ...kept];
  if (changed.length > 0) {
    const result = changing.length > 0 ? 'warn' : 'fail';
    return proof(
      'sequences',
      result,
      `${changed[0] ?? ''}${changing.length > 0 ? '; the script changes rows itself.' : '.'}`,
      details,
    );
  }
  return proof(
    'sequences',
    'pass',
    kept.length === 0 ? 'The database has no AUTOINCREMENT counters.' : `${count(kept.length, 'counter')} kept.`,
    details,
  );
}
