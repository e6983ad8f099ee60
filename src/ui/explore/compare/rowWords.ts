// What the page says of rows that differ, in words.

import type { MatchedBy, RowCounts, TableDifference } from '../../../compare/rows/difference';
import { figure } from '../../../words';

/** Whether any row of a table differs, or could not be compared. */
export function differs({ counts: { added, removed, changed }, obstacle, side }: TableDifference): boolean {
  return added + removed + changed > 0 || obstacle !== null || side !== 'both';
}

/** `3 changed, 1 added, 5 the same`. */
export function countsInWords({ added, removed, changed, same }: RowCounts): string {
  const parts = [
    [changed, 'changed'],
    [added, 'added'],
    [removed, 'removed'],
  ] as const;
  const said = parts.flatMap(([count, words]) => (count > 0 ? [`${figure(count)} ${words}`] : []));
  if (same !== null && same > 0) said.push(`${figure(same)} the same`);
  return said.length === 0 ? 'no rows' : said.join(', ');
}

/** What makes two rows the same one: `by the primary key id`. */
export function matchedInWords(by: MatchedBy): string {
  if (by.kind === 'rowid') return 'by rowid';
  if (by.kind === 'whole rows') return 'by all values: there is no key';
  return `by the ${by.kind} ${by.columns.join(', ')}`;
}
