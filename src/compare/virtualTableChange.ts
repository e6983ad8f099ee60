// A virtual table is led to what is wished for: SQLite cannot alter one, so it is created anew.

import { foldName, quoteIdentifier } from '../database';
import type { Relation } from '../schema/schema';
import { isIndexOfOther } from '../schema/virtualTables';
import { counted } from '../words';
import { isSameDefinition } from './meaning';
import { nameInId } from './question';
import { rowidOf, unusedName } from './rebuild';
import type { Work } from './tableChange';

/**
 * Creates a virtual table anew where it is not as it is wished for, and asks what becomes of what it holds.
 * @param before as it is once it has its name
 * @param origin the name that it has in the database that the facts are about
 */
export function changeVirtualTable(
  before: Relation,
  after: Relation,
  origin: string,
  { input, interview, facts, names, draft }: Work,
): void {
  if (isSameDefinition(before.sql, after, { names, spelling: input.spelling })) return;
  const isIndex = isIndexOfOther(after.sql);
  const rows = facts.rows(origin);
  const answer = interview.ask(
    {
      id: `virtual table ${nameInId(after.name)}`,
      kind: 'virtual table',
      table: after.name,
      column: null,
      sentence: `SQLite cannot alter the virtual table ${after.name}: it is created anew. What becomes of what it holds?`,
      evidence: isIndex
        ? [`${after.name} is an index of the rows of another table.`]
        : rows === null
          ? []
          : [`It has ${counted(rows, 'row')}.`],
      options: [
        ...(isIndex ? [{ value: 'rebuild', label: 'Build the index anew from that table', expression: null }] : []),
        { value: 'copy', label: 'Copy the columns that both have', expression: null },
        { value: 'empty', label: 'Leave it empty', expression: null },
      ],
    },
    isIndex ? 'rebuild' : null,
    isIndex ? 'rebuild' : 'copy',
  );
  const name = quoteIdentifier(after.name);
  draft.comment = `Virtual table ${after.name} is created anew.`;
  draft.drops = true;
  if (answer !== 'copy') {
    draft.add(`DROP TABLE ${name}`, after.name);
    draft.add(after.sql, after.name);
    if (answer === 'rebuild') draft.add(`INSERT INTO ${name} (${name}) VALUES ('rebuild')`, after.name);
    if (answer === 'empty' && rows !== 0) {
      const sentence = `What the virtual table ${after.name} holds is deleted.`;
      draft.losses.push({ table: origin, column: null, count: rows, sentence });
    }
    return;
  }
  const aside = quoteIdentifier(unusedName(`old_${after.name}`, names));
  const had = new Set(before.columns.filter(({ hidden }) => !hidden).map((column) => foldName(column.name)));
  const common = after.columns.filter((column) => !column.hidden && had.has(foldName(column.name)));
  const columns = [rowidOf(after) ?? 'rowid', ...common.map((column) => quoteIdentifier(column.name))].join(', ');
  draft.add(`ALTER TABLE ${name} RENAME TO ${aside}`, after.name);
  draft.add(after.sql, after.name);
  draft.add(`INSERT INTO ${name} (${columns}) SELECT ${columns} FROM ${aside}`, after.name);
  draft.add(`DROP TABLE ${aside}`, after.name);
}
