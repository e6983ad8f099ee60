// The machine and the programs that a benchmark ran on.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { findChromium } from '../scripts/chromium.mjs';
import { findSqlite3 } from '../scripts/sqlite3.mjs';

/**
 * @typedef {object} Machine
 * @property {string} processor
 * @property {number} cores
 * @property {number} memoryBytes
 * @property {string} system
 * @property {string} node
 * @property {string} chromium
 * @property {string} sqlite3
 * @property {string} sqlJs version of the package
 * @property {string} sqliteWasm version of the package
 */

/** @returns {Machine} */
export function describeMachine() {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: systemName(),
    node: process.versions.node,
    chromium: firstLine(findChromium(), /[\d.]{5,}/),
    sqlite3: firstLine(findSqlite3(), /^[\d.]+/),
    sqlJs: packageVersion('sql.js'),
    sqliteWasm: packageVersion('@sqlite.org/sqlite-wasm'),
  };
}

function systemName() {
  try {
    const name = /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
    if (name !== undefined) return `${name}, ${type()} ${release()}, ${arch()}`;
  } catch {
    // Only Linux has that file.
  }
  return `${type()} ${release()}, ${arch()}`;
}

/** @param {string | null} program @param {RegExp} version */
function firstLine(program, version) {
  if (program === null) return 'not found';
  const said = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return version.exec(said)?.[0] ?? said.trim();
}

/** @param {string} name */
function packageVersion(name) {
  // sql.js does not let its package.json be resolved.
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(path, 'utf8'));
  return version;
}
