// A zip archive, made while it is read: nothing of it is kept in memory.

import { makeZip } from 'client-zip';

/** A file of an archive. */
export interface ArchivedFile {
  /** With slashes for folders; see archiveNames.ts. */
  readonly name: string;
  readonly content: Blob | string;
}

/**
 * The bytes of a zip archive of these files, in their order, stored as they are: a database that is made smaller would have to
 * be unpacked before it is of use, and SQLite files of many gigabytes would keep the page busy. Archives and files over 4 GiB are
 * in the format ZIP64 (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.14).
 *
 * A file is asked for when the one before it is written, so `files` can look, when it goes on, whether that is still what it was.
 * What it throws, and what goes wrong while a file is read, ends the archive with an error.
 * @param madeAt the time that all files get
 */
export function zipOf(files: AsyncIterable<ArchivedFile>, madeAt: Date): ReadableStream<Uint8Array> {
  return makeZip(inputs(files, madeAt), { buffersAreUTF8: true });
}

async function* inputs(files: AsyncIterable<ArchivedFile>, madeAt: Date) {
  for await (const { name, content } of files) {
    const input = typeof content === 'string' ? new Blob([content]) : content;
    yield { name, input, size: input.size, lastModified: madeAt };
  }
}
