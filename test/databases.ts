// Databases for tests: made by native sqlite3 or by the sample scripts, opened by the engine of the page.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rowsOf, type Database } from '../src/database';
import { Overlay, sourceOfBytes } from '../src/engine/overlay';
import { loadEngine } from '../src/engine/sqljs';
import type { Hasher } from '../src/migration/contentHash';
import { planMigration, type Plan } from '../src/migration/plan';
import type { Proof, ProofCode } from '../src/migration/proof';
import { runMigration, type RunResult } from '../src/migration/run';
import { transcribe } from '../src/migration/transcript';
import { DEFAULT_CHOICES, type Choices, type StatementOutcome } from '../src/migration/verdict';
import { readSchema } from '../src/schema/read';
import type { Schema } from '../src/schema/schema';
import { proveRun, takeBaseline } from '../src/migration/verify';
import type { Statement } from '../src/script/statement';
import { splitScript } from '../src/script/split';

export const engine = await loadEngine();

const folder = mkdtempSync(join(tmpdir(), 'drydock-'));

/** Nothing here has to outlive a power cut. */
const NO_WAITING = ['-cmd', 'PRAGMA synchronous = OFF'];

/** The bytes of a database that native sqlite3 makes of a script. */
export function nativeDatabase(sql: string): Uint8Array {
  const path = join(folder, `${crypto.randomUUID()}.db`);
  execFileSync('sqlite3', [...NO_WAITING, '-bail', path], { input: sql });
  return new Uint8Array(readFileSync(path));
}

/** What native sqlite3 prints for a query on a database of these bytes. */
export function askNative(bytes: Uint8Array, sql: string): string {
  const path = join(folder, `${crypto.randomUUID()}.db`);
  writeFileSync(path, bytes);
  return execFileSync('sqlite3', [...NO_WAITING, '-batch', '-bail', path], {
    input: sql,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  }).trim();
}

/** A file of public/migrations. */
export function migrationFile(path: string): string {
  return readFileSync(join('public/migrations', path), 'utf8');
}

export const migration021 = migrationFile('021_otc_multiweek_real_example.sql');

/** The statements of a script that must be splittable. */
export function statementsOf(script: string): readonly Statement[] {
  const split = splitScript(script);
  if (!split.ok) throw new Error(split.refusal.sentence);
  return split.statements;
}

/** An overlay over the bytes, with the page size that they say they have. */
export function overlayOf(bytes: Uint8Array): Overlay {
  const pageSize = ((bytes[16] ?? 0) << 8) | (bytes[17] ?? 0);
  return new Overlay(sourceOfBytes(bytes), pageSize === 1 ? 65536 : pageSize);
}

/** Does something with an open database and closes it. */
export function withDatabase<Value>(bytes: Uint8Array, use: (database: Database) => Value): Value {
  const database = engine.open(overlayOf(bytes));
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** SHA-256 by Node's own implementation. */
export function nodeHasher(): Hasher {
  let hash = createHash('sha256');
  return {
    algorithm: 'SHA-256',
    update: (bytes) => void hash.update(bytes),
    digest: () => {
      const hex = hash.digest('hex');
      hash = createHash('sha256');
      return hex;
    },
  };
}

/** Runs a script on a database as the page does; gives the result and the bytes afterwards. */
export function migrate(
  bytes: Uint8Array,
  script: string,
  choices: Choices = DEFAULT_CHOICES,
): { readonly result: RunResult; readonly bytes: Uint8Array } {
  const overlay = overlayOf(bytes);
  const before = engine.open(overlayOf(bytes));
  const database = engine.open(overlay);
  try {
    const result = runMigration(before, database, statementsOf(script), choices, {
      hasher: nodeHasher(),
      reopen: () => engine.open(new Overlay(overlay, overlay.pageSize)),
      now: () => performance.now(),
      onProgress: () => undefined,
    });
    return { result, bytes: overlay.read(0, overlay.size).slice() };
  } finally {
    before.close();
    database.close();
  }
}

/** Runs a script as `migrate` does, without the proofs; bytes of an incomplete run are those after its rollback. */
export function apply(
  bytes: Uint8Array,
  script: string,
  choices: Choices = DEFAULT_CHOICES,
): { readonly outcomes: readonly StatementOutcome[]; readonly bytes: Uint8Array } {
  const overlay = overlayOf(bytes);
  const database = engine.open(overlay);
  try {
    const options = { rehearsing: false, now: () => 0 };
    const { outcomes, complete } = transcribe(database, statementsOf(script), choices, options);
    if (complete) rowsOf(database, 'COMMIT');
    return { outcomes, bytes: overlay.read(0, overlay.size).slice() };
  } finally {
    database.close();
  }
}

/** Plans a script on a database as the page does; gives the plan, and the overlay as the plan leaves it. */
export function plan(
  bytes: Uint8Array,
  script: string,
  choices: Choices = DEFAULT_CHOICES,
): { readonly plan: Plan; readonly overlay: Overlay } {
  const overlay = overlayOf(bytes);
  const database = engine.open(overlay);
  try {
    return { plan: planMigration(database, statementsOf(script), choices), overlay };
  } finally {
    database.close();
  }
}

/** SHA-256 of bytes, to compare large ones by. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** SHA-256 of all that an overlay shows. */
export function digestOfOverlay(overlay: Overlay): string {
  return digestOf(overlay.read(0, overlay.size));
}

/** What of outcomes a plan has to foretell: not the time, nor how many rows are backfilled and with which time. */
export function essence(outcomes: readonly StatementOutcome[]): readonly object[] {
  return outcomes.map(({ ordinal, verdict, failure, drift, changes }) => ({
    ordinal,
    verdict,
    failure,
    drift,
    changes: verdict === 'adapted' ? 'not foretold' : changes,
  }));
}

/** A schema without the pages on which its b-trees begin, which a plan cannot know. */
export function withoutRootPages(schema: Schema): Schema {
  return { ...schema, relations: schema.relations.map((relation) => ({ ...relation, rootPage: 0 })) };
}

/** The verdicts alone, in the order of the script. */
export function verdicts(outcomes: readonly StatementOutcome[]): readonly string[] {
  return outcomes.map(({ verdict }) => verdict);
}

/** The proofs of a run whose result is damaged, after its commit, by statements that are no part of the script. */
export function proofsOf(
  bytes: Uint8Array,
  script: string,
  damage: readonly string[] = [],
): ReadonlyMap<ProofCode, Proof> {
  const statements = statementsOf(script);
  const overlay = overlayOf(bytes);
  const before = engine.open(overlayOf(bytes));
  const after = engine.open(overlay);
  try {
    const quiet = (): void => undefined;
    const baseline = takeBaseline(before, quiet);
    let specified: Schema = baseline.schema;
    const run = transcribe(after, statements, DEFAULT_CHOICES, { rehearsing: false, now: () => 0 }, (shadow) => {
      specified = readSchema(shadow);
    });
    const [failure] = run.outcomes.flatMap((outcome) => outcome.failure ?? []);
    if (failure) throw new Error(failure.message);
    for (const sql of ['COMMIT', ...damage]) rowsOf(after, sql);
    const reopen = () => engine.open(new Overlay(overlay, overlay.pageSize));
    const choices = DEFAULT_CHOICES;
    const aftermath = { before, baseline, after, reopen, statements, outcomes: run.outcomes, choices, specified };
    return new Map(proveRun(aftermath, nodeHasher(), quiet).map((proof) => [proof.code, proof]));
  } finally {
    before.close();
    after.close();
  }
}

/** The proofs that did not pass, as `code: result`. */
export function notPassed(proofs: ReadonlyMap<ProofCode, Proof>): readonly string[] {
  return [...proofs.values()].filter(({ result }) => result !== 'pass').map(({ code, result }) => `${code}: ${result}`);
}
