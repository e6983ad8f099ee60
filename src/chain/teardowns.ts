// Scripts without a number that drop what the one beside them makes: `drop.sql`, `shop-drop.sql` beside `shop.sql`.

import { isCalledSchema } from './wholeSchema';

/** What such a script is called after, beside the word for it. */
const DROPS = /^(?:(.+)[-_. ])?(?:drop|teardown|destroy|uninstall)(?:[-_. ](.+))?$/i;
/** What says no more than that it is all of it. */
const ALL = /^(?:all|tables?|database|db|schema|everything)$/i;
const MAKES = /(?:^|[-_. ])(?:create|install|setup|init)(?=[-_. ]|$)/i;

/**
 * The paths of such scripts, by what each is called without the word that drops. One that has no other beside it, which makes what it drops,
 * is a step like any other: `drop_pets.sql`.
 * @param paths of the scripts whose names have no number
 */
export function findTeardowns(paths: readonly string[]): ReadonlySet<string> {
  const beside = new Set(paths.map((path) => folderOf(path) + bare(stemOf(path))));
  const schemas = new Set(paths.filter(isCalledSchema).map(folderOf));
  return new Set(
    paths.filter((path) => {
      const [isOne, before = '', behind = ''] = DROPS.exec(stemOf(path)) ?? [];
      if (isOne === undefined) return false;
      const of = ALL.test(behind) ? before : `${before}${behind}`;
      const folder = folderOf(path);
      return (
        beside.has(folder + bare(of)) ||
        beside.has(folder + bare(before + behind)) ||
        (of === '' && schemas.has(folder))
      );
    }),
  );
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function stemOf(path: string): string {
  return path.slice(folderOf(path).length).replace(/\.[a-z]+$/i, '');
}

/** Without the word that makes, and what stands between words. */
function bare(stem: string): string {
  return stem
    .replace(MAKES, '')
    .replaceAll(/[-_. ]/g, '')
    .toLowerCase();
}
