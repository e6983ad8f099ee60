// Runs the data checks that a migration's companion brings: what of them a schema allows, and what their SQL says of the rows.

import { quoteText, type Database, type Outcome, foldName } from '../../database';
import type { DataCheck, DataCheckPart, NeededColumns } from '../../catalog/meaning';
import { findRelation, type Schema } from '../../schema/schema';
import { wholeOf, type Cell, type CellLimits, type Decode } from '../data/cells';
import { readQuery, runQuery, type QueryAnswer } from '../data/query';

/** What a check says of a group of rows. */
export type DataCheckStatus = 'PASS' | 'WARN' | 'FAIL';

/** What one group of rows came to. */
export interface DataCheckGroup {
  /** What names the group, such as a week and a tier. */
  readonly labels: readonly Cell[];
  readonly status: DataCheckStatus;
  readonly figures: readonly Cell[];
}

/** What a part of a check came to. */
export interface DataCheckAnswer {
  readonly labelNames: readonly string[];
  readonly figureNames: readonly string[];
  readonly groups: readonly DataCheckGroup[];
  /** There are more groups than were read. */
  readonly more: boolean;
}

/** A part of a check that a schema allows, or why it does not. */
export type Applicability = { readonly applicable: true } | { readonly applicable: false; readonly reason: string };

/** The rows that are to blame for what a part of a check says. */
export interface OffendingRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** All of them, not only those that are here. */
  readonly count: number;
}

/** A part of a check, by the names under which its companion has it. */
export interface NamedPart {
  readonly file: string;
  readonly check: string;
  readonly part: DataCheckPart;
}

/** What is wrong with the SQL of a check, in a sentence that names the check and its file. */
export interface DataCheckFault {
  readonly sentence: string;
}

/** More groups than this are not read: weeks of two hundred years. */
const MOST_GROUPS = 10_000;
/** As many rows as a user looks through. */
const MOST_ROWS = 100;
const CELLS: CellLimits = { text: 200, blob: 24 };
const STATUSES: ReadonlySet<string> = new Set(['PASS', 'WARN', 'FAIL']);

/** What a schema lacks of columns that are needed, as `table has no column x`; null where it has all. */
function missingColumn(schema: Schema, needs: NeededColumns): string | null {
  for (const [table, columns] of Object.entries(needs)) {
    const relation = findRelation(schema, table);
    if (!relation) return `there is no table ${table}`;
    const there = new Set(relation.columns.map(({ name }) => foldName(name)));
    const missing = columns.find((column) => !there.has(foldName(column)));
    if (missing !== undefined) return `${table} has no column ${missing}`;
  }
  return null;
}

/** The parts of a check that mean something on a schema; a part whose place another one takes is none of them. */
export function partsFor(schema: Schema, check: DataCheck): readonly DataCheckPart[] {
  return check.parts.filter(({ unless }) => unless === null || missingColumn(schema, unless) !== null);
}

/** Whether a schema has all that a part of a check needs. */
export function applicability(schema: Schema, part: DataCheckPart): Applicability {
  const missing = missingColumn(schema, part.needs);
  return missing === null ? { applicable: true } : { applicable: false, reason: missing };
}

/** The worst of some statuses; null of none. */
export function worstOf(statuses: readonly DataCheckStatus[]): DataCheckStatus | null {
  return (['FAIL', 'WARN', 'PASS'] as const).find((status) => statuses.includes(status)) ?? null;
}

/**
 * Runs a part of a check. Its SQL may be wrong, or give no statuses.
 * @param open gives a connection that is thrown away after one query, since that leaves it read only
 */
export function runDataCheck(
  open: <Value>(use: (database: Database) => Value) => Value,
  named: NamedPart,
  decode: (database: Database) => Decode,
): Outcome<DataCheckAnswer, DataCheckFault> {
  const sql = selectOf(named, 'sql', named.part.sql);
  if (!sql.ok) return sql;
  const answer = open((database) => runSelect(database, named, 'sql', sql.value, MOST_GROUPS, decode(database)));
  if (!answer.ok) return answer;
  const { columns, rows, more } = answer.value;
  const at = columns.findIndex((name) => foldName(name) === 'status');
  if (at < 0) return fault(named, 'sql', 'gives no column named status.');
  const groups: DataCheckGroup[] = [];
  for (const row of rows) {
    const status = row[at];
    if (typeof status !== 'string' || !STATUSES.has(status)) {
      return fault(named, 'sql', 'gives a status other than PASS, WARN and FAIL.');
    }
    groups.push({ labels: row.slice(0, at), status: status as DataCheckStatus, figures: row.slice(at + 1) });
  }
  const names = { labelNames: columns.slice(0, at), figureNames: columns.slice(at + 1) };
  return { ok: true, value: { ...names, groups, more } };
}

/** The first rows that a part of a check blames, and how many there are. Faults and `open` as of `runDataCheck`. */
export function findOffending(
  open: <Value>(use: (database: Database) => Value) => Value,
  named: NamedPart,
  decode: (database: Database) => Decode,
): Outcome<OffendingRows, DataCheckFault> {
  if (named.part.offending === null) return { ok: true, value: { columns: [], rows: [], count: 0 } };
  const sql = selectOf(named, 'offending', named.part.offending);
  if (!sql.ok) return sql;
  const run = (text: string, most: number): Outcome<QueryAnswer, DataCheckFault> =>
    open((database) => runSelect(database, named, 'offending', text, most, decode(database)));
  const shown = run(sql.value, MOST_ROWS);
  if (!shown.ok) return shown;
  const { columns, rows, more } = shown.value;
  if (!more) return { ok: true, value: { columns, rows, count: rows.length } };
  const counted = run(`SELECT count(*) FROM (\n${sql.value}\n)`, 1);
  return counted.ok ? { ok: true, value: { columns, rows, count: Number(counted.value.rows[0]?.[0]) } } : counted;
}

/** The one SELECT that a field has to hold, without a semicolon at its end. */
function selectOf(named: NamedPart, field: Field, text: string): Outcome<string, DataCheckFault> {
  const read = readQuery(text);
  if (!read.ok) return fault(named, field, `cannot be read: ${read.error.sentence}`);
  const [statement, second] = read.statements;
  if (!statement || second || statement.kind !== 'select') return fault(named, field, 'must be one SELECT.');
  if (statement.refusal !== null) return fault(named, field, `is not run. ${statement.refusal}`);
  return { ok: true, value: statement.text };
}

function runSelect(
  database: Database,
  named: NamedPart,
  field: Field,
  text: string,
  most: number,
  decode: Decode,
): Outcome<QueryAnswer, DataCheckFault> {
  const answer = runQuery(database, text, { rows: most, cells: CELLS }, decode, () => 0);
  return answer.ok ? answer : fault(named, field, `does not run: ${answer.error.message}.`);
}

type Field = 'sql' | 'offending';

function fault({ file, check, part }: NamedPart, field: Field, what: string): Outcome<never, DataCheckFault> {
  const sentence = `${file}: the ${field} of check ${quoteText(check)}, part ${quoteText(part.id)}, ${what}`;
  return { ok: false, error: { sentence } };
}

/** A group of rows as both sides have it; null where one does not. */
export interface ComparedGroup {
  readonly key: string;
  readonly labels: readonly Cell[];
  readonly before: DataCheckGroup | null;
  readonly after: DataCheckGroup | null;
}

/** Puts the groups of both sides beside each other: those first that do not pass, else in the order of the check. */
export function compareGroups(
  before: readonly DataCheckGroup[],
  after: readonly DataCheckGroup[],
): readonly ComparedGroup[] {
  const groups = new Map<string, ComparedGroup>();
  const add = (side: 'before' | 'after', all: readonly DataCheckGroup[]): void => {
    for (const group of all) {
      const key = group.labels.map((label) => JSON.stringify(wholeOf(label))).join();
      const known = groups.get(key) ?? { key, labels: group.labels, before: null, after: null };
      groups.set(key, { ...known, [side]: group });
    }
  };
  add('before', before);
  add('after', after);
  const rank = (group: ComparedGroup): number => {
    const worst = worstOf([group.before, group.after].flatMap((one) => one?.status ?? []));
    return worst === 'FAIL' ? 0 : worst === 'WARN' ? 1 : 2;
  };
  return [...groups.values()].sort((one, other) => rank(one) - rank(other));
}
