// Constraints that a rebuilt table still has, and that do something else when a row breaks them: ON CONFLICT, and what foreign keys do.

import { foldName } from '../../database';
import type { ForeignKeyDefinition } from '../../schema/tableDefinition';
import type { Found, ScriptEnd } from '../warning';
import { keyOf, rebuildRule, type Rebuilt } from './rebuiltTables';

/** What becomes of a row that breaks a constraint, before and after; null where nothing is written. */
interface Conflicts {
  /** `UNIQUE (a)` */
  readonly of: string;
  /** What an INSERT gives that breaks it. */
  readonly given: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** The ON CONFLICT clauses of the constraints that a table has before and after. */
export function conflictsOf({ was, is, columnNow }: Rebuilt): readonly Conflicts[] {
  const nameNow = (columns: readonly string[]): readonly string[] | null => {
    const now = columns.flatMap((column) => columnNow(column) ?? []);
    return now.length === columns.length ? now : null;
  };
  const isSame = (one: readonly string[], other: readonly string[]): boolean =>
    one.map(foldName).sort().join('\n') === other.map(foldName).sort().join('\n');
  const found: Conflicts[] = [];
  const key = nameNow(keyOf(was));
  if (was.definition.primaryKey && is.definition.primaryKey && key && isSame(key, keyOf(is))) {
    const given = 'a key that is there already';
    const { conflict: before } = was.definition.primaryKey;
    found.push({ of: `the primary key (${key.join(', ')})`, given, before, after: is.definition.primaryKey.conflict });
  }
  for (const { columns, conflict: before } of was.definition.uniques) {
    const now = nameNow(columns);
    const kept = now && is.definition.uniques.find((one) => isSame(one.columns, now));
    const given = 'a value that is there already';
    if (kept) found.push({ of: `UNIQUE (${now.join(', ')})`, given, before, after: kept.conflict });
  }
  for (const [name, , notNull] of was.columns) {
    const now = notNull === 1 ? columnNow(String(name)) : null;
    const column = now === null ? undefined : is.byName.get(foldName(now));
    if (now === null || column?.row[2] !== 1) continue;
    const before = was.byName.get(foldName(String(name)))?.definition?.notNullConflict ?? null;
    const after = column.definition?.notNullConflict ?? null;
    found.push({ of: `NOT NULL of the column ${now}`, given: `NULL for ${now}`, before, after });
  }
  return found.filter(({ before, after }) => before !== after);
}

/** Constraints that are kept, and act otherwise. Where nothing is written any more, that is told as lost. */
export const changedConstraint = rebuildRule(
  {
    code: 'changed-constraint',
    name: 'A constraint acts otherwise after a table rebuild',
    why: 'ON CONFLICT says what becomes of a row that breaks a constraint, and ON DELETE and ON UPDATE what becomes of the rows that refer to one which goes. Programs may rely on it: CASCADE deletes rows that SET NULL keeps.',
    safeWay: 'Check that the change is meant, and that the programs expect it.',
  },
  (table, _, end) => [...changedConflicts(table), ...changedForeignKeys(table, end)],
);

function found(table: Rebuilt, what: string, sentence: string, part = ''): Found {
  const { name } = table.pair.after;
  return {
    ordinal: table.create.ordinal,
    severity: 'note',
    subject: `table ${name}: ${what}${part}`,
    sentence: `The table rebuild of ${name} changes ${what}: ${sentence}`,
    remedy: 'Check that this is meant, and that the programs expect it.',
    fix: null,
  };
}

/** What an INSERT does that breaks a constraint (https://sqlite.org/lang_conflict.html). */
function actOf(conflict: string, of: string): string {
  switch (conflict) {
    case 'REPLACE':
      return of.startsWith('NOT NULL') ? 'then stores the default of the column' : 'then deletes the row that is there';
    case 'IGNORE':
      return 'is then left out without an error';
    case 'FAIL':
      return 'then fails, and the rows before it stay';
    default:
      return 'then fails, and takes the whole transaction back';
  }
}

function changedConflicts(table: Rebuilt): readonly Found[] {
  return conflictsOf(table).flatMap(({ of, given, before, after }) => {
    if (after === null) return [];
    const what =
      before === null ? `it gets ON CONFLICT ${after}` : `ON CONFLICT ${before} becomes ON CONFLICT ${after}`;
    return [found(table, of, `${what}. An INSERT with ${given} ${actOf(after, of)}.`)];
  });
}

function changedForeignKeys(table: Rebuilt, { after }: ScriptEnd): readonly Found[] {
  const { was, is, columnNow, pair } = table;
  return was.definition.foreignKeys.flatMap((foreign): readonly Found[] => {
    const now = foreign.columns.flatMap((column) => columnNow(column) ?? []);
    const wanted = now.map(foldName).sort().join('\n');
    const kept = is.definition.foreignKeys.find(({ columns }) => columns.map(foldName).sort().join('\n') === wanted);
    if (!kept || now.length < foreign.columns.length) return [];
    const what = `the foreign key (${now.join(', ')}) to ${foreign.parent}`;
    const isThere = after.relations.some(({ name }) => foldName(name) === foldName(foreign.parent));
    if (foldName(kept.parent) !== foldName(foreign.parent))
      return isThere ? [found(table, what, `it refers to ${kept.parent} instead.`)] : [];
    const child = { name: pair.after.name, columns: now.join(', ') };
    return [
      ...changedAction(foreign.onDelete, kept.onDelete).map((to) =>
        found(
          table,
          what,
          `ON DELETE ${foreign.onDelete} becomes ON DELETE ${to}. With foreign keys enforced, a DELETE in ${kept.parent} then ${effectOf(to, child, 'delete')}.`,
          ', ON DELETE',
        ),
      ),
      ...changedAction(foreign.onUpdate, kept.onUpdate).map((to) =>
        found(
          table,
          what,
          `ON UPDATE ${foreign.onUpdate} becomes ON UPDATE ${to}. With foreign keys enforced, an UPDATE of the key in ${kept.parent} then ${effectOf(to, child, 'update')}.`,
          ', ON UPDATE',
        ),
      ),
    ];
  });
}

/** The new action, where there is one and it is another. */
function changedAction(
  before: ForeignKeyDefinition['onDelete'],
  after: ForeignKeyDefinition['onDelete'],
): readonly string[] {
  return before === after || after === 'NO ACTION' ? [] : [after];
}

/** What an action of a foreign key does (https://sqlite.org/foreignkeys.html#fk_actions). */
function effectOf(action: string, child: { readonly name: string; readonly columns: string }, event: string): string {
  switch (action) {
    case 'CASCADE':
      return event === 'delete'
        ? `deletes the rows of ${child.name} that refer to the row`
        : `changes ${child.columns} of ${child.name} along`;
    case 'SET NULL':
      return `makes ${child.columns} of ${child.name} NULL, and the rows stay`;
    case 'SET DEFAULT':
      return `gives ${child.columns} of ${child.name} the default, and the rows stay`;
    default:
      return `fails while rows of ${child.name} refer to the row`;
  }
}
