// Finds the WebKit that the long tests drive, Safari's engine as Debian has it, and gets it where that is possible.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installDebianPackage } from './apt.mjs';
import { findOnPath, isExecutable } from './programs.mjs';

/** @typedef {{ driver: string, browser: string, display: string }} WebKit programs: what speaks WebDriver, the browser, an X server */

/**
 * A WebKit that can be driven without a screen, or null. `WebKitWebDriver` drives `MiniBrowser`, which is not on PATH.
 * @returns {WebKit | null}
 */
export function findWebKit() {
  const [driver, display] = [findOnPath('WebKitWebDriver'), findOnPath('Xvfb')];
  const browser = findMiniBrowser();
  return driver !== null && display !== null && browser !== null ? { driver, display, browser } : null;
}

/**
 * Finds a WebKit or gets Debian's; null where there is none to be had, which is no failure. `say` is told what is under way.
 * @param {(line: string) => void} say
 * @returns {Promise<WebKit | null>}
 */
export async function provideWebKit(say) {
  const found = findWebKit();
  if (found !== null) return found;
  say("installing Debian's webkit2gtk-driver and xvfb");
  await installDebianPackage('webkit2gtk-driver');
  await installDebianPackage('xvfb');
  return findWebKit();
}

/** The MiniBrowser beside one of WebKit's libraries: /usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser. */
function findMiniBrowser() {
  return (
    ['/usr/lib', '/usr/libexec', ...foldersIn('/usr/lib').filter((folder) => folder.endsWith('-linux-gnu'))]
      .flatMap(foldersIn)
      .filter((folder) => /\/webkit(2gtk|gtk)-[\d.]+$/.test(folder))
      .map((folder) => join(folder, 'MiniBrowser'))
      .find(isExecutable) ?? null
  );
}

/** @param {string} folder */
function foldersIn(folder) {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}
