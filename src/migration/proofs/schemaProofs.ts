// Proofs about a database as a whole: soundness, schema, references and settings.

import { type Outcome, foldName } from '../../database';
import type { Schema } from '../../schema/schema';
import type { Statement } from '../../script/statement';
import type { TablePair } from './tablePairs';
import type { Measurement } from './measurement';
import { proof, type Proof, type ProofCode } from './proof';
import { counted, figure, firstOf } from '../../words';
import { describeReference } from '../../schema/references';
import { columnNow, type BrokenReference } from './brokenReferences';
import { kindOfComplaint, type ComparedIndexes, type Integrity, type Violation } from './integrity';
import type { MadeTrees } from './writtenTrees';

/** A check ends after so many faults (https://sqlite.org/pragma.html#pragma_integrity_check). */
const MOST_FAULTS = 100;

/**
 * integrity_check, as a proof. What is no damage to the pages is no failure, unless the run has brought it about.
 * @param readBefore gives the complaints about the database as it was before the run; it is asked only where there are some now
 */
export function proveIntegrity(
  code: Extract<ProofCode, `integrity-${string}`>,
  { check, complaints, unchecked, indexes, made }: Integrity,
  readBefore: () => readonly string[] = () => complaints,
): Proof {
  const details = [...complaints, ...[...unchecked].map(([table, message]) => `${table}: not checked, ${message}`)];
  if (complaints.length > 0) {
    const faults = `${complaints.length < MOST_FAULTS ? '' : 'at least '}${counted(complaints.length, 'fault')}`;
    const found = `${check} found ${faults}`;
    const kinds = new Set(complaints.map(kindOfComplaint));
    const known = kinds.has('damage') ? [] : readBefore();
    if (!complaints.every((complaint) => known.includes(complaint)))
      return proof(code, 'fail', `${found}: ${complaints[0] ?? ''}.`, details);
    if (unchecked.size === 0 && kinds.size === 1 && kinds.has('last bit')) {
      const sentence = `PRAGMA ${check} finds nothing but numbers in an index whose last bit another build of SQLite computes in another way: ${complaints[0] ?? ''}. Rows and pages are sound.`;
      return proof(code, 'pass', sentence, details);
    }
    const rows = kinds.has('row') ? ' Some rows break a constraint of their table.' : '';
    const indexes =
      kinds.has('index') || kinds.has('last bit') ? ' Run REINDEX: it makes the indexes anew from the rows.' : '';
    const sentence = `${found}, and none in the pages of the file: ${complaints[0] ?? ''}.${rows}${indexes}`;
    return proof(code, 'warn', sentence, details);
  }
  if (unchecked.size > 0) {
    const [table, message] = [...unchecked][0] ?? ['', ''];
    return proof(
      code,
      'unverifiable',
      `${check} could not look at ${table}: ${message}. It found no fault in the rest.`,
      details,
    );
  }
  const said = made ? describeMade(made) : `PRAGMA ${indexes ? 'quick_check' : check} says ok.`;
  return proof(code, 'pass', indexes ? `${said}${describeIndexes(indexes)}` : said);
}

function describeMade({ tables, indexes }: MadeTrees): string {
  const made = [
    ...(tables > 0 ? [counted(tables, 'new table')] : []),
    ...(indexes > 0 ? [`${counted(indexes, 'new index', 'new indexes')} (those of keys included)`] : []),
  ];
  const of = [...made, 'the schema'].join(made.length > 1 ? ', ' : ' and ').replace(/, (?=the schema$)/, ' and ');
  return `PRAGMA quick_check says ok of ${of}, which is all that the run wrote. For the rest the check of your file stands.`;
}

function describeIndexes({ compared, asked, spared }: ComparedIndexes): string {
  const sentences = [''];
  if (compared > 0) {
    const have = compared === 1 ? 'has' : 'have';
    sentences.push(
      `${counted(compared, 'index', 'indexes')} ${have} exactly the entries that the rows give, in order.`,
    );
  }
  if (asked > 0)
    sentences.push(`PRAGMA integrity_check says ok of the tables of ${counted(asked, 'index', 'indexes')}.`);
  if (spared > 0) {
    const which = compared + asked > 0 ? 'other index' : 'index';
    const are = spared === 1 ? 'is as it was' : 'are as they were';
    sentences.push(`${counted(spared, which, `${which}es`)}, of which the run wrote nothing, ${are} in your file.`);
  }
  return sentences.join(' ');
}

/** quick_check of what has been found sound with the indexes. */
export function proveSoundAlready(): Proof {
  return proof(
    'integrity-after',
    'pass',
    'The check of the file to download looks at all that quick_check does, and found it sound.',
  );
}

/** A file that lacks its end is not sound, even if nothing but free pages were there; SQLite itself would not open it. */
export function proveCutShort({ code, details }: Proof, missingBytes: number): Proof {
  const sentence = `The file is cut short: ${counted(missingBytes, 'byte')} at its end ${missingBytes === 1 ? 'is' : 'are'} missing.`;
  return proof(code, 'fail', sentence, [sentence, ...details]);
}

/** The result's schema against what the script makes of the same database with its rows taken out. */
export function proveSchema(result: Schema, specified: Schema): Proof {
  // Tables for statistics are SQLite's to make (ANALYZE, PRAGMA optimize) and hold nothing of the user's.
  const textOf = (schema: Schema): Map<string, string> =>
    new Map([
      ...schema.relations
        .filter(({ name }) => !/^sqlite_stat/i.test(name))
        // Of a virtual table that is written into sqlite_schema, only a connection that opens the file anew knows what it is.
        .map((item) => [`${item.kind === 'view' ? 'view' : 'table'} ${item.name}`, item.sql] as const),
      ...schema.indexes.map((item) => [`index ${item.name}`, item.sql ?? ''] as const),
      ...schema.triggers.map((item) => [`trigger ${item.name}`, item.sql] as const),
    ]);
  const [have, want] = [textOf(result), textOf(specified)];
  const details = [
    ...[...want]
      .filter(([name, sql]) => have.get(name) !== sql)
      .map(([name]) => `${name}: ${have.has(name) ? 'another text' : 'missing'}`),
    ...[...have.keys()].filter((name) => !want.has(name)).map((name) => `${name}: not asked for`),
  ];
  if (details.length > 0) {
    return proof(
      'schema-as-specified',
      'fail',
      `${counted(details.length, 'object')} of the schema differ from what the script gives on an empty copy: ${details[0] ?? ''}.`,
      details,
    );
  }
  return proof(
    'schema-as-specified',
    'pass',
    `${want.size === 1 ? 'The 1 object has' : `All ${counted(want.size, 'object')} have`}, to the letter, the text that the script gives on a copy without rows.`,
  );
}

/** Views and triggers that compiled before still compile. Of one that did not, nobody can tell what the run did to it. */
export function proveViewsAndTriggers(before: Measurement, after: Measurement): Proof {
  const still = new Set(after.compiled.map(foldName));
  const sound = before.compiled.filter((name) => !before.broken.has(name) && still.has(foldName(name)));
  const newlyBroken = [...after.broken].filter(([name]) => !before.broken.has(name));
  const stillBroken = [...before.broken].filter(([name]) => after.broken.has(name));
  const details = [
    ...newlyBroken.map(([name, message]) => `${name}: ${message}`),
    ...stillBroken.map(([name, message]) => {
      const now = after.broken.get(name);
      return `${name}: did not work before either, ${message}${now === message ? '' : `; now ${now ?? ''}`}`;
    }),
    ...before.compiled.filter((name) => !still.has(foldName(name))).map((name) => `${name}: no longer there`),
  ];
  const list = (broken: readonly (readonly [string, string])[]): string =>
    firstOf(broken.map(([name, message]) => `${name} (${message})`));
  const known = new Set(before.compiled.map(foldName));
  const lost = newlyBroken.filter(([name]) => known.has(foldName(name)));
  if (lost.length > 0) {
    const compile = lost.length === 1 ? 'compiles' : 'compile';
    const sentence = `${counted(lost.length, ...OBJECTS)} no longer ${compile}: ${list(lost)}.`;
    return proof('views-and-triggers', 'fail', sentence, details);
  }
  const kept =
    sound.length === 0 && before.compiled.length > 0
      ? ''
      : ` ${counted(sound.length, ...OBJECTS)} that compiled before still ${sound.length === 1 ? 'compiles' : 'compile'}.`;
  if (newlyBroken.length > 0) {
    const sentence = `${counted(newlyBroken.length, ...OBJECTS)} that the script makes ${newlyBroken.length === 1 ? 'does' : 'do'} not compile: ${list(newlyBroken)}.${kept}`;
    return proof('views-and-triggers', 'warn', sentence, details);
  }
  if (stillBroken.length === 0) return proof('views-and-triggers', 'pass', kept.trim(), details);
  return proof(
    'views-and-triggers',
    'unverifiable',
    `${counted(stillBroken.length, ...OBJECTS)} did not compile here before the run either, so what the run means for ${stillBroken.length === 1 ? 'it' : 'them'} cannot be told: ${list(stillBroken)}.${kept}`,
    details,
  );
}

const OBJECTS = ['view or trigger', 'views and triggers'] as const;

/**
 * Foreign key violations; only new ones count. Those from before are known by the names that `pairs` gives them now.
 * @param broken references that lead nowhere now: that is a failure also where no row is concerned yet
 */
export function proveForeignKeys(
  before: Outcome<readonly Violation[]>,
  after: Outcome<readonly Violation[]>,
  pairs: readonly TablePair[],
  broken: readonly BrokenReference[] = [],
): Proof {
  if (broken.length > 0) {
    const lines = broken.map(({ reference, reason }) => `${describeReference(reference)}: ${reason}`);
    return proof(
      'foreign-keys',
      'fail',
      `${counted(broken.length, 'foreign key')} that led to a table before ${broken.length === 1 ? 'leads' : 'lead'} nowhere now: ${firstOf(lines)}. With foreign keys enforced, SQLite refuses each change there.`,
      lines,
    );
  }
  if (!before.ok || !after.ok) {
    const message = before.ok ? (after.ok ? '' : after.error.message) : before.error.message;
    return proof('foreign-keys', 'unverifiable', `foreign_key_check could not run: ${message}.`);
  }
  const byName = new Map(pairs.map((pair) => [foldName(pair.before.name), pair]));
  const had = sumByReference(before.value.map((violation) => renamed(violation, byName)));
  const has = sumByReference(after.value);
  const added = [...has].filter(([reference, rows]) => rows > (had.get(reference) ?? 0));
  const total = before.value.reduce((sum, { rows }) => sum + rows, 0);
  const details = [...has].map(
    ([reference, rows]) => `${reference}: ${counted(rows, 'row')}, ${figure(had.get(reference) ?? 0)} before`,
  );
  if (added.length > 0) {
    return proof(
      'foreign-keys',
      'fail',
      `foreign_key_check finds rows without their parent that were sound before: ${firstOf(added.map(([reference]) => reference))}.`,
      details,
    );
  }
  const old =
    total === 0
      ? 'foreign_key_check finds nothing in the result.'
      : `${counted(total, 'row')} had no parent before already; none were added.`;
  return proof('foreign-keys', 'pass', old, details);
}

function renamed(violation: Violation, byName: ReadonlyMap<string, TablePair>): Violation {
  const pairOf = (table: string): TablePair | undefined => byName.get(foldName(table));
  const child = pairOf(violation.table);
  return {
    ...violation,
    table: child?.after?.name ?? violation.table,
    parent: pairOf(violation.parent)?.after?.name ?? violation.parent,
    columns: violation.columns.map((name) => columnNow(child, name)),
  };
}

/** Rows without a parent, by `table (columns) → parent`. */
function sumByReference(violations: readonly Violation[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { table, parent, columns, rows } of violations) {
    const reference = `${table} (${columns.join(', ')}) → ${parent}`;
    sums.set(reference, (sums.get(reference) ?? 0) + rows);
  }
  return sums;
}

/** Settings, unless a PRAGMA of the script sets them. */
export function proveSettings(before: Measurement, after: Measurement, statements: readonly Statement[]): Proof {
  const set = new Set(statements.filter(({ kind }) => kind === 'pragma').map(({ name }) => foldName(name ?? '')));
  const changed = [...before.settings].filter(([name, value]) => after.settings.get(name) !== value);
  const details = [...before.settings].map(([name, value]) => {
    const now = after.settings.get(name) ?? '';
    return now === value
      ? `${name}: ${value}`
      : `${name}: ${value} before, ${now} after${set.has(name) ? ', set by the script' : ''}`;
  });
  const unasked = changed.filter(([name]) => !set.has(name));
  if (unasked.length > 0) {
    return proof(
      'settings',
      'fail',
      `${unasked.map(([name]) => name).join(', ')} changed without the script asking for it.`,
      details,
    );
  }
  const byScript =
    changed.length === 0 ? '' : ` ${changed.map(([name]) => name).join(', ')} changed because the script sets it.`;
  return proof(
    'settings',
    'pass',
    `${details.filter((line) => !line.includes(' before, ')).join(', ')}.${byScript}`,
    details,
  );
}
