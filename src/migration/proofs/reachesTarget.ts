// Whether a result has the schema that its script was written to reach.

import { foldName } from '../../database';
import { isInternal, type Schema } from '../../schema/schema';
import { speller } from '../../schema/spelledDefinition';
import { counted, figure, firstOf } from '../../words';
import { proof, type Proof } from './proof';

/** The schema that a script is to lead to: what it is called, and the schema as JSON, which is handed on as a text at no cost. */
export interface DesiredSchema {
  readonly name: string;
  readonly schema: string;
}

/** An object of a schema, as both sides name it: `table people`. */
type Objects = ReadonlyMap<string, { readonly label: string; readonly sql: string }>;

/** The objects that a definition of the user's made; what SQLite makes on its own follows from them. */
function objectsOf({ relations, indexes, triggers }: Schema): Objects {
  const made = [
    ...relations
      .filter(({ kind, name }) => kind !== 'shadow table' && !isInternal(name))
      .map(({ kind, name, sql }) => ({ kind: kind === 'view' ? 'view' : 'table', name, sql })),
    ...indexes.map(({ name, sql }) => ({ kind: 'index', name, sql: sql ?? '' })),
    ...triggers.map(({ name, sql }) => ({ kind: 'trigger', name, sql })),
  ].filter(({ sql }) => sql !== '');
  return new Map(made.map(({ kind, name, sql }) => [`${kind} ${foldName(name)}`, { label: `${kind} ${name}`, sql }]));
}

/**
 * The result's schema against the desired one, object by object. It compares texts, and asks nothing of what has written the script:
 * equal to the letter, or equal but for the case of words and names, quotes, blanks and comments.
 * @param result as it was read from the file to download
 */
export function proveReachesTarget(result: Schema, target: DesiredSchema | null): Proof {
  if (target === null)
    return proof('reaches-target', 'not applicable', 'The script was not written to reach a schema.');
  const { name, schema } = target;
  const desired = JSON.parse(schema) as Schema;
  const [have, want] = [objectsOf(result), objectsOf(desired)];
  const spelled = speller(result, desired);
  const missing = [...want].filter(([key]) => !have.has(key)).map(([, { label }]) => label);
  const extra = [...have].filter(([key]) => !want.has(key)).map(([, { label }]) => label);
  const other: string[] = [];
  let respelled = 0;
  for (const [key, { label, sql }] of want) {
    const now = have.get(key)?.sql ?? sql;
    if (now === sql) continue;
    if (spelled(now) === spelled(sql)) respelled++;
    else other.push(label);
  }
  const details = [
    ...missing.map((label) => `${label}: missing`),
    ...extra.map((label) => `${label}: not in ${name}`),
    ...other.map((label) => `${label}: another definition`),
  ];
  if (details.length > 0) {
    const sentence = `${counted(details.length, 'object')} of the result ${details.length === 1 ? 'is' : 'are'} not as in ${name}: ${firstOf(details)}.`;
    return proof('reaches-target', 'fail', sentence, details);
  }
  const how =
    respelled === 0
      ? 'equal to the letter'
      : `${figure(respelled)} of them in another spelling (case, quotes, blanks or comments), the others to the letter`;
  return proof(
    'reaches-target',
    'pass',
    `The result has the schema of ${name}: ${counted(want.size, 'object')}, ${how}.`,
  );
}
