// What of a script is run on one of many files: of a chain, what is not recorded in the file as applied.

import type { Outcome } from '../../database';
import type { RemoteEngine } from '../../engine/worker/client';
import type { Script } from '../../script/part';
import type { ChosenScript } from '../state/chosenScript';
import type { Problem } from '../state/problem';

/** What is to be run on the file that is open; null where all of it is recorded as applied. */
export async function scriptFor(
  engine: RemoteEngine,
  { text, textFor }: ChosenScript,
): Promise<Outcome<Script | null, Problem>> {
  if (!textFor) return { ok: true, value: text };
  const read = await engine.histories();
  if (!read.ok) return read;
  const pending = textFor(read.value);
  return { ok: true, value: pending.length === 0 ? null : pending };
}
