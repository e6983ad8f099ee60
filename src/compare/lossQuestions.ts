// The questions about what goes: was it renamed, and if not, may its rows go?

import type { Column, Relation } from '../schema/schema';
import { isIndexOfOther } from '../schema/virtualTables';
import { counted } from '../words';
import type { Interview } from './interview';
import type { Loss } from './migration';
import { DROP, renameId, renameTo, STAYS, type RenameCandidate } from './pairing';
import { nameInId } from './question';
import type { RowFacts } from './rowFacts';

/** The answer that data may go. */
const CONFIRMED = 'confirmed';

/** Asks whether something that is gone has another name now. */
export function askRename(
  interview: Interview,
  { id, table, column, candidates, stays }: RenameCandidate,
  evidence: (candidate: string) => readonly string[],
  facts: RowFacts,
): void {
  const name = column === null ? `${table.kind} ${table.name}` : `column ${column.name}`;
  const [only] = candidates;
  const what = column === null ? name : `${name} of ${table.name}`;
  interview.ask(
    {
      id,
      kind: column === null ? 'rename table' : 'rename column',
      table: table.name,
      column: column?.name ?? null,
      sentence:
        candidates.length === 1 && only !== undefined
          ? `Is ${only} the ${what} under a new name?`
          : `Has the ${what} a new name?`,
      evidence: [...candidates.flatMap(evidence), ...holds(table, column, facts)],
      options: [
        ...candidates.map((to) => ({
          value: renameTo(to),
          label: `It is ${to} now: rename it, and keep what it holds`,
          expression: null,
        })),
        stays
          ? { value: STAYS, label: `It is not: ${table.name} keeps its name, and gets other columns`, expression: null }
          : { value: DROP, label: `It is not: ${lossOf(table, column, facts).label}`, expression: null },
      ],
    },
    null,
    stays ? STAYS : DROP,
  );
}

/** Asks for a confirmation where data goes, and gives the loss; null where nothing is lost. */
export function askLoss(interview: Interview, table: Relation, column: Column | null, facts: RowFacts): Loss | null {
  if (column?.generated != null || table.kind === 'view') return null;
  if (table.kind === 'virtual table' && column === null && isIndexOfOther(table.sql)) return null;
  const { loss, label } = lossOf(table, column, facts);
  if (loss.count === 0) return null;
  // Who is asked whether it was renamed is told what goes if it was not.
  if (interview.hasAsked(renameId(table.name, column?.name ?? null))) return loss;
  const name = column === null ? nameInId(table.name) : `${nameInId(table.name)}.${nameInId(column.name)}`;
  interview.ask(
    {
      id: `loss of ${name}`,
      kind: 'loss',
      table: table.name,
      column: column?.name ?? null,
      sentence: `The target does not have the ${column === null ? table.kind : 'column'} ${column?.name ?? table.name}${column === null ? '' : ` of ${table.name}`}. May its ${column === null ? 'rows' : 'values'} go?`,
      evidence: [loss.sentence],
      options: [{ value: CONFIRMED, label: `Yes: ${label}`, expression: null }],
    },
    null,
    CONFIRMED,
  );
  return loss;
}

/** What goes with a table or a column. */
function lossOf(
  table: Relation,
  column: Column | null,
  facts: RowFacts,
): { readonly loss: Loss; readonly label: string } {
  const count = column === null ? facts.rows(table.name) : facts.values(table.name, column.name);
  const what = column === null ? `the ${table.kind} ${table.name}` : `the column ${column.name} of ${table.name}`;
  const contents = column === null ? 'row' : 'value';
  const much = count === null ? `all its ${contents}s` : `its ${counted(count, contents)}`;
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)} is deleted with ${much}.`;
  const label = `delete ${what} with its ${contents}s`;
  return { loss: { table: table.name, column: column?.name ?? null, count, sentence }, label };
}

/** How much would go if it were not renamed. */
function holds(table: Relation, column: Column | null, facts: RowFacts): readonly string[] {
  const { count } = lossOf(table, column, facts).loss;
  if (count === null) return [];
  const [name, contents] = column === null ? [table.name, 'row'] : [`${table.name}.${column.name}`, 'value'];
  return [`${name} holds ${count === 0 ? 'nothing' : counted(count, contents)}.`];
}
