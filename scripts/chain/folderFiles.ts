// The files of a folder on the disk as the page gets them when the folder is dropped.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import type { MigrationFile } from '../../src/chain/migration';
import { explainUnread } from '../../src/ui/scripts/unreadScript';
import { decodeScript } from '../../src/ui/state/encodings';

/** Folders that are of tools and not of the history. */
const PASSED_OVER = /(^|\/)(\.git|node_modules)(\/|$)/;

/**
 * All files below a folder, or the one file, with their paths from the folder itself on.
 * Throws where a script is neither UTF-8 nor UTF-16 with its mark: the page asks then in which encoding it is.
 */
export function filesOf(path: string): readonly MigrationFile[] {
  const name = basename(resolve(path));
  if (statSync(path).isFile()) return [{ path: name, text: textOf(path) }];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const inside = join(entry.parentPath, entry.name);
      const within = inside.slice(path.length).split(sep).filter(Boolean).join('/');
      return { path: `${name}/${within}`, text: textOf(inside) };
    })
    .filter((file) => !PASSED_OVER.test(file.path));
}

/** Of what is no script the text decides nothing, whatever its bytes are. */
function textOf(path: string): string {
  const bytes = readFileSync(path);
  const text = decodeScript(bytes);
  if (text === null && /\.(sql|sqm)$/i.test(path))
    throw new Error(`${path} ${explainUnread(bytes).why} Save it as UTF-8.`);
  return text ?? bytes.toString('utf8');
}
