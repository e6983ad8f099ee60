// Finds SQLite's own sqldiff, which the long tests hold the comparison of rows against, and gets Debian's where there is none.
import { installDebianPackage } from './apt.mjs';
import { findOnPath } from './programs.mjs';

/**
 * sqldiff, or null.
 * @returns {string | null}
 */
export function findSqldiff() {
  return findOnPath('sqldiff');
}

/**
 * Finds sqldiff or gets it; null where there is none to be had, which is no failure. `say` is told what is under way.
 * @param {(line: string) => void} say
 * @returns {Promise<string | null>}
 */
export async function provideSqldiff(say) {
  const found = findSqldiff();
  if (found !== null) return found;
  say("installing Debian's sqlite3-tools");
  await installDebianPackage('sqlite3-tools');
  return findSqldiff();
}
