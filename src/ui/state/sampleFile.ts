// A sample database as a file, as if the user had dropped it.

import { loadSampleBase, type Sample } from '../../catalog/catalog';
import type { Outcome } from '../../database';
import { Cancelled, EngineFailure, type RemoteEngine } from '../../engine/worker/client';
import { readMigrationFile } from './catalogFile';
import { explainStoppedEngine, type Problem } from './problem';

const HELP = 'Drop your own database.';

/**
 * Makes a sample in the worker.
 * @param script of the migration that the sample belongs to, of which the sample has run the beginning
 */
export async function makeSampleFile(
  engine: RemoteEngine,
  sample: Sample,
  script: string,
): Promise<Outcome<File, Problem>> {
  const wrong = (sentence: string): Outcome<File, Problem> => ({
    ok: false,
    error: { code: 'sample', sentence, help: HELP },
  });
  const base = await loadSampleBase(readMigrationFile, sample);
  if (!base.ok) return wrong(base.error.message);
  try {
    const made = await engine.makeSample(base.value, script, sample.through);
    if (made.ok) return { ok: true, value: new File([made.value], sample.file) };
    return { ok: false, error: { code: 'sample', help: HELP, ...made.error } };
  } catch (error) {
    if (!(error instanceof EngineFailure || error instanceof Cancelled)) throw error;
    return { ok: false, error: explainStoppedEngine(error.message, HELP) };
  }
}
