// The methods by which the page looks into the open file: rows in an arrangement, values, exports, queries and checks of its data.

import type { Outcome, SqlError } from '../../database';
import type { DataCheckAnswer, DataCheckFault, NamedPart, OffendingRows } from '../../explore/checks/dataChecks';
import type { Arrangement } from '../../explore/data/arrangement';
import type { WholeValue } from '../../explore/data/cells';
import type { ExportedPortion, ExportForm } from '../../explore/data/exportRows';
import type { QueryAnswer, QueryFailure, QueryLimits } from '../../explore/data/query';
import type { Counted, RowWindow } from '../../explore/data/rows';
import type { Refusal } from '../../file/identify';
import type { OnProgress } from '../answers';
import type { DiskSizes, LookedAtRows, Shelf } from '../looking';
import { readable } from '../unreadable';
import type { FileOfWorker } from './fileOfWorker';
import { loadLooking } from './lateParts';

/** What comes of a question to SQLite that it may refuse, about a file that may be lost. */
type Looked<Value> = Outcome<Value, SqlError | Refusal>;

/** Part of the engine's methods. Rows stay arranged until others are asked for, or those of another file. */
export function makeLookingApi(file: FileOfWorker) {
  let shelf: Shelf | null = null;
  const openShelf = async (): Promise<Outcome<Shelf, Refusal>> => {
    if (shelf) return { ok: true, value: shelf };
    const loaded = await loadLooking();
    return loaded.ok ? { ok: true, value: (shelf = new loaded.value.Shelf()) } : loaded;
  };

  return {
    /** Reads a window of the rows in an arrangement. */
    async rows(of: Arrangement, window: RowWindow, onProgress: OnProgress): Promise<Looked<LookedAtRows>> {
      const rows = await openShelf();
      if (!rows.ok) return rows;
      return readable(() => rows.value.read(file.open, of, window, onProgress));
    },

    /** Goes on counting the rows in an arrangement for a moment. */
    async countMore(of: Arrangement, onProgress: OnProgress): Promise<Looked<Counted>> {
      const rows = await openShelf();
      if (!rows.ok) return rows;
      return readable(() => rows.value.count(file.open, of, onProgress));
    },

    /** One value of the rows in an arrangement as a whole; null where there is no such row. */
    async wholeValue(of: Arrangement, row: number, column: number): Promise<Looked<WholeValue | null>> {
      const rows = await openShelf();
      if (!rows.ok) return rows;
      return readable(() => rows.value.value(file.open, of, row, column));
    },

    /** Some of the rows in an arrangement, in a form to export: from a row on, as many as take a moment. */
    async exportPortion(of: Arrangement, form: ExportForm, onProgress: OnProgress): Promise<Looked<ExportedPortion>> {
      const rows = await openShelf();
      if (!rows.ok) return rows;
      return readable(() => rows.value.portion(file.open, of, form, onProgress));
    },

    /** Runs one statement that the console does not refuse, and forgets what it may have written. */
    async query(
      text: string,
      limits: QueryLimits,
      onProgress: OnProgress,
    ): Promise<Outcome<QueryAnswer, QueryFailure | Refusal>> {
      const loaded = await loadLooking();
      if (!loaded.ok) return loaded;
      return readable(() => loaded.value.query(file.open, text, limits, onProgress));
    },

    /** Counts what each table and index takes of the file. */
    async diskSizes(onProgress: OnProgress): Promise<Outcome<DiskSizes, Refusal>> {
      const loaded = await loadLooking();
      if (!loaded.ok) return loaded;
      return readable(() => ({ ok: true, value: loaded.value.diskSizes(file.open, onProgress) }));
    },

    /** Runs a part of a data check on the open file. */
    async checkData(
      named: NamedPart,
      onProgress: OnProgress,
    ): Promise<Outcome<DataCheckAnswer, DataCheckFault | Refusal>> {
      const loaded = await loadLooking();
      if (!loaded.ok) return loaded;
      return readable(() => loaded.value.checkData(file.open, named, onProgress));
    },

    /** The rows of the open file that a part of a data check blames. */
    async offendingRows(
      named: NamedPart,
      onProgress: OnProgress,
    ): Promise<Outcome<OffendingRows, DataCheckFault | Refusal>> {
      const loaded = await loadLooking();
      if (!loaded.ok) return loaded;
      return readable(() => loaded.value.offendingRows(file.open, named, onProgress));
    },
  };
}
