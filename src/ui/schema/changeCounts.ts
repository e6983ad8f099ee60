// What changes in a table, in figures: `+4 columns, +4 indexes`.

import type { Change, ComparedRelation } from '../../schema/compare';
import { counted } from '../../words';

/** The parts that are added, removed and altered, as a line; empty where only the definition of the table itself differs. */
export function countChanges({ columns, indexes, triggers }: ComparedRelation): string {
  const parts = [
    ['column', 'columns', columns],
    ['index', 'indexes', indexes.filter(({ index }) => index.sql !== null)],
    ['trigger', 'triggers', triggers],
  ] as const;
  const of = (change: Change, say: (amount: number, one: string, many: string) => string): readonly string[] =>
    parts.flatMap(([one, many, all]) => {
      const amount = all.filter((part) => part.change === change).length;
      return amount === 0 ? [] : [say(amount, one, many)];
    });
  return [
    ...of('added', (amount, one, many) => `+${counted(amount, one, many)}`),
    ...of('removed', (amount, one, many) => `−${counted(amount, one, many)}`),
    ...of('altered', (amount, one, many) => `${counted(amount, one, many)} altered`),
  ].join(', ');
}
