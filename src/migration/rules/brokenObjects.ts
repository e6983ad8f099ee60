// Views and triggers that could be used before a script and cannot after it.

import { foldName } from '../../database';
import { findBrokenTriggers, findBrokenViews } from '../../schema/usable';
import type { Statement } from '../../script/statement';
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
  watch: (start) => watchBroken(start, findBrokenTriggers),
};

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
