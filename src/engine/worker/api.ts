// What the page can ask of the engine. Runs in a worker; its type is the protocol.

import type { Outcome } from '../../database';
import type { History } from '../../chain/history';
import type { Refusal } from '../../file/identify';
import type { Sidecars } from '../../file/recovery';
import type { SchemaDetails } from '../../schema/details';
import type { Schema } from '../../schema/schema';
import type { OnProgress } from '../answers';
import type { Engines } from '../engines';
import type { Inspection } from '../inspection';
import { loadLate } from '../late';
import { needsOfSchema } from '../needs';
import type { Overlay } from '../pages/overlay';
import { readable, readableLater } from '../unreadable';
import { makeComparingApi } from './comparingApi';
import { makeDesiredSchemaApi } from './desiredSchemaApi';
import { FileOfWorker, type Kept } from './fileOfWorker';
import type { WorkerPurpose } from '../pages/readCache';
import { hashersOnce, loadChecking, loadLooking, loadPlanning } from './lateParts';
import { makeLookingApi } from './lookingApi';
import { makeMigrationApi } from './migrationApi';
import { makeResultApi } from './resultApi';
import { RowCounting } from './rowCounting';

/**
 * The engine's methods for one worker. Expected failures come back as data; a rejected call is a bug or a dead engine.
 */
export function makeApi(engines: Engines, kept: Kept) {
  const opened = new FileOfWorker(engines, kept);
  const loadHashersOnce = hashersOnce();
  const result = makeResultApi(opened, loadHashersOnce);
  const target = new FileOfWorker(engines, kept);
  const comparing = makeComparingApi(opened, target);
  const counting = new RowCounting();
  const migration = makeMigrationApi(opened, loadHashersOnce);

  return {
    /**
     * Goes once over what the first file will need; code that has run before runs several times as fast. Needs no open file; for
     * checks a small one is open afterwards.
     */
    async warmUp(purpose: WorkerPurpose): Promise<void> {
      const [planning, checking] = await Promise.all([loadPlanning(), purpose === 'checks' ? loadChecking() : null]);
      if (!planning.ok) return;
      const engine = await engines.usual();
      if (!checking) planning.value.warmUp(engine);
      if (!checking?.ok) return;
      const { bytes, script } = planning.value.makeSmallDatabase(engine);
      const small = await opened.replace(new Blob([bytes as BlobPart]), 'small.db');
      if (small.ok) await checking.value.warmUpChecks({ ...migration, ...result.methods }, script);
    },

    /**
     * Recovers a file with the sidecars that lie beside it, opens and inspects it; it replaces the one that was open. Refusals
     * are data.
     */
    open(file: Blob, name: string, sidecars?: Sidecars<Blob>): Promise<Outcome<Inspection, Refusal>> {
      // Most likely asked for next. Where it cannot be had, whoever asks says so.
      void loadPlanning();
      result.forget();
      comparing.forget();
      counting.close();
      return opened.replace(file, name, sidecars);
    },

    /** Counts the rows of a table of the open file; null where SQLite cannot count them. */
    countRows(table: string, onProgress: OnProgress): Promise<Outcome<number | null, Refusal>> {
      return readableLater(async (): Promise<Outcome<number | null, never>> => {
        // The check of its integrity comes next, in the same worker.
        await opened.keepForCheck(opened.open, 'whole');
        const tell = ({ pagesRead }: Overlay): void =>
          onProgress({ stage: 'check', label: `counting rows of ${table}`, done: 0, total: 0, pagesRead });
        return { ok: true, value: counting.count(opened.open, table, tell) };
      });
    },

    /** What migration tools have recorded in the open file as applied. */
    async histories(): Promise<Outcome<readonly History[], Refusal>> {
      const loaded = await loadLate(
        'reads which migrations are recorded in a database',
        () => import('../../chain/history'),
      );
      if (!loaded.ok) return loaded;
      const { readHistory } = loaded.value;
      return readable(() => ({ ok: true, value: opened.open.using(({ database }) => readHistory(database)) }));
    },

    /** What SQLite makes of a schema, be it that of the file, of a plan or of a result. Needs no open file. */
    async describe(schema: Schema): Promise<Outcome<SchemaDetails, Refusal>> {
      const loaded = await loadLooking();
      if (!loaded.ok) return loaded;
      const chosen = await engines.choose({ file: [], schema: needsOfSchema(schema.relations), script: [] });
      return chosen.ok ? { ok: true, value: loaded.value.describe(chosen.value.engine, schema) } : chosen;
    },

    ...migration,
    ...result.methods,
    ...makeLookingApi(opened),
    ...comparing.methods,
    ...makeDesiredSchemaApi(opened, target, engines),

    /** Makes a sample database; gives the file, or the sentence of what is wrong with either script. */
    async makeSample(
      base: string,
      script: string,
      through: number | 'all',
    ): Promise<Outcome<Blob, { readonly sentence: string } | Refusal>> {
      const loaded = await loadLate('makes sample databases', () => import('../sample'));
      return loaded.ok ? loaded.value.makeSample(await engines.usual(), base, script, through) : loaded;
    },
  };
}

/** The protocol between page and worker. */
export type EngineApi = ReturnType<typeof makeApi>;
