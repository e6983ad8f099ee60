// Damage that a file had before a run, told from damage that came after it.

import type { Proof } from './proof';

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
