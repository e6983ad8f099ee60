// Why a run of one file among many has no result, in the words of its statements and proofs.

import { isKnownDamage, type Proof } from '../migration/proofs/proof';
import type { StatementOutcome } from '../migration/outcome';
import { startOf, type Statement } from '../script/statement';

/** What is wrong with a file, and what to do next. */
export interface Stop {
  readonly code: string;
  readonly sentence: string;
  readonly help: string;
}

/** A run that stopped at a statement; null where none failed. */
export function explainFailedRun(statements: readonly Statement[], outcomes: readonly StatementOutcome[]): Stop | null {
  const failed = outcomes.find(({ verdict }) => verdict === 'failed');
  if (!failed?.failure) return null;
  const statement = statements[failed.ordinal - 1];
  const where = statement ? ` (${startOf(statement)})` : '';
  const { message, explanation, wayOut } = failed.failure;
  return {
    code: 'run-failed',
    sentence: `Stopped at statement ${failed.ordinal}${where}, and everything was rolled back: ${message}. ${explanation}`,
    help: wayOut,
  };
}

/**
 * A result that is not handed out, since a proof failed; null where it may be.
 * @param damageIsAgreed the user goes on in spite of damage that was known: what says nothing but that is no failure
 */
export function explainWithheld(proofs: readonly Proof[], damageIsAgreed: boolean): Stop | null {
  const failures = proofs.filter(({ result }) => result === 'fail');
  const broken = failures.filter((proof) => !(damageIsAgreed && isKnownDamage(proof, proofs)));
  if (broken.length === 0) return null;
  const titles = broken.map(({ title }) => `“${title}”`).join(' and ');
  return {
    code: 'proof-failed',
    sentence: `The result is withheld: ${titles} failed. ${broken.map(({ sentence }) => sentence).join(' ')}`,
    help: 'Your own file is unchanged. To examine the result, open the file alone and run the migration there.',
  };
}
