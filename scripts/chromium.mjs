// Finds the Chromium that the tests drive, and gets one where there is none.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { installDebianPackage } from './apt.mjs';
import { findOnPath, run, SetupError, starts } from './programs.mjs';

const require = createRequire(import.meta.url);

const programNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macApplications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * Parts of Chromium that no test needs. The address bar's suggestions are web pages of Chromium's own: with each tab they are loaded anew, which takes
 * four times the processor time of the tab itself. The others are those that Playwright turns off: of two such lists Chromium obeys the last one.
 */
const unneeded = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
];

/** What every test's Chromium is started with: it stays silent on a closed network, and root can start it. */
export const chromiumArguments = [
  `--disable-features=${unneeded.join(',')}`,
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/**
 * A Chromium that starts: the one that CHROMIUM_PATH names, else one of this machine, else Playwright's own; or null.
 * @returns {string | null}
 */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH ?? '';
  if (named !== '') {
    if (starts(named)) return named;
    throw new SetupError(`CHROMIUM_PATH names ${named}, which does not start. Correct it, or unset it.`);
  }
  const onPath = programNames.map((name) => findOnPath(name));
  const onMac = process.platform === 'darwin' ? macApplications : [];
  const ofThisMachine = [...onPath, ...onMac].find((path) => path !== null && starts(path));
  if (ofThisMachine !== undefined) return ofThisMachine;
  const own = playwrightsOwn();
  return own !== null && starts(own) ? own : null;
}

/**
 * Finds a Chromium or gets one: Playwright's download, else Debian's package. `say` is told what is under way.
 * @param {(line: string) => void} say
 * @returns {Promise<string>}
 */
export async function provideChromium(say) {
  const found = findChromium();
  if (found !== null) return found;

  say("fetching Playwright's Chromium");
  // Without a network the download neither fails at once nor says a word, so silence ends it.
  const download = await run(
    process.execPath,
    [join(dirname(require.resolve('playwright/package.json')), 'cli.js'), 'install', '--no-shell', 'chromium'],
    {
      patience: 60_000,
      progress: /\d+% of/,
      environment: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' },
    },
  );
  const downloaded = findChromium();
  if (downloaded !== null) return downloaded;

  say("that failed; installing Debian's chromium");
  const debian = await installDebianPackage('chromium');
  const installed = findChromium();
  if (installed !== null) return installed;

  throw new SetupError(
    [
      'No Chromium was found, and none could be installed.',
      'Install Chromium or Google Chrome, or set CHROMIUM_PATH to the program of one.',
      `Playwright's download: ${lastLines(download.output)}`,
      `apt-get install chromium: ${lastLines(debian.output)}`,
    ].join('\n'),
  );
}

/** Where Playwright's own Chromium is or would be; null while Playwright is not installed or has none here. */
function playwrightsOwn() {
  try {
    /** @type {typeof import('playwright')} */
    const playwright = require('playwright');
    return playwright.chromium.executablePath();
  } catch {
    return null;
  }
}

/** @param {string} output */
function lastLines(output) {
  return output.trim().split('\n').slice(-5).join('\n  ');
}
