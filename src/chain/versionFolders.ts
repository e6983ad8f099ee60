// Histories in which a folder is a version and the files in it have numbers of their own: `0.10/00__people.sql`.

import type { MigrationName } from './migrationName';

const FOLDER = /^v?(\d+(?:\.\d+)*)$/i;

interface Named {
  readonly path: string;
  readonly name: MigrationName;
}

/**
 * Puts the version of its folder before the number of each file, where the numbers alone do not order the files: where those of one
 * folder come again in another, or some files have none.
 */
export function putInVersionFolders<File extends Named>(files: readonly File[]): readonly File[] {
  const versions = new Map(
    files.flatMap((file) => {
      const folder = folderVersionOf(file);
      return folder === null ? [] : [[file, folder] as const];
    }),
  );
  const folders = new Map<string, string>();
  const isNeeded = [...versions].some(
    ([
      {
        name: { version, direction },
      },
      folder,
    ]) => {
      const key = `${direction} ${version}`;
      const other = folders.get(key);
      folders.set(key, folder);
      return version === '' || (other !== undefined && other !== folder);
    },
  );
  if (!isNeeded) return files;
  return files.map((file) => {
    const folder = versions.get(file);
    if (folder === undefined) return file;
    const version = file.name.version === '' ? folder : `${folder}.${file.name.version}`;
    return { ...file, name: { ...file.name, version } };
  });
}

/** The version that the folder of a file is; null where it is none, or where the number of the file has it already, as a date has its year. */
function folderVersionOf({ path, name }: Named): string | null {
  const folder = FOLDER.exec(path.split('/').at(-2) ?? '')?.[1];
  const isOwn = name.convention === null || name.convention === 'golang-migrate';
  if (folder === undefined || !isOwn || name.version.startsWith(folder.replaceAll('.', ''))) return null;
  return folder;
}
