// The files of a folder on the disk as the page gets them when the folder is dropped.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import type { MigrationFile } from '../../src/chain/migration';

/** Folders that are of tools and not of the history. */
const PASSED_OVER = /(^|\/)(\.git|node_modules)(\/|$)/;

/** All files below a folder, or the one file, with their paths from the folder itself on; of what is no UTF-8 the text is as Node reads it. */
export function filesOf(path: string): readonly MigrationFile[] {
  const name = basename(resolve(path));
  if (statSync(path).isFile()) return [{ path: name, text: readFileSync(path, 'utf8') }];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const inside = join(entry.parentPath, entry.name);
      const within = inside.slice(path.length).split(sep).filter(Boolean).join('/');
      return { path: `${name}/${within}`, text: readFileSync(inside, 'utf8') };
    })
    .filter((file) => !PASSED_OVER.test(file.path));
}
