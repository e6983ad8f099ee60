// The methods by which the page compares the rows of the open file with those of another file, or of what a run made of it.

import type { Outcome, SqlError } from '../../database';
import type { DifferenceWindow, DifferingRow, RowsCompared } from '../../compare/rows/difference';
import type { WholeValue } from '../../explore/data/cells';
import type { ExportedPortion } from '../../explore/data/exportRows';
import type { Refusal } from '../../file/identify';
import type { Sidecars } from '../../file/recovery';
import type { PageChanges } from '../../migration/proofs/pageProof';
import type { Schema } from '../../schema/schema';
import type { OnProgress } from '../answers';
import type { DifferenceForm, RowComparing } from '../comparing';
import { loadLate } from '../late';
import { readableLater } from '../unreadable';
import type { FileOfWorker } from './fileOfWorker';

/** What comes of a question to SQLite that it may refuse, about files that may be lost. */
type Compared<Value> = Outcome<Value, SqlError | Refusal>;

/**
 * Part of the engine's methods, and what forgets the comparison: it stands on the file that is open.
 * @param file the open file
 * @param target the one that it is compared with
 */
export function makeComparingApi(file: FileOfWorker, target: FileOfWorker) {
  let comparing: RowComparing | null = null;
  let pages: PageChanges | null = null;

  function forget(): void {
    comparing?.close();
    comparing = null;
  }

  async function asked<Value, Reason>(
    ask: (comparing: RowComparing) => Promise<Outcome<Value, Reason>>,
  ): Promise<Outcome<Value, Reason | Refusal>> {
    const loaded = await loadLate('compares rows', () => import('../comparing'));
    if (!loaded.ok) return loaded;
    const { RowComparing } = loaded.value;
    return readableLater(async () => ask((comparing ??= new RowComparing(file.open, target.open, pages))));
  }

  const methods = {
    /**
     * Opens a file beside the open one, to compare the two.
     * @param changes what a run has written, where the file is its result
     * @param schema its schema, where that is known
     */
    openTarget(
      other: Blob,
      sidecars: Sidecars<Blob>,
      changes: PageChanges | null,
      schema: Schema | null,
    ): Promise<Outcome<undefined, Refusal>> {
      forget();
      pages = changes;
      return target.take(other, sidecars, schema);
    },

    /** Compares the rows of all tables; gives counts. Asked again, it gives what was found. */
    compareRows(onProgress: OnProgress): Promise<Outcome<RowsCompared, Refusal>> {
      return asked(async (rows): Promise<Outcome<RowsCompared, never>> => {
        return { ok: true, value: await rows.compare(onProgress) };
      });
    },

    /** Some of the rows of a table that differ, cell by cell. */
    differingRows(
      table: string,
      window: DifferenceWindow,
      onProgress: OnProgress,
    ): Promise<Compared<readonly DifferingRow[]>> {
      return asked((rows) => rows.rows(table, window, onProgress));
    },

    /** One value of such a row as a whole, before and after; null on the side that has no such row. */
    differingValue(
      table: string,
      row: Omit<DifferenceWindow, 'endRow'>,
      column: number,
      onProgress: OnProgress,
    ): Promise<Compared<{ readonly before: WholeValue | null; readonly after: WholeValue | null }>> {
      return asked((rows) => rows.value(table, row, column, onProgress));
    },

    /**
     * Some of the differences in a form to export: from a place on, as much as takes a moment. The next place is this one and as many
     * `rows` as the portion has.
     */
    differencesPortion(form: DifferenceForm, from: number, onProgress: OnProgress): Promise<Compared<ExportedPortion>> {
      return asked((rows) => rows.portion(form, from, onProgress));
    },
  };
  return { methods, forget };
}
