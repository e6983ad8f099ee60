// Which statement causes which change of the schema, and which changes a statement causes.

import type { StatementOutcome } from '../../migration/outcome';
import type { Change, ComparedRelation } from '../../schema/compare';
import type { Schema } from '../../schema/schema';
import type { Statement } from '../../script/statement';
import { parseSql, unquotedName } from '../../script/tokens';
import { SchemaHistory, type Subject } from './schemaHistory';
import { foldName } from '../../database';

/** A change, with the ordinals of the statements that cause it, in order; none where they are not known. */
interface CausedChange extends Subject {
  readonly change: Exclude<Change, 'same'>;
  readonly causes: readonly number[];
}

/** Changes and statements, both ways. */
export interface Causes {
  /** All changes: of each relation its own, then those of its columns, indexes and triggers. */
  readonly changes: readonly CausedChange[];
  /** Ordinals of the statements that cause the change of something; none where it does not change. */
  readonly of: (subject: Subject) => readonly number[];
  /** What a statement changes. None where nothing of it is left in the end. */
  readonly by: (ordinal: number) => readonly CausedChange[];
}

/**
 * Follows the statements that changed something through the names of the schema, and keeps what the comparison finds changed.
 * A relation that is altered only in its indexes or triggers is not itself changed.
 * @param compared the schemas before and after, compared
 */
export function findCauses(
  before: Schema,
  compared: readonly ComparedRelation[],
  statements: readonly Statement[],
  outcomes: readonly StatementOutcome[],
): Causes {
  const happened = new Set(
    outcomes.filter(({ verdict }) => verdict === 'applied' || verdict === 'adapted').map(({ ordinal }) => ordinal),
  );
  const changes = changesOf(before, compared);
  const ran = changes.length === 0 ? [] : statements.filter(({ ordinal }) => happened.has(ordinal));
  const renames = ran.filter(({ kind }) => kind === 'rename table' || kind === 'rename column');
  const unnamed = new UnnamedCauses(ran);
  const history = new SchemaHistory(before, ran);
  for (const statement of ran) history.follow(statement);
  const caused = changes.map(({ text, ...change }): CausedChange => {
    const direct = history.causesOf(change, change.change);
    const all = new Set([...direct, ...(text === null ? [] : renamesIn(text, change, direct, renames))]);
    if (all.size === 0) for (const ordinal of unnamed.of(change)) all.add(ordinal);
    return { ...change, causes: [...all].sort((one, other) => one - other) };
  });
  const bySubject = new Map(caused.map((change) => [keyOf(change), change.causes]));
  const byOrdinal = new Map<number, CausedChange[]>();
  for (const change of caused) {
    for (const ordinal of change.causes) {
      const others = byOrdinal.get(ordinal);
      if (others) others.push(change);
      else byOrdinal.set(ordinal, [change]);
    }
  }
  return {
    changes: caused,
    of: (subject) => bySubject.get(keyOf(subject)) ?? [],
    by: (ordinal) => byOrdinal.get(ordinal) ?? [],
  };
}

function keyOf({ kind, table, name }: Subject): string {
  return JSON.stringify([kind, foldName(table), foldName(name)]);
}

/** A change, with the text that it leaves where that can have changed by itself. */
interface FoundChange extends Subject {
  readonly change: Exclude<Change, 'same'>;
  readonly text: string | null;
}

function changesOf(before: Schema, compared: readonly ComparedRelation[]): readonly FoundChange[] {
  const texts = new Map(before.relations.map(({ name, sql }) => [foldName(name), sql]));
  const found: FoundChange[] = [];
  const add = (kind: Subject['kind'], table: string, name: string, change: Change, text: string | null): void => {
    if (change !== 'same') found.push({ kind, table, name, change, text: change === 'removed' ? null : text });
  };
  for (const { relation, change, columns, indexes, triggers } of compared) {
    const table = relation.name;
    const own = change === 'altered' && texts.get(foldName(table)) === relation.sql ? 'same' : change;
    add('relation', table, table, own, relation.sql);
    for (const { column, change: changed } of columns) add('column', table, column.name, changed, null);
    for (const { index, change: changed } of indexes) add('index', table, index.name, changed, index.sql);
    for (const { trigger, change: changed } of triggers) add('trigger', table, trigger.name, changed, trigger.sql);
  }
  return found;
}

/** SQLite writes a new name into all texts that have the old one: the renames after `direct` whose new name a text has. */
function renamesIn(
  text: string,
  subject: Subject,
  direct: ReadonlySet<number>,
  renames: readonly Statement[],
): readonly number[] {
  const since = Math.max(0, ...direct);
  const folded = foldName(text);
  // To look for the letters is quick; most texts have none of the names. In a quoted name, quotes may stand twice.
  const isWritten = (name: string): boolean => /["'`\]]/.test(name) || folded.includes(name);
  const later = renames.filter(({ ordinal, newName }) => ordinal > since && isWritten(foldName(newName ?? '')));
  if (later.length === 0) return [];
  const names = new Set(parseSql(text).tokens.map((token) => foldName(unquotedName(token) ?? '')));
  return later
    .filter((statement) => {
      const own = foldName(statement.table ?? '') === foldName(subject.table);
      const told = statement.kind === 'rename table' || own || names.has(foldName(statement.table ?? ''));
      return told && names.has(foldName(statement.newName ?? ''));
    })
    .map(({ ordinal }) => ordinal);
}

/** Who may have made what no statement names: tables that SQLite keeps for itself, and texts that a script wrote itself. */
class UnnamedCauses {
  readonly #ran: readonly Statement[];
  #writers: readonly number[] | null = null;

  constructor(ran: readonly Statement[]) {
    this.#ran = ran;
  }

  of({ table: name }: Subject): readonly number[] {
    if (/^sqlite_sequence$/i.test(name)) return this.#first(({ text }) => /\bAUTOINCREMENT\b/i.test(text));
    if (/^sqlite_stat\d$/i.test(name)) return this.#first((statement) => statement.kind === 'analyze');
    // The same for all of the things that have no other cause.
    this.#writers ??= this.#ran
      .filter(
        ({ table, kind: does }) =>
          /^(insert|update|delete)$/.test(does) && /^sqlite_(schema|master)$/i.test(table ?? ''),
      )
      .map(({ ordinal }) => ordinal);
    return this.#writers;
  }

  #first(fits: (statement: Statement) => boolean): readonly number[] {
    const found = this.#ran.find(fits);
    return found ? [found.ordinal] : [];
  }
}
