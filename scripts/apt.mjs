// Installs a Debian package, where apt-get is there and we are root.
import { findOnPath, run } from './programs.mjs';

/** @type {Promise<unknown> | undefined} */
let update;

/**
 * Whether the package was installed; `output` says why not.
 * @param {string} name
 * @returns {Promise<{ installed: boolean, output: string }>}
 */
export async function installDebianPackage(name) {
  const aptGet = findOnPath('apt-get');
  if (aptGet === null) return { installed: false, output: 'apt-get is not there' };
  if (process.getuid?.() !== 0) return { installed: false, output: 'apt-get needs root' };
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  // A package list that is partly out of reach can still hold the package, so the update's own outcome is not asked.
  update ??= run(aptGet, ['-qq', 'update'], { environment });
  await update;
  const { code, output } = await run(aptGet, ['-qq', '-y', '--no-install-recommends', 'install', name], {
    environment,
  });
  return { installed: code === 0, output };
}
