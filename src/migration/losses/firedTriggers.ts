// What the triggers and foreign keys that a statement sets off may delete, by their texts: told before the statement runs.

import { rowsOf, type Database, foldName, type SqlValue } from '../../database';
import { classify } from '../../script/classify';
import { hasWords, isWord, parseSql, type ParsedSql, type Token } from '../../script/tokens';
import { enforcesForeignKeys } from '../run/execution';

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
  /** It is the action of a foreign key. */
  readonly isKey?: true;
}

/** A table of which triggers may delete rows. */
export interface Endangered {
  /** Folded. */
  readonly table: string;
  /** They may add rows to it as well, so that counting it tells less. */
  readonly refilled: boolean;
  /** It is a foreign key that deletes from it. */
  readonly byKeys: boolean;
}

/**
 * All triggers of a database by the table or view, folded, that they stand on; temporary ones included. Where foreign keys are
 * enforced, their actions too: as SQLite carries them out, they are triggers on the parent.
 */
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
  for (const [child, parent, onDelete, onUpdate] of enforcesForeignKeys(database) ? rowsOf(database, ACTIONS) : []) {
    const table = foldName(String(parent));
    const actions = [readAction('delete', onDelete, child), readAction('update', onUpdate, child)].flat();
    triggers.set(table, [...(triggers.get(table) ?? []), ...actions]);
  }
  return triggers;
}

const ACTIONS = `SELECT s.name, f."table", f.on_delete, f.on_update
  FROM main.sqlite_schema AS s, pragma_foreign_key_list(s.name, 'main') AS f WHERE s.type = 'table' AND f.seq = 0`;

/** What SQLite does to the child when a key of the parent goes or changes (https://sqlite.org/foreignkeys.html#fk_actions). */
function readAction(event: 'delete' | 'update', action: SqlValue = null, child: SqlValue = null): readonly Trigger[] {
  if (action === 'NO ACTION' || action === 'RESTRICT') return [];
  const kind = action === 'CASCADE' ? event : 'update';
  return [{ event, isKey: true, steps: [{ kind, table: foldName(String(child)), replaces: false, updates: false }] }];
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
  const [deleted, refilled, seen] = [new Map<string, boolean>(), new Set<string>(), new Set<string>()];
  const waiting = events.map((event) => ({ table: foldName(table), event }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { table: on, event } = next;
    if (seen.has(`${event} ${on}`)) continue;
    seen.add(`${event} ${on}`);
    const fired = (triggers.get(on) ?? []).filter((one) => one.event === event);
    for (const { step, isKey } of fired.flatMap(({ steps, isKey }) => steps.map((step) => ({ step, isKey })))) {
      waiting.push({ table: step.table, event: step.kind });
      if (step.updates) waiting.push({ table: step.table, event: 'update' });
      if (step.kind === 'insert') refilled.add(step.table);
      if (step.kind !== 'delete' && !(step.replaces || replacing || replacesByItself(step.table))) continue;
      deleted.set(step.table, isKey === true && deleted.get(step.table) !== false);
      waiting.push({ table: step.table, event: 'delete' });
    }
  }
  return [...deleted].map(([table, byKeys]) => ({ table, refilled: refilled.has(table), byKeys }));
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
