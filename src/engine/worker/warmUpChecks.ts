// Makes all checks of the result of a small run before those of a file are needed, by the very methods that will be asked for them.

import type { Outcome } from '../../database';
import { DEFAULT_CHOICES, type Choices } from '../../migration/outcome';
import { PROOF_CODES, type ProofCode } from '../../migration/proofs/proof';
import type { FinishedRun, OnProgress, ProvableRun } from '../answers';

/** Those of the engine's methods that run a script and check what comes of it. */
interface CheckingMethods {
  readonly run: (script: string, choices: Choices, onProgress: OnProgress) => Promise<Outcome<FinishedRun, object>>;
  readonly openResult: (run: ProvableRun) => Promise<unknown>;
  readonly prove: (code: ProofCode, thoroughness: 'full', onProgress: OnProgress) => Promise<unknown>;
  readonly hash: (of: 'input' | 'result', onProgress: OnProgress) => Promise<unknown>;
}

/** @param script runs on the file that is open */
export async function warmUpChecks({ run, openResult, prove, hash }: CheckingMethods, script: string): Promise<void> {
  const ignore = (): void => undefined;
  const ran = await run(script, DEFAULT_CHOICES, ignore);
  const file = ran.ok ? ran.value.file : null;
  if (!ran.ok || !file) return;
  await openResult({ ...ran.value, file, script, choices: DEFAULT_CHOICES });
  for (const code of PROOF_CODES) await prove(code, 'full', ignore);
  for (const of of ['input', 'result'] as const) await hash(of, ignore);
}
