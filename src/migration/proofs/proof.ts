// A proof: a check of a result that was made, with its figures, in words that can be shown and reported.

/**
 * `unverifiable` is never a pass: the check could not be made, and the sentence says why. `not applicable`: there is nothing to
 * check, so it is neither good nor bad.
 */
export type ProofResult = 'pass' | 'warn' | 'fail' | 'unverifiable' | 'not applicable';

/** One check of a run. */
export interface Proof {
  /** Stable name of the check, such as `row-counts`. */
  readonly code: ProofCode;
  readonly title: string;
  readonly result: ProofResult;
  /** What was found, with its figures. */
  readonly sentence: string;
  /** The single figures behind the sentence, one line each; empty where the sentence says all. */
  readonly details: readonly string[];
}

/** All checks of a run, in the order in which they are shown. */
export const PROOF_TITLES = {
  'integrity-before': 'Integrity of your file',
  pages: 'Unwritten pages',
  'row-counts': 'Row counts',
  content: 'Values',
  'written-values': 'What the script wrote',
  'schema-as-specified': 'Schema',
  'reaches-target': 'Desired schema',
  'views-and-triggers': 'Views and triggers',
  'foreign-keys': 'Foreign keys',
  settings: 'Version, application id, page size and encoding',
  sequences: 'AUTOINCREMENT counters',
  'integrity-after': 'Integrity of the result',
  'integrity-reopened': 'Integrity of the file to download',
  'second-run': 'A second run',
} as const;

/** Stable name of a check. */
export type ProofCode = keyof typeof PROOF_TITLES;

/** All codes, in the order in which the proofs are shown. */
export const ALL_PROOF_CODES = Object.keys(PROOF_TITLES) as readonly ProofCode[];

/** The checks that are made of every run; the desired schema is compared only where a script was written to reach one. */
export const PROOF_CODES: readonly ProofCode[] = ALL_PROOF_CODES.filter((code) => code !== 'reaches-target');

/** Whether a check found nothing to look at again. */
export function isFine({ result }: Proof): boolean {
  return result === 'pass' || result === 'not applicable';
}

/** Puts a proof together. */
export function proof(code: ProofCode, result: ProofResult, sentence: string, details: readonly string[] = []): Proof {
  return { code, title: PROOF_TITLES[code], result, sentence, details };
}

/**
 * Whether a failed proof of soundness says nothing but what was known of the file before the run. The two lists have
 * SQLite's own words for each fault, with the tree and the page.
 */
export function isKnownDamage(failed: Proof, proofs: readonly Proof[]): boolean {
  if (failed.code === 'integrity-before') return true;
  if (failed.code !== 'integrity-after' && failed.code !== 'integrity-reopened') return false;
  const before = proofs.find(({ code }) => code === 'integrity-before');
  const known = new Set(before?.details ?? []);
  return failed.details.length > 0 && failed.details.every((detail) => known.has(detail));
}
