// Databases for tests: made by native sqlite3 or by the sample scripts, opened by the engine of the page.
import { keepLosses } from '../src/migration/losses/lossLedger';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rowsOf, type Database } from '../src/database';
import { Overlay } from '../src/engine/pages/overlay';
import { sourceOfBytes } from '../src/file/byteSource';
import type { Engine } from '../src/engine/engine';
import { Engines, needsOfFile, withScript, type ChosenEngine } from '../src/engine/engines';
import { atInstant } from '../src/engine/instant';
import { loadSqliteWasm } from '../src/engine/sqliteWasm/sqliteWasm';
import { loadEngine } from '../src/engine/sqljs/sqljs';
import { readHeader } from '../src/file/header';
import { thoroughnessUnasked, type Thoroughness } from '../src/migration/proofs/agenda';
import type { Hasher } from '../src/migration/proofs/contentHash';
import { Evidence, type Aftermath } from '../src/migration/proofs/evidence';
import { failureHelp } from '../src/migration/failures/failures';
import { planMigration, type Plan } from '../src/migration/run/plan';
import { PROOF_CODES, type Proof, type ProofCode } from '../src/migration/proofs/proof';
import { runMigration, type RunResult } from '../src/migration/run/run';
import { transcribe } from '../src/migration/run/transcript';
import { DEFAULT_CHOICES, type Choices, type StatementOutcome } from '../src/migration/outcome';
import type { Schema } from '../src/schema/schema';
import { makeProof } from '../src/migration/proofs/makeProof';
import type { ParsedStatement } from '../src/script/parsedStatement';
import { splitScript } from '../src/script/split';
import type { Script } from '../src/script/statement';
import { pageChangesOf } from '../src/engine/pages/blob';
import { runSqlite3, sqlite3 } from './sqlite3';

/** Both engines, as a worker has them. */
export const engines = new Engines({ 'sql.js': () => loadEngine(), 'sqlite-wasm': () => loadSqliteWasm() });

export const engine = await (process.env.DRYDOCK_ENGINE === 'sqlite-wasm' ? loadSqliteWasm() : engines.usual());

/** Does something with a file for native sqlite3, which is gone afterwards: all tests together make gigabytes of them. */
function withFile<Value>(use: (path: string) => Value): Value {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-'));
  try {
    return use(join(folder, 'database.db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Nothing here has to outlive a power cut. */
const NO_WAITING = ['-cmd', 'PRAGMA synchronous = OFF'];

/** The bytes of a database that native sqlite3 makes of a script. */
export function nativeDatabase(sql: string): Uint8Array {
  return withFile((path) => {
    sqlite3([...NO_WAITING, '-bail', path], { input: sql });
    return new Uint8Array(readFileSync(path));
  });
}

/** What native sqlite3 prints for a query on a database of these bytes. */
export function askNative(bytes: Uint8Array, sql: string): string {
  return withFile((path) => {
    writeFileSync(path, bytes);
    return sqlite3([...NO_WAITING, '-batch', '-bail', path], { input: sql })
      .toString()
      .trim();
  });
}

/** The bytes of a database after native sqlite3 has run a script on it. */
export function changedNatively(bytes: Uint8Array, sql: string): Uint8Array {
  return withFile((path) => {
    writeFileSync(path, bytes);
    sqlite3([...NO_WAITING, '-bail', path], { input: sql });
    return new Uint8Array(readFileSync(path));
  });
}

/** What native sqlite3 prints before it stops at the first error, if there is one. */
export function askNativeUntilError(bytes: Uint8Array, sql: string): string {
  return withFile((path) => {
    writeFileSync(path, bytes);
    return runSqlite3([...NO_WAITING, '-batch', '-bail', path], { input: sql }).stdout.toString();
  });
}

/** A file of public/migrations. */
export function migrationFile(path: string): string {
  return readFileSync(join('public/migrations', path), 'utf8');
}

export const migration021 = migrationFile('021_otc_multiweek_real_example.sql');

/** The statements of a script that must be splittable. */
export function statementsOf(script: Script): readonly ParsedStatement[] {
  const split = splitScript(script);
  if (!split.ok) throw new Error(split.refusal.sentence);
  return split.statements;
}

/** An overlay over the bytes, with the page size that they say they have. */
export function overlayOf(bytes: Uint8Array): Overlay {
  const pageSize = ((bytes[16] ?? 0) << 8) | (bytes[17] ?? 0);
  return new Overlay(sourceOfBytes(bytes), pageSize === 1 ? 65536 : pageSize);
}

/** The engine that the page would open a database with. */
export async function chosenFor(bytes: Uint8Array): Promise<ChosenEngine> {
  const header = readHeader(bytes);
  if (!header.ok) throw new Error('The database has no header');
  const chosen = await engines.choose(withScript(needsOfFile(sourceOfBytes(bytes), header.value), []));
  if (!chosen.ok) throw new Error(chosen.error.sentence);
  return chosen.value;
}

/** Does something with an open database and closes it. */
export function withDatabase<Value>(bytes: Uint8Array, use: (database: Database) => Value, on: Engine = engine): Value {
  const database = on.open(overlayOf(bytes));
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

/** A run with its bytes before and after, as whoever proves it gets it. */
export interface ProvableRun extends Omit<Aftermath, 'before' | 'result' | 'input' | 'output' | 'header'> {
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  readonly run: RunResult;
}

/**
 * Runs a script on a database as the page does.
 * @param damage statements that are no part of the script, and are run on what it committed
 */
export function runScript(
  input: Uint8Array,
  script: string,
  choices: Choices = DEFAULT_CHOICES,
  damage: readonly string[] = [],
): ProvableRun {
  const statements = statementsOf(script);
  const overlay = overlayOf(input);
  const database = engine.open(overlay);
  const tools = { now: () => performance.now(), onStatement: () => undefined, losses: keepLosses, help: failureHelp };
  const instant = Date.now();
  const run = atInstant(instant, () => runMigration(database, statements, choices, tools));
  if (run.committed) for (const sql of damage) rowsOf(database, sql);
  database.close();
  const output = overlay.read(0, overlay.size);
  const { outcomes, specified } = run;
  const again = <Value>(work: () => Value): Value => atInstant(instant, work);
  const pages = pageChangesOf(overlay);
  return { input, output, run, statements, outcomes, choices, specified, pages, atInstant: again };
}

/** Opens both sides of a run anew, for as long as `use` looks at them. */
export function withEvidence<Value>(run: ProvableRun, use: (evidence: Evidence) => Value): Value {
  const header = readHeader(run.input);
  if (!header.ok) throw new Error('The database has no header');
  const [input, output] = [sourceOfBytes(run.input), sourceOfBytes(run.output)];
  const before = engine.open(overlayOf(run.input));
  const result = engine.open(overlayOf(run.output));
  try {
    return use(new Evidence({ ...run, before, result, input, output, header: header.value }));
  } finally {
    before.close();
    result.close();
  }
}

/** Makes a proof; without a thoroughness as it is made unasked. */
export function prove(
  evidence: Evidence,
  code: ProofCode,
  thoroughness: Thoroughness = thoroughnessUnasked(code, evidence.aftermath.input.size),
): Proof {
  if (thoroughness === 'none') throw new Error(`${code} is not made unasked`);
  return makeProof(code, evidence, { hasher: nodeHasher(), thoroughness, onCheck: () => undefined });
}

/** A run as the page makes it, with its proofs. */
export interface ProvedRun extends RunResult {
  /** Empty where nothing was committed. */
  readonly proofs: readonly Proof[];
  readonly before: Schema;
}

/** Runs a script on a database as the page does; gives the result and the bytes afterwards. */
export function migrate(
  bytes: Uint8Array,
  script: string,
  choices: Choices = DEFAULT_CHOICES,
): { readonly result: ProvedRun; readonly bytes: Uint8Array } {
  const made = runScript(bytes, script, choices);
  const result = withEvidence(made, (evidence): ProvedRun => {
    const proofs = made.run.committed ? PROOF_CODES.map((code) => prove(evidence, code)) : [];
    return { ...made.run, proofs, before: evidence.schemaBefore };
  });
  return { result, bytes: made.output };
}

/** Runs a script as `migrate` does, without the proofs; bytes of an incomplete run are those after its rollback. */
export function apply(
  bytes: Uint8Array,
  script: Script,
  choices: Choices = DEFAULT_CHOICES,
  on: Engine = engine,
): { readonly outcomes: readonly StatementOutcome[]; readonly bytes: Uint8Array } {
  const overlay = overlayOf(bytes);
  const database = on.open(overlay);
  try {
    const options = { rehearsing: false, losses: keepLosses, help: failureHelp, now: () => 0 };
    const { outcomes, open } = transcribe(database, statementsOf(script), choices, options);
    if (open) rowsOf(database, 'COMMIT');
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
    return {
      plan: planMigration(database, statementsOf(script), choices, { losses: keepLosses, help: failureHelp }),
      overlay,
    };
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

const UPGRADE_TIME = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g;

/** What of outcomes a plan has to foretell: not the time, nor how many rows are backfilled and with which time. */
export function essence(outcomes: readonly StatementOutcome[]): readonly object[] {
  return outcomes.map(({ ordinal, verdict, failure, drift, changes }) => ({
    ordinal,
    verdict,
    // A plan and a run that fall into two seconds have each its own time of the upgrade.
    failure: failure && (JSON.parse(JSON.stringify(failure).replace(UPGRADE_TIME, 'then')) as typeof failure),
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
  const made = runScript(bytes, script, DEFAULT_CHOICES, damage);
  const [failure] = made.outcomes.flatMap((outcome) => outcome.failure ?? []);
  if (failure) throw new Error(failure.message);
  return withEvidence(made, (evidence) => new Map(PROOF_CODES.map((code) => [code, prove(evidence, code)])));
}

/** The proofs that did not pass, as `code: result`. */
export function notPassed(proofs: ReadonlyMap<ProofCode, Proof>): readonly string[] {
  return [...proofs.values()].filter(({ result }) => result !== 'pass').map(({ code, result }) => `${code}: ${result}`);
}
