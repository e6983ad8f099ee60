// A file that cannot be read to its end: it is damaged, cut short, or no longer there.

import { DamagedDatabase, type Outcome } from '../database';
import { missingBytes } from '../file/finding';
import type { Header } from '../file/header';
import type { Refusal } from '../file/identify';
import { counted, figure } from '../words';
import { ResultTooLarge, SourceLost } from './pages/blob';

/** A question about a file, or about a result, that was not opened: the answer is why it was not. */
export class NotOpened extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.sentence);
    this.refusal = refusal;
  }
}

/** Reading the file may fail at any page, and any page may be damaged: those are outcomes and not bugs. */
export function readable<Value, Reason>(work: () => Outcome<Value, Reason>): Outcome<Value, Reason | Refusal> {
  try {
    return work();
  } catch (error) {
    return unread(error);
  }
}

/** The same of work that waits for what it reads. */
export async function readableLater<Value, Reason>(
  work: () => Promise<Outcome<Value, Reason>>,
): Promise<Outcome<Value, Reason | Refusal>> {
  try {
    return await work();
  } catch (error) {
    return unread(error);
  }
}

function unread(error: unknown): Outcome<never, Refusal> {
  if (error instanceof NotOpened) return { ok: false, error: error.refusal };
  if (error instanceof DamagedDatabase) return { ok: false, error: damaged(error.message) };
  if (error instanceof ResultTooLarge) return { ok: false, error: tooLarge(error.message) };
  if (!(error instanceof SourceLost)) throw error;
  return {
    ok: false,
    error: {
      code: 'unreadable-file',
      sentence: 'The browser can no longer read the file. It was changed, moved or deleted since you dropped it.',
      help: 'Drop it again.',
    },
  };
}

function tooLarge(written: string): Refusal {
  return {
    code: 'result-too-large',
    sentence: `The run is done, but this browser cannot hold the ${written} that it wrote, so there is no file to download.`,
    help: 'Nothing was changed. Use a window that is not private, free some disk space, or run the script with sqlite3 itself.',
  };
}

function damaged(message: string): Refusal {
  return {
    code: 'damaged',
    sentence: `The database is damaged: SQLite could not read it to its end (${message}).`,
    help: 'Nothing was changed. Restore it from a backup, or try sqlite3 with .recover on a copy, and drop what it saves.',
  };
}

/** SQLite does not open the file. `size` is in bytes. */
export function unreadableSchema(message: string, header: Header, size: number): Refusal {
  const sentence = `SQLite cannot read the schema of this file: ${message}.`;
  const recovery = 'Try sqlite3 with .recover on a copy, and drop what it saves.';
  // SQLite opens no file that is shorter than its header says; its message does not tell.
  const missing = missingBytes(header, size);
  if (missing === 0) return { code: 'unreadable-schema', sentence, help: recovery };
  return {
    code: 'cut-short',
    sentence: `The file is cut short: its header speaks of ${counted(size + missing, 'byte')}, and it has ${figure(size)}. SQLite does not open it (${message}).`,
    help: `Get a complete copy. ${recovery}`,
  };
}
