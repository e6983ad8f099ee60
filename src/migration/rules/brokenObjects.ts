// Views and triggers that could be used before a script and cannot after it.

import { foldName } from '../../database';
import { findBrokenTriggers, findBrokenViews } from '../../schema/usable';
import type { Statement } from '../../script/statement';
import { isWord, parseSql, unquotedName, type Token } from '../../script/tokens';
import type { Found, Rule, ScriptEnd, ScriptStart } from '../warning';

const CHANGES_SCHEMA = /^(create|drop|alter|rename|add column)/;

type Broken = readonly (readonly [subject: string, message: string])[];

/** A view that no longer compiles. */
export const brokenView: Rule = {
  code: 'broken-view',
  name: 'A view stops working',
  why: 'SQLite keeps the text of a view and checks it only when the view is used: a view that names a table or column that is gone stays in the file, and each query of it fails.',
  safeWay: 'Drop the view before the change, and create it again for the new schema after it.',
  watch: (start) => watchBroken(start, findBrokenViews),
};

/** A trigger that no longer compiles. */
export const brokenTrigger: Rule = {
  code: 'broken-trigger',
  name: 'A trigger stops working',
  why: 'SQLite checks a trigger when a statement would fire it: a trigger that names a table or column that is gone makes each such INSERT, UPDATE or DELETE fail.',
  safeWay: 'Drop the trigger before the change, and create it again for the new schema after it.',
  watch: (start) => {
    const broken = watchBroken(start, findBrokenTriggers);
    if (!broken) return null;
    return { end: (end) => [...broken.end(end), ...findUnfired(start, end)] };
  },
};

/** Triggers on columns of which none is there: SQLite looks for them when an UPDATE names them, and never else. */
function findUnfired({ before, statements }: ScriptStart, { complete, after, outcomes }: ScriptEnd): readonly Found[] {
  if (!complete) return [];
  const earlier = new Set(unfiredIn(before).map(({ name }) => foldName(name)));
  const unfired = unfiredIn(after).filter(({ name }) => !earlier.has(foldName(name)));
  if (unfired.length === 0) return [];
  const { made, taken, last } = readChanges(before, statements, outcomes);
  return unfired.map(({ name, table, columns }): Found => {
    const listed = columns.join(', ');
    const maker = made.get(`trigger ${foldName(name)}`);
    const statement = maker ?? columns.map((column) => taken.get(foldName(column))).find((one) => one) ?? last;
    return {
      ordinal: statement.ordinal,
      severity: 'warning',
      subject: `trigger ${name}`,
      sentence: `The trigger ${name} is for UPDATE OF ${listed}, and ${table} has no such column after the script: no statement fires it.`,
      remedy: `Name the columns of ${table} that it is meant for${maker ? ` in statement ${maker.ordinal}` : ', by dropping it and creating it again'}, or drop it.`,
      fix: null,
    };
  });
}

function unfiredIn({ relations, triggers }: ScriptStart['before']) {
  return triggers.flatMap(({ name, table, sql }) => {
    if (!/\bupdate\s+of\b/i.test(sql)) return [];
    const relation = relations.find((one) => foldName(one.name) === foldName(table));
    const among = new Set(relation?.columns.map((column) => foldName(column.name)));
    const columns = columnsOfUpdate(parseSql(sql).tokens);
    const isOfNone = columns.length > 0 && columns.every((column) => !among.has(foldName(column)));
    return relation?.kind === 'table' && isOfNone ? [{ name, table, columns }] : [];
  });
}

/** The columns behind UPDATE OF in the head of a trigger. */
function columnsOfUpdate(tokens: readonly Token[]): readonly string[] {
  const of = tokens.findIndex((token, at) => isWord(token, 'OF') && isWord(tokens[at - 1] ?? null, 'UPDATE'));
  const on = tokens.findIndex((token, at) => at > of && isWord(token, 'ON'));
  return of < 0
    ? []
    : tokens.slice(of + 1, on).flatMap((token) => (token.text === ',' ? [] : (unquotedName(token) ?? [])));
}

function watchBroken(
  { database, before, statements }: ScriptStart,
  find: (of: ScriptStart['database'], schema: ScriptStart['before']) => Broken,
) {
  if (!statements.some(({ kind }) => CHANGES_SCHEMA.test(kind))) return null;
  const earlier = new Set(find(database, before).map(([subject]) => foldName(subject)));
  return {
    end: ({ complete, shadow, after, outcomes }: ScriptEnd): readonly Found[] => {
      const broken = complete ? find(shadow, after).filter(([subject]) => !earlier.has(foldName(subject))) : [];
      if (broken.length === 0) return [];
      const changes = readChanges(before, statements, outcomes);
      return broken.map(([subject, message]) => {
        const maker = changes.made.get(foldName(subject));
        return maker ? describeNew(subject, message, maker) : describe(subject, message, blame(message, changes));
      });
    },
  };
}

/** What a script did to the schema, each by folded name; of several statements the last one. */
interface Changes {
  /** What was not there before, as `view v` or `trigger t`. */
  readonly made: ReadonlyMap<string, Statement>;
  /** What was dropped or renamed. */
  readonly taken: ReadonlyMap<string, Statement>;
  /** The last of all. */
  readonly last: Statement;
}

function readChanges(
  { relations, triggers }: ScriptStart['before'],
  statements: readonly Statement[],
  outcomes: ScriptEnd['outcomes'],
): Changes {
  const known = new Set([...relations, ...triggers].map(({ name }) => foldName(name)));
  const made = new Map<string, Statement>();
  const taken = new Map<string, Statement>();
  let last = statements.at(-1);
  for (const [at, statement] of statements.entries()) {
    const { kind, name, table, column } = statement;
    if (!CHANGES_SCHEMA.test(kind) || !/^(applied|adapted)$/.test(outcomes[at]?.verdict ?? '')) continue;
    last = statement;
    const folded = foldName(name ?? '');
    // What the script drops itself, and makes again, is its own.
    if (/^drop (view|trigger)$/.test(kind)) known.delete(folded);
    if (/^create (view|trigger)$/.test(kind) && !known.has(folded))
      made.set(`${kind.replace('create ', '')} ${folded}`, statement);
    if (!/^(drop|rename)/.test(kind)) continue;
    for (const word of [name, table, column]) if (word !== null) taken.set(foldName(word), statement);
  }
  if (!last) throw new Error('A script without statements breaks nothing');
  return { made, taken, last };
}

function partsOf(subject: string): readonly [kind: string, name: string] {
  const [kind = '', name = ''] = /^(\S+) (.*)$/s.exec(subject)?.slice(1) ?? [];
  return [kind, name];
}

function describeNew(subject: string, message: string, { ordinal }: Statement): Found {
  const [kind, name] = partsOf(subject);
  const fails = kind === 'view' ? 'each query of it' : 'each statement that fires it';
  return {
    ordinal,
    severity: 'warning',
    subject,
    sentence: `The ${kind} ${name} that statement ${ordinal} makes does not work after the script: ${fails} will fail with ${message}.`,
    remedy: `Correct statement ${ordinal}, or make what the ${kind} needs.`,
    fix: null,
  };
}

function describe(subject: string, message: string, statement: Statement): Found {
  const [kind, name] = partsOf(subject);
  const fails = kind === 'view' ? 'Each query of it will fail' : 'Each statement that fires it will fail';
  return {
    ordinal: statement.ordinal,
    severity: 'warning',
    subject,
    sentence: `The ${kind} ${name} works now and will not work after the script. ${fails}: ${message}.`,
    remedy: `Write DROP ${kind.toUpperCase()} ${name} before statement ${statement.ordinal}, and create it again, for the new schema, after the last change of the tables that it reads.`,
    fix: null,
  };
}

/** The statement that took away what the message misses; the last one that changed the schema, where none is seen to have. */
function blame(message: string, { taken, last }: Changes): Statement {
  const missing = /no such (?:table|column): (?:.*\.)?(.+)$/.exec(message)?.[1] ?? '';
  return taken.get(foldName(missing)) ?? last;
}
