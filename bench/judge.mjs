// Tells, by native sqlite3, whether two results are the same database.
import { statSync } from 'node:fs';
import { ask, Sqlite3Error } from './sqlite3.mjs';

const schemaText =
  'SELECT quote(type), quote(name), quote(tbl_name), quote(sql) FROM sqlite_schema ORDER BY type, name';
const check = 'PRAGMA quick_check';

/**
 * @typedef {object} Fingerprint
 * @property {number} bytes size of the file
 * @property {string} schema every row of sqlite_schema, save for where its b-tree begins
 * @property {string} content SHA3 over the rows of every table, as the shell's `.sha3sum` makes it
 * @property {string} sound what `PRAGMA quick_check` says
 */

/**
 * Migration 021 leaves existing rows NULL in its new columns with a time as default, so no value depends on when or by
 * whom it was run, and all of them are compared. A file that cannot be read is not sound.
 * @param {string} path
 * @returns {Promise<Fingerprint>}
 */
export async function fingerprint(path) {
  const bytes = statSync(path).size;
  try {
    const [schema, content, sound] = [await ask(path, schemaText), await ask(path, '.sha3sum'), await ask(path, check)];
    return { bytes, schema: schema.join('\n'), content: content.join('\n'), sound: sound.join('\n') };
  } catch (error) {
    if (!(error instanceof Sqlite3Error)) throw error;
    return { bytes, schema: '', content: '', sound: error.message };
  }
}

/**
 * What is wrong with a result, or null.
 * @param {Fingerprint} result
 * @param {Fingerprint} reference the native result
 */
export function faultOf(result, reference) {
  if (result.sound !== 'ok') return `quick_check says ${result.sound.slice(0, 80)}`;
  if (result.schema !== reference.schema) return "its schema differs from native's";
  if (result.content !== reference.content) return "its rows differ from native's";
  return null;
}
