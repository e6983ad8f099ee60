// What a table rebuild does with the rows: which value each column of the new table gets, and the questions that this asks.

import { foldName, quoteIdentifier } from '../database';
import { affinityOf, type Affinity } from '../schema/details';
import type { Column, Relation } from '../schema/schema';
import { counted } from '../words';
import type { CopiedTable } from './copiedTable';
import type { Interview } from './interview';
import type { Loss } from './migration';
import { askNewValue, isNullDefault } from './newValue';
import type { PairedRelation } from './pairing';
import { placeholderOf } from './placeholder';
import { DELETE_ROWS, nameInId } from './question';
import type { RowCopy } from './rebuild';
import { rowidColumn } from './rebuild';
import { referringTo } from './references';
import type { RowFacts } from './rowFacts';

/** What is copied, and the rows and values that are not. */
export interface Copying {
  readonly copy: RowCopy;
  readonly losses: readonly Loss[];
}

/** Asks what is to be known of the copy. Where ALTER TABLE does what is wished for, there is nothing of it. */
export function askCopy(copied: CopiedTable, interview: Interview, facts: RowFacts): Copying {
  const { before, after, origin, relations, keyed } = copied;
  const old = new Map(before.columns.map((column) => [foldName(column.name), column]));
  const losses: Loss[] = [];
  const conditions: string[] = [];
  const isEmpty = facts.isEmpty(origin.table);
  const columns = after.columns.flatMap((column): readonly { readonly name: string; readonly value: string }[] => {
    if (column.generated !== null || column.hidden) return [];
    const { name } = column;
    const was = old.get(foldName(name));
    // What is computed by now may be the same in several rows, and on the way back nobody can look.
    const isUnfit = was?.generated != null && !facts.known && keyed.has(foldName(name));
    if (!was || isUnfit) {
      const value = isEmpty ? null : askNewValue(copied, column, interview, facts);
      return value === null ? [] : [{ name, value }];
    }
    const plain = quoteIdentifier(was.name);
    const values = { before: was, after: column, table: { before, after }, origin, relations };
    const { value, loss: replaced } = isEmpty
      ? { value: plain, loss: null }
      : converted(values, plain, interview, facts);
    if (replaced) losses.push(replaced);
    const filled = isEmpty ? { value, loss: null } : withoutNull(values, value, interview, facts);
    if (filled.loss) {
      losses.push(filled.loss);
      conditions.push(`${plain} IS NOT NULL`);
    }
    return [{ name, value: filled.value }];
  });
  for (const was of before.columns) {
    const now = after.columns.find(({ name }) => foldName(name) === foldName(was.name));
    if (was.generated !== null || now?.generated == null) continue;
    const count = isEmpty ? 0 : facts.values(origin.table, origin.columnOf(was.name));
    if (count === 0) continue;
    const sentence = `The column ${was.name} of ${after.name} is computed from now on: what it holds is deleted${count === null ? '' : `, ${counted(count, 'value')}`}.`;
    interview.ask(
      {
        id: `loss of ${nameInId(origin.table)}.${nameInId(origin.columnOf(was.name))}`,
        kind: 'loss',
        table: after.name,
        column: was.name,
        sentence: `The target computes ${was.name} of ${after.name}. May the values go that it holds now?`,
        evidence: [sentence],
        options: [{ value: 'confirmed', label: 'Yes: compute them from now on', expression: null }],
      },
      null,
      'confirmed',
    );
    losses.push({ table: origin.table, column: origin.columnOf(was.name), count, sentence });
  }
  return { copy: { columns, condition: conditions.length > 0 ? conditions.join(' AND ') : null }, losses };
}

/** SQL for a value, and what goes with it. */
interface CopiedValue {
  readonly value: string;
  readonly loss: Loss | null;
}

interface CopiedColumn {
  readonly before: Column;
  readonly after: Column;
  readonly table: { readonly before: Relation; readonly after: Relation };
  readonly origin: CopiedTable['origin'];
  readonly relations: readonly PairedRelation[];
}

/** The value of a column whose type changes. */
function converted(
  { before, after, table, origin }: CopiedColumn,
  plain: string,
  interview: Interview,
  facts: RowFacts,
): CopiedValue {
  const kept = { value: plain, loss: null };
  const from = affinityOf(before.type, table.before.strict);
  const to = affinityOf(after.type, table.after.strict);
  const isStricter = table.after.strict && !table.before.strict;
  // SQLite refuses what is no integer in it, as a STRICT table does.
  const isKey = rowidColumn(table.after) === after.name && rowidColumn(table.before) !== before.name;
  const refuses = table.after.strict || isKey;
  if (from === to && !isStricter && !isKey) return kept;
  const isNumber = to !== 'TEXT' && to !== 'BLOB' && to !== 'ANY';
  const found = facts.conversion(origin.table, origin.columnOf(before.name), to);
  const fails = refuses && found ? found.misfit + found.unfit : 0;
  const keeps = to === 'ANY' || (to === 'BLOB' && !table.after.strict);
  if (found ? found.values === 0 || (fails === 0 && (keeps || found.otherSort === 0)) : keeps || from === to)
    return kept;
  const losesText = found ? found.rewritten > 0 : isNumber && (from === 'TEXT' || from === 'BLOB' || from === 'ANY');
  const type = after.type === '' ? 'no type' : after.type;
  const refuser = table.after.strict ? 'the STRICT table' : 'the INTEGER PRIMARY KEY';
  const evidence = found
    ? [
        `${after.name} has ${counted(found.values, 'value')}.`,
        ...(found.otherSort > 0
          ? [`${counted(found.otherSort, 'value is', 'values are')} of another sort than ${type}.`]
          : []),
        ...(found.rewritten > 0
          ? [
              `Copied, ${counted(found.rewritten, 'value does', 'values do')} not read the same afterwards, as 007 becomes 7.`,
            ]
          : []),
        ...(isNumber && found.unfit > 0
          ? [
              `${counted(found.unfit, 'value is', 'values are')} no number: ${refuses ? `${refuser} refuses it` : 'copied it stays as it is, CAST makes 0 or its first digits of it'}.`,
            ]
          : []),
        ...(found.misfit > 0 && fails > 0
          ? [
              `${refuser.charAt(0).toUpperCase()}${refuser.slice(1)} refuses ${counted(found.misfit, 'value')} as ${found.misfit === 1 ? 'it is' : 'they are'}.`,
            ]
          : []),
      ]
    : ['There are no rows here to look at.'];
  const answer = interview.ask(
    {
      id: `type of ${nameInId(table.after.name)}.${nameInId(after.name)}`,
      kind: 'conversion',
      table: table.after.name,
      column: after.name,
      sentence: `${changeOf(table, before, after)} What becomes of ${foldName(before.type) === foldName(after.type) ? `the values of ${after.name}` : 'its values'}?`,
      evidence,
      options: [
        ...(fails > 0
          ? []
          : [
              {
                value: 'copy',
                label: `Copy them: SQLite converts what is exactly a value of ${type}, and leaves the rest as it is`,
                expression: null,
              },
            ]),
        ...(isKey && fails > 0
          ? [{ value: 'number', label: 'Number the rows anew: what they hold in it is deleted', expression: null }]
          : []),
        ...(keeps || (isKey && fails > 1)
          ? []
          : [
              {
                value: 'cast',
                label: `CAST(${before.name} AS ${castType(to)}): every value becomes one of this type`,
                expression: null,
              },
            ]),
        {
          value: 'expression',
          label: 'Compute them',
          expression: `SQL over the columns of ${table.after.name}, as ${isKey ? 'rowid' : `${isNumber ? 'round' : 'trim'}(${before.name})`}`,
        },
      ],
    },
    losesText || fails > 0 ? null : 'copy',
    refuses && to !== 'ANY' ? 'cast' : 'copy',
  );
  if (answer === 'number') {
    const count = found?.values ?? null;
    const sentence = `The rows of ${table.after.name} are numbered anew in ${after.name}: ${count === null ? 'what they hold' : counted(count, 'value')} in it ${count === null || count === 1 ? 'is' : 'are'} deleted.`;
    return { value: 'NULL', loss: { table: origin.table, column: origin.columnOf(before.name), count, sentence } };
  }
  if (answer === 'cast') return { value: `CAST(${plain} AS ${castType(to)})`, loss: null };
  return answer?.startsWith('expression ') === true ? { value: answer.slice('expression '.length), loss: null } : kept;
}

/** What changes for the values of a column: its type, or how strictly the table takes it. */
function changeOf({ before, after }: CopiedColumn['table'], was: Column, now: Column): string {
  if (foldName(was.type) !== foldName(now.type))
    return `The type of ${now.name} of ${after.name} changes from ${was.type || 'none'} to ${now.type || 'none'}.`;
  if (after.strict !== before.strict) return `${after.name} ${after.strict ? 'becomes' : 'is no longer'} STRICT.`;
  return `${now.name} of ${after.name} becomes the INTEGER PRIMARY KEY.`;
}

function castType(affinity: Affinity): string {
  return affinity === 'ANY' ? 'BLOB' : affinity;
}

/** The value of a column that may no longer be NULL, and the rows that are left out for it. */
function withoutNull(
  { before, after, table, origin, relations }: CopiedColumn,
  value: string,
  interview: Interview,
  facts: RowFacts,
): CopiedValue {
  if (!after.notNull || before.notNull || rowidColumn(table.after) === after.name) return { value, loss: null };
  const count = facts.nulls(origin.table, origin.columnOf(before.name));
  if (count === null || count === 0) return { value, loss: null };
  const fallback = isNullDefault(after.defaultValue) ? null : after.defaultValue;
  const answer = interview.ask(
    {
      id: `NULL in ${nameInId(table.after.name)}.${nameInId(after.name)}`,
      kind: 'null rows',
      table: table.after.name,
      column: after.name,
      sentence: `${after.name} of ${table.after.name} becomes NOT NULL, and there are rows with NULL in it. What becomes of them?`,
      evidence: [
        `${counted(count, 'row has', 'rows have')} NULL in it, of ${counted(facts.rows(origin.table) ?? count, 'row')}.`,
        ...facts.samples(origin.table, `${quoteIdentifier(origin.columnOf(before.name))} IS NULL`),
        ...referringTo(table.after.name, relations),
      ],
      options: [
        ...(fallback === null
          ? []
          : [{ value: 'default', label: `They get the default, ${fallback}`, expression: null }]),
        {
          value: 'value',
          label: 'They get this value',
          expression: `SQL, as ${placeholderOf(affinityOf(after.type, table.after.strict), table.after.strict)}`,
        },
        { value: DELETE_ROWS, label: 'Delete these rows', expression: null },
      ],
    },
    null,
    'default',
  );
  if (answer === DELETE_ROWS) {
    const sentence = `${counted(count, 'row')} of ${table.after.name} with NULL in ${after.name} ${count === 1 ? 'is' : 'are'} deleted.`;
    return { value, loss: { table: origin.table, column: null, count, sentence } };
  }
  if (answer === 'default' && fallback !== null) return { value: `coalesce(${value}, ${fallback})`, loss: null };
  if (answer?.startsWith('value ') === true)
    return { value: `coalesce(${value}, ${answer.slice('value '.length)})`, loss: null };
  return { value, loss: null };
}
