// What follows a table that is renamed aside, where the script makes another one under its name: SQLite rewrites it, and it reads the old rows.

import { foldName, quoteIdentifier } from '../../database';
import { readReferences } from '../../schema/references';
import { findRelation } from '../../schema/schema';
import { parseSql, unquotedName } from '../../script/tokens';
import { pairTables } from '../proofs/tablePairs';
import type { Fix, Found, Rule } from '../warning';

/** Views, triggers, indexes and foreign keys that stay with a table which has got another name. */
export const leftOnRenamed: Rule = {
  code: 'left-on-renamed-table',
  name: 'Views, triggers, indexes and foreign keys stay with a renamed table',
  why: 'ALTER TABLE … RENAME writes the new name into views, triggers and foreign keys, and takes indexes and triggers along. Where the script then makes another table under the old name, none of them is about that one.',
  safeWay:
    'Make the new table under another name, copy the rows, drop the old one or rename it, and rename the new one: or create these objects again for it.',
  watch: ({ database, before, statements }) => {
    if (!statements.some(({ kind }) => kind === 'rename table')) return null;
    const references = readReferences(database, before);
    return {
      end: ({ complete, after, shadow, outcomes }) => {
        if (!complete) return [];
        const applied = statements.filter(({ ordinal }) => outcomes[ordinal - 1]?.verdict === 'applied');
        const renames = new Map(
          applied
            .filter(({ kind }) => kind === 'rename table')
            .map((one) => [foldName(one.table ?? ''), one] as const)
            .reverse(),
        );
        if (renames.size === 0) return [];
        return pairTables(before, after, applied).flatMap(({ before: { name: old }, after: now }): readonly Found[] => {
          const replacement = findRelation(after, old);
          const rename = renames.get(foldName(old));
          if (!now || !rename || isSame(now.name, old) || replacement?.kind !== 'table') return [];
          const found = (subject: string, what: string, remedy: string, fix: Fix | null): Found => ({
            ordinal: rename.ordinal,
            severity: 'warning',
            subject,
            sentence: `The ${subject} ${what} ${now.name} after the script, and not the new ${replacement.name}: RENAME takes it along.`,
            remedy,
            fix,
          });
          const again = (kind: 'view' | 'trigger' | 'index', name: string, was: string, what: string): Found => {
            const sql = `DROP ${kind.toUpperCase()} ${quoteIdentifier(name)};\n${was};`;
            const remedy = `If it is meant for the new ${replacement.name}, drop it and create it again at the end of the script.`;
            const label = `Create it again for ${replacement.name}`;
            return found(`${kind} ${name}`, what, remedy, { label, edits: [{ place: 'end', sql }] });
          };
          const names = (sql: string): boolean => mentions(sql, now.name);
          const views = after.relations.flatMap(({ kind, name, sql }) => {
            const was = kind === 'view' && names(sql) ? findRelation(before, name) : undefined;
            return was && mentions(was.sql, old) ? [again('view', name, was.sql, 'reads')] : [];
          });
          const triggers = after.triggers.flatMap(({ name, table, sql }) => {
            const was = before.triggers.find((one) => isSame(one.name, name));
            if (!was || !mentions(was.sql, old) || !names(sql)) return [];
            return [again('trigger', name, was.sql, isSame(table, now.name) ? 'belongs to' : 'is about')];
          });
          const indexes = after.indexes.flatMap(({ name, table }) => {
            const was = isSame(table, now.name) ? before.indexes.find((one) => isSame(one.name, name)) : undefined;
            return was?.sql == null ? [] : [again('index', name, was.sql, 'belongs to')];
          });
          const keys = readReferences(shadow, after).flatMap(({ table, columns, parent }) => {
            const isOwn = isSame(table, now.name) || isSame(table, replacement.name);
            if (isOwn || !isSame(parent, now.name)) return [];
            if (!references.some((one) => isSame(one.table, table) && isSame(one.parent, old))) return [];
            const remedy = `PRAGMA legacy_alter_table = ON before statement ${rename.ordinal} keeps the name ${old} in it, where foreign keys are off. Or make ${table} anew, with REFERENCES ${old}.`;
            return [found(`foreign key ${table} (${columns.join(', ')})`, 'refers to', remedy, null)];
          });
          return [...views, ...triggers, ...indexes, ...keys];
        });
      },
    };
  },
};

function isSame(one: string, other: string): boolean {
  return foldName(one) === foldName(other);
}

function mentions(sql: string, table: string): boolean {
  // Most have it nowhere: those are not taken apart.
  if (!foldName(sql).includes(foldName(table).replaceAll('"', '""'))) return false;
  return parseSql(sql).tokens.some((token) => isSame(unquotedName(token) ?? '', table));
}
