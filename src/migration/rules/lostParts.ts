// Parts of a table's definition that it had before a script and lacks after it: what a table rebuild, or CREATE TABLE AS, forgets.

import { foldName, quoteIdentifier, type Database } from '../../database';
import { tokenise } from '../../script/tokens';
import { columnClauses, shownCheck, shownForeignKey } from '../drift/columnAspects';
import type { Fix, Found, ScriptEnd } from '../warning';
import { conflictsOf } from './changedConstraints';
import { withClause, type TableClause } from './createTableEdit';
import { RESTORE } from './lostObjects';
import { keepsUnique, leftUnique } from './indexShapes';
import { keyOf, mentions, rebuildRule, type Rebuilt } from './rebuiltTables';

/**
 * What is written in the definition of a table, and is not in that of the new one.
 * @param clause what would restore it; null where no clause does that by itself
 */
function lostClause(
  table: Rebuilt,
  { shadow }: ScriptEnd,
  what: string,
  clause: TableClause | null,
  severity: Found['severity'] = 'warning',
): Found {
  const { pair, create } = table;
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
    fix: clause && fixFor(table, shadow, clause),
  };
}

/** A fix at which the script would stop is none: where rows break what it restores, that is said instead. */
function fittingRows(found: Found, database: Database, breaking: string): Found {
  if (found.fix === null) return found;
  const rows = database.query(breaking);
  if (!rows.ok || rows.value.length === 0) return found;
  const remedy = `${found.remedy} Rows that the script writes there break it: change them first.`;
  return { ...found, remedy, fix: null };
}

function fixFor({ pair, create }: Rebuilt, shadow: Database, clause: TableClause): Fix | null {
  const label = RESTORE;
  if (create.kind === 'create table as') {
    const select = /\bAS\b([\s\S]*)$/i.exec(create.text)?.[1];
    const { before, columns, lostColumns } = pair;
    const same = columns.every((column) => foldName(column.before) === foldName(column.after));
    const isComputed = before.columns.some(({ generated }) => generated !== null);
    if (
      select === undefined ||
      isComputed ||
      !same ||
      lostColumns.length > 0 ||
      pair.after.columns.length !== columns.length
    )
      return null;
    const name = quoteIdentifier(create.name ?? '');
    const listed = pair.after.columns.map((column) => quoteIdentifier(column.name)).join(', ');
    const definition = before.sql.slice(before.sql.indexOf('('));
    const sql = `CREATE TABLE ${name} ${definition};\nINSERT INTO ${name} (${listed}) ${select.trim()};`;
    return { label, edits: [{ place: 'instead', ordinal: create.ordinal, sql }] };
  }
  const text = withClause(create, clause);
  if (text === null) return null;
  // STRICT needs a type for each column, WITHOUT ROWID a primary key: what SQLite refuses is no help.
  const scratch = shadow.scratch();
  const { ok } = scratch.execute(text);
  scratch.close();
  return ok ? { label, edits: [{ place: 'instead', ordinal: create.ordinal, sql: `${text};` }] } : null;
}

/** Constraints of columns and of the table. */
export const lostConstraint = rebuildRule(
  {
    code: 'lost-constraint',
    name: 'A constraint is lost in a table rebuild',
    why: 'The new table of a rebuild has the constraints that its CREATE TABLE says, and CREATE TABLE AS keeps none. Rows that were forbidden are allowed from then on.',
    safeWay: 'Write the constraint into the CREATE TABLE of the new table.',
  },
  (table, { database }, end) => {
    const { was, is, columnNow } = table;
    const found: Found[] = [];
    const nameNow = (columns: readonly string[]): readonly string[] | null => {
      const now = columns.map((column) => columnNow(column));
      return now.every((column) => column !== null) ? now : null;
    };
    const list = (columns: readonly string[]): string => columns.map(quoteIdentifier).join(', ');
    const show = (columns: readonly string[]): string => columns.join(', ');
    const { indexesNow } = table;
    const among = new Set(table.pair.after.columns.map(({ name }) => foldName(name)));
    const lostUnique = (what: string, now: readonly string[], clause: TableClause): readonly Found[] => {
      if (keepsUnique(indexesNow, now, among)) return [];
      const left = leftUnique(indexesNow, now);
      const { name } = table.pair.after;
      const lost = fittingRows(
        lostClause(table, end, what, clause),
        database,
        `SELECT 1 FROM main.${quoteIdentifier(name)} WHERE ${now.map((one) => `${quoteIdentifier(one)} IS NOT NULL`).join(' AND ')} GROUP BY ${list(now)} HAVING count(*) > 1 LIMIT 1`,
      );
      if (left === null) return [lost];
      const sentence = `The table rebuild of ${name} keeps ${show(now)} unique ${left}.`;
      return [{ ...lost, severity: 'note', sentence }];
    };
    const key = keyOf(was);
    const keyNow = key.length > 0 ? nameNow(key) : null;
    if (keyNow) {
      const constraint = `${keyOf(is).length > 0 ? 'UNIQUE' : 'PRIMARY KEY'} (${list(keyNow)})`;
      found.push(...lostUnique(`its primary key (${show(key)})`, keyNow, { constraint }));
    }
    for (const { of, before: conflict, after } of conflictsOf(table))
      if (conflict !== null && after === null)
        found.push(lostClause(table, end, `ON CONFLICT ${conflict} of ${of}`, null));
    for (const { columns } of was.definition.uniques) {
      const now = nameNow(columns);
      if (now === null) continue;
      found.push(...lostUnique(`UNIQUE (${show(columns)})`, now, { constraint: `UNIQUE (${list(now)})` }));
    }
    for (const [column, , notNull] of was.columns) {
      const now = columnNow(String(column));
      const row = now === null ? undefined : is.columns.find(([name]) => foldName(String(name)) === foldName(now));
      const { before, after } = table.pair;
      // What was so by STRICT or WITHOUT ROWID is told with that.
      const isByOption = before.strict !== after.strict || before.withoutRowid !== after.withoutRowid;
      // A key column takes NULL, but for the rowid and in a table WITHOUT ROWID.
      const isRowid = keyOf(is).length === 1 && /^integer$/i.test(String(row?.[1]));
      const isKey = row !== undefined && Number(row[4]) > 0 && (isRowid || after.withoutRowid || isByOption);
      if (now !== null && notNull === 1 && row?.[2] === 0 && !isKey)
        found.push(
          fittingRows(
            lostClause(table, end, `NOT NULL of the column ${now}`, { column: now, clause: 'NOT NULL' }),
            database,
            `SELECT 1 FROM main.${quoteIdentifier(table.pair.after.name)} WHERE ${quoteIdentifier(now)} IS NULL LIMIT 1`,
          ),
        );
    }
    const checks = new Set(is.definition.checks.map((check) => shownCheck(check, is.names)));
    const missing = was.definition.checks.filter((check) => !checks.has(shownCheck(check, was.names)));
    // As many others in their place: they were rewritten.
    if (was.definition.checks.length > is.definition.checks.length)
      for (const check of missing) {
        const shown = shownCheck(check, was.names);
        const text = check.condition.map((token) => token.text).join(' ');
        const usable = table.pair.before.columns.every(
          ({ name }) => columnNow(name) !== null || !mentions({ text: shown, tokens: check.condition }, name),
        );
        if (usable) found.push(lostClause(table, end, `CHECK ${shown}`, { constraint: `CHECK (${text})` }));
      }
    for (const foreign of was.definition.foreignKeys) {
      const now = nameNow(foreign.columns);
      if (now === null) continue;
      const kept = is.definition.foreignKeys.find(({ columns }) => asSet(columns) === asSet(now));
      if (kept) {
        const key = `of the foreign key (${show(now)}) to ${kept.parent}`;
        const isLost = (one: string, other: string): boolean => one !== 'NO ACTION' && other === 'NO ACTION';
        if (isLost(foreign.onDelete, kept.onDelete))
          found.push(lostClause(table, end, `ON DELETE ${foreign.onDelete} ${key}`, null));
        if (isLost(foreign.onUpdate, kept.onUpdate))
          found.push(lostClause(table, end, `ON UPDATE ${foreign.onUpdate} ${key}`, null));
        if (foreign.deferred && !kept.deferred)
          found.push(lostClause(table, end, `DEFERRABLE INITIALLY DEFERRED ${key}`, null));
        continue;
      }
      const parent = end.after.relations.find(({ name }) => foldName(name) === foldName(foreign.parent));
      if (!parent) continue;
      const columns = foreign.parentColumns === null ? '' : ` (${list(foreign.parentColumns)})`;
      const actions = `${foreign.onUpdate === 'NO ACTION' ? '' : ` ON UPDATE ${foreign.onUpdate}`}${foreign.onDelete === 'NO ACTION' ? '' : ` ON DELETE ${foreign.onDelete}`}`;
      const deferred = foreign.deferred ? ' DEFERRABLE INITIALLY DEFERRED' : '';
      found.push(
        lostClause(table, end, `the foreign key (${show(now)}) to ${shownForeignKey(foreign, end.shadow)}`, {
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
  (table, _, end) => {
    const { before, after } = table.pair;
    return [
      ...(before.strict && !after.strict ? [lostClause(table, end, 'STRICT', { option: 'STRICT' })] : []),
      ...(before.withoutRowid && !after.withoutRowid
        ? [lostClause(table, end, 'WITHOUT ROWID', { option: 'WITHOUT ROWID' })]
        : []),
      ...(table.was.definition.autoincrement && !table.is.definition.autoincrement
        ? [lostClause(table, end, 'AUTOINCREMENT', { autoincrement: true })]
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
  (table, _, end) =>
    table.was.columns.flatMap(([name]) => {
      const column = String(name);
      const now = table.columnNow(column);
      if (now === null) return [];
      const before = new Map((columnClauses(table.was, column) ?? []).map((clause) => [clause.name, clause.shown]));
      const after = new Map((columnClauses(table.is, now) ?? []).map((clause) => [clause.name, clause.shown]));
      if (after.get('generated') !== 'no') return [];
      if (before.get('generated') !== 'no') {
        const what = `the expression of the generated column ${now}, ${before.get('expression') ?? ''}: its values no longer follow those of the other columns`;
        return [lostClause(table, end, what, null)];
      }
      const collation = before.get('collation') ?? 'BINARY';
      const value = before.get('default') ?? 'none';
      return [
        ...(collation !== 'BINARY' && after.get('collation') === 'BINARY'
          ? [
              lostClause(table, end, `COLLATE ${collation} of the column ${now}`, {
                column: now,
                clause: `COLLATE ${collation}`,
              }),
            ]
          : []),
        ...(value !== 'none' && after.get('default') === 'none'
          ? [
              lostClause(table, end, `DEFAULT ${value} of the column ${now}`, {
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
  (table, _, end) => {
    const comments = (sql: string): number => tokenise(sql).filter(({ kind }) => kind === 'comment').length;
    const { before, after } = table.pair;
    const had = comments(before.sql);
    if (had === 0 || comments(after.sql) > 0) return [];
    return [{ ...lostClause(table, end, 'the comments in its definition', { option: '' }, 'note'), fix: null }];
  },
);

function storedDefault({ was }: Rebuilt, column: string): string {
  const text = was.columns.find(([name]) => foldName(String(name)) === foldName(column))?.[3];
  return /^[-+]?[\w.]+$|^'(?:[^']|'')*'$/.test(String(text)) ? String(text) : `(${String(text)})`;
}

function asSet(columns: readonly string[]): string {
  return columns.map(foldName).sort().join('\n');
}
