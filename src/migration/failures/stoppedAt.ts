// “error in view v …”: a change of the schema for which SQLite reads views, triggers, indexes and tables, and stops at the first
// that it cannot use. Views, triggers and indexes hold no rows, so they can be dropped before the change and made again.

import { foldName, quoteIdentifier } from '../../database';
import { readSchema } from '../../schema/read';
import { trial } from '../../schema/shadow';
import { findBrokenTriggers, findBrokenViews } from '../../schema/usable';
import type { Database } from '../../database';
import type { Failure, Mend, SchemaObject } from '../outcome';
import type { FailedStatement } from '../run/failureHelp';
import { earlier, storedSql, type Explanation, type Said } from './explanation';
import { listed } from '../../words';

const ERROR_IN = /^error in (view|trigger|index|table) (.+?)(?: after [a-z ]+)?: (.+)$/s;
const LACKING = /(?:no such|unknown) (module|function|collation)(?: sequence)?: (.+?)(?:\(\))?$/;

/** “error in …”, but not in a table. */
export const STOPPED_AT: readonly Explanation[] = [
  {
    pattern: ERROR_IN,
    explain: (failed, [, kind = '', name = '', complaint = '']) =>
      explainLacking(kind, name, complaint) ??
      (kind === 'table' ? null : explainStop(failed, kind as SchemaObject['kind'], name, complaint)),
  },
];

function explainLacking(kind: string, name: string, complaint: string): Said | null {
  const [, what, missing] = LACKING.exec(complaint) ?? [];
  if (what === undefined || missing === undefined) return null;
  return {
    explanation: `The ${kind} ${name} needs the ${what} ${missing}, which the SQLite in this page does not have. SQLite reads the whole schema for such a change, and refuses where it cannot.`,
    wayOut: `Run this script with the program that has the ${what} ${missing}.`,
  };
}

function explainStop(failed: FailedStatement, kind: SchemaObject['kind'], name: string, complaint: string): Said {
  const stopped = findAllInTheWay(failed) ?? [{ kind, name }];
  const [first] = brokenNow(failed.shadow, [{ kind, name }]);
  const others = stopped.slice(1);
  const mend = stopped.every((object) => sqlOf(failed, object) !== null) ? mendBy(failed, stopped) : null;
  const too = others.length === 0 ? '' : ` It would stop at ${listed(others.map(called))} next.`;
  return {
    explanation: first
      ? `${whyBroken(failed, kind, name, first.complaint)} SQLite reads all views and triggers for this change, and stops at one that cannot be used.${too}`
      : `The change would leave the ${kind} ${name} broken (${complaint}), so SQLite refuses it.${too}`,
    wayOut: dropping(stopped, mend?.again ?? false),
    stoppedAt: stopped,
    ...(mend ? { mend: mend.mend } : {}),
  };
}

function called({ kind, name }: SchemaObject): string {
  return `the ${kind} ${name}`;
}

function dropping(stopped: readonly SchemaObject[], again: boolean): string {
  const names = listed(stopped.map(called));
  const [it, holds] = stopped.length === 1 ? ['it', 'It holds'] : ['them', 'They hold'];
  return again
    ? `Drop ${names} before this statement and make ${it} again after it. ${holds} no rows, so nothing is lost.`
    : `Drop ${names} before this statement, and make ${it} again after it with a definition that fits the new schema. ${holds} no rows, so nothing is lost.`;
}

/** Why an object cannot be used already before the statement. */
function whyBroken(failed: FailedStatement, kind: string, name: string, complaint: string): string {
  const missing = /^no such table: (?:main\.)?(.+)$/.exec(complaint)?.[1];
  const gone =
    missing === undefined ? undefined : earlier(failed, missing, ['drop table', 'rename table', 'drop view']);
  if (missing !== undefined && gone) {
    const deed = gone.kind === 'rename table' ? 'has renamed' : 'has dropped';
    return `The ${kind} ${name} reads ${missing}, which statement ${gone.ordinal} ${deed}.`;
  }
  return missing === undefined
    ? `The ${kind} ${name} cannot be used (${complaint}).`
    : `The ${kind} ${name} reads ${missing}, which does not exist.`;
}

/** All that SQLite stops at, one after the other, in the order in which it does; null where it stops at something else too. */
function findAllInTheWay(failed: FailedStatement): readonly SchemaObject[] | null {
  const { shadow, statement } = failed;
  const found: SchemaObject[] = [];
  for (;;) {
    const tried = trial(shadow, found.map(dropSql), () => shadow.execute(statement.text));
    if (!tried.ok) return null;
    if (tried.value.ok) return found.length === 0 ? null : found;
    const [, kind, name] = ERROR_IN.exec(tried.value.error.message) ?? [];
    if (name === undefined || kind === 'table' || found.some((one) => one.name === name)) return null;
    found.push({ kind: kind as SchemaObject['kind'], name });
  }
}

function dropSql({ kind, name }: SchemaObject): string {
  return `DROP ${kind.toUpperCase()} ${quoteIdentifier(name)}`;
}

function sqlOf(failed: FailedStatement, { kind, name }: SchemaObject): string | null {
  return storedSql(failed, kind, name);
}

/** Drops what reads others first, and makes in the order of the schema. `again`: all that is made again fits as it is. */
function mendBy(
  failed: FailedStatement,
  stopped: readonly SchemaObject[],
): { readonly mend: Mend; readonly again: boolean } {
  const { shadow, statement } = failed;
  const inOrder = inSchemaOrder(shadow, [...stopped, ...triggersOf(shadow, stopped)]);
  const before = inOrder
    .filter((object) => stopped.includes(object))
    .reverse()
    .map(dropSql);
  const after = inOrder.map((object) => {
    const sql = sqlOf(failed, object) ?? '';
    // Each in its place: a trigger can only be made on a view that is there.
    const made = inOrder.filter((other) => other === object || other.kind === 'view');
    const again = made.map((one) => sqlOf(failed, one) ?? '');
    const complaint = whyUnfit(shadow, [...before, statement.text, ...again], object);
    return complaint === null
      ? { sql, fits: true }
      : {
          // A view is not read until it is asked: an index is, and would stop the script again.
          sql: `-- ${oneLine(complaint)}: change it to fit\n${object.kind === 'index' ? sql.replace(/^/gm, '-- ') : sql}`,
          fits: false,
        };
  });
  return {
    mend: { before, instead: null, after: after.map(({ sql }) => sql) },
    again: after.every(({ fits }) => fits),
  };
}

/** The triggers that go with a view, beside those that are dropped by themselves. */
function triggersOf(shadow: Database, stopped: readonly SchemaObject[]): readonly SchemaObject[] {
  return readSchema(shadow)
    .triggers.filter(({ name, table }) => {
      const goes = stopped.some(({ kind, name: view }) => kind === 'view' && foldName(view) === foldName(table));
      return goes && !stopped.some((one) => one.kind === 'trigger' && foldName(one.name) === foldName(name));
    })
    .map(({ name }) => ({ kind: 'trigger', name }));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** SQLite's complaint where an object is made again after the change; null where it can be used. */
function whyUnfit(shadow: Database, changes: readonly string[], object: SchemaObject): string | null {
  const tried = trial(shadow, changes, () => brokenNow(shadow, [object])[0]?.complaint ?? null);
  return tried.ok ? tried.value : tried.error.message;
}

function inSchemaOrder(shadow: Database, objects: readonly SchemaObject[]): readonly SchemaObject[] {
  const names = shadow.query('SELECT name FROM main.sqlite_schema ORDER BY rowid');
  const order = names.ok ? names.value.map(([name]) => foldName(String(name))) : [];
  const place = ({ name }: SchemaObject): number => order.indexOf(foldName(name));
  return [...objects].sort((one, other) => place(one) - place(other));
}

/** Those of the objects that cannot be used, with SQLite's complaint. */
function brokenNow(
  database: Database,
  objects: readonly SchemaObject[],
): readonly (SchemaObject & { readonly complaint: string })[] {
  const schema = readSchema(database);
  const broken = new Map([...findBrokenViews(database, schema), ...findBrokenTriggers(database, schema)]);
  return objects.flatMap((object) => {
    const complaint = broken.get(`${object.kind} ${object.name}`);
    return complaint === undefined ? [] : [{ ...object, complaint }];
  });
}

/** A failure of this sort, said of what was broken before the script as well. */
export function blameEarlierState(failure: Failure, original: Database): Failure {
  const { stoppedAt, mend } = failure;
  if (!stoppedAt || stoppedAt.length === 0) return failure;
  const broken = brokenNow(original, stoppedAt);
  const [first] = broken;
  if (!first || first.name !== stoppedAt[0]?.name) return failure;
  const missing = /^no such table: (?:main\.)?(.+)$/.exec(first.complaint)?.[1];
  const reason =
    missing === undefined ? `SQLite says “${first.complaint}”` : `it reads ${missing}, which does not exist`;
  const more = broken.slice(1);
  const too = more.length === 0 ? '' : ` So ${more.length === 1 ? 'was' : 'were'} ${listed(more.map(called))}.`;
  const texts = readSchema(original);
  const wasBroken = (sql: string): boolean =>
    [...texts.relations, ...texts.triggers].some(
      (one) => broken.some(({ name }) => name === one.name) && one.sql !== '' && sql.endsWith(one.sql),
    );
  return {
    ...failure,
    explanation: `The ${first.kind} ${first.name} was broken before this script: ${reason}.${too} SQLite reads all views and triggers for this change, and stops at one that cannot be used.`,
    wayOut: `Drop ${listed(stoppedAt.map(called))} before this statement, or mend ${broken.length === 1 && stoppedAt.length === 1 ? 'it' : 'what is broken'}. ${stoppedAt.length === 1 ? 'It holds' : 'They hold'} no rows, so nothing is lost.`,
    ...(mend ? { mend: { ...mend, after: mend.after.filter((sql) => !wasBroken(sql)) } } : {}),
  };
}
