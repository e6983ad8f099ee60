// The files of folders that are dropped, as the browser's entries give them (https://wicg.github.io/entries-api/).

import { notePath } from './droppedFiles';

/** Folders of programs, which hold neither migrations nor databases. */
const PASSED_OVER = /^(\.|node_modules$)/;
/** A folder with more files than this is not a folder of migrations: what is beyond is not read. */
const MOST_FILES = 5000;

/** The files of entries and of all folders in them, in the order of their paths; `pathOf` tells where each was. */
export async function readEntries(entries: readonly FileSystemEntry[]): Promise<readonly File[]> {
  const files: File[] = [];
  const waiting = [...entries];
  // The list grows while it is gone through.
  for (const entry of waiting) {
    if (files.length >= MOST_FILES) break;
    if (entry.isDirectory) waiting.push(...(await childrenOf(entry as FileSystemDirectoryEntry)));
    else files.push(await fileOf(entry as FileSystemFileEntry));
  }
  return files;
}

async function childrenOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    // A reader gives some at a time, and none when it is done.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    children.push(...some.filter(({ name }) => !PASSED_OVER.test(name)));
  }
  return children.sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function fileOf(entry: FileSystemFileEntry): Promise<File> {
  const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
  notePath(file, entry.fullPath.replace(/^\//, ''));
  return file;
}
