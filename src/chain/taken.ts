// Which migrations of a chain are run on one database: what is pending there, as far as the first step that only the application can do.

import type { ChainMigration } from './migration';
import { answerTo, type Answers, type Need } from './needs';
import { isRunByDefault, type Pending } from './pending';

/** What of a chain is run. */
export interface Taken {
  /** SQL, in order. */
  readonly migrations: readonly ChainMigration[];
  /** The steps in code that stand between what is run, or before it. */
  readonly steps: readonly Need[];
  /** The step before which the chain ends; null where it goes to its own end. */
  readonly endsBefore: ChainMigration | null;
}

/**
 * The migrations to run: those that are ticked, or pending where nothing was ticked. A step in code that is pending ends them, unless the
 * answer to it is `past`; one that has been applied, or is left out, is passed.
 * @param pending in the order of the migrations
 * @param picked by path, what the user ticked or left out herself
 */
export function takeMigrations(
  migrations: readonly ChainMigration[],
  pending: readonly Pending[],
  { picked, answers }: { readonly picked: ReadonlyMap<string, boolean>; readonly answers: Answers },
): Taken {
  const wanted = migrations.map(
    ({ path }, at) => picked.get(path) ?? isRunByDefault(pending[at]?.status ?? 'unrecorded'),
  );
  const last = migrations.findLastIndex(({ code }, at) => code === null && wanted[at] === true);
  const steps: Need[] = [];
  const taken: ChainMigration[] = [];
  let endsBefore: ChainMigration | null = null;
  for (const [at, migration] of migrations.slice(0, last + 1).entries()) {
    if (wanted[at] !== true) continue;
    if (migration.code === null) {
      if (endsBefore === null) taken.push(migration);
      continue;
    }
    steps.push(stepNeed(migration, migration.code));
    if (answerTo(answers, 'step', migration.path) !== 'past') endsBefore ??= migration;
  }
  return { migrations: taken, steps, endsBefore };
}

function stepNeed({ path }: ChainMigration, code: string): Need {
  return {
    kind: 'step',
    name: path,
    sentence: `${path} is a step in code (${code}), which a page cannot run. The chain ends before it, unless you know that what follows does without it, or that it has been done.`,
    where: [path],
    options: [{ answer: 'past', label: 'Go on past it' }],
    proposal: null,
    blocks: false,
  };
}
