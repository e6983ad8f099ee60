// What a plan changes of one table, in figures: its parts and its rows.

import { counted, figure } from '../../words';
import { PARTS, VERBS, type Amount, type TableChange } from './tableChanges';

/** Whether it is nothing at all. */
export function isNone({ number, isExact }: Amount): boolean {
  return number === 0 && isExact;
}

/** `527 rows`, `up to 800 rows`, `more than 1,000 rows`, `rows`. */
export function amountOf({ number, isExact, isMost }: Amount, what: string): string {
  if (isExact) return `${isMost ? 'up to ' : ''}${counted(number, what)}`;
  return number === 0 || isMost ? `${what}s` : `more than ${counted(number, what)}`;
}

const SIGNS = { added: '+', removed: '−', renamed: '', altered: '' } as const;

/**
 * What becomes of the parts of a table, in figures: `+4 columns, +4 indexes`; empty where nothing of it changes.
 * @example
 * partsInWords([{ verb: 'altered', part: 'column', amount: 1 }]); // '1 column altered'
 */
export function partsInWords(parts: TableChange['parts']): string {
  return VERBS.flatMap((verb) =>
    PARTS.flatMap((part) => {
      const found = parts.find((one) => one.verb === verb && one.part === part);
      if (!found) return [];
      const isItself = part === 'table' || part === 'view';
      if (isItself) return [{ added: 'new', removed: 'removed', renamed: 'renamed', altered: 'altered' }[verb]];
      const amount = counted(found.amount, part, part === 'index' ? 'indexes' : `${part}s`);
      return [SIGNS[verb] === '' ? `${amount} ${verb}` : `${SIGNS[verb]}${amount}`];
    }),
  ).join(', ');
}

/**
 * What becomes of the rows of a table: `699,995 rows stay`, `527 of 1,204 rows deleted`; empty where there is nothing to tell.
 * @param known how many it had before the script; null where they have not been counted
 */
export function rowsInWords({ rows, isView, parts }: TableChange, known: number | null): string {
  const { deleted, values, changed, overwritten, added, byTriggers } = rows;
  const isNew = parts.some(({ verb, part }) => verb === 'added' && part === 'table');
  const of = (amount: Amount): string =>
    known !== null && amount.isExact && (amount.isMost || known >= amount.number)
      ? `${amount.isMost ? 'up to ' : ''}${figure(Math.min(amount.number, known))} of ${counted(known, 'row')}`
      : amountOf(amount, 'row');
  const told = [
    ...(isNone(deleted) ? [] : [`${of(deleted)} deleted`]),
    ...(isNone(values) ? [] : [`${amountOf(values, 'value')} deleted`]),
    ...(isNone(changed) ? [] : [`${of(changed)} changed`]),
    ...(isNone(overwritten) ? [] : [`${amountOf(overwritten, 'value')} overwritten`]),
    ...(isNone(added) ? [] : [`${amountOf(added, 'row')} added`]),
    ...(isNone(byTriggers) ? [] : [`${amountOf(byTriggers, 'row')} written by triggers or foreign keys`]),
  ];
  const stays = isNone(deleted) && isNone(changed) && !isView && !isNew && known !== null;
  const stay = known === 0 ? 'no rows' : known === 1 ? '1 row stays' : `${counted(known ?? 0, 'row')} stay`;
  return [...(stays ? [stay] : []), ...told].join(', ');
}
