// Makes the checks of a run (in code: proofs), one at a time, from the database before it and the result as it is opened again.

import type { Database, Outcome } from '../../database';
import { comparesEntries, type Thoroughness } from './agenda';
import { hashContent, type Hasher, type Manner } from './contentHash';
import { hashOfIndex, indexOwners } from './virtualContent';
import type { TablePair } from './tablePairs';
import type { Evidence, OnCheck } from './evidence';
import { findForeignPage, provePages } from './pageProof';
import { keepNoLosses } from '../run/lossAccount';
import { planMigration } from '../run/plan';
import type { Proof, ProofCode } from './proof';
import { proveContent, proveRowCounts, proveSequences } from './rowProofs';
import {
  proveForeignKeys,
  proveIntegrity,
  proveSchema,
  proveSoundAlready,
  proveSettings,
  proveViewsAndTriggers,
} from './schemaProofs';
import { proveSecondRun } from './secondRun';
import type { Schema } from '../../schema/schema';
import { checkIntegrity, checkIntegrityByEntries, countViolations, NONE_SPARED } from './integrity';
import type { DatabaseFile } from '../../file/treePages';
import { proveReachesTarget } from './reachesTarget';
import { proveWrittenValues } from './writtenValues';

/** How a check is made. */
export interface ProofTools {
  readonly hasher: Hasher;
  /** `sparing` leaves out what the unwritten pages prove. */
  readonly thoroughness: Exclude<Thoroughness, 'none'>;
  readonly onCheck: OnCheck;
  /** What `findForeignPageAhead` has said of both files; left out, they are compared where that is thorough. */
  readonly foreignPage?: number | null;
}

/**
 * The check of a database before anything ran; it needs no run. `sparing` is quick_check.
 * @param file what the database is open on
 */
export function proveSoundBefore(
  before: Database,
  { relations }: Schema,
  file: DatabaseFile,
  { thoroughness, onCheck }: Pick<ProofTools, 'thoroughness' | 'onCheck'>,
): Proof {
  const check = thoroughness === 'full' ? 'integrity_check' : 'quick_check';
  onCheck(`${check} of your file`, 0, 0);
  const onTable = (table: string): void => onCheck(`comparing the indexes of ${table} with its rows`, 0, 0);
  const found =
    thoroughness === 'full' && comparesEntries(file.source.size)
      ? checkIntegrityByEntries(
          before,
          relations,
          checkIntegrity(before, relations, 'quick_check'),
          file,
          NONE_SPARED,
          onTable,
        )
      : checkIntegrity(before, relations, check);
  return proveIntegrity('integrity-before', found);
}

/**
 * Makes one check. Throws DamagedDatabase where SQLite cannot read what it needs.
 * @example
 * // `evidence` is new Evidence({ before, result, … }), with both databases open: Prover in engine/prover.ts makes it.
 * const proof = makeProof('row-counts', evidence, { hasher, thoroughness: 'full', onCheck: () => undefined });
 * proof.result; // 'pass'
 * proof.sentence; // '2 rows in 1 table, before and after.'
 */
export function makeProof(code: ProofCode, evidence: Evidence, tools: ProofTools): Proof {
  return MAKERS[code](evidence, tools);
}

const MAKERS: Readonly<Record<ProofCode, (evidence: Evidence, tools: ProofTools) => Proof>> = {
  'integrity-before': ({ aftermath: { before, input, header }, schemaBefore }, tools) =>
    proveSoundBefore(before, schemaBefore, { source: input, header }, tools),

  pages(evidence, { thoroughness, onCheck, foreignPage }) {
    if (thoroughness !== 'full' || foreignPage !== undefined) return provePages(evidence.writtenPages, foreignPage);
    const { input, output, pages } = evidence.aftermath;
    const onPages = (done: number, total: number): void => onCheck('comparing pages', done, total);
    return provePages(evidence.writtenPages, findForeignPage(input, output, pages, onPages));
  },

  'row-counts'(evidence, { thoroughness, onCheck }) {
    const { countedPairs: pairs, changes } = evidence;
    const untouched = thoroughness === 'full' ? new Set<TablePair>() : evidence.untouched;
    const spared = new Set(pairs.filter((pair) => untouched.has(pair)));
    const counted = pairs.filter((pair) => !spared.has(pair));
    const before = evidence.countRows('before', counted, onCheck);
    return proveRowCounts(pairs, before, evidence.countRows('after', counted, onCheck), changes, spared);
  },

  content(evidence, tools) {
    const { pairs, changes, schemaBefore } = evidence;
    const untouched = tools.thoroughness === 'full' ? new Set<TablePair>() : evidence.untouched;
    const spared = new Set(pairs.filter((pair) => untouched.has(pair)));
    const hashed = pairs.filter((pair) => !spared.has(pair));
    const { before, after, renumbered } = hashPairs(evidence, hashed, tools);
    const rearranged = findRearranged(evidence, hashed, { before, after }, tools);
    const virtual = schemaBefore.relations.filter(({ kind }) => kind === 'virtual table');
    return proveContent(pairs, virtual, before, after, changes, { spared, renumbered, rearranged });
  },

  'written-values': (evidence, tools) => proveWrittenValues(evidence, tools),

  'schema-as-specified': (evidence) => proveSchema(evidence.schemaAfter, evidence.aftermath.specified),

  'reaches-target': ({ schemaAfter, aftermath }) => proveReachesTarget(schemaAfter, aftermath.desired ?? null),

  'views-and-triggers': (evidence) => proveViewsAndTriggers(evidence.measuredBefore, evidence.measuredAfter),

  'foreign-keys'(evidence, { onCheck }) {
    onCheck('foreign_key_check of the result', 0, 2);
    const after = countViolations(evidence.aftermath.result);
    // Where there is none now, it makes no difference which there were.
    const isFree = after.ok && after.value.length === 0;
    if (!isFree) onCheck('foreign_key_check of your file', 1, 2);
    const before = isFree ? after : countViolations(evidence.aftermath.before);
    return proveForeignKeys(before, after, evidence.pairs, evidence.brokenReferences);
  },

  settings: (evidence) => proveSettings(evidence.measuredBefore, evidence.measuredAfter, evidence.aftermath.statements),

  sequences: ({ pairs, measuredBefore, measuredAfter, changes }) =>
    proveSequences(pairs, measuredBefore, measuredAfter, changes),

  'integrity-after'(evidence, { thoroughness, onCheck }) {
    // It looks at nothing that integrity_check does not look at as well.
    if (evidence.isSound) return proveSoundAlready();
    onCheck('quick_check of the result', 0, 0);
    const found = evidence.checkPagesAfter(thoroughness === 'sparing');
    return proveIntegrity('integrity-after', found, () => complaintsBefore(evidence));
  },

  'integrity-reopened'(evidence, { thoroughness, onCheck }) {
    const isSparing = thoroughness === 'sparing';
    onCheck(isSparing ? 'quick_check of the result' : 'integrity_check of the result', 0, 0);
    const onTable = (table: string): void => onCheck(`comparing the indexes of ${table} with its rows`, 0, 0);
    const found = evidence.checkIntegrityAfter(isSparing, onTable);
    return proveIntegrity('integrity-reopened', found, () => complaintsBefore(evidence));
  },

  'second-run'(evidence, { onCheck }) {
    onCheck('a second run', 0, 0);
    const { result, statements, choices } = evidence.aftermath;
    return proveSecondRun(statements, planMigration(result, statements, choices, { losses: keepNoLosses }));
  },
};

function complaintsBefore({ aftermath, schemaBefore }: Evidence): readonly string[] {
  return checkIntegrity(aftermath.before, schemaBefore.relations).complaints;
}

/** The storage of full-text and R-Tree indexes that differs and gives the same words or boxes. */
function findRearranged(
  { aftermath, schemaBefore, schemaAfter }: Evidence,
  pairs: readonly TablePair[],
  hashes: {
    readonly before: ReadonlyMap<string, Outcome<string>>;
    readonly after: ReadonlyMap<string, Outcome<string>>;
  },
  { hasher, onCheck }: ProofTools,
): ReadonlySet<TablePair> {
  const isSame = new Map<string, boolean>();
  return new Set(
    pairs.filter((pair) => {
      const [had, has] = [hashes.before.get(pair.before.name), hashes.after.get(pair.before.name)];
      const owners =
        had?.ok && has?.ok && had.value !== has.value
          ? indexOwners(pair, schemaBefore.relations, schemaAfter.relations)
          : null;
      if (!owners) return false;
      const [before, after] = owners;
      let same = isSame.get(before.name);
      if (same === undefined) {
        onCheck(`comparing what the index ${before.name} gives`, 0, 0);
        const hash = hashOfIndex(aftermath.before, before, hasher);
        same = hash !== null && hash === hashOfIndex(aftermath.result, after, hasher);
        isSame.set(before.name, same);
      }
      return same;
    }),
  );
}

/** Rows that were put into another order have to be sorted by their values to be known again, which takes memory. */
const ROWS_WORTH_SORTING = 200_000;

/** Hashes of the columns that are there before and after, by the table's name before; and the tables of which rowids alone differ. */
function hashPairs(
  evidence: Evidence,
  pairs: readonly TablePair[],
  { hasher, onCheck }: ProofTools,
): { before: Map<string, Outcome<string>>; after: Map<string, Outcome<string>>; renumbered: Set<TablePair> } {
  const { before, result } = evidence.aftermath;
  const hashes = {
    before: new Map<string, Outcome<string>>(),
    after: new Map<string, Outcome<string>>(),
    renumbered: new Set<TablePair>(),
  };
  const counts = evidence.countRows('before', pairs, onCheck);
  const total = [...counts.values()].reduce((sum, rows) => sum + (rows.ok ? 2 * rows.value : 0), 0);
  let done = 0;
  for (const pair of pairs) {
    const { before: table, after, columns } = pair;
    if (!after) continue;
    const label = `comparing the values of ${table.name}`;
    const onRows = (rows: number): void => {
      done += rows;
      onCheck(label, done, total);
    };
    const inBefore = columns.map((column) => column.before);
    const inAfter = columns.map((column) => column.after);
    const had = hashContent(before, table, inBefore, hasher, onRows);
    const has = hashContent(result, after, inAfter, hasher, onRows);
    hashes.before.set(table.name, had);
    hashes.after.set(table.name, has);
    if (!had.ok || !has.ok || had.value === has.value) continue;
    const hashOfSame = (manner: Manner): Outcome<string> | null => {
      const values = hashContent(before, table, inBefore, hasher, undefined, manner);
      const now = hashContent(result, after, inAfter, hasher, undefined, manner);
      return values.ok && now.ok && values.value === now.value ? values : null;
    };
    const hasRowids = !table.withoutRowid && !after.withoutRowid;
    const rows = counts.get(table.name);
    const mayBeSorted = rows?.ok === true && rows.value <= ROWS_WORTH_SORTING;
    const same = (hasRowids ? hashOfSame('values only') : null) ?? (mayBeSorted ? hashOfSame('in any order') : null);
    if (same === null) continue;
    if (hasRowids) hashes.renumbered.add(pair);
    else for (const side of [hashes.before, hashes.after]) side.set(table.name, same);
  }
  return hashes;
}
