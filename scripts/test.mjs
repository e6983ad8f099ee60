// Runs every check of the project: first what needs no test, side by side, then all tests in one run of Vitest. Where a check fails, no test is
// run. Names of steps as arguments: only those. `--long`: the tests that need minutes, and all that the others try only a part of.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from './chromium.mjs';
import { findFirefox } from './firefox.mjs';
import { run } from './programs.mjs';
import { findWebKit } from './webkit.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));
const report = join(folder, 'test-results', 'tests.json');

const programs = {
  tsc: '@typescript/native/bin/tsc',
  'svelte-check': 'svelte-check/bin/svelte-check',
  eslint: 'eslint/bin/eslint.js',
  oxlint: 'oxlint/bin/oxlint',
  knip: 'knip/bin/knip.js',
  oxfmt: 'oxfmt/bin/oxfmt',
  vite: 'vite/bin/vite.js',
  vitest: 'vitest/vitest.mjs',
  single: '../scripts/single.mjs',
};

/**
 * None of them waits for another. Each takes one core, and those that take long come first.
 * @typedef {[program: keyof typeof programs, ...programArguments: string[]]} Command
 * @type {readonly { step: string, command: Command }[]}
 */
const checks = [
  // All files of tsconfig.json, the plain TypeScript and JavaScript as well.
  { step: 'types', command: ['svelte-check', '--tsgo', '--output', 'human', '--fail-on-warnings'] },
  { step: 'lint', command: ['eslint', '--max-warnings', '0', '.'] },
  { step: 'lint', command: ['knip'] },
  { step: 'lint', command: ['knip', '--production', '--config', 'knip.production.jsonc'] },
  { step: 'lint', command: ['oxlint', '-c', 'oxlint.config.js', '--max-warnings', '0'] },
  { step: 'format', command: ['oxfmt', '--check'] },
  { step: 'types', command: ['tsc', '-p', 'tsconfig.core.json'] },
  { step: 'build', command: ['vite', 'build', '--logLevel', 'warn'] },
  { step: 'build', command: ['single'] },
];
/** The projects of Vitest. One run has them all, so that no core is idle while the last file of one of them ends. */
const projects = ['core', 'page', 'dist'];

const steps = [...new Set(checks.map(({ step }) => step)), ...projects];
const asked = process.argv.slice(2).filter((argument) => argument !== '--long');
const isLong = process.argv.includes('--long');
const unknown = asked.filter((name) => !steps.includes(name));
if (unknown.length > 0) {
  console.error(`No step is called ${unknown.join(', ')}. Steps: ${steps.join(', ')}.`);
  process.exit(2);
}

/** @param {string} name */
const isAsked = (name) => asked.length === 0 || asked.includes(name);
const askedChecks = checks.filter(({ step }) => isAsked(step));
const askedProjects = projects.filter(isAsked);

rmSync(join(report, '..'), { recursive: true, force: true });
mkdirSync(join(report, '..'), { recursive: true });
const chromium = findChromium();
const firefox = isLong ? findFirefox() : null;
const environment = {
  // What a program prints is kept until it is known to have failed; its colours are for a terminal only.
  ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
  ...(chromium === null ? {} : { CHROMIUM_PATH: chromium }),
  ...(firefox === null ? {} : { FIREFOX_PATH: firefox }),
  ...(isLong ? { DRYDOCK_TESTS: 'long' } : { DRYDOCK_LINT: 'quick' }),
};
const total = { passed: 0, failed: 0, skipped: 0 };

await Promise.all(Array.from({ length: availableParallelism() }, carryOutChecks));
if (total.failed === 0 && askedProjects.length > 0) await runTests();

if (isLong && firefox === null)
  console.log('NOT TESTED in Firefox: none was found, and none could be installed. FIREFOX_PATH can name one.');
if (isLong && findWebKit() === null)
  console.log(
    'NOT TESTED in WebKit: WebKitWebDriver, its MiniBrowser or Xvfb was not found, and could not be installed.',
  );
const skipped = total.skipped > 0 ? `, ${String(total.skipped)} skipped` : '';
console.log(`${String(total.passed)} passed, ${String(total.failed)} failed${skipped}`);
if (total.failed > 0) process.exitCode = 1;

/** Carries out one check after the other, as long as there are some that nobody has begun. */
async function carryOutChecks() {
  for (let check = askedChecks.shift(); check !== undefined; check = askedChecks.shift()) {
    const passed = await carryOut(check.step, check.command);
    // A check that fails is not a failing test, and counts as one.
    if (!passed) total.failed += 1;
  }
}

/** Runs the tests, counts them, and says which files took longest. */
async function runTests() {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const passed = await carryOut('tests', [
    'vitest',
    'run',
    ...askedProjects
      .flatMap((project) => (project === 'core' ? ['core', 'core-apart'] : [project]))
      .flatMap((project) => ['--project', project]),
    ...reporters,
  ]);
  const results = readResults();
  total.passed += results.numPassedTests;
  total.failed += results.numFailedTests;
  total.skipped += results.numPendingTests + results.numTodoTests;
  // It can fail without a failing test: a test file that does not load.
  if (!passed && results.numFailedTests === 0) total.failed += 1;
  const files = results.testResults
    .map(({ name, startTime, endTime }) => ({ name: relative(folder, name), milliseconds: endTime - startTime }))
    .sort((one, other) => other.milliseconds - one.milliseconds);
  console.log('The slowest test files:');
  for (const { name, milliseconds } of files.slice(0, 10)) console.log(`${seconds(milliseconds)}  ${name}`);
}

/**
 * Runs a program, says how long it took and, where it failed, what it printed. Whether it succeeded.
 * @param {string} step
 * @param {Command} command
 */
async function carryOut(step, [program, ...programArguments]) {
  const begun = performance.now();
  const { code, output } = await run(
    process.execPath,
    [join(folder, 'node_modules', programs[program]), ...programArguments],
    { environment, folder, patience: (isLong ? 300 : 50) * 60_000 },
  );
  const passed = code === 0;
  console.log(`${seconds(performance.now() - begun)}  ${step}: ${program} ${passed ? 'ok' : 'FAILED'}`);
  if (!passed) console.log(`\n${output.trim()}\n`);
  return passed;
}

/**
 * What Vitest noted of the run; one that ended before it could note anything counts no test.
 * @returns {Record<`num${'Passed' | 'Failed' | 'Pending' | 'Todo'}Tests`, number>
 *   & { testResults: { name: string, startTime: number, endTime: number }[] }}
 */
function readResults() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  }
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`.padStart(9);
}
