// The methods by which the page compares the open file with a desired schema: what that is made of, how it differs, and what leads there.

import type { Outcome } from '../../database';
import type { Refusal } from '../../file/identify';
import type { Script } from '../../script/statement';
import type { OnProgress } from '../answers';
import { withScript, type Engines } from '../engines';
import { loadLate } from '../late';
import type { ComparedSchema, MigrationWish } from '../migrationWriting';
import type { MadeTarget, TargetDatabase, TargetFault } from '../target';
import { readable } from '../unreadable';
import type { FileOfWorker } from './fileOfWorker';

/**
 * Part of the engine's methods.
 * @param file the open file
 * @param target the one that is open beside it, whose schema is desired
 */
export function makeDesiredSchemaApi(file: FileOfWorker, target: FileOfWorker, engines: Engines) {
  let last: MadeTarget | null = null;
  return {
    /** Makes a database of SQL alone, to compare another one with; gives the first line that is wrong. Needs no open file. */
    async makeTarget(script: Script): Promise<Outcome<TargetDatabase, TargetFault | Refusal>> {
      const loaded = await loadLate('makes databases of SQL', () => import('../target'));
      if (!loaded.ok) return loaded;
      const read = loaded.value.readTarget(script);
      if (!read.ok) return read;
      const chosen = await engines.choose(withScript({ file: [], schema: [] }, read.value));
      if (!chosen.ok) return chosen;
      const made = loaded.value.makeTarget(chosen.value.engine, read.value, last);
      if (!made.ok) return made;
      last = made.value;
      const { bytes, schema, hasRows } = last;
      return { ok: true, value: { file: new Blob([bytes as BlobPart]), schema, hasRows } };
    },

    /** Compares the schema of the open file with that of the target beside it, and writes the migration that leads there. */
    async compareWithTarget(wish: MigrationWish, onProgress: OnProgress): Promise<Outcome<ComparedSchema, Refusal>> {
      const loaded = await loadLate('compares schemas', () => import('../migrationWriting'));
      if (!loaded.ok) return loaded;
      return readable(() => {
        return { ok: true, value: loaded.value.compareWithTarget(file.open, target.open, wish, onProgress) };
      });
    },
  };
}
