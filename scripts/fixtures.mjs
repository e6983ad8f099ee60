// Makes the databases in test/fixtures with native sqlite3: all of them, or those whose names are given as arguments.
// Each is made by the .sql file of its name, whose second line is the command that makes it.
import { execSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const recipes = fileURLToPath(new URL('../test/fixtures/', import.meta.url));

/** What lies beside a database while it is in use. */
const suffixes = ['', '-wal', '-journal'];

/**
 * What a recipe says in its first two lines: what it makes, and by which command; null for a script that is no recipe.
 * @param {string} name
 * @returns {{ what: string, command: string } | null}
 */
export function readRecipe(name) {
  const [what = '', command = ''] = readFileSync(join(recipes, `${name}.sql`), 'utf8').split('\n');
  return command.startsWith('-- sqlite3 ') ? { what: what.slice(3), command: command.slice(3) } : null;
}

/**
 * The names of all fixtures, in order.
 * @returns {string[]}
 */
export function fixtureNames() {
  return readdirSync(recipes)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => basename(file, '.sql'))
    .filter((name) => readRecipe(name) !== null)
    .sort();
}

/**
 * Runs the command of a recipe, as it stands there, in a folder of its own, and puts what it makes into `folder`: the
 * database, and the -wal or -journal that belongs to it. Throws what sqlite3 complains of.
 * @param {string} name
 * @param {string} folder
 */
export function makeFixture(name, folder) {
  const recipe = readRecipe(name);
  if (recipe === null) throw new Error(`${name}.sql does not say by which command it is made`);
  const work = mkdtempSync(join(tmpdir(), 'drydock-fixture-'));
  try {
    copyFileSync(join(recipes, `${name}.sql`), join(work, `${name}.sql`));
    execSync(recipe.command, { cwd: work, stdio: 'pipe' });
    for (const suffix of suffixes) {
      const made = join(work, `${name}.db${suffix}`);
      const place = join(folder, `${name}.db${suffix}`);
      rmSync(place, { force: true });
      if (existsSync(made)) copyFileSync(made, place);
    }
  } finally {
    rmSync(work, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2);
  for (const name of asked.length > 0 ? asked : fixtureNames()) {
    makeFixture(name, recipes);
    console.log(`${name}.db`);
  }
}
