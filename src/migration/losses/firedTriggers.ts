// What the triggers that a statement sets off may delete, by their texts: told before the statement runs.

import { rowsOf, type Database, foldName } from '../../database';
import { classify } from '../../script/classify';
import { hasWords, isWord, parseSql, type ParsedSql, type Token } from '../../script/tokens';

/** What sets a trigger off. */
export type RowEvent = 'insert' | 'update' | 'delete';

/** One INSERT, UPDATE or DELETE in the body of a trigger. */
interface Step {
  readonly kind: RowEvent;
  /** Folded. */
  readonly table: string;
  readonly replaces: boolean;
  /** INSERT … ON CONFLICT DO UPDATE. */
  readonly updates: boolean;
}

interface Trigger {
  readonly event: RowEvent;
  readonly steps: readonly Step[];
}

/** A table of which triggers may delete rows. */
export interface Endangered {
  /** Folded. */
  readonly table: string;
  /** They may add rows to it as well, so that counting it tells less. */
  readonly refilled: boolean;
}

/** All triggers of a database by the table or view, folded, that they stand on; temporary ones included. */
export function readTriggers(database: Database): ReadonlyMap<string, readonly Trigger[]> {
  const texts = rowsOf(
    database,
    `SELECT tbl_name, sql FROM main.sqlite_schema WHERE type = 'trigger'
     UNION ALL SELECT tbl_name, sql FROM temp.sqlite_schema WHERE type = 'trigger'`,
  );
  const triggers = new Map<string, Trigger[]>();
  for (const [on, sql] of texts) {
    const table = foldName(String(on));
    const others = triggers.get(table);
    if (others) others.push(...readTrigger(String(sql)));
    else triggers.set(table, [...readTrigger(String(sql))]);
  }
  return triggers;
}

/**
 * The tables of which the triggers may delete rows that events on a table set off, one trigger the other. Conditions (WHEN,
 * UPDATE OF) are not looked at, so it may be more than will be deleted from.
 * @param replacing the statement has a REPLACE clause, which then holds in its triggers (https://sqlite.org/lang_createtrigger.html)
 * @param replacesByItself whether a table's own definition replaces rows
 */
export function findEndangered(
  triggers: ReadonlyMap<string, readonly Trigger[]>,
  table: string,
  events: readonly RowEvent[],
  replacing: boolean,
  replacesByItself: (table: string) => boolean,
): readonly Endangered[] {
  const [deleted, refilled, seen] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const waiting = events.map((event) => ({ table: foldName(table), event }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { table: on, event } = next;
    if (seen.has(`${event} ${on}`)) continue;
    seen.add(`${event} ${on}`);
    for (const step of (triggers.get(on) ?? []).flatMap((one) => (one.event === event ? one.steps : []))) {
      waiting.push({ table: step.table, event: step.kind });
      if (step.updates) waiting.push({ table: step.table, event: 'update' });
      if (step.kind === 'insert') refilled.add(step.table);
      if (step.kind !== 'delete' && !(step.replaces || replacing || replacesByItself(step.table))) continue;
      deleted.add(step.table);
      waiting.push({ table: step.table, event: 'delete' });
    }
  }
  return [...deleted].map((name) => ({ table: name, refilled: refilled.has(name) }));
}

/** Whether a statement has REPLACE as a word of its own and not as the function replace(). */
export function hasReplaceClause(sql: ParsedSql): boolean {
  // Most have the word nowhere, and some are megabytes long.
  return /replace/i.test(sql.text) && replaces(sql.tokens);
}

function replaces(tokens: readonly Token[]): boolean {
  return tokens.some((token, at) => isWord(token, 'REPLACE') && tokens[at + 1]?.text !== '(');
}

/** Whether an INSERT may update rows that are there. */
export function hasUpsert(sql: ParsedSql): boolean {
  return /update/i.test(sql.text) && updates(sql.tokens);
}

function updates(tokens: readonly Token[]): boolean {
  return hasWords(tokens, 'DO', 'UPDATE');
}

function readTrigger(sql: string): readonly Trigger[] {
  const { tokens } = parseSql(sql);
  const on = tokens.findIndex((token) => isWord(token, 'ON'));
  const event = tokens.slice(0, on).flatMap((token): RowEvent[] => {
    const word = token.kind === 'word' ? token.text.toLowerCase() : '';
    return word === 'insert' || word === 'update' || word === 'delete' ? [word] : [];
  })[0];
  const begin = tokens.findIndex((token, at) => at > on && isWord(token, 'BEGIN'));
  if (event === undefined || begin < 0) return [];
  return [{ event, steps: bodyOf(tokens.slice(begin + 1)).flatMap(readStep) }];
}

/** The statements between BEGIN and END. No semicolon stands inside of one. */
function bodyOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  let start = 0;
  return tokens.flatMap((token, at) => {
    if (token.kind !== 'semicolon') return [];
    const statement = tokens.slice(start, at);
    start = at + 1;
    return [statement];
  });
}

function readStep(tokens: readonly Token[]): readonly Step[] {
  const { kind, table } = classify(tokens);
  if (table === null || (kind !== 'insert' && kind !== 'update' && kind !== 'delete')) return [];
  return [{ kind, table: foldName(table), replaces: replaces(tokens), updates: updates(tokens) }];
}
