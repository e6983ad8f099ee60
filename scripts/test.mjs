// Runs every check of the project in turn and stops at the first that fails. Names of steps as arguments: only those.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from './chromium.mjs';
import { findFirefox } from './firefox.mjs';
import { run } from './programs.mjs';

/**
 * A step with a `project` is a run of that Vitest project, whose tests are counted.
 * @typedef {{ name: string, commands: string[][], project?: string }} Step
 */

const folder = fileURLToPath(new URL('..', import.meta.url));
const resultsFolder = join(folder, 'test-results');

const programs = {
  tsc: 'typescript/bin/tsc',
  svelteCheck: 'svelte-check/bin/svelte-check',
  eslint: 'eslint/bin/eslint.js',
  knip: 'knip/bin/knip.js',
  prettier: 'prettier/bin/prettier.cjs',
  vite: 'vite/bin/vite.js',
  vitest: 'vitest/vitest.mjs',
  single: './single.mjs',
};

/** @type {Step[]} */
const steps = [
  {
    name: 'types',
    commands: [
      [programs.tsc, '-p', 'tsconfig.core.json'],
      [programs.tsc, '-p', 'tsconfig.json'],
      [programs.svelteCheck, '--output', 'human', '--fail-on-warnings'],
    ],
  },
  {
    name: 'lint',
    commands: [
      [programs.eslint, '--max-warnings', '0', '.'],
      [programs.knip],
      [programs.knip, '--production', '--config', 'knip.production.jsonc'],
    ],
  },
  { name: 'format', commands: [[programs.prettier, '--check', '--log-level', 'warn', '.']] },
  tests('core'),
  tests('page'),
  { name: 'build', commands: [[programs.vite, 'build', '--logLevel', 'warn'], [programs.single]] },
  tests('dist'),
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`No step is called ${unknown.join(', ')}. Steps: ${steps.map((step) => step.name).join(', ')}.`);
  process.exit(2);
}

rmSync(resultsFolder, { recursive: true, force: true });
mkdirSync(resultsFolder, { recursive: true });
const chromium = findChromium();
const firefox = findFirefox();
const environment = {
  // What a step prints is kept until it is known to have failed; its colours are for a terminal only.
  ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
  ...(chromium === null ? {} : { CHROMIUM_PATH: chromium }),
  ...(firefox === null ? {} : { FIREFOX_PATH: firefox }),
};
const total = { passed: 0, failed: 0, skipped: 0 };

for (const step of steps) {
  if (asked.length > 0 && !asked.includes(step.name)) continue;
  process.stdout.write(`${step.name} … `);
  const begun = performance.now();
  const failure = await carryOut(step);
  const count = step.project === undefined ? null : counted(step.project);
  if (count !== null) {
    total.passed += count.passed;
    total.failed += count.failed;
    total.skipped += count.skipped;
  }
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const tally = count === null ? '' : `${String(count.passed)} passed, `;
  console.log(failure === null ? `ok (${tally}${seconds} s)` : `FAILED (${seconds} s)\n\n${failure}\n`);
  if (failure !== null) {
    // A step can fail without a failing test: a type error, a test file that does not load.
    if ((count?.failed ?? 0) === 0) total.failed += 1;
    process.exitCode = 1;
    break;
  }
}

if (firefox === null)
  console.log('NOT TESTED in Firefox: none was found, and none could be installed. FIREFOX_PATH can name one.');
const skipped = total.skipped > 0 ? `, ${String(total.skipped)} skipped` : '';
console.log(`${String(total.passed)} passed, ${String(total.failed)} failed${skipped}`);

/**
 * Runs the step's commands at the same time. Gives what those that failed printed, or null.
 * @param {Step} step
 * @returns {Promise<string | null>}
 */
async function carryOut(step) {
  const outcomes = await Promise.all(
    step.commands.map(([program = '', ...programArguments]) =>
      run(process.execPath, [join(folder, 'node_modules', program), ...programArguments], {
        environment,
        folder,
        patience: 50 * 60_000,
      }),
    ),
  );
  const failures = outcomes.filter(({ code }) => code !== 0);
  return failures.length === 0 ? null : failures.map(({ output }) => output.trim()).join('\n\n');
}

/** @param {string} project @returns {Step} */
function tests(project) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${resultsOf(project)}`];
  return { name: project, project, commands: [[programs.vitest, 'run', '--project', project, ...reporters]] };
}

/** @param {string} project */
function resultsOf(project) {
  return join(resultsFolder, `${project}.json`);
}

/**
 * What Vitest noted of a run; a run that ended before it could note anything counts no test.
 * @param {string} project
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
function counted(project) {
  try {
    /** @type {Record<`num${'Passed' | 'Failed' | 'Pending' | 'Todo'}Tests`, number>} */
    const results = JSON.parse(readFileSync(resultsOf(project), 'utf8'));
    return {
      passed: results.numPassedTests,
      failed: results.numFailedTests,
      skipped: results.numPendingTests + results.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
