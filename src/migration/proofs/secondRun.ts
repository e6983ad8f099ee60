// The proof that a script does nothing more to a database that it has upgraded.

import type { Statement, StatementKind } from '../../script/statement';
import type { Plan } from '../run/plan';
import { findLasting, hasWritten, writesRows } from './lasting';
import { proof, type Proof } from './proof';
import { counted } from '../../words';
import { proveSchema } from './schemaProofs';

/** What the same script would do to the result: `second` is its plan there. */
export function proveSecondRun(
  statements: readonly Statement[],
  second: Pick<Plan, 'outcomes' | 'before' | 'after'>,
): Proof {
  const lasting = new Set(findLasting(statements, second.outcomes).map(({ ordinal }) => ordinal));
  const acting = second.outcomes.filter((outcome) => {
    const statement = statements[outcome.ordinal - 1];
    if (outcome.verdict === 'failed') return true;
    if (!statement || !lasting.has(outcome.ordinal)) return false;
    return outcome.verdict === 'adapted' || (writesRows(statement) ? hasWritten(outcome) : !QUIET.has(statement.kind));
  });
  const details = acting.map(
    ({ ordinal, verdict, failure }) => `statement ${ordinal}: ${verdict}${failure ? `, ${failure.message}` : ''}`,
  );
  const [first] = acting;
  const skipped = second.outcomes.filter(({ verdict }) => verdict === 'skipped').length;
  const unchanged = second.outcomes.filter(({ verdict }) => verdict === 'unchanged').length;
  const idle =
    second.outcomes.filter(({ verdict }) => verdict === 'applied').length -
    acting.filter(({ verdict }) => verdict === 'applied').length;
  const applied =
    idle === 0
      ? ''
      : `, ${counted(idle, 'statement')} that ${idle === 1 ? 'leaves' : 'leave'} nothing more in the file`;
  const quietly = `The same script on the result: ${skipped} skipped, ${unchanged} unchanged${applied}`;
  if (!first) return proof('second-run', 'pass', `${quietly}, nothing else.`);
  const kindOf = (ordinal: number): StatementKind => statements[ordinal - 1]?.kind ?? 'other';
  const rowless = acting.every(({ ordinal, failure }) => failure === null && REMADE.has(kindOf(ordinal)));
  if (rowless && proveSchema(second.after, second.before).result === 'pass') {
    return proof(
      'second-run',
      'pass',
      `${quietly}; ${counted(acting.length, 'statement')} that ${acting.length === 1 ? 'drops or makes' : 'drop and make'} views, triggers or indexes anew, to the same text.`,
      details,
    );
  }
  if (first.failure) {
    return proof(
      'second-run',
      'not applicable',
      `The script runs once, as most migrations do: a second run would stop at statement ${first.ordinal} (${first.failure.message}).`,
      details,
    );
  }
  // A statement that is written to be repeatable and is not, is a fault of the run; unless the script takes away what it
  // makes. A script may be meant to run once.
  const undone = statements.some(({ kind, temporary }) => /^(drop|rename|delete|rollback)/.test(kind) || temporary);
  const repeatable = acting.find(({ ordinal, failure }) => {
    const makes = kindOf(ordinal) === 'add column' || kindOf(ordinal).startsWith('create');
    const conditional = kindOf(ordinal) === 'add column' || (statements[ordinal - 1]?.conditional ?? false);
    return failure === null && makes && conditional;
  });
  if (repeatable && !undone) {
    return proof(
      'second-run',
      'fail',
      `Statement ${repeatable.ordinal} ran and would change the result once more.`,
      details,
    );
  }
  return proof(
    'second-run',
    'not applicable',
    `The script runs once, as most migrations do: statement ${first.ordinal} would change the result again.`,
    details,
  );
}

/** Kinds of statement that leave nothing in the file. */
const QUIET: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'select',
  'pragma',
  'analyze',
  'explain',
  'reindex',
  'vacuum',
]);

/** Kinds of statement about what follows from a text alone, so that dropping and making it again changes nothing. */
const REMADE: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'create view',
  'create trigger',
  'create index',
  'drop view',
  'drop trigger',
  'drop index',
]);
