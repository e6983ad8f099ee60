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
    end: ({ complete, shadow, after, outcomes }: ScriptEnd): readonly Found[] =>
      complete
        ? find(shadow, after)
            .filter(([subject]) => !earlier.has(foldName(subject)))
            .map(([subject, message]) => {
              const maker = makerOf(subject, before, statements, outcomes);
              return maker
                ? describeNew(subject, message, maker)
                : describe(subject, message, blame(message, statements, outcomes));
            })
        : [],
  };
}

/** The statement that makes a view or trigger which was not there before the script. */
function makerOf(
  subject: string,
  { relations, triggers }: ScriptStart['before'],
  statements: readonly Statement[],
  outcomes: ScriptEnd['outcomes'],
): Statement | undefined {
  const [kind, name] = partsOf(subject);
  const isSame = (other: string | null): boolean => foldName(other ?? '') === foldName(name);
  if ([...relations, ...triggers].some((one) => isSame(one.name))) return undefined;
  return statements.findLast(
    (one, at) => one.kind === `create ${kind}` && isSame(one.name) && outcomes[at]?.verdict === 'applied',
  );
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
function blame(message: string, statements: readonly Statement[], outcomes: ScriptEnd['outcomes']): Statement {
  const ran = statements.filter((_, at) => /^(applied|adapted)$/.test(outcomes[at]?.verdict ?? ''));
  const changes = ran.filter(({ kind }) => CHANGES_SCHEMA.test(kind));
  const missing = foldName(/no such (?:table|column): (?:.*\.)?(.+)$/.exec(message)?.[1] ?? '');
  const taker = changes.findLast(
    ({ kind, name, table, column }) =>
      /^(drop|rename)/.test(kind) && [name, table, column].some((word) => foldName(word ?? '') === missing),
  );
  const last = taker ?? changes.at(-1) ?? statements.at(-1);
  if (!last) throw new Error('A script without statements breaks nothing');
  return last;
}
