// The methods by which the page compares the open file with a desired schema: what that is made of, how it differs, and what leads there.

import type { Outcome } from '../../database';
import type { Refusal } from '../../file/identify';
import type { Schema } from '../../schema/schema';
import type { Script } from '../../script/statement';
import type { OnProgress } from '../answers';
import { withScript, type Engines } from '../engines';
import { loadLate } from '../late';
import type { ComparedSchema, MigrationWish } from '../migrationWriting';
import { needsOfSchema } from '../needs';
import type { TargetDatabase, TargetFault } from '../target';
import { readable } from '../unreadable';
import type { FileOfWorker } from './fileOfWorker';

/** Part of the engine's methods. */
export function makeDesiredSchemaApi(file: FileOfWorker, engines: Engines) {
  return {
    /** Makes a database of SQL alone, to compare another one with; gives the first line that is wrong. Needs no open file. */
    async makeTarget(script: Script): Promise<Outcome<TargetDatabase, TargetFault | Refusal>> {
      const loaded = await loadLate('makes databases of SQL', () => import('../target'));
      if (!loaded.ok) return loaded;
      const read = loaded.value.readTarget(script);
      if (!read.ok) return read;
      const chosen = await engines.choose(withScript({ file: [], schema: [] }, read.value));
      return chosen.ok ? loaded.value.makeTarget(chosen.value.engine, read.value) : chosen;
    },

    /** Compares the open file with a schema, and writes the migration that leads there. */
    async compareWithSchema(
      desired: Schema,
      wish: MigrationWish,
      onProgress: OnProgress,
    ): Promise<Outcome<ComparedSchema, Refusal>> {
      const loaded = await loadLate('compares schemas', () => import('../migrationWriting'));
      if (!loaded.ok) return loaded;
      const chosen = await engines.choose({ file: [], schema: needsOfSchema(desired.relations), script: [] });
      if (!chosen.ok) return chosen;
      const { engine } = chosen.value;
      return readable(() => ({
        ok: true,
        value: loaded.value.compareWithSchema(file.open, { desired, engine }, wish, onProgress),
      }));
    },
  };
}
