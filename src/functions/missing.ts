// Finds all functions and collations that a script misses, one after the other, as SQLite stops at them; and asks what they are.

import { foldName, type Definition } from '../database';
import type { Need } from '../chain/needs';
import type { ParsedStatement } from '../script/parsedStatement';
import { placeOf } from '../script/statement';
import { counted } from '../words';
import { isAggregate } from './aggregates';
import { standIn } from './definitions';
import { missingIn, STAND_IN, type Meaning, type Missing } from './meaning';

/** No script calls as many. */
const MOST = 50;

/** What a script misses, and whether a row of the database goes through it. */
export interface Found extends Missing {
  /** Null where that is not known: the script stops for another reason. */
  readonly isUsed: boolean | null;
}

/**
 * Tries a script again and again, with a stand-in for what the last try missed.
 * @param message what the plan of the script stops at, as it is; null for nothing
 * @param statements of the script, whose calls tell what is an aggregate
 * @param attempt plans it with these definitions beside those that it has; gives the message that it stops at, or null
 */
export function findMissing(
  message: string | null,
  attempt: (standIns: readonly Definition[]) => string | null,
  statements: readonly ParsedStatement[],
): readonly Found[] {
  const found: Missing[] = [];
  let used = new Set<string>();
  let last = message;
  while (last !== null && found.length < MOST) {
    const missing = missingIn(last);
    // What is still missed with its stand-in cannot be given one.
    if (missing === null || found.some((one) => keyOf(one) === keyOf(missing))) break;
    found.push(missing);
    used = new Set();
    last = attempt(found.map((one) => standIn(one, () => void used.add(keyOf(one)), isAggregateIn(one, statements))));
  }
  return found.map((one) => ({ ...one, isUsed: used.has(keyOf(one)) ? true : last === null ? false : null }));
}

function isAggregateIn({ kind, name }: Missing, statements: readonly ParsedStatement[]): boolean {
  return kind === 'function' && isAggregate(name, statements);
}

function keyOf({ kind, name }: Missing): string {
  return `${kind} ${foldName(name)}`;
}

/**
 * The questions for what a script misses and for what is said already of functions and collations that it names. A stand-in is proposed
 * where the plan has shown that no row goes through.
 */
export function needsOfMeaning(
  found: readonly Found[],
  said: readonly Meaning[],
  statements: readonly ParsedStatement[],
): readonly Need[] {
  const named = said.filter((one) => placesOf(one, statements).length > 0);
  const all: readonly Found[] = [
    ...named.map(({ kind, name }) => ({ kind, name, isUsed: null })),
    ...found.filter((one) => !named.some((other) => keyOf(other) === keyOf(one))),
  ];
  return all.map(({ kind, name, isUsed }): Need => {
    const places = placesOf({ kind, name }, statements);
    const isOfRows = isAggregateIn({ kind, name }, statements);
    const use = kind === 'collation' ? 'uses the collation' : `calls the ${isOfRows ? 'aggregate ' : ''}function`;
    const [first, ...others] = places;
    const where = others.length === 0 ? first : `${first} and ${counted(others.length, 'more place')}`;
    // What a statement works on may need it where the statement does not name it.
    const sentence =
      where === undefined
        ? `The database itself ${use} ${name}, in a table, index, view or trigger that the script works on. Its application brings the ${kind}, and SQLite has none of that name.`
        : `The script ${use} ${name}, which its application brings and SQLite has not: in ${where}.`;
    // A plan does not build every index, and an index compares: then it is not known whether rows go through.
    const isProven = isUsed === false && (kind === 'function' || !statements.some(sorts));
    const rows =
      isUsed === null || (!isUsed && !isProven)
        ? ''
        : isUsed
          ? ' Rows of this database go through it.'
          : ' No row of this database goes through it.';
    const ofRows = isOfRows
      ? ' It makes one value of many rows: an SQL expression for it needs an aggregate of SQLite, as in sum($1) / count(*).'
      : '';
    const option = { answer: STAND_IN, label: 'A stand-in that no row goes through' };
    return {
      kind,
      name,
      sentence: `${sentence}${rows}${ofRows}`,
      where: places,
      options: [],
      proposal: isProven ? option : null,
      blocks: true,
    };
  });
}

/** Whether rows are sorted for a statement to hold: an index, or a key of a table. */
function sorts({ kind, text }: ParsedStatement): boolean {
  return kind === 'create index' || (kind.startsWith('create table') && /\b(unique|primary\s+key)\b/i.test(text));
}

/** `a REGEXP b` calls regexp() without naming it as a function (https://sqlite.org/lang_expr.html). */
function placesOf({ kind, name }: Missing, statements: readonly ParsedStatement[]): readonly string[] {
  const mention = new RegExp(
    kind === 'function'
      ? `\\b${escaped(name)}\\s*${/^regexp$/i.test(name) ? '' : '\\('}`
      : `\\bCOLLATE\\s+["'\`[]?${escaped(name)}`,
    'i',
  );
  return statements.flatMap((statement) =>
    mention.test(statement.text) ? [`statement ${statement.ordinal} (${placeOf(statement)})`] : [],
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
