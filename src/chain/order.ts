// What only the files beside it tell of a file: which way one goes whose name may mean either, and which of several with one number comes first.

import { canonicalVersion, type MigrationName } from './migrationName';
import { answerTo, type Answers, type Need } from './needs';
import { sharedNumbers, type SharedNumber } from './numbering';
import type { ChainTool } from './tool';

interface Named {
  readonly path: string;
  readonly name: MigrationName;
}

/**
 * Settles which way files go whose names alone do not say so for sure. One whose name ends in `_down` goes down where another one of its
 * number goes up. Where there is none, as for `7_count_down.sql` alone, it is asked, and not run before that. The answer is `up` or `down`.
 * `U7__x.sql` takes back `V7__x.sql` of Flyway; where no such file has its `V`, they are those of refinery, which go up as well
 * (https://docs.rs/refinery, "unversioned" migrations).
 */
export function settleDirections<File extends Named>(
  files: readonly File[],
  answers: Answers,
): { readonly files: readonly File[]; readonly needs: readonly Need[] } {
  const ups = new Set(files.filter(({ name }) => name.direction === 'up').map(keyOf));
  const needs: Need[] = [];
  const versions = new Set(
    files.flatMap(({ name }) => (name.direction === 'up' ? canonicalVersion(name.version) : [])),
  );
  const isUndone = files.some(({ name }) => name.direction === 'undo' && versions.has(canonicalVersion(name.version)));
  const settled = files.map((file) => {
    const { path, name } = file;
    if (name.direction === 'undo' && !isUndone) return { ...file, name: { ...name, direction: 'up' as const } };
    if (name.direction !== 'down' || name.isDirectionSure || ups.has(keyOf(file))) return file;
    // One file that comes alone is meant to be run.
    if (files.length > 1) needs.push(directionNeed(path));
    if (files.length > 1 && answerTo(answers, 'order', path) !== 'up') return file;
    return { ...file, name: { ...name, direction: 'up' as const } };
  });
  return { files: settled, needs };
}

/** What the files of one migration have in common: their folder and their number, or the name without its last word. */
export function keyOf({ path, name: { version } }: Named): string {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const stem = path.slice(folder.length).replace(/[-_](?:up|down|undo|rollback|revert|downgrade)?\.[a-z]+$/i, '');
  return folder + (version === '' ? ` ${stem}` : version);
}

function directionNeed(path: string): Need {
  const down = { answer: 'down', label: 'It goes down: leave it out' };
  return {
    kind: 'order',
    name: path,
    sentence: `By its name ${path} takes a migration back, but there is no other file of its number that goes up. Does it go down?`,
    where: [path],
    options: [down, { answer: 'up', label: 'It goes up: run it in its place' }],
    proposal: down,
    blocks: true,
  };
}

/** What is said and asked of files that have one number. */
interface Numbers {
  /** By the path of the first file of each number. */
  readonly notes: ReadonlyMap<string, string>;
  readonly needs: readonly Need[];
}

/** Tools that take no two files of one number, with what they do about them. */
const ONE_EACH: Partial<Record<ChainTool, string>> = {
  goose: 'goose stops at two files of one number',
  dbmate: 'dbmate records each number once, and stops at the second file',
  flyway: 'Flyway stops at two files of one version',
  diesel: 'Diesel records each version once, and stops at the second folder',
  drizzle: 'Drizzle goes by its journal, which is not here',
};

/**
 * Files of one number run by their whole names, as most tools do it, and a note says so. Where the tool takes no two of them it is asked,
 * since one of them may be wrong; the answer is `whole name`.
 * @param migrations in their order
 */
export function arrangeNumbers(
  migrations: readonly { readonly version: string; readonly path: string; readonly code: string | null }[],
  {
    tool,
    hasJournal,
    isOrdered,
  }: { readonly tool: ChainTool | null; readonly hasJournal: boolean; readonly isOrdered: boolean },
  answers: Answers,
): Numbers {
  const notes = new Map<string, string>();
  const needs: Need[] = [];
  // A journal orders what has the same number, and so does the user.
  if (hasJournal || isOrdered || tool === 'prisma') return { notes, needs };
  // A program may stand beside the SQL of its number in any tool that has such.
  for (const shared of sharedNumbers(
    migrations.filter(({ code }) => code === null),
    tool === 'dbmate',
  )) {
    const [first = ''] = shared.paths;
    const refuses = tool === null ? undefined : ONE_EACH[tool];
    if (refuses === undefined) notes.set(first, noteOn(shared, tool));
    else needs.push(numberNeed(shared, refuses));
    if (refuses !== undefined && answerTo(answers, 'order', shared.version) !== undefined)
      notes.set(first, noteOn(shared, null));
  }
  return { notes, needs };
}

function noteOn({ version, paths }: SharedNumber, tool: ChainTool | null): string {
  const note = `${paths.length} files have the number ${version}. They run in the order of their whole names`;
  if (tool !== 'golang-migrate') return `${note}.`;
  return `${note}, as tools do that go by these; golang-migrate and sqlx take only one file of a number.`;
}

function numberNeed({ version, paths }: SharedNumber, refuses: string): Need {
  const [first = '', second = '', ...more] = paths;
  const others = more.length > 0 ? ` So do ${more.join(', ')}.` : '';
  return {
    kind: 'order',
    name: version,
    sentence: `${first} and ${second} have the number ${version}, and ${refuses}, so it is not known which comes first.${others} Put them in order, leave one out, or run them by their whole names.`,
    where: paths,
    options: [{ answer: 'whole name', label: 'By their whole names' }],
    proposal: null,
    blocks: true,
  };
}
