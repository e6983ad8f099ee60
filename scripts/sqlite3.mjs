// Finds the native sqlite3 program, against which tests hold our own results, and gets it where there is none.
import { installDebianPackage } from './apt.mjs';
import { findOnPath, SetupError, starts } from './programs.mjs';

/**
 * A native sqlite3 that starts, or null.
 * @returns {string | null}
 */
export function findSqlite3() {
  const found = findOnPath('sqlite3');
  return found !== null && starts(found) ? found : null;
}

/**
 * Finds sqlite3 or gets Debian's. `say` is told what is under way.
 * @param {(line: string) => void} say
 * @returns {Promise<string>}
 */
export async function provideSqlite3(say) {
  const found = findSqlite3();
  if (found !== null) return found;
  say("installing Debian's sqlite3");
  const debian = await installDebianPackage('sqlite3');
  const installed = findSqlite3();
  if (installed !== null) return installed;
  throw new SetupError(
    [
      'The program sqlite3, which the tests compare with, is not on PATH and could not be installed.',
      'Install it: `sudo apt-get install sqlite3` (Debian, Ubuntu), `sudo dnf install sqlite` (Fedora),',
      '`brew install sqlite` (macOS), `winget install SQLite.SQLite` (Windows).',
      `apt-get install sqlite3: ${debian.output.trim().split('\n').slice(-3).join('\n  ')}`,
    ].join('\n'),
  );
}
