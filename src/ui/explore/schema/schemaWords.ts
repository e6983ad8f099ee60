// The words for what the schema view shows: what becomes of a thing, where a default stands, what an index sorts by.

import type { NamedThing } from '../../../explore/schema/search';
import type { IndexDetails } from '../../../schema/details';

/**
 * What becomes of something that was found: `added by statement 29`, `was there`; empty where nothing changes at all.
 * @param changes the migration changes the schema
 */
export function sayFate({ change, causes }: NamedThing, changes: boolean): string {
  if (change === 'same') return changes ? 'was there' : '';
  if (causes.length === 0) return change;
  return `${change} by ${causes.length === 1 ? 'statement' : 'statements'} ${joined(causes.map(String))}`;
}

/** What an index sorts by: `week_ending, lower(…) DESC`. An expression stands in the text of the index. */
export function sayIndexed({ columns }: IndexDetails): string {
  return columns
    .map(({ name, descending, collation }) =>
      [name ?? 'an expression', collation === 'BINARY' ? '' : `COLLATE ${collation}`, descending ? 'DESC' : '']
        .filter(Boolean)
        .join(' '),
    )
    .join(', ');
}

/** A default as it has to be written: table_xinfo gives an expression without its parentheses. */
export function writtenDefault(expression: string): string {
  return /[( ]/.test(expression) && !/^(['"(x]|-?\d)/i.test(expression) ? `(${expression})` : expression;
}

function joined(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
