// Installs the npm packages that the lock file names, unless exactly those are there.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findOnPath, run, SetupError } from './programs.mjs';

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean,
 *   devDependencies?: Record<string, string>, dependencies?: Record<string, string> }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} LockFile
 */

/**
 * Whether what npm noted in node_modules is what the lock file asks for. npm writes its note at the end of an install,
 * so one that was broken off does not pass. Optional packages of other platforms may be missing.
 * @param {LockFile} wanted
 * @param {LockFile} installed
 */
export function installedAsLocked(wanted, installed) {
  const names = new Set([...Object.keys(wanted.packages), ...Object.keys(installed.packages)]);
  names.delete('');
  return [...names].every((name) => {
    const [asked, there] = [wanted.packages[name], installed.packages[name]];
    if (asked === undefined) return false;
    if (there === undefined) return asked.optional === true || asked.devOptional === true;
    return asked.version === there.version && asked.integrity === there.integrity;
  });
}

/**
 * @param {string} folder the project's top folder
 * @param {(line: string) => void} say
 */
export async function providePackages(folder, say) {
  const lock = readLock(join(folder, 'package-lock.json'));
  const manifest = /** @type {LockedPackage} */ (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const locked = lock?.packages[''];
  const lockFits =
    sameEntries(locked?.devDependencies, manifest.devDependencies) &&
    sameEntries(locked?.dependencies, manifest.dependencies);
  const installed = readLock(join(folder, 'node_modules', '.package-lock.json'));
  const complete = ['vite', 'vitest', 'svelte', 'typescript'].every((name) =>
    existsSync(join(folder, 'node_modules', name, 'package.json')),
  );
  if (lock !== null && lockFits && installed !== null && complete && installedAsLocked(lock, installed)) return;

  say('installing npm packages');
  const command = lockFits ? 'ci' : 'install';
  const [program, ...programArguments] = npm();
  const { code, output } = await run(
    program,
    [...programArguments, command, '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    { folder },
  );
  if (code !== 0) throw new SetupError(`npm ${command} failed:\n${output.trim()}`);
}

/** The npm that started us, else the one beside this Node or on PATH. @returns {[string, ...string[]]} */
function npm() {
  const started = process.env.npm_execpath;
  if (started?.endsWith('npm-cli.js') === true) return [process.execPath, started];
  const beside = join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  if (existsSync(beside)) return [process.execPath, beside];
  const onPath = findOnPath('npm');
  if (onPath === null) throw new SetupError('npm is not on PATH. It comes with Node.');
  return [onPath];
}

/** @param {string} path @returns {LockFile | null} */
function readLock(path) {
  try {
    return /** @type {LockFile} */ (JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

/** @param {Record<string, string>} [left] @param {Record<string, string>} [right] */
function sameEntries(left = {}, right = {}) {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}
