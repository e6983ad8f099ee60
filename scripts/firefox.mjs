// Finds the Firefox that some tests drive, and gets one where that is possible; they are left out where there is none.
import { installDebianPackage } from './apt.mjs';
import { findOnPath, SetupError, starts } from './programs.mjs';

const programNames = ['firefox-esr', 'firefox'];
const macApplication = '/Applications/Firefox.app/Contents/MacOS/firefox';

/**
 * A Firefox that starts: the one that FIREFOX_PATH names, else one of this machine; or null.
 * @returns {string | null}
 */
export function findFirefox() {
  const named = process.env.FIREFOX_PATH ?? '';
  if (named !== '') {
    if (starts(named)) return named;
    throw new SetupError(`FIREFOX_PATH names ${named}, which does not start. Correct it, or unset it.`);
  }
  const onPath = programNames.map((name) => findOnPath(name));
  const onMac = process.platform === 'darwin' ? [macApplication] : [];
  return [...onPath, ...onMac].find((path) => path !== null && starts(path)) ?? null;
}

/**
 * Finds a Firefox or gets Debian's; null where there is none to be had, which is no failure. `say` is told what is under way.
 * @param {(line: string) => void} say
 * @returns {Promise<string | null>}
 */
export async function provideFirefox(say) {
  const found = findFirefox();
  if (found !== null) return found;
  say("installing Debian's firefox-esr");
  await installDebianPackage('firefox-esr');
  return findFirefox();
}
