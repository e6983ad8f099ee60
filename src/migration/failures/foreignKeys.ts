// Foreign keys: which rows a statement would leave without their parent, and keys that cannot be looked up.

import { foldName, quoteIdentifier, rowsOf, type Database } from '../../database';
import type { BlamedRows } from '../outcome';
import type { FailedStatement } from '../run/failureHelp';
import { countedRows, findRows, someRows } from './blamedRows';
import { IN_A_STATEMENT_BEFORE, type Explanation, type Said } from './explanation';
import { findTarget, newRowsOf, type Target } from './newRows';
import { readDelete } from '../../script/writeClauses';
import { listed } from '../../words';

/** What SQLite says of foreign keys, where they are enforced. */
export const FOREIGN_KEYS: readonly Explanation[] = [
  { pattern: /^FOREIGN KEY constraint failed$/, explain: explainForeignKey },
  { pattern: /^foreign key mismatch - "(.+)" referencing "(.+)"$/s, explain: explainMismatch },
];

/** A foreign key, with the names of both sides as SQL. */
interface Reference {
  readonly child: string;
  readonly parent: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly onDelete: string;
}

function explainForeignKey(failed: FailedStatement): Said {
  const { statement } = failed;
  const target = findTarget(failed);
  const found = target ? findWithoutParents(failed, target) : [];
  const [first] = found;
  const wayOut =
    statement.kind === 'insert' || statement.kind === 'update'
      ? `Add the missing parents, or change these rows, ${IN_A_STATEMENT_BEFORE}.`
      : statement.kind === 'drop table'
        ? wayOutOfDrop(failed)
        : `Change or delete the rows that refer to them ${IN_A_STATEMENT_BEFORE}.`;
  if (!first) {
    return {
      explanation: `After the statement on ${statement.table ?? 'its table'}, a row would refer to a parent that is not there. SQLite does not say which.`,
      wayOut:
        statement.kind === 'drop table'
          ? wayOutOfDrop(failed)
          : `Plan the script with foreign keys off: it then says which rows lose their parent. Mend those ${IN_A_STATEMENT_BEFORE}.`,
    };
  }
  const { reference, rows } = first;
  const others = found.length === 1 ? '' : ` ${found.length} foreign keys are broken; this is the first.`;
  return {
    explanation: `${countedRows(rows)} of ${reference.child} would have no parent in ${reference.parent} (${listed(reference.from)} ${reference.from.length === 1 ? 'refers' : 'refer'} to ${listed(reference.to)}).${others}`,
    wayOut,
    rows,
  };
}

/** For a table rebuild nothing has to go: the rows that refer to the table find the new one, if it is made in the right order. */
function wayOutOfDrop({ statement, script }: FailedStatement): string {
  const isSame = (one: string | null): boolean => foldName(one ?? '') === foldName(statement.name ?? '');
  const earlier = script.filter(({ ordinal }) => ordinal < statement.ordinal);
  const aside = earlier.find(({ kind, newName }) => kind === 'rename table' && isSame(newName));
  if (aside)
    return `Statement ${aside.ordinal} has renamed ${aside.table ?? ''}, and RENAME has written the new name into the foreign keys that refer to it. Create the new table under another name, copy the rows, drop ${aside.table ?? ''}, and rename the new one; run this with foreign keys off, and they are checked at the end.`;
  const replaced = script
    .slice(statement.ordinal)
    .find(
      ({ kind, name, newName }) =>
        (kind === 'rename table' && isSame(newName)) || (kind.startsWith('create table') && isSame(name)),
    );
  if (replaced)
    return `Statement ${replaced.ordinal} puts another table in the place of ${statement.name ?? 'it'}. Run this with foreign keys off, so that the rows which refer to ${statement.name ?? 'it'} stay: they are checked at the end.`;
  return `If this is a table rebuild, run it with foreign keys off: they are checked at the end. If ${statement.name ?? 'the table'} is meant to go, let the rows that refer to it refer to something else ${IN_A_STATEMENT_BEFORE}.`;
}

function findWithoutParents(
  failed: FailedStatement,
  target: Target,
): readonly { readonly reference: Reference; readonly rows: BlamedRows }[] {
  const { database, statement } = failed;
  const all = referencesOf(failed.shadow);
  const query = (reference: Reference): string | null => {
    const { child, parent, from, to } = reference;
    const tuple = (names: readonly string[]): string =>
      names.length === 1 ? quoteIdentifier(names[0] ?? '') : `(${names.map(quoteIdentifier).join(', ')})`;
    const [one, other] = [`main.${quoteIdentifier(child)}`, `main.${quoteIdentifier(parent)}`];
    const given = from.map((name) => `${quoteIdentifier(name)} IS NOT NULL`).join(' AND ');
    const parents = `SELECT ${to.map(quoteIdentifier).join(', ')} FROM ${other}`;
    const isChild = foldName(child) === foldName(target.name);
    if (isChild && (statement.kind === 'insert' || statement.kind === 'update')) {
      const rows = newRowsOf(failed, target, { asked: from });
      if (rows === null) return null;
      const own =
        foldName(parent) === foldName(target.name)
          ? ` AND ${tuple(from)} NOT IN (SELECT ${to.map(quoteIdentifier).join(', ')} FROM new WHERE ${to.map((name) => `${quoteIdentifier(name)} IS NOT NULL`).join(' AND ')})`
          : '';
      // The parent's column decides how the two are compared, and so stands on the left.
      const exists = to
        .map((name, at) => `p.${quoteIdentifier(name)} = new.${quoteIdentifier(from[at] ?? '')}`)
        .join(' AND ');
      return `${rows.clause}SELECT * FROM new\nWHERE ${given} AND NOT EXISTS (SELECT 1 FROM ${other} AS p WHERE ${exists})${own}`;
    }
    if (foldName(parent) !== foldName(target.name)) return null;
    if (statement.kind === 'drop table') {
      return isChild ? null : `SELECT * FROM ${one}\nWHERE ${tuple(from)} IN (${parents})`;
    }
    if (statement.kind === 'delete' && /^(NO ACTION|RESTRICT|SET DEFAULT)$/.test(reference.onDelete)) {
      const clauses = readDelete(statement);
      const where = clauses?.where == null ? '' : ` WHERE ${clauses.where}`;
      const left = isChild && where !== '' ? ` AND NOT (${clauses?.where ?? ''})` : '';
      if (clauses === null || (isChild && where === '')) return null;
      return `SELECT * FROM ${one}\nWHERE ${tuple(from)} IN (${parents}${clauses.alias}${where})${left}`;
    }
    if (statement.kind !== 'update') return null;
    const after = newRowsOf(failed, target, { asked: to, whole: true });
    const remaining = `SELECT ${to.map(quoteIdentifier).join(', ')} FROM new WHERE ${to.map((name) => `${quoteIdentifier(name)} IS NOT NULL`).join(' AND ')}`;
    return (
      after &&
      `${after.clause}SELECT * FROM ${one}\nWHERE ${tuple(from)} IN (${parents}) AND ${tuple(from)} NOT IN (${remaining})`
    );
  };
  return all.flatMap((reference) => {
    const sql = query(reference);
    const rows = sql === null ? null : someRows(findRows(database, sql));
    return rows ? [{ reference, rows }] : [];
  });
}

/** Of virtual tables no columns are asked: they have no key, and the module of one may be unknown here. */
function referencesOf(shadow: Database): readonly Reference[] {
  const rows = rowsOf(
    shadow,
    `SELECT m.name, f.id, f."from", f."table", coalesce(f."to", x.name), f.on_delete
     FROM main.sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f
     LEFT JOIN main.sqlite_schema AS p ON f."to" IS NULL AND p.type = 'table' AND p.rootpage > 0 AND p.name = f."table" COLLATE NOCASE
     LEFT JOIN pragma_table_xinfo(p.name) AS x ON x.pk = f.seq + 1
     WHERE m.type = 'table' ORDER BY m.rowid, f.id, f.seq`,
  );
  const keys = new Map<string, Reference & { from: string[]; to: string[] }>();
  for (const [child, id, from, parent, to, onDelete] of rows) {
    const key = `${String(id)} ${String(child)}`;
    const reference = keys.get(key) ?? {
      child: String(child),
      parent: String(parent),
      from: [],
      to: [],
      onDelete: String(onDelete),
    };
    reference.from.push(String(from));
    reference.to.push(String(to));
    keys.set(key, reference);
  }
  return [...keys.values()];
}

function explainMismatch(failed: FailedStatement, [, child, parent]: readonly string[]): Said {
  const reference = referencesOf(failed.shadow).find(
    (one) => foldName(one.child) === foldName(child ?? '') && foldName(one.parent) === foldName(parent ?? ''),
  );
  const columns = reference?.to.filter((name) => name !== 'null') ?? [];
  const target = findTarget(failed, parent ?? '');
  const missing = columns.filter((name) => !target?.columns.some((column) => foldName(column.name) === foldName(name)));
  const explanation = `A foreign key of ${child ?? ''} refers to ${parent ?? ''}${columns.length === 0 ? '' : ` (${listed(columns)})`}`;
  if (!reference || columns.length === 0 || missing.length > 0) {
    return {
      explanation: `${explanation}, which has ${missing.length > 0 ? `no column ${listed(missing)}` : 'no primary key that fits'}.`,
      wayOut: `Make ${child ?? ''} anew with REFERENCES that name the columns of a key of ${parent ?? ''} (a table rebuild), or give ${parent ?? ''} that key.`,
    };
  }
  const names = columns.map(quoteIdentifier).join(', ');
  return {
    explanation: `${explanation}, and no primary key, UNIQUE constraint or unique index of ${parent ?? ''} is on just these columns with their own collation. SQLite refuses every change that would have to look the key up.`,
    wayOut: `Make a unique index on ${listed(columns)} of ${parent ?? ''} before this statement. It fails where rows have the same value; those have to be settled first.`,
    mend: {
      before: [
        `CREATE UNIQUE INDEX ${quoteIdentifier(`${parent ?? ''}_${columns.join('_')}`)} ON ${quoteIdentifier(parent ?? '')}(${names})`,
      ],
      instead: null,
      after: [],
    },
  };
}
