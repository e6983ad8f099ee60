// The three kinds of test: `core` in Node (`core-apart` is a part of it), `page` inside a real Chromium, `dist` from outside on the built page.
// They run side by side, on as many cores as there are: Vitest alone would leave one of two idle. Apart from vite.config.ts, so that `npm start` need not load a browser's driver.
import { availableParallelism } from 'node:os';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumArguments, findChromium } from './scripts/chromium.mjs';
import { wholeWorker } from './scripts/worker.mjs';
import { amount, isLong } from './test/amount.ts';

const executablePath = findChromium();
/** Files that have nothing to say in less than minutes. */
const tooLong = isLong ? [] : ['test/**/*.long.test.ts'];

/** Tests that put something else in the place of a module, a clock or a global, each in a process of its own. */
const replacing = [
  'test/growth/growth.test.ts',
  'test/engine/sqljs/{temporaryFiles,seamCheck}.test.ts',
  'test/batch/zip.test.ts',
  'test/setup.test.ts',
  'test/migration/run/tokens.test.ts',
];

export default defineConfig({
  test: {
    // One more than there are cores: a test that drives a browser waits for it now and then.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        extends: './vite.config.ts',
        test: {
          name: 'core',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/page/**', 'test/dist/**', 'test/webkit/**', ...replacing, ...tooLong],
          // What files import is loaded once in each process.
          isolate: false,
          // Generated cases take seconds, and more on a machine that is busy.
          testTimeout: amount(120_000, 3_600_000),
        },
      },
      {
        extends: './vite.config.ts',
        test: {
          name: 'core-apart',
          environment: 'node',
          include: replacing,
          testTimeout: amount(120_000, 3_600_000),
        },
      },
      {
        extends: './vite.config.ts',
        plugins: [wholeWorker()],
        // A page has no process.
        define: { 'process.env.DRYDOCK_TESTS': JSON.stringify(process.env.DRYDOCK_TESTS ?? '') },
        test: {
          name: 'page',
          include: ['test/page/**/*.test.ts'],
          setupFiles: ['test/page/compiled.ts'],
          // A worker is started for each, on a machine that may be busy.
          testTimeout: amount(60_000, 1_800_000),
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { args: chromiumArguments, ...(executablePath === null ? {} : { executablePath }) },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        test: {
          name: 'dist',
          environment: 'node',
          include: ['test/dist/**/*.test.ts', 'test/webkit/**/*.test.ts'],
          exclude: tooLong,
          // Files of one process share a Chromium, and what they import is loaded once.
          isolate: false,
          // A browser is driven, on a machine that may be busy.
          testTimeout: 40_000,
        },
      },
    ],
  },
});
