// Runs a folder of migrations from an empty or a given database through the core, as the page would, and by native sqlite3.

import type { Database, Definition } from '../../src/database';
import { arrangeMigrations, type Arranged } from '../../src/chain/folder';
import { partOf, type MigrationFile } from '../../src/chain/migration';
import { foreignKeyDefaultOf } from '../../src/chain/foreignKeyDefaults';
import { readHistory } from '../../src/chain/history';
import { isOpen, safeAnswers, type Answers, type Need } from '../../src/chain/needs';
import { tellPending } from '../../src/chain/pending';
import { takeMigrations, type Taken } from '../../src/chain/taken';
import { Overlay } from '../../src/engine/pages/overlay';
import type { Engine } from '../../src/engine/engine';
import { Engines, needsOfFile, withScript, type ChosenEngine } from '../../src/engine/engines';
import { statementsOfSteps } from '../../src/engine/roundTrips';
import { loadSqliteWasm } from '../../src/engine/sqliteWasm/sqliteWasm';
import { define, findMissing, loadKnownFunctions, needsOfMeaning } from '../../src/engine/worker/lateFunctions';
import { loadEngine } from '../../src/engine/sqljs/sqljs';
import { loadHashers } from '../../src/engine/worker/hashers';
import { sourceOfBytes } from '../../src/file/byteSource';
import { readHeader, type Header } from '../../src/file/header';
import { missingIn, type Meaning } from '../../src/functions/meaning';
import { failureHelp } from '../../src/migration/failures/failures';
import { keepLosses } from '../../src/migration/losses/lossLedger';
import { DEFAULT_CHOICES, type Choices } from '../../src/migration/outcome';
import { watchRules } from '../../src/migration/rules/rules';
import { goRoundTrip, type RoundTrip, type Step } from '../../src/migration/roundTrip/roundTrip';
import { planMigration, type Plan } from '../../src/migration/run/plan';
import { runMigration } from '../../src/migration/run/run';
import { readSchema } from '../../src/schema/read';
import { readTransactions } from '../../src/migration/run/transaction';
import type { ParsedStatement } from '../../src/script/parsedStatement';
import { splitScript } from '../../src/script/split';
import { placeOf, type ScriptPart } from '../../src/script/statement';
import { nativeSchema, runNative, type OracleRun } from './nativeRun';
import { runWasm } from './wasmRun';

/**
 * `head`: all that is to be run was run. `before a step`: all before the first step in code that is not passed. `stops`: it did not begin,
 * or not end.
 */
type Verdict = 'head' | 'before a step' | 'stops' | 'nothing to run';

/** What is answered and asked for. */
export interface Wanted {
  readonly answers: Answers;
  /** Whether all safe proposals are used. */
  readonly safe: boolean;
  /** Whether the chain goes on past the steps in code. */
  readonly pastSteps: boolean;
  /** Whether each file is rehearsed up and down too. */
  readonly roundTrip: boolean;
}

/** What a folder came to. */
export interface FolderRun {
  readonly folder: string;
  readonly tool: string;
  readonly verdict: Verdict;
  /** Where and why it stops. */
  readonly sentence: string | null;
  /** Files that are run, and the statements in them. */
  readonly files: number;
  readonly statements: number;
  readonly order: readonly string[];
  /** What is asked before it can run. */
  readonly needs: readonly (Need & { readonly isOpen: boolean })[];
  readonly leftOut: Arranged['leftOut'];
  readonly notes: readonly string[];
  /** The definitions in the result, by native sqlite3. */
  readonly schema: readonly string[];
  readonly milliseconds: { readonly arrange: number; readonly plan: number; readonly run: number };
  /** What going up and down again came to for each file; null where that was not asked for, or nothing can be run. */
  readonly roundTrips: readonly RoundTrip[] | null;
  /** What native sqlite3 came to, or sqlite-wasm where that is too old; null where nothing was to be run. */
  readonly oracle: (Omit<OracleRun, 'schema'> & { readonly difference: SchemaDifference | null }) | null;
}

/** Definitions that only one side has. */
export interface SchemaDifference {
  readonly onlyHere: readonly string[];
  readonly onlyThere: readonly string[];
}

/** Runs folders one after another, each by the engine that the page would take. */
export class Chains {
  readonly #engines = new Engines({ 'sql.js': () => loadEngine(), 'sqlite-wasm': () => loadSqliteWasm() });

  /** @param database bytes of the database to begin with; null for an empty one */
  async run(
    folder: string,
    files: readonly MigrationFile[],
    database: Uint8Array | null,
    wanted: Wanted,
  ): Promise<FolderRun> {
    const usual = await this.#engines.usual();
    const bytes = database ?? usual.build((empty) => void empty.execute('PRAGMA user_version = 0'));
    const start = performance.now();
    const found = using(usual, bytes, (opened) => ({
      histories: readHistory(opened),
      isEmpty: readSchema(opened).relations.length === 0,
    }));
    const { arranged, answers } = arrangeWith(files, found.isEmpty, wanted);
    const pending = tellPending(arranged.migrations, found.histories);
    const taken = takeMigrations(arranged.migrations, pending, { picked: new Map(), answers });
    const parts: readonly ScriptPart[] = taken.migrations.map(partOf);
    const foreignKeys = foreignKeyDefaultOf(arranged.tool).mode;
    const choices = { ...DEFAULT_CHOICES, foreignKeys };
    const split = splitScript(parts);
    const arrange = performance.now() - start;
    const told = {
      folder,
      tool: arranged.tool ?? 'plain',
      files: parts.length,
      statements: split.ok ? split.statements.length : 0,
      order: parts.map(({ name }) => name),
      needs: [...arranged.needs, ...taken.steps].map((need) => ({ ...need, isOpen: isOpen(need, answers) })),
      leftOut: arranged.leftOut,
      notes: arranged.migrations.flatMap(({ path, warnings }) => warnings.map((warning) => `${path}: ${warning}`)),
    };
    const own = split.ok ? readTransactions(split.statements).own : null;
    const wrapped = new Set(
      split.ok ? split.statements.flatMap(({ ordinal, file }) => (own?.begins.has(ordinal) ? [file] : [])) : [],
    );
    let functions: readonly string[] = [];
    let roundTrips: readonly RoundTrip[] | null = null;
    const end = async (
      sentence: string | null,
      result: Uint8Array,
      times: Omit<FolderRun['milliseconds'], 'arrange'>,
    ): Promise<FolderRun> => {
      const native = parts.length === 0 ? null : runNative(bytes, parts, foreignKeys, wrapped);
      const isTooOld = sentence === null && native?.stopped;
      const oracle = isTooOld ? await runWasm(bytes, parts, foreignKeys, wrapped, functions) : native;
      const schema = nativeSchema(result);
      return {
        ...told,
        verdict: verdictOf(sentence, parts, taken),
        sentence: sentence ?? stepBefore(taken),
        schema,
        milliseconds: { arrange, ...times },
        roundTrips,
        oracle: oracle && {
          program: oracle.program,
          stopped: oracle.stopped,
          milliseconds: oracle.milliseconds,
          difference: differenceOf(schema, oracle.schema),
        },
      };
    };
    const open = arranged.needs.find((need) => isOpen(need, answers));
    const problem = arranged.problems[0]?.sentence ?? open?.sentence ?? (parts.length === 0 ? stepBefore(taken) : null);
    if (problem !== null) return end(problem, bytes, { plan: 0, run: 0 });
    if (!split.ok) return end(split.refusal.sentence, bytes, { plan: 0, run: 0 });

    const { statements } = split;
    const tools = { losses: keepLosses, help: failureHelp, now: () => performance.now() };
    const planStart = performance.now();
    const { engine, definitions, plan, asked, apart } = await this.#planned(
      bytes,
      statements,
      answers,
      wanted.safe,
      (opened) => planMigration(opened, statements, choices, { ...tools, watch: watchRules(parts) }),
    );
    told.needs.push(...asked);
    if (apart !== null) told.notes.push(apart);
    functions = definitions.flatMap(({ kind, name }) => (kind === 'collation' ? [] : [name]));
    const planned = performance.now() - planStart;
    if (wanted.roundTrip) roundTrips = await this.#rehearsed(bytes, taken.migrations, choices, definitions);
    if (plan.obstacle) return end(plan.obstacle.sentence, bytes, { plan: planned, run: 0 });

    const overlay = overlayOf(bytes);
    const opened = engine.open(overlay);
    for (const definition of definitions) opened.define(definition);
    try {
      const run = runMigration(opened, statements, choices, { ...tools, onStatement: () => undefined });
      const failed = run.outcomes.find(({ verdict }) => verdict === 'failed');
      const at = failed && statements[failed.ordinal - 1];
      const sentence = failed && at ? `${placeOf(at)}: ${failed.failure?.message ?? 'It failed'}.` : null;
      const result = overlay.read(0, overlay.size).slice();
      return await end(sentence, result, { plan: planned, run: run.milliseconds });
    } finally {
      opened.close();
    }
  }

  /** Goes up and down again for each migration. */
  async #rehearsed(
    bytes: Uint8Array,
    migrations: Taken['migrations'],
    choices: Choices,
    definitions: readonly Definition[],
  ): Promise<readonly RoundTrip[]> {
    const steps = migrations.map((migration): Step => ({ up: partOf(migration), down: migration.down }));
    const file = needsOfFile(sourceOfBytes(bytes), headerOf(bytes));
    const chosen = await this.#engines.choose(withScript(file, statementsOfSteps(steps), definitions));
    if (!chosen.ok) throw new Error(chosen.error.sentence);
    const { content: hasher } = await loadHashers();
    const rehearse = (opened: Database): readonly RoundTrip[] =>
      goRoundTrip(opened, steps, choices, { hasher, onStep: () => undefined });
    return using(chosen.value.engine, bytes, rehearse, definitions);
  }

  /** Plans statements by the engine that has what they need, with what is answered of functions and collations, or safe to answer. */
  async #planned(
    bytes: Uint8Array,
    statements: readonly ParsedStatement[],
    answers: Answers,
    safe: boolean,
    planOn: (opened: Database) => Plan,
  ): Promise<{
    readonly engine: Engine;
    readonly definitions: readonly Definition[];
    readonly plan: Plan;
    readonly asked: readonly (Need & { readonly isOpen: boolean })[];
    /** What is said where no engine has all that is needed. */
    readonly apart: string | null;
  }> {
    const known = await loadKnownFunctions();
    const choose = async (meanings: readonly Pick<Meaning, 'kind' | 'name'>[]): Promise<ChosenEngine> => {
      const file = needsOfFile(sourceOfBytes(bytes), headerOf(bytes));
      const chosen = await this.#engines.choose(withScript(file, statements, meanings));
      if (!chosen.ok) throw new Error(chosen.error.sentence);
      return chosen.value;
    };
    for (let meanings = meaningsIn(answers); ;) {
      const { engine, facts } = await choose(meanings);
      const { definitions } = define(meanings, known, engine, statements);
      const plan = using(engine, bytes, planOn, definitions);
      const message = plan.obstacle?.message ?? null;
      const other = message !== null && missingIn(message) ? await choose([{ kind: 'function', name: '' }]) : null;
      const found = other
        ? findMissing(
            message,
            (standIns) => using(other.engine, bytes, planOn, [...definitions, ...standIns]).obstacle?.message ?? null,
            statements,
          )
        : [];
      const asked = needsOfMeaning(found, meanings, statements);
      const proposed = asked.flatMap(({ kind, name, proposal }): Meaning[] =>
        proposal && (kind === 'function' || kind === 'collation') ? [{ kind, name, answer: proposal.answer }] : [],
      );
      if (safe && proposed.length > 0) {
        meanings = [...meanings, ...proposed];
        continue;
      }
      const missed = new Set(found.map(({ name }) => name));
      return {
        engine,
        definitions,
        plan,
        asked: asked.map((need) => ({ ...need, isOpen: missed.has(need.name) })),
        apart: facts.apart?.sentence ?? null,
      };
    }
  }
}

/** What is answered of functions and collations. */
function meaningsIn(answers: Answers): readonly Meaning[] {
  return [...answers].flatMap(([key, answer]): Meaning[] => {
    const [, kind, name = ''] = /^(function|collation):(.+)$/.exec(key) ?? [];
    return kind === 'function' || kind === 'collation' ? [{ kind, name, answer }] : [];
  });
}

function headerOf(bytes: Uint8Array): Header {
  const header = readHeader(bytes);
  if (!header.ok) throw new Error('This is no SQLite database.');
  return header.value;
}

function overlayOf(bytes: Uint8Array): Overlay {
  return new Overlay(sourceOfBytes(bytes), headerOf(bytes).pageSize);
}

function using<Value>(
  engine: Engine,
  bytes: Uint8Array,
  use: (opened: Database) => Value,
  definitions: readonly Definition[] = [],
): Value {
  const opened = engine.open(overlayOf(bytes));
  for (const definition of definitions) opened.define(definition);
  try {
    return use(opened);
  } finally {
    opened.close();
  }
}

/** Puts the files in order with what is answered; a proposal that is used may lead to another question. */
function arrangeWith(
  files: readonly MigrationFile[],
  isEmpty: boolean,
  { answers: given, safe, pastSteps }: Wanted,
): { readonly arranged: Arranged; readonly answers: Answers } {
  const answers = new Map(given);
  for (;;) {
    const arranged = arrangeMigrations(files, { answers, isEmpty });
    if (pastSteps)
      for (const { path, code } of arranged.migrations) if (code !== null) answers.set(`step:${path}`, 'past');
    const more = safe ? safeAnswers(arranged.needs, answers) : new Map<string, string>();
    if (more.size === 0) return { arranged, answers };
    for (const [key, answer] of more) answers.set(key, answer);
  }
}

function stepBefore({ endsBefore }: Taken): string | null {
  return endsBefore && `${endsBefore.path} is a step in code (${endsBefore.code}), and the chain ends before it.`;
}

function verdictOf(sentence: string | null, parts: readonly ScriptPart[], taken: Taken): Verdict {
  if (sentence !== null) return 'stops';
  if (parts.length === 0) return 'nothing to run';
  return taken.endsBefore ? 'before a step' : 'head';
}

/** The sqlite3 program reads lines that end in CRLF as lines that end in LF, and the page keeps them as they are. */
function differenceOf(here: readonly string[], there: readonly string[]): SchemaDifference | null {
  const read = (definition: string): string => definition.replaceAll('\r\n', '\n');
  const [left, right] = [new Set(here.map(read)), new Set(there.map(read))];
  const onlyHere = here.filter((definition) => !right.has(read(definition)));
  const onlyThere = there.filter((definition) => !left.has(read(definition)));
  return onlyHere.length + onlyThere.length === 0 ? null : { onlyHere, onlyThere };
}
