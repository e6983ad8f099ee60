// Triggers and indexes that a script takes along with their table or view, and does not create again.

import { foldName, quoteIdentifier } from '../../database';
import { findRelation } from '../../schema/schema';
import type { ParsedStatement } from '../../script/parsedStatement';
import { bodyOf, spell } from '../../script/spelling';
import { isWord, parseSql, unquotedName } from '../../script/tokens';
import type { Found, Rule, ScriptEnd, ScriptStart } from '../warning';
import { findsAsQuickly, keepsUnique } from './indexShapes';
import { mentions, rebuildRule, type Rebuilt } from './rebuiltTables';

/** What the button says that puts back what is lost. */
export const RESTORE = 'Add the statements that restore it';

const onTables = rebuildRule(
  {
    code: 'lost-trigger',
    name: 'A trigger is lost in a table rebuild',
    why: 'DROP TABLE takes the triggers of the table along without an error. After the rebuild what they did no longer happens.',
    safeWay: 'Create the trigger again after the new table has its name.',
  },
  (table, start, end) => lostObjects(table, start.before.triggers, end.after.triggers, 'trigger', start.statements),
);

/** Triggers that go with the old table, or with a view that is made again. */
export const lostTrigger: Rule = {
  ...onTables,
  watch: (start) => {
    const tables = onTables.watch(start);
    const viewless = start.statements.some(({ kind }) => kind === 'drop view');
    if (!tables && !viewless) return null;
    return { end: (end) => [...(tables?.end(end) ?? []), ...(viewless ? lostOnViews(start, end) : [])] };
  },
};

/** Indexes made by CREATE INDEX. */
export const lostIndex = rebuildRule(
  {
    code: 'lost-index',
    name: 'An index is lost in a table rebuild',
    why: 'DROP TABLE takes the indexes of the table along without an error. Queries get slow, and what a UNIQUE index forbade is allowed.',
    safeWay: 'Create the index again after the new table has its name.',
  },
  (table, start, end) => lostObjects(table, start.before.indexes, end.after.indexes, 'index', start.statements),
);

interface TableObject {
  readonly name: string;
  readonly table: string;
  readonly sql: string | null;
}

function own(objects: readonly TableObject[], of: string): readonly TableObject[] {
  return objects.filter(({ table, sql }) => sql !== null && foldName(table) === foldName(of));
}

const byKindAndName = new WeakMap<readonly ParsedStatement[], ReadonlyMap<string, ParsedStatement>>();

/** The last statement of a kind on something of a name. */
function lastOf(
  statements: readonly ParsedStatement[],
  kind: ParsedStatement['kind'],
  name: string,
): ParsedStatement | undefined {
  const known =
    byKindAndName.get(statements) ?? new Map(statements.map((one) => [`${one.kind} ${foldName(one.name ?? '')}`, one]));
  byKindAndName.set(statements, known);
  return known.get(`${kind} ${foldName(name)}`);
}

function lostObjects(
  rebuilt: Rebuilt,
  before: readonly TableObject[],
  after: readonly TableObject[],
  kind: 'trigger' | 'index',
  statements: readonly ParsedStatement[],
): readonly Found[] {
  const { pair, drop, columnNow } = rebuilt;
  const known = [pair.before, pair.after, ...pair.before.columns, ...pair.after.columns];
  const names = new Set(known.map(({ name }) => foldName(name)));
  const there = own(after, pair.after.name);
  const bodies = new Set(there.map(({ sql }) => body(sql, names)));
  return own(before, pair.before.name).flatMap(({ name, sql }): readonly Found[] => {
    const parsed = parseSql(sql ?? '');
    const isUnique = kind === 'index' && bodyOf(parsed).unique;
    const found = (sentence: string, remedy: string, fix: string | null): Found => ({
      ordinal: drop.ordinal,
      severity: 'warning',
      subject: `${kind} ${name}`,
      sentence: `The table rebuild of ${pair.after.name} ${sentence}`,
      remedy,
      fix: fix === null ? null : { label: RESTORE, edits: [{ place: 'end', sql: fix }] },
    });
    if (bodies.has(body(sql, names)) || lastOf(statements, `drop ${kind}`, name)) return [];
    const namesake = there.find((other) => foldName(other.name) === foldName(name));
    const again = lastOf(statements, `create ${kind}`, name);
    // An index on columns that are gone is gone with them.
    const gone = pair.before.columns.filter(
      (column) => columnNow(column.name) === null && mentions(parsed, column.name),
    );
    // A key that ignores case forbids more than one that does not.
    const had = isUnique && gone.length === 0 && namesake ? collationIn(sql) : null;
    if (had !== null && namesake && [namesake.sql, pair.after.sql].every((text) => collationIn(text) === null)) {
      const which = `COLLATE ${had}`;
      const looser = `makes the UNIQUE index ${name} again without ${which}: values that are the same by ${had} are allowed.`;
      const keep = `Write ${which}${again ? ` in statement ${again.ordinal}` : ''}, if they are meant to be forbidden.`;
      return [{ ...found(looser, keep, null), ordinal: again?.ordinal ?? drop.ordinal }];
    }
    if (kind === 'index' && (gone.length > 0 || isReplaced(rebuilt, name))) return [];
    const fits =
      gone.length === 0 &&
      pair.before.columns.every(({ name: column }) => {
        const now = columnNow(column);
        return now === null || foldName(now) === foldName(column) || !mentions(parsed, column);
      });
    if (namesake) {
      const isWeaker = isUnique && !bodyOf(parseSql(namesake.sql ?? '')).unique;
      const sentence = `makes the UNIQUE index ${name} again without UNIQUE: rows that it forbade are allowed.`;
      const remedy = `Write CREATE UNIQUE INDEX ${name}${again ? ` in statement ${again.ordinal}` : ''}, if it is meant to forbid them.`;
      const restored = fits ? `DROP INDEX ${quoteIdentifier(namesake.name)};\n${sql ?? ''};` : null;
      return isWeaker ? [{ ...found(sentence, remedy, restored), ordinal: again?.ordinal ?? drop.ordinal }] : [];
    }
    return [
      found(
        `loses the ${isUnique ? 'UNIQUE index' : kind} ${name}: DROP TABLE takes it along, and no later statement creates it again.`,
        fits
          ? `Create ${name} again at the end of the script.`
          : `Create ${name} again at the end of the script, for the columns that ${pair.after.name} has then.`,
        fits ? `${sql ?? ''};` : null,
      ),
    ];
  });
}

/** The first collation that a definition names. */
function collationIn(sql: string | null): string | null {
  const { tokens } = parseSql(sql ?? '');
  const named = tokens[tokens.findIndex((token) => isWord(token, 'COLLATE')) + 1];
  const name = named && tokens.some((token) => isWord(token, 'COLLATE')) ? unquotedName(named) : null;
  return name === null || foldName(name) === 'binary' ? null : name;
}

/** Whether the new table has another index, key or constraint that does what an index did, and maybe more. */
function isReplaced({ pair, indexesBefore, indexesNow, columnNow }: Rebuilt, name: string): boolean {
  const index = indexesBefore.find((one) => one.name === foldName(name));
  if (!index) return false;
  const columns = index.columns.map((column) => (column === null ? null : foldName(columnNow(column) ?? column)));
  if (findsAsQuickly(indexesNow, { ...index, columns })) return true;
  const named = columns.filter((column) => column !== null);
  const among = new Set(pair.after.columns.map((column) => foldName(column.name)));
  return index.unique && named.length === columns.length && keepsUnique(indexesNow, named, among);
}

/** Behind `ON table`, or what a trigger says of its table: the name of the table itself counts as one word. */
function body(sql: string | null, names: ReadonlySet<string>): string {
  const { unique, tokens } = bodyOf(parseSql(sql ?? ''));
  return `${String(unique)} ${spell(tokens, names)}`;
}

/** INSTEAD OF triggers of views that are dropped and made again. */
function lostOnViews({ before, statements }: ScriptStart, { complete, after, outcomes }: ScriptEnd): readonly Found[] {
  if (!complete) return [];
  const left = new Set(after.triggers.map(({ name }) => foldName(name)));
  return before.triggers.flatMap(({ name, table, sql }): readonly Found[] => {
    if (left.has(foldName(name)) || findRelation(before, table)?.kind !== 'view') return [];
    const drop = lastOf(statements, 'drop view', table);
    const now = findRelation(after, table);
    if (!drop || outcomes[drop.ordinal - 1]?.verdict !== 'applied' || now?.kind !== 'view') return [];
    // Dropped by its name: that is what the script is for.
    if (lastOf(statements, 'drop trigger', name)) return [];
    return [
      {
        ordinal: drop.ordinal,
        severity: 'warning',
        subject: `trigger ${name}`,
        sentence: `The view ${now.name} is made again without the trigger ${name}: DROP VIEW takes it along, and no later statement creates it again.`,
        remedy: `Create ${name} again at the end of the script.`,
        fix: { label: RESTORE, edits: [{ place: 'end', sql: `${sql};` }] },
      },
    ];
  });
}
