// The parts of the worker that are loaded when they are needed first, and what takes a script apart for them.

import type { Outcome } from '../../database';
import type { Refusal } from '../../file/identify';
import { keepNoLosses, mayLose, type KeepLosses } from '../../migration/run/lossAccount';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { ScriptRefusal } from '../../script/refusal';
import type { ScriptNote } from '../../script/split';
import type { Script, Statement } from '../../script/statement';
import { loadLate } from '../late';
import type { Hashers } from './hashers';

/** A part, or that it cannot be loaded. */
type Late<Part> = Promise<Outcome<Part, Refusal>>;

/** What plans and runs a script: of no use before there is a file, so it is no part of the first load. */
export function loadPlanning(): Late<typeof import('./latePlan')> {
  return loadLate('plans scripts', () => import('./latePlan'));
}

/** What checks a file and foretells a run: of no use before a plan is shown, so it is no part of the first load. */
export function loadChecking(): Late<typeof import('./lateChecks')> {
  return loadLate('checks files and estimates runs', () => import('./lateChecks'));
}

/** What the explorer asks. */
export function loadLooking(): Late<typeof import('../looking')> {
  return loadLate('looks into databases', () => import('../looking'));
}

/** Gives the hashers, which are made once: planning and running need none. */
export function hashersOnce(): () => Late<Hashers> {
  let hashers: Hashers | null = null;
  return async () => {
    if (hashers) return { ok: true, value: hashers };
    const loaded = await loadLate('computes hashes', () => import('./hashers'));
    return loaded.ok ? { ok: true, value: (hashers = await loaded.value.loadHashers()) } : loaded;
  };
}

/** A script that was taken apart, with what plans and runs it. */
export interface PreparedScript {
  readonly planning: typeof import('./latePlan');
  readonly statements: readonly ParsedStatement[];
  readonly notes: readonly ScriptNote[];
  readonly losses: KeepLosses;
}

/** Takes a script apart, and loads what plans and runs it; gives why the script cannot be read, where it cannot. */
export async function prepare(script: Script): Promise<Outcome<PreparedScript, ScriptRefusal | Refusal>> {
  const planning = await loadPlanning();
  if (!planning.ok) return planning;
  const split = planning.value.splitScript(script);
  if (!split.ok) return { ok: false, error: split.refusal };
  const { statements, notes } = split;
  const losses = await lossesOf(statements);
  if (!losses.ok) return losses;
  return { ok: true, value: { planning: planning.value, statements, notes, losses: losses.value } };
}

/** Keeps account of losses, where there may be any. */
async function lossesOf(statements: readonly Statement[]): Late<KeepLosses> {
  if (!mayLose(statements)) return { ok: true, value: keepNoLosses };
  const loaded = await loadLate(
    'finds the rows and values that a script loses',
    () => import('../../migration/losses/lossLedger'),
  );
  return loaded.ok ? { ok: true, value: loaded.value.keepLosses } : loaded;
}
