// What the page says of a script before and after its run, and what native sqlite3 makes of the same, for tests of kinds of trouble.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { failureHelp } from '../../src/migration/failures/failures';
import { keepLosses } from '../../src/migration/losses/lossLedger';
import { DEFAULT_CHOICES, type Choices, type StatementOutcome } from '../../src/migration/outcome';
import type { Proof, ProofCode } from '../../src/migration/proofs/proof';
import { applyFix } from '../../src/migration/rules/fix';
import { watchRules } from '../../src/migration/rules/rules';
import { planMigration, type Plan } from '../../src/migration/run/plan';
import type { Warning } from '../../src/migration/warning';
import { essence, migrate, statementsOf, withDatabase } from '../databases';
import { sqlite3 } from '../sqlite3';

/** What is said of a script for one database. */
export interface Said {
  readonly outcomes: readonly StatementOutcome[];
  readonly warnings: readonly Warning[];
  readonly proofs: ReadonlyMap<ProofCode, Proof>;
  readonly committed: boolean;
  /** The bytes after the run; those of before where nothing was committed. */
  readonly bytes: Uint8Array;
}

/** Plans and runs a script. The plan has to foretell what becomes of each statement. */
export function said(bytes: Uint8Array, script: string, choices: Partial<Choices> = {}): Said {
  const chosen = { ...DEFAULT_CHOICES, ...choices };
  const tools = { losses: keepLosses, help: failureHelp, watch: watchRules(script) };
  const plan = withDatabase(bytes, (database) => planMigration(database, statementsOf(script), chosen, tools));
  const { result, bytes: after } = migrate(bytes, script, chosen);
  expect(essence(plan.outcomes)).toEqual(essence(result.outcomes));
  // The page tells warnings apart by these.
  const keys = plan.warnings.map(({ code, ordinal, subject }) => `${code} ${ordinal} ${subject}`);
  expect(keys).toEqual([...new Set(keys)]);
  const proofs = new Map(result.proofs.map((proof) => [proof.code, proof]));
  const { outcomes, warnings } = plan;
  return { outcomes, warnings, proofs, committed: result.committed, bytes: after };
}

/** The plan alone, which takes less time. */
export function planned(bytes: Uint8Array, script: string, choices: Partial<Choices> = {}): Plan {
  const tools = { losses: keepLosses, help: failureHelp, watch: watchRules(script) };
  return withDatabase(bytes, (database) =>
    planMigration(database, statementsOf(script), { ...DEFAULT_CHOICES, ...choices }, tools),
  );
}

/** The codes and what each is about, of the warnings that are no notes. */
export function warned({ warnings }: Said): readonly string[] {
  return warnings
    .filter(({ severity }) => severity === 'warning')
    .map(({ code, subject }) => `${code}: ${subject}`)
    .sort();
}

/** The script with what a warning offers. */
export function withFix(script: string, { fix }: Warning): string {
  const mended = fix && applyFix(script, statementsOf(script), fix);
  return typeof mended === 'string' ? mended : script;
}

/** Native sqlite3 on a copy: what it prints for a query after the script, or its error where it stops. */
export function natively(
  bytes: Uint8Array,
  script: string,
  query: string,
): { readonly text: string; readonly error: string } {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-field-'));
  const path = join(folder, 'database.db');
  const run = (input: string): string => {
    const options = ['-batch', '-bail', '-cmd', 'PRAGMA synchronous = OFF', path];
    return sqlite3(options, { input }).toString().trim();
  };
  try {
    writeFileSync(path, bytes);
    run(script);
    return { text: run(query), error: '' };
  } catch (error) {
    return { text: '', error: String((error as { readonly stderr?: unknown }).stderr ?? error) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
