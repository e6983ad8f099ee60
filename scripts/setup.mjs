// Installs what `npm start`, `npm test` (argument `test`) and `npm run test:long` (`long`) need and is missing; nothing on this machine is
// changed otherwise.
// Nothing is remembered between runs: each looks at what is there, which takes less than a second.
import { fileURLToPath } from 'node:url';
import { provideChromium } from './chromium.mjs';
import { provideFirefox } from './firefox.mjs';
import { providePackages } from './packages.mjs';
import { SetupError } from './programs.mjs';
import { provideSqldiff } from './sqldiff.mjs';
import { provideSqlite3 } from './sqlite3.mjs';
import { provideWebKit } from './webkit.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));
const [purpose = 'start'] = process.argv.slice(2);

/** @param {string} line */
const say = (line) => {
  console.log(`set-up: ${line} …`);
};

try {
  checkNode();
  await providePackages(folder, say);
  if (purpose !== 'start') {
    const programs = [`Chromium: ${await provideChromium(say)}`, `sqlite3: ${await provideSqlite3(say)}`];
    if (purpose === 'long')
      programs.push(
        `Firefox: ${(await provideFirefox(say)) ?? 'none, so nothing will be tested in it'}`,
        `WebKit: ${(await provideWebKit(say))?.browser ?? 'none, so nothing will be tested in it'}`,
        `sqldiff: ${(await provideSqldiff(say)) ?? 'none, so nothing will be compared with it'}`,
      );
    console.log(`set-up: ready (${programs.join(', ')})`);
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`set-up failed: ${error.message}`);
  process.exitCode = 1;
}

/** Says so before a package does in its own words; the versions are those of package.json's "engines". */
function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (!fits) throw new SetupError(`Node ${process.versions.node} is too old: Node 20.19 or 22.12 and later will do.`);
}
