// Parts of a table that it had before a script and lacks after it: what a table rebuild, or CREATE TABLE AS, forgets to make again.

import { foldName, quoteIdentifier, type Database } from '../../database';
import type { Relation } from '../../schema/schema';
import type { ParsedStatement } from '../../script/parsedStatement';
import { bodyOf, spell } from '../../script/spelling';
import { parseSql, tokenise } from '../../script/tokens';
import { columnClauses, readTable, shownCheck, shownForeignKey, type TableFacts } from '../drift/columnAspects';
import type { StatementOutcome } from '../outcome';
import { pairTables, type TablePair } from '../proofs/tablePairs';
import type { Fix, Found, Rule, ScriptEnd, ScriptStart } from '../warning';
import { findsAsQuickly, keepsUnique, leftUnique, readIndexShapes, type IndexShape } from './indexShapes';
import { withClause, type TableClause } from './createTableEdit';

/** A table that was made anew, with what is known of it before and after. */
interface Rebuilt {
  readonly pair: TablePair & { readonly after: Relation };
  readonly was: TableFacts;
  readonly is: TableFacts;
  readonly indexesBefore: readonly IndexShape[];
  /** Its primary key included, be it a rowid. */
  readonly indexesNow: readonly IndexShape[];
  /** The statement that dropped the old one. */
  readonly drop: ParsedStatement;
  /** The statement that made the new one. */
  readonly create: ParsedStatement;
  /** The name of now for a column of before; null where the column is gone. */
  readonly columnNow: (column: string) => string | null;
}

interface Look {
  readonly start: ScriptStart;
  readonly end: ScriptEnd;
  readonly applied: readonly ParsedStatement[];
}

/** A rule that looks at each rebuilt table once, after the script. */
function rebuildRule(
  words: Pick<Rule, 'code' | 'name' | 'why' | 'safeWay'>,
  find: (table: Rebuilt, look: Look) => readonly Found[],
): Rule {
  return {
    ...words,
    watch: (start) => {
      if (!start.statements.some(({ kind }) => kind === 'drop table')) return null;
      const facts = new Map<string, { readonly table: TableFacts; readonly indexes: readonly IndexShape[] }>();
      const dropped = new Set(
        start.statements.filter(({ kind }) => kind === 'drop table').map(({ name }) => foldName(name ?? '')),
      );
      const renamed = new Set(
        start.statements.filter(({ kind }) => kind === 'rename table').map(({ table }) => foldName(table ?? '')),
      );
      for (const { kind, name } of start.before.relations) {
        if (kind !== 'table' || !(dropped.has(foldName(name)) || renamed.has(foldName(name)))) continue;
        const read = readTable(start.database, name);
        if (read) facts.set(name, { table: read, indexes: readIndexShapes(start.database, name) });
      }
      return {
        end: (end) => {
          if (!end.complete) return [];
          const applied = start.statements.filter((_, at) => isApplied(end.outcomes[at]));
          return pairTables(start.before, end.after, applied).flatMap((pair) => {
            const was = facts.get(pair.before.name);
            const rebuilt = was ? rebuiltTable(pair, was, end.shadow, applied) : null;
            return rebuilt ? find(rebuilt, { start, end, applied }) : [];
          });
        },
      };
    },
  };
}

function isApplied(outcome: StatementOutcome | undefined): boolean {
  return outcome?.verdict === 'applied' || outcome?.verdict === 'adapted';
}

/** The pair as a rebuilt table; null where it is the same table as before. */
function rebuiltTable(
  pair: TablePair,
  { table: was, indexes: indexesBefore }: { readonly table: TableFacts; readonly indexes: readonly IndexShape[] },
  shadow: Database,
  applied: readonly ParsedStatement[],
): Rebuilt | null {
  const { after } = pair;
  if (!after) return null;
  let name = foldName(after.name);
  const create = applied.findLast((statement) => {
    if (statement.kind === 'rename table' && foldName(statement.newName ?? '') === name)
      name = foldName(statement.table ?? '');
    return statement.kind.startsWith('create table') && foldName(statement.name ?? '') === name;
  });
  // Under the name that the old one had when it went.
  let old = foldName(pair.before.name);
  const drop = applied.find((statement) => {
    if (statement.kind === 'rename table' && foldName(statement.table ?? '') === old && statement !== create)
      old = foldName(statement.newName ?? '');
    return statement.kind === 'drop table' && foldName(statement.name ?? '') === old;
  });
  const is = create && drop ? readTable(shadow, after.name) : null;
  if (!create || !drop || !is) return null;
  const there = new Map(pair.columns.map((column) => [foldName(column.before), column.after]));
  const columnNow = (column: string): string | null => there.get(foldName(column)) ?? null;
  const key = keyOf(is).map(foldName);
  const byKey = { name: '', unique: true, partial: false, columns: key, uses: new Set(key) };
  const indexesNow = [...(key.length > 0 ? [byKey] : []), ...readIndexShapes(shadow, after.name)];
  return { pair: { ...pair, after }, was, is, indexesBefore, indexesNow, drop, create, columnNow };
}

const RESTORE = 'Add the statements that restore it';

/** Triggers and indexes that go with the old table. */
export const lostTrigger = rebuildRule(
  {
    code: 'lost-trigger',
    name: 'A trigger is lost in a table rebuild',
    why: 'DROP TABLE takes the triggers of the table along without an error. After the rebuild what they did no longer happens.',
    safeWay: 'Create the trigger again after the new table has its name.',
  },
  (table, { start, end, applied }) => lostObjects(table, start.before.triggers, end.after.triggers, 'trigger', applied),
);

/** Indexes made by CREATE INDEX. */
export const lostIndex = rebuildRule(
  {
    code: 'lost-index',
    name: 'An index is lost in a table rebuild',
    why: 'DROP TABLE takes the indexes of the table along without an error. Queries get slow, and what a UNIQUE index forbade is allowed.',
    safeWay: 'Create the index again after the new table has its name.',
  },
  (table, { start, end, applied }) => lostObjects(table, start.before.indexes, end.after.indexes, 'index', applied),
);

interface TableObject {
  readonly name: string;
  readonly table: string;
  readonly sql: string | null;
}

function lostObjects(
  rebuilt: Rebuilt,
  before: readonly TableObject[],
  after: readonly TableObject[],
  kind: 'trigger' | 'index',
  applied: readonly ParsedStatement[],
): readonly Found[] {
  const { pair, drop, columnNow } = rebuilt;
  const own = (objects: readonly TableObject[], of: string): readonly TableObject[] =>
    objects.filter(({ table, sql }) => sql !== null && foldName(table) === foldName(of));
  const there = own(after, pair.after.name);
  const bodies = new Set(there.map(({ sql }) => body(sql)));
  return own(before, pair.before.name).flatMap(({ name, sql }): readonly Found[] => {
    if (there.some((other) => foldName(other.name) === foldName(name)) || bodies.has(body(sql))) return [];
    // Dropped by its name: that is what the script is for.
    if (applied.some((one) => one.kind === `drop ${kind}` && foldName(one.name ?? '') === foldName(name))) return [];
    const isUnique = kind === 'index' && bodyOf(parseSql(sql ?? '')).unique;
    // An index on columns that are gone is gone with them.
    const gone = pair.lostColumns.filter((column) => mentions(sql ?? '', column));
    if (kind === 'index' && (gone.length > 0 || isReplaced(rebuilt, name))) return [];
    const what = isUnique ? 'UNIQUE index' : kind;
    const fits =
      gone.length === 0 &&
      pair.before.columns.every(({ name: column }) => {
        const now = columnNow(column);
        return now === null || foldName(now) === foldName(column) || !mentions(sql ?? '', column);
      });
    return [
      {
        ordinal: drop.ordinal,
        severity: 'warning',
        subject: `${kind} ${name}`,
        sentence: `The table rebuild of ${pair.after.name} loses the ${what} ${name}: DROP TABLE takes it along, and no later statement creates it again.`,
        remedy: fits
          ? `Create ${name} again at the end of the script.`
          : `Create ${name} again at the end of the script, for the columns that ${pair.after.name} has then.`,
        fix: fits ? { label: RESTORE, edits: [{ place: 'end', sql: `${sql ?? ''};` }] } : null,
      },
    ];
  });
}

/** Whether the new table has another index, key or constraint that does what an index did, and maybe more. */
function isReplaced({ pair, indexesBefore, indexesNow, columnNow }: Rebuilt, name: string): boolean {
  const index = indexesBefore.find((one) => one.name === foldName(name));
  if (!index) return false;
  const columns = index.columns.map((column) => (column === null ? null : foldName(columnNow(column) ?? column)));
  if (findsAsQuickly(indexesNow, { ...index, columns })) return true;
  const named = columns.filter((column) => column !== null);
  return index.unique && named.length === columns.length && keepsUnique(indexesNow, named, columnsOf(pair.after));
}

function columnsOf({ columns }: Relation): ReadonlySet<string> {
  return new Set(columns.map(({ name }) => foldName(name)));
}

function body(sql: string | null): string {
  const { unique, tokens } = bodyOf(parseSql(sql ?? ''));
  // Behind `ON table`, or what a trigger says of its table: the name of the table itself counts as one word.
  return `${String(unique)} ${spell(tokens, new Set())}`;
}

function mentions(sql: string, column: string): boolean {
  const wanted = foldName(column);
  return parseSql(sql).tokens.some((token) => foldName(token.text.replace(/^["`[]|["`\]]$/g, '')) === wanted);
}

/** What is written in the definition of a table, and is not in that of the new one. */
function lostClause(
  { pair, create, is }: Rebuilt,
  what: string,
  clause: TableClause,
  severity: Found['severity'] = 'warning',
): Found {
  const { name } = pair.after;
  return {
    ordinal: create.ordinal,
    severity,
    subject: `table ${name}: ${what}`,
    sentence: `The table rebuild of ${name} loses ${what}.`,
    remedy:
      create.kind === 'create table as'
        ? `CREATE TABLE … AS SELECT keeps names and values only. Create the table with its definition, and copy the rows with INSERT INTO … SELECT.`
        : `If ${name} is meant to keep it, add it to statement ${create.ordinal}.`,
    fix: fixFor({ pair, create, is }, clause),
  };
}

function fixFor({ pair, create }: Pick<Rebuilt, 'pair' | 'create' | 'is'>, clause: TableClause): Fix | null {
  const label = RESTORE;
  if (create.kind === 'create table as') {
    const select = /\bAS\b([\s\S]*)$/i.exec(create.text)?.[1];
    const { before, columns, lostColumns } = pair;
    const same = columns.every((column) => foldName(column.before) === foldName(column.after));
    if (select === undefined || !same || lostColumns.length > 0 || pair.after.columns.length !== columns.length)
      return null;
    const name = quoteIdentifier(create.name ?? '');
    const listed = pair.after.columns.map((column) => quoteIdentifier(column.name)).join(', ');
    const definition = before.sql.slice(before.sql.indexOf('('));
    const sql = `CREATE TABLE ${name} ${definition};\nINSERT INTO ${name} (${listed}) ${select.trim()};`;
    return { label, edits: [{ place: 'instead', ordinal: create.ordinal, sql }] };
  }
  const text = withClause(create, clause);
  return text === null ? null : { label, edits: [{ place: 'instead', ordinal: create.ordinal, sql: `${text};` }] };
}

/** Constraints of columns and of the table. */
export const lostConstraint = rebuildRule(
  {
    code: 'lost-constraint',
    name: 'A constraint is lost in a table rebuild',
    why: 'The new table of a rebuild has the constraints that its CREATE TABLE says, and CREATE TABLE AS keeps none. Rows that were forbidden are allowed from then on.',
    safeWay: 'Write the constraint into the CREATE TABLE of the new table.',
  },
  (table, { end }) => {
    const { was, is, columnNow } = table;
    const found: Found[] = [];
    const nameNow = (columns: readonly string[]): readonly string[] | null => {
      const now = columns.map((column) => columnNow(column));
      return now.every((column) => column !== null) ? now : null;
    };
    const list = (columns: readonly string[]): string => columns.map(quoteIdentifier).join(', ');
    const show = (columns: readonly string[]): string => columns.join(', ');
    const { indexesNow } = table;
    const among = columnsOf(table.pair.after);
    const lostUnique = (what: string, now: readonly string[], clause: TableClause): readonly Found[] => {
      if (keepsUnique(indexesNow, now, among)) return [];
      const left = leftUnique(indexesNow, now);
      const lost = lostClause(table, what, clause);
      if (left === null) return [lost];
      const { name } = table.pair.after;
      return [
        {
          ...lost,
          severity: 'note',
          sentence: `The table rebuild of ${name} keeps ${show(now)} unique ${left}.`,
        },
      ];
    };
    const key = keyOf(was);
    const keyNow = key.length > 0 ? nameNow(key) : null;
    if (keyNow) {
      const constraint = `${keyOf(is).length > 0 ? 'UNIQUE' : 'PRIMARY KEY'} (${list(keyNow)})`;
      found.push(...lostUnique(`its primary key (${show(key)})`, keyNow, { constraint }));
    }
    for (const { columns } of was.definition.uniques) {
      const now = nameNow(columns);
      if (now) found.push(...lostUnique(`UNIQUE (${show(columns)})`, now, { constraint: `UNIQUE (${list(now)})` }));
    }
    for (const [column, , notNull] of was.columns) {
      const now = columnNow(String(column));
      const row = now === null ? undefined : is.columns.find(([name]) => foldName(String(name)) === foldName(now));
      const isKey = row !== undefined && Number(row[4]) > 0;
      if (now !== null && notNull === 1 && row?.[2] === 0 && !isKey)
        found.push(lostClause(table, `NOT NULL of the column ${now}`, { column: now, clause: 'NOT NULL' }));
    }
    const checks = new Set(is.definition.checks.map((check) => shownCheck(check, is.names)));
    const missing = was.definition.checks.filter((check) => !checks.has(shownCheck(check, was.names)));
    // As many others in their place: they were rewritten.
    if (was.definition.checks.length > is.definition.checks.length)
      for (const check of missing) {
        const shown = shownCheck(check, was.names);
        const text = check.condition.map((token) => token.text).join(' ');
        const usable = table.pair.before.columns.every(
          ({ name }) => columnNow(name) !== null || !mentions(shown, name),
        );
        if (usable) found.push(lostClause(table, `CHECK ${shown}`, { constraint: `CHECK (${text})` }));
      }
    for (const foreign of was.definition.foreignKeys) {
      const now = nameNow(foreign.columns);
      if (now === null || is.definition.foreignKeys.some(({ columns }) => asSet(columns) === asSet(now))) continue;
      const parent = end.after.relations.find(({ name }) => foldName(name) === foldName(foreign.parent));
      if (!parent) continue;
      const columns = foreign.parentColumns === null ? '' : ` (${list(foreign.parentColumns)})`;
      const actions = `${foreign.onUpdate === 'NO ACTION' ? '' : ` ON UPDATE ${foreign.onUpdate}`}${foreign.onDelete === 'NO ACTION' ? '' : ` ON DELETE ${foreign.onDelete}`}`;
      const deferred = foreign.deferred ? ' DEFERRABLE INITIALLY DEFERRED' : '';
      found.push(
        lostClause(table, `the foreign key (${show(now)}) to ${shownForeignKey(foreign, end.shadow)}`, {
          constraint: `FOREIGN KEY (${list(now)}) REFERENCES ${quoteIdentifier(foreign.parent)}${columns}${actions}${deferred}`,
        }),
      );
    }
    return found;
  },
);

/** What says how a table is stored and how its values are taken. */
export const lostTableOption = rebuildRule(
  {
    code: 'lost-table-option',
    name: 'STRICT, WITHOUT ROWID or AUTOINCREMENT is lost in a table rebuild',
    why: 'The new table of a rebuild is stored as its CREATE TABLE says. Without STRICT it takes values of any type, without AUTOINCREMENT it may give a rowid again.',
    safeWay: 'Write the option into the CREATE TABLE of the new table.',
  },
  (table) => {
    const { before, after } = table.pair;
    return [
      ...(before.strict && !after.strict ? [lostClause(table, 'STRICT', { option: 'STRICT' })] : []),
      ...(before.withoutRowid && !after.withoutRowid
        ? [lostClause(table, 'WITHOUT ROWID', { option: 'WITHOUT ROWID' })]
        : []),
      ...(table.was.definition.autoincrement && !table.is.definition.autoincrement
        ? [lostClause(table, 'AUTOINCREMENT', { autoincrement: true })]
        : []),
    ];
  },
);

/** Clauses that say how a column compares and what it holds where nothing is given. */
export const lostColumnClause = rebuildRule(
  {
    code: 'lost-column-clause',
    name: 'COLLATE or DEFAULT of a column is lost in a table rebuild',
    why: 'Without its COLLATE a column compares and sorts in another way, and an index or UNIQUE on it does so too. Without its DEFAULT an INSERT that leaves the column out stores NULL, or fails.',
    safeWay: 'Write the clause into the CREATE TABLE of the new table.',
  },
  (table) =>
    table.was.columns.flatMap(([name]) => {
      const column = String(name);
      const now = table.columnNow(column);
      if (now === null) return [];
      const before = new Map((columnClauses(table.was, column) ?? []).map((clause) => [clause.name, clause.shown]));
      const after = new Map((columnClauses(table.is, now) ?? []).map((clause) => [clause.name, clause.shown]));
      if (after.get('generated') !== 'no') return [];
      const collation = before.get('collation') ?? 'BINARY';
      const value = before.get('default') ?? 'none';
      return [
        ...(collation !== 'BINARY' && after.get('collation') === 'BINARY'
          ? [
              lostClause(table, `COLLATE ${collation} of the column ${now}`, {
                column: now,
                clause: `COLLATE ${collation}`,
              }),
            ]
          : []),
        ...(value !== 'none' && after.get('default') === 'none'
          ? [
              lostClause(table, `DEFAULT ${value} of the column ${now}`, {
                column: now,
                clause: `DEFAULT ${storedDefault(table, column)}`,
              }),
            ]
          : []),
      ];
    }),
);

/** Comments in the definition of a table: for many, its only documentation. */
export const lostComment = rebuildRule(
  {
    code: 'lost-comment',
    name: 'Comments in the definition of a table are lost in a rebuild',
    why: 'SQLite keeps the text of CREATE TABLE with its comments, and often they are the only documentation of a table.',
    safeWay: 'Write the comments into the CREATE TABLE of the new table.',
  },
  (table) => {
    const comments = (sql: string): number => tokenise(sql).filter(({ kind }) => kind === 'comment').length;
    const { before, after } = table.pair;
    const had = comments(before.sql);
    if (had === 0 || comments(after.sql) > 0) return [];
    return [{ ...lostClause(table, 'the comments in its definition', { option: '' }, 'note'), fix: null }];
  },
);

function storedDefault({ was }: Rebuilt, column: string): string {
  const text = was.columns.find(([name]) => foldName(String(name)) === foldName(column))?.[3];
  return /^[-+]?[\w.]+$|^'(?:[^']|'')*'$/.test(String(text)) ? String(text) : `(${String(text)})`;
}

function keyOf({ columns }: TableFacts): readonly string[] {
  return columns
    .filter((row) => Number(row[4]) > 0)
    .sort((one, other) => Number(one[4]) - Number(other[4]))
    .map(([name]) => String(name));
}

function asSet(columns: readonly string[]): string {
  return columns.map(foldName).sort().join('\n');
}
