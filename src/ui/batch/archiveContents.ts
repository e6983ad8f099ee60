// What is in an archive of many results: those that can still be read, and the report on all files.

import { archiveNames } from '../../batch/archiveNames';
import { zipOf, type ArchivedFile } from '../../batch/zip';
import type { Batch } from './batch.svelte';
import type { BatchFile } from './batchFile.svelte';
import { reportOf } from './batchReport';

/** The folder of the archive in which the databases are: unpacked beside the originals, it overwrites none of them. */
const FOLDER = 'upgraded';

/** The contents of one archive, which is made once. */
export class ArchiveContents {
  readonly #batch: Batch;
  /** What is in the archive so far, under which name. */
  readonly #archived = new Map<BatchFile, string>();

  constructor(batch: Batch) {
    this.#batch = batch;
  }

  /** Leaves out the results whose files are gone; gives the bytes of the others. */
  async measure(): Promise<number> {
    await loseTheGone(this.#batch.upgraded);
    return this.#batch.upgraded.reduce((sum, { result }) => sum + (result?.size ?? 0), 0);
  }

  /** The archive; it ends with an error where a file is gone while its result is read. */
  bytes(): ReadableStream<Uint8Array> {
    return zipOf(this.#contents(), new Date());
  }

  /** Throws where a file is no longer what it was: what the archive has of it may be a mixture. */
  async mustBeWhole(): Promise<void> {
    const gone = await loseTheGone([...this.#archived.keys()]);
    if (gone.length > 0) throw explainGone(gone);
  }

  /** Why the archive could not be made: a browser's own error does not tell which file is gone. */
  async findReason(error: unknown): Promise<unknown> {
    const gone = await loseTheGone([...this.#archived.keys()]);
    return gone.length > 0 ? explainGone(gone) : error;
  }

  /** Notes that all that is in the archive has been downloaded. */
  markSaved(): void {
    for (const file of this.#archived.keys()) file.saved = true;
  }

  async *#contents(): AsyncGenerator<ArchivedFile> {
    const files = this.#batch.upgraded;
    const names = archiveNames(
      files.map(({ path }) => path),
      FOLDER,
    );
    for (const [at, file] of files.entries()) {
      const { result } = file;
      const name = names[at];
      if (!result || name === undefined) continue;
      this.#archived.set(file, name);
      yield { name, content: result };
      // A browser looks whether a file has changed when it begins to read it, and not while it reads.
      const gone = await loseTheGone([file]);
      if (gone.length > 0) throw explainGone(gone);
    }
    yield { name: 'report.json', content: await reportOf(this.#batch, this.#archived) };
  }
}

/** The names of all files that were dropped: results are read from them, so none of them may be written to. */
export function namesOf({ files }: Batch): ReadonlySet<string> {
  return new Set(
    files.flatMap(({ dropped: { file, sidecars } }) =>
      [file, sidecars.log, sidecars.journal].flatMap((part) => part?.name ?? []),
    ),
  );
}

/** Finds out which files are no longer what they were, and takes their results away. */
async function loseTheGone(files: readonly BatchFile[]): Promise<readonly BatchFile[]> {
  const gone: BatchFile[] = [];
  for (const file of files) {
    if (await file.isWhole()) continue;
    file.lose();
    gone.push(file);
  }
  return gone;
}

function explainGone(gone: readonly BatchFile[]): Error {
  const were = gone.length === 1 ? 'was' : 'were';
  return new Error(`${gone.map(({ path }) => path).join(' and ')} ${were} changed or deleted meanwhile`);
}
