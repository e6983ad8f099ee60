// What the page says of a check that was not made, or that can be made more thoroughly.

import { DEAR_BYTES } from '../../migration/proofs/agenda';
import { ALL_PROOF_CODES, PROOF_TITLES, type ProofCode } from '../../migration/proofs/proof';
import type { UnmadeCheck } from '../../migration/report/report';
import type { CheckKey, CheckState } from './check';

const TITLES: Readonly<Record<Exclude<CheckKey, ProofCode>, string>> = {
  forecast: 'What the run will take',
  'foreign-key-modes': 'Foreign keys on and off',
  rows: 'Rows of your file',
  'sha256-input': 'SHA-256 of your file',
  'sha256-result': 'SHA-256 of the result',
};

/** What a check is called. */
export function titleOf(key: CheckKey): string {
  return key in PROOF_TITLES ? PROOF_TITLES[key as ProofCode] : TITLES[key as keyof typeof TITLES];
}

/** Why a check has no outcome; empty where it has one. */
export function reasonOf(key: CheckKey, check: CheckState | undefined): string {
  switch (check?.state) {
    case 'unasked':
      return key.startsWith('sha256')
        ? `On files over ${DEAR_BYTES / 1e6} MB it is computed on request.`
        : `On files over ${DEAR_BYTES / 1e6} MB this check runs on request: it reads the whole file, and parts of it several times.`;
    case 'skipped':
      return 'You skipped it.';
    case 'stopped':
      return check.reason;
    case 'waiting':
    case 'running':
      return 'It was not done yet.';
    default:
      return '';
  }
}

/** What a button that makes a check, or makes it more thoroughly, says; null where there is nothing more to make. */
export function offerOf(key: CheckKey, check: CheckState | undefined): string | null {
  if (check === undefined || check.state === 'waiting' || check.state === 'running') return null;
  if (check.state !== 'made') return key.startsWith('sha256') ? 'Compute it' : 'Make this check';
  if (!('thoroughness' in check) || check.thoroughness === 'full') return null;
  return MORE[key] ?? null;
}

const MORE: Readonly<Partial<Record<CheckKey, string>>> = {
  'integrity-before': 'Also check every row against the indexes',
  'integrity-reopened': 'Also look every row up in every index',
  content: 'Hash the values of every table as well',
  pages: 'Compare every byte',
  'row-counts': 'Count the rows of every table',
};

/** The proofs that are made unasked and were not made: skipped, or the engine stopped over them. */
export function missingOf(states: ReadonlyMap<CheckKey, CheckState>): readonly ProofCode[] {
  return ALL_PROOF_CODES.filter((code) => {
    const state = states.get(code)?.state;
    return state !== undefined && state !== 'made' && state !== 'unasked';
  });
}

/** The proofs that have no outcome, with the reason. */
export function unmadeOf(states: ReadonlyMap<CheckKey, CheckState>): readonly UnmadeCheck[] {
  return ALL_PROOF_CODES.flatMap((code) => {
    const check = states.get(code);
    if (check === undefined || check.state === 'made') return [];
    return [{ code, title: PROOF_TITLES[code], reason: reasonOf(code, check) }];
  });
}
