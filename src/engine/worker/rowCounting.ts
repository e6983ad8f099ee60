// Counts the rows of one table after the other over one connection: to open another one is to have SQLite read the whole schema.

import { countRows } from '../../migration/proofs/measurement';
import type { Connected, OpenedFile } from '../openedFile';
import type { Overlay } from '../pages/overlay';

/** The connection stays until another file is counted, or it is closed. */
export class RowCounting {
  #file: OpenedFile | null = null;
  #connected: Connected | null = null;
  #tell: (overlay: Overlay) => void = () => undefined;

  /** The rows of a table; null where SQLite cannot count them. @param tell is called now and then meanwhile */
  count(file: OpenedFile, table: string, tell: (overlay: Overlay) => void): number | null {
    if (this.#file !== file) this.close();
    this.#file = file;
    this.#tell = tell;
    this.#connected ??= file.connect((overlay) => this.#tell(overlay));
    try {
      const counted = countRows(this.#connected.database, table);
      return counted.ok ? counted.value : null;
    } catch (error) {
      // What went wrong below SQLite may have left the connection as it was in the middle of it.
      this.close();
      throw error;
    }
  }

  /** Gives back what the connection holds. */
  close(): void {
    this.#connected?.database.close();
    this.#connected = null;
    this.#file = null;
  }
}
