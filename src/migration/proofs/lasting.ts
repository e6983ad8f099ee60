// Which statements of a script leave something in the file: not those that are taken back, nor those about temporary tables.

import { controlsTransaction, Savepoints } from '../../script/savepoints';
import type { Statement } from '../../script/statement';
import type { StatementOutcome } from '../outcome';
import { foldName } from '../../database';

/** Whether a statement is one that writes rows. */
export function writesRows({ kind }: Statement): boolean {
  return kind === 'insert' || kind === 'update' || kind === 'delete';
}

/** Whether a statement that writes rows has done so, itself or through triggers. */
export function hasWritten({ changes, byTriggers = 0 }: StatementOutcome): boolean {
  return changes > 0 || byTriggers > 0;
}

/**
 * The statements that were applied and whose effect is in the file when the script has ended. Those that a ROLLBACK has
 * taken back are not among them, nor are changes of temporary tables, unless triggers carry them on.
 */
export function findLasting(
  statements: readonly Statement[],
  outcomes: readonly StatementOutcome[],
): readonly Statement[] {
  let temporary: ReadonlySet<string> = new Set();
  const savepoints = new Savepoints<{ readonly kept: number; readonly temporary: ReadonlySet<string> }>(statements);
  let lasting: Statement[] = [];
  for (const statement of statements) {
    const outcome = outcomes[statement.ordinal - 1];
    if (outcome?.verdict !== 'applied' && outcome?.verdict !== 'adapted') continue;
    const { kind, newName } = statement;
    const name = foldName(statement.name ?? '');
    const kept = { kept: lasting.length, temporary };
    const back = savepoints.follow(statement, () => kept);
    if (back) {
      lasting = lasting.slice(0, back.state.kept);
      ({ temporary } = back.state);
    }
    if (controlsTransaction(statement)) continue;
    const onTemporary = statement.schema === null && temporary.has(name) && statement.table !== null;
    if (kind.startsWith('create table') && statement.temporary) temporary = new Set([...temporary, name]);
    if (kind === 'drop table' && (onTemporary || statement.temporary)) temporary = without(temporary, name);
    if (kind === 'rename table' && onTemporary) {
      temporary = new Set([...without(temporary, name), foldName(newName ?? '')]);
    }
    if ((onTemporary || statement.temporary) && (outcome.byTriggers ?? 0) === 0) continue;
    lasting.push(statement);
  }
  return lasting;
}

function without(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  return new Set([...names].filter((one) => one !== name));
}
