// What the page says of differences, in words.

import type { Comparison, Difference, DifferenceKind, PartDifference } from '../../../compare/difference';
import { counted, figure } from '../../../words';

const SHOWN: readonly DifferenceKind[] = ['added', 'removed', 'altered', 'renamed'];

/** How many objects differ, and in which ways: `2 added, 1 renamed`. */
export function countDifferences({ differences }: Comparison): { readonly total: number; readonly words: string } {
  const words = SHOWN.flatMap((kind) => {
    const count = differences.filter((difference) => difference.kind === kind).length;
    return count === 0 ? [] : [`${figure(count)} ${kind}`];
  });
  return { total: differences.length, words: words.join(', ') };
}

/** What differs inside of a table, in few words: `2 columns added, 1 foreign key removed`. */
export function partsInWords(parts: Difference['parts']): string {
  const groups = new Map<string, PartDifference[]>();
  for (const part of parts) {
    const key = `${part.part} ${part.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), part]);
  }
  return [...groups.values()]
    .map((group) => {
      const [{ part, kind } = { part: 'column', kind: 'altered' }] = group;
      return `${counted(group.length, part)} ${kind}`;
    })
    .join(', ');
}

/** What an object belongs to or was called: `on people`, `was client`. */
export function besideName({ object, table, nameBefore }: Difference): string {
  const on = (object === 'index' || object === 'trigger') && table !== null ? `on ${table}` : '';
  return [nameBefore === null ? '' : `was ${nameBefore}`, on].filter((words) => words !== '').join(', ');
}

/** A version of SQLite by its second part: `3.37`. */
export function versionOf(minor: number): string {
  return `3.${minor}`;
}
