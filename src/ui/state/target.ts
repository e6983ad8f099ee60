// What databases are compared with: another file, or what SQL makes, be it a schema, a dump or a folder of migrations.

import type { Outcome } from '../../database';
import type { ComparedWith, EngineClient } from '../../engine/worker/client';
import { NO_SIDECARS } from '../../file/recovery';
import type { Schema } from '../../schema/schema';
import type { Script } from '../../script/statement';
import { lookedAt, type DroppedDatabase } from './droppedFiles';
import { readOwnScripts } from './ownScripts.svelte';
import { explainStoppedEngine, type Problem } from './problem';
import { lookAt, sortFiles } from './sortedFiles';
import type { Turn } from './turn';

/** Where the target comes from. */
export type TargetSource = 'file' | 'scripts' | 'edited' | 'result';

/** What is compared with: a database of its own, also where it was made of SQL. */
export interface Target extends ComparedWith {
  readonly source: TargetSource;
  /** In sentences: `target.db`, `the schema that you edited`. */
  readonly name: string;
  readonly schema: Schema;
  /** Whether its rows may be compared: of SQL that makes none there is nothing to say but that all rows of the file are more. */
  readonly hasRows: boolean;
}

/** Why there is no target; `line` where a line of SQL is wrong. */
export interface TargetProblem extends Problem {
  readonly line?: number;
}

type ReadTarget = Outcome<Target | null, TargetProblem>;

/**
 * Takes what was picked as the target: a database with what lies beside it, a script, or a folder of them. Null where it is neither.
 * @param client its worker opens the file, or makes a database of the SQL
 * @param turn the call rejects with `Cancelled` where it has ended
 */
export async function readTarget(files: readonly File[], client: EngineClient, turn: Turn): Promise<ReadTarget> {
  const { database, many, scripts, besideScripts } = sortFiles(await turn.still(lookAt(files)), null);
  const dropped = database ?? many[0];
  if (scripts.length > 0 && !dropped) return readScripts([...scripts, ...besideScripts], client, turn);
  return dropped ? readFile(dropped, client, turn) : { ok: true, value: null };
}

/** Makes a database of SQL, which stands alone. */
export async function makeTarget(
  made: { readonly source: TargetSource; readonly name: string; readonly script: Script },
  client: EngineClient,
  turn: Turn,
): Promise<ReadTarget> {
  const { source, name, script } = made;
  const answer = await turn.still(client.engine.makeTarget(script));
  if (answer.ok) return { ok: true, value: { source, name, ...answer.value, sidecars: NO_SIDECARS, pages: null } };
  const help = source === 'edited' ? 'What is shown is of the text before.' : 'Correct it and open it again.';
  return { ok: false, error: { help, ...answer.error } };
}

/** That the engine stopped over a target. */
export function explainStoppedTarget(message: string): Problem {
  return explainStoppedEngine(message, 'Your file was not changed. Choose the target once more.');
}

async function readFile(dropped: DroppedDatabase, client: EngineClient, turn: Turn): Promise<ReadTarget> {
  const { name } = dropped.file;
  const opened = await turn.still(client.over(lookedAt(dropped)).open());
  if (opened.ok) {
    return {
      ok: true,
      value: { source: 'file', name, schema: opened.value.schema, hasRows: true, pages: null, ...dropped },
    };
  }
  return { ok: false, error: { ...opened.error, sentence: `${name}: ${opened.error.sentence}` } };
}

async function readScripts(files: readonly File[], client: EngineClient, turn: Turn): Promise<ReadTarget> {
  const own = await turn.still(readOwnScripts(files));
  // It stands alone: nothing is recorded, and nothing is there.
  own.follow(() => ({ histories: [], isEmpty: true }));
  own.useSafeProposals();
  const { chosen, problem } = own;
  if (chosen) return makeTarget({ source: 'scripts', name: own.title, script: chosen.text }, client, turn);
  if (!problem) return { ok: true, value: null };
  const help = 'Correct it, or open these files as the scripts of an upgrade first.';
  return { ok: false, error: { ...problem, help } };
}
