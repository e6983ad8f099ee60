// Finds programs on PATH and runs them. Node's own modules only: this runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A problem that its message explains in full, so that it is shown without a stack. */
export class SetupError extends Error {}

/**
 * The full path of the first of `names` that PATH leads to, or null.
 * @param {...string} names
 * @returns {string | null}
 */
export function findOnPath(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const ending = process.platform === 'win32' ? '.exe' : '';
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name + ending)).find(isExecutable);
    if (found !== undefined) return found;
  }
  return null;
}

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Whether a program is there and starts: a stub that only says how to install the real one does not, nor does a
 * program whose libraries are missing.
 * @param {string} path
 * @param {string[]} versionArguments
 */
export function starts(path, versionArguments = ['--version']) {
  if (!isExecutable(path)) return false;
  return spawnSync(path, versionArguments, { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

/**
 * Runs a program and gives its exit code (null when it was ended or did not start) and all that it printed.
 * It is ended, with all that it started, `patience` milliseconds after its start or, given `progress`, after the last
 * output that matches it.
 * @param {string} program
 * @param {string[]} programArguments
 * @param {{ patience?: number, progress?: RegExp, environment?: Record<string, string>, folder?: string }} [options]
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export function run(program, programArguments, options = {}) {
  const { patience = 15 * 60_000, progress, environment = {}, folder = process.cwd() } = options;
  return new Promise((resolve) => {
    let output = '';
    // A process group of its own, so that whatever the program starts ends with it.
    const ownGroup = process.platform !== 'win32';
    const child = spawn(program, programArguments, {
      cwd: folder,
      detached: ownGroup,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const end = () => {
      if (child.pid === undefined) return;
      try {
        if (ownGroup) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    const endBySignal = () => {
      end();
      process.exit(130);
    };
    process.once('SIGINT', endBySignal).once('SIGTERM', endBySignal);
    const timer = setTimeout(() => {
      output += `\n(ended after waiting ${String(patience / 1000)} s)\n`;
      end();
    }, patience);
    /** @param {Buffer} chunk */
    const read = (chunk) => {
      const text = chunk.toString();
      output += text;
      if (progress?.test(text) === true) timer.refresh();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    /** @param {number | null} code */
    const settle = (code) => {
      clearTimeout(timer);
      process.off('SIGINT', endBySignal).off('SIGTERM', endBySignal);
      resolve({ code, output });
    };
    child.once('error', (error) => {
      output += error.message;
      settle(null);
    });
    child.once('close', settle);
  });
}
