// The proof that what a script wrote is what its statements give: they are run once more, apart from the first time, on the
// database as it was, and every table that was made or written is compared by its hash.

import { foldName, type Outcome } from '../../database';
import type { Relation } from '../../schema/schema';
import type { ParsedStatement } from '../../script/parsedStatement';
import { isWord } from '../../script/tokens';
import { counted, firstOf } from '../../words';
import type { StatementOutcome } from '../outcome';
import { keepNoLosses } from '../run/lossAccount';
import { transcribe } from '../run/transcript';
import { hashContent, type Hasher } from './contentHash';
import type { Evidence, OnCheck } from './evidence';
import { writesRows } from './lasting';
import { proof, type Proof } from './proof';

/** Functions that give something else each time, whatever the rows; of the time the same instant is told. */
const UNREPEATABLE = ['random', 'randomblob', 'changes', 'total_changes', 'last_insert_rowid'] as const;

/** Runs the statements once more and compares. Of a table without difference its rows and rowids are what they give. */
export function proveWrittenValues(
  evidence: Evidence,
  { hasher, onCheck }: { readonly hasher: Hasher; readonly onCheck: OnCheck },
): Proof {
  const { before, result, statements, outcomes, choices, atInstant } = evidence.aftermath;
  const untouched = new Set([...evidence.untouched].map(({ after }) => after));
  const names = new Set([...untouched].flatMap((after) => (after ? foldName(after.name) : [])));
  const tables = evidence.schemaAfter.relations.filter(
    ({ kind, name }) => kind === 'table' && !/^sqlite_/i.test(name) && !names.has(foldName(name)),
  );
  if (tables.length === 0) {
    return proof(
      'written-values',
      'pass',
      'The script made no table and wrote no page of one: no row can be its work.',
    );
  }
  const label = 'running the statements once more';
  onCheck(label, 0, tables.length);
  const again = before.fork();
  try {
    const differing: string[] = [];
    const details: string[] = [];
    const unread: string[] = [];
    let stopped: StatementOutcome | undefined;
    const compare = (table: Relation, at: number): void => {
      onCheck(`comparing what was written to ${table.name}`, at, tables.length);
      const columns = table.columns.filter(({ generated }) => generated !== 'virtual').map(({ name }) => name);
      const [has, should] = [result, again].map((side): Outcome<string> => hashContent(side, table, columns, hasher));
      if (!has?.ok || !should?.ok) {
        const message = has?.ok === false ? has.error.message : should?.ok === false ? should.error.message : '';
        unread.push(`${table.name}: ${message}`);
      } else {
        if (has.value !== should.value) differing.push(table.name);
        details.push(
          `${table.name}: ${has.value}${has.value === should.value ? '' : `, run once more ${should.value}`}`,
        );
      }
    };
    const options = { rehearsing: mayLeaveOut(statements, outcomes), losses: keepNoLosses, now: () => 0 };
    atInstant(() =>
      transcribe(again, statements, choices, options, (_shadow, made, complete) => {
        if (complete) tables.forEach(compare);
        else stopped = made.find(({ verdict }) => verdict === 'failed');
      }),
    );
    if (stopped) {
      const why = stopped.failure?.message ?? '';
      return proof('written-values', 'fail', `Run once more, statement ${stopped.ordinal} fails: ${why}.`, details);
    }
    return judge(evidence, { tables, differing, unread, details });
  } finally {
    again.close();
  }
}

function judge(
  evidence: Evidence,
  found: {
    readonly tables: readonly Relation[];
    readonly differing: readonly string[];
    readonly unread: readonly string[];
    readonly details: readonly string[];
  },
): Proof {
  const { tables, differing, unread } = found;
  const details = [...found.details, ...unread];
  const called = differing.length > 0 ? unrepeatableIn(evidence) : null;
  if (differing.length > 0 && called !== null) {
    const sentence = `What ${called}() gave cannot be given again, so what was written to ${firstOf(differing)} was not compared.`;
    return proof('written-values', 'not applicable', sentence, details);
  }
  if (differing.length > 0) {
    const sentence = `Run once more on your file, the statements give other rows in ${firstOf(differing)} than the result has. Do not use the result.`;
    return proof('written-values', 'fail', sentence, details);
  }
  if (unread.length > 0) {
    const sentence = `What was written could not be read in ${firstOf(unread)}.`;
    return proof('written-values', 'unverifiable', sentence, details);
  }
  const which = `${counted(tables.length, 'table')} that the script made or wrote`;
  const sentence = `The statements were run once more, apart from the run: the values in ${which} have the same hash.`;
  return proof('written-values', 'pass', sentence, details);
}

/**
 * Whether what a plan leaves out has no say in the rows: an index that is not there may give rows another order, a value that
 * is not put into every row is missing, and VACUUM gives rows other rowids.
 */
function mayLeaveOut(statements: readonly ParsedStatement[], outcomes: readonly StatementOutcome[]): boolean {
  const firstIndex = statements.find(({ kind }) => kind === 'create index')?.ordinal ?? Infinity;
  return !statements.some((statement, at) => {
    const { kind, ordinal } = statement;
    if (outcomes[at]?.verdict === 'adapted') return outcomes[at].changes > 0;
    return (
      kind === 'vacuum' ||
      kind === 'analyze' ||
      (ordinal > firstIndex && (writesRows(statement) || kind === 'create table as'))
    );
  });
}

/** A function by whose calls two runs may differ, in the statements or in what they set off; null where there is none. */
function unrepeatableIn({ aftermath, schemaAfter, schemaBefore }: Evidence): string | null {
  const own = UNREPEATABLE.find((name) =>
    aftermath.statements.some(({ tokens }) => tokens.some((token) => isWord(token, name.toUpperCase()))),
  );
  const texts = [schemaBefore, schemaAfter].flatMap(({ relations, triggers }) =>
    [...relations, ...triggers].map(({ sql }) => sql),
  );
  const inSchema = (name: string): boolean => texts.some((sql) => new RegExp(`\\b${name}\\s*\\(`, 'i').test(sql));
  return own ?? UNREPEATABLE.find(inSchema) ?? null;
}
