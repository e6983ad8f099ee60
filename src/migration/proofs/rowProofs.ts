// Proofs about what a database holds: rows, values and counters, before and after a run.

import type { Outcome } from '../../database';
import type { Relation } from '../../schema/schema';
import { ownerOf } from '../../schema/virtualTables';
import type { Statement } from '../../script/statement';
import type { TablePair } from './tablePairs';
import type { Measurement } from './measurement';
import { proof, type Proof, type ProofCode } from './proof';
import { counted, figure, firstOf } from '../../words';
import type { RowChanges } from './rowChanges';

/** A figure of a table: of all of its rows, or why there is none. */
export type TableFigures<Value> = ReadonlyMap<string, Outcome<Value>>;

/**
 * Rows by table, before and after.
 * @param spared tables that were not counted, since no page of theirs was written
 */
export function proveRowCounts(
  pairs: readonly TablePair[],
  before: TableFigures<number>,
  after: TableFigures<number>,
  changes: RowChanges,
  spared: ReadonlySet<TablePair> = new Set(),
): Proof {
  const details: string[] = [];
  const different: TablePair[] = [];
  const unknown: string[] = [];
  let rows = 0;
  for (const pair of pairs) {
    const { name } = pair.before;
    const [had, has] = [before.get(name), pair.after ? after.get(pair.after.name) : undefined];
    if (spared.has(pair)) {
      details.push(`${name}: not counted, no page of it was written`);
    } else if (had && !had.ok) {
      unknown.push(`${name}: ${had.error.message}`);
    } else if (!pair.after) {
      // No row goes with a table that had none.
      if (had?.value !== 0) different.push(pair);
      details.push(`${name}: ${counted(had?.value ?? 0, 'row')} before, the table is gone`);
    } else if (!had || !has?.ok) {
      unknown.push(`${name}: ${has?.ok === false ? has.error.message : 'not counted'}`);
    } else {
      rows += had.value;
      if (had.value !== has.value) different.push(pair);
      const renamed = pair.after.name === name ? '' : ` (now ${pair.after.name})`;
      details.push(`${name}${renamed}: ${counted(had.value, 'row')} before, ${figure(has.value)} after`);
    }
  }
  details.push(...unknown);
  if (different.length > 0)
    return explainDifference('row-counts', inTables('The number of rows differs in'), different, details, changes);
  if (unknown.length > 0)
    return proof('row-counts', 'unverifiable', `Rows could not be counted in ${unknown[0] ?? ''}.`, details);
  const total = `${counted(rows, 'row')} in ${counted(pairs.length - spared.size, 'table')}, before and after.`;
  if (spared.size === 0) return proof('row-counts', 'pass', total, details);
  const uncounted = `${counted(spared.size, 'table')} not counted: their pages are your file’s own.`;
  return proof('row-counts', 'pass', spared.size === pairs.length ? uncounted : `${total} ${uncounted}`, details);
}

/**
 * Content hashes by table, before and after.
 * @param tables `spared`: not hashed, since no page of theirs was written; `renumbered`: only the rowids of their rows differ;
 * `rearranged`: the storage of an index that gives the same words or boxes
 */
export function proveContent(
  pairs: readonly TablePair[],
  virtual: readonly Relation[],
  before: TableFigures<string>,
  after: TableFigures<string>,
  changes: RowChanges,
  {
    spared = new Set(),
    renumbered = new Set(),
    rearranged = new Set(),
  }: Readonly<Partial<Record<'spared' | 'renumbered' | 'rearranged', ReadonlySet<TablePair>>>> = {},
): Proof {
  const details: string[] = [];
  const different = new Set<TablePair>();
  const changed = new Set<TablePair>();
  const unknown: string[] = [];
  let columns = 0;
  for (const pair of pairs) {
    const { name } = pair.before;
    const [had, has] = [before.get(name), after.get(name)];
    if (pair.lostColumns.length > 0) {
      different.add(pair);
      details.push(`${name}: ${pair.after ? `${pair.lostColumns.join(', ')} gone` : 'the table is gone'}`);
    }
    if (!pair.after) continue;
    if (spared.has(pair)) {
      details.push(`${name}: ${counted(pair.columns.length, 'column')}, no page of it was written`);
    } else if (had?.ok && has?.ok) {
      if (!rearranged.has(pair)) columns += pair.columns.length;
      const same = had.value === has.value;
      const isIndex = rearranged.has(pair);
      if (!same && !renumbered.has(pair) && !isIndex) for (const set of [different, changed]) set.add(pair);
      if (!same && isIndex)
        details.push(
          `${name}: stored in another way; ${ownerOf(name)} gives the same words or boxes at the same places`,
        );
      if (!same && renumbered.has(pair)) details.push(`${name}: the same values under other rowids`);
      details.push(
        `${name}: ${counted(pair.columns.length, 'column')}, ${had.value}${same ? '' : ` before, ${has.value} after`}`,
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
  if (different.size > 0) {
    const say = (tables: readonly TablePair[]): string => describeContent(tables, changed);
    return explainDifference('content', say, [...different], details, changes);
  }
  if (unknown.length > 0)
    return proof('content', 'unverifiable', `Values could not be read in ${unknown[0] ?? ''}.`, details);
  if (renumbered.size > 0) {
    const beginning = 'Every value that was there is the same, but rows got another rowid in';
    if (changes.vacuums.length > 0) {
      const by = `VACUUM, in ${listOrdinals(changes.vacuums)}, numbers the rows anew where a table has neither an INTEGER PRIMARY KEY nor an index`;
      return proof('content', 'warn', `${beginning} ${listTables([...renumbered])}: ${by}.`, details);
    }
    return explainDifference('content', inTables(beginning), [...renumbered], details, changes);
  }
  const tables = spared.size === 1 ? 'the one table' : `all ${counted(spared.size, 'table')}`;
  const unwritten = `No page of ${tables} was written: every value is stored in the very bytes of your file.`;
  const indexes = [...new Set([...rearranged].map(({ before }) => ownerOf(before.name)))];
  const but =
    indexes.length === 0
      ? ''
      : ` The ${indexes.length === 1 ? 'index' : 'indexes'} ${indexes.join(', ')} ${indexes.length === 1 ? 'is' : 'are'} stored in another way, and what ${indexes.length === 1 ? 'it finds' : 'they find'} is the same.`;
  const hashed = `The hash of every value in all ${counted(columns, 'column')} that were there is the same before and after.${but}`;
  if (spared.size === 0) return proof('content', 'pass', hashed, details);
  if (spared.size === pairs.length) return proof('content', 'pass', unwritten, details);
  const others = pairs.length - spared.size;
  return proof(
    'content',
    'pass',
    `No page of ${counted(spared.size, 'table')} was written, so every value there is stored in the very bytes of your file. In the other ${counted(others, 'table')} the hash of every value in all ${counted(columns, 'column')} that were there is the same before and after.${but}`,
    details,
  );
}

/** A difference as a clause, of the tables that have it. */
type Say = (tables: readonly TablePair[]) => string;

function inTables(beginning: string): Say {
  return (tables) => `${beginning} ${listTables(tables)}`;
}

function listTables(tables: readonly TablePair[]): string {
  return [...new Set(tables.map(shownName))].join(', ');
}

/** Values that are others, and columns and tables that are gone, whether or not there was a value in them. */
function describeContent(tables: readonly TablePair[], changed: ReadonlySet<TablePair>): string {
  const others = tables.filter((pair) => changed.has(pair));
  const columns = tables.flatMap((pair) =>
    pair.after ? pair.lostColumns.map((column) => `${shownName(pair)}.${column}`) : [],
  );
  const gone = tables.filter(({ after }) => after === null);
  const isGone = (what: string, names: string, many: boolean): string =>
    `the ${what}${many ? 's' : ''} ${names} ${many ? 'are' : 'is'} gone`;
  const said = [
    ...(others.length > 0 ? [`values differ in ${listTables(others)}`] : []),
    ...(columns.length > 0 ? [isGone('column', columns.join(', '), columns.length > 1)] : []),
    ...(gone.length > 0 ? [isGone('table', listTables(gone), gone.length > 1)] : []),
  ].join('; ');
  return said.charAt(0).toUpperCase() + said.slice(1);
}

function explainDifference(
  code: ProofCode,
  say: Say,
  different: readonly TablePair[],
  details: readonly string[],
  changes: RowChanges,
): Proof {
  const unexplained = different.filter((pair) => !changes.isExplained(...namesOf(pair)));
  if (unexplained.length > 0) {
    const sentence = `${say(unexplained)}, and no statement of the script changes rows there. Do not use the result.`;
    return proof(code, 'fail', sentence, details);
  }
  const which = listOrdinals(changes.explain(different.map(namesOf)));
  const sentence = `${say(different)}. The script changes rows itself, in ${which}: check that this is what you want.`;
  return proof(code, 'warn', sentence, details);
}

/** Nobody knows a virtual table by the tables that store it. */
function shownName({ before: { kind, name } }: TablePair): string {
  return kind === 'shadow table' ? `${ownerOf(name)} (as it is stored)` : name;
}

/** `statements 1, 2, 3 and 4,997 more`: a script may have more statements than anyone reads. */
function listOrdinals(statements: readonly Statement[]): string {
  const first = statements.slice(0, 5).map(({ ordinal }) => String(ordinal));
  const more = statements.length - first.length;
  const last = more > 0 ? `${figure(more)} more` : first.pop();
  const beginning = first.length === 0 ? '' : `${first.join(', ')} and `;
  return `${statements.length === 1 ? 'statement' : 'statements'} ${beginning}${last ?? ''}`;
}

function namesOf({ before, after }: TablePair): readonly string[] {
  return after ? [before.name, after.name] : [before.name];
}

/** AUTOINCREMENT counters of the tables that are still there. */
export function proveSequences(
  pairs: readonly TablePair[],
  before: Measurement,
  after: Measurement,
  changes: RowChanges,
): Proof {
  const kept: string[] = [];
  const changed: string[] = [];
  const itself = changes.statements.filter(({ table }) => /^sqlite_(sequence|schema|master)$/i.test(table ?? ''));
  const differing: (readonly string[])[] = [];
  const byName = new Map(pairs.map((pair) => [pair.before.name, pair]));
  let explained = true;
  for (const [table, value] of before.sequences) {
    const pair = byName.get(table);
    if (!pair?.after) continue;
    const seq = after.sequences.get(pair.after.name);
    const isExplained = changes.isExplained(...namesOf(pair));
    if (seq === value) {
      kept.push(`${table}: ${counterOf(value)}`);
    } else if ((itself.length > 0 || isExplained) && isHigher(seq, value)) {
      // That is what a counter is for: no rowid is given again.
      kept.push(`${table}: ${counterOf(value)} before, ${counterOf(seq)} after, by the script`);
    } else {
      changed.push(`${table}: ${counterOf(value)} before, ${counterOf(seq)} after`);
      differing.push(namesOf(pair));
      explained &&= itself.length > 0 || isExplained;
    }
  }
  const details = [...changed, ...kept];
  if (changed.length > 0) {
    const by = new Set([...changes.explain(differing), ...itself]);
    const which = listOrdinals(changes.statements.filter((statement) => by.has(statement)));
    const what = itself.length > 0 ? 'changes counters itself' : 'changes rows there itself';
    const reason = explained ? `; the script ${what}, in ${which}.` : '.';
    return proof('sequences', explained ? 'warn' : 'fail', `${firstOf(changed)}${reason}`, details);
  }
  return proof(
    'sequences',
    'pass',
    kept.length === 0
      ? 'The database has no AUTOINCREMENT counters.'
      : `${counted(kept.length, 'counter')} kept, or raised by the script.`,
    details,
  );
}

/** A counter as a sentence has it: it may be larger than JavaScript’s numbers, and what stands in its table may be no number. */
function counterOf(seq = 'none'): string {
  return /^-?\d+$/.test(seq) ? figure(BigInt(seq)) : seq;
}

function isHigher(seq: string | undefined, before: string): boolean {
  return [seq, before].every((one) => /^\d+$/.test(one ?? '')) && BigInt(seq ?? 0) > BigInt(before);
}
