// What the page can ask of the engine. Runs in a worker; its type is the protocol.

import type { Database, Definition, Outcome } from '../../database';
import { needKey, type Need as ChainNeed } from '../../chain/needs';
import type { KnownFunction } from '../../functions/definitions';
import { missingIn } from '../../functions/meaning';
import type { Defined } from './lateFunctions';
import type { History } from '../../chain/history';
import type { DataCheckAnswer, DataCheckFault, NamedPart, OffendingRows } from '../../explore/checks/dataChecks';
import type { Box, Layout, Link } from '../../explore/diagram/diagramLayout';
import type { Refusal } from '../../file/identify';
import { NO_SIDECARS, type Sidecars } from '../../file/recovery';
import type { Thoroughness } from '../../migration/proofs/agenda';
import type { Forecast } from '../../migration/forecast/forecast';
import type { Growth } from '../../migration/forecast/growth';
import type { Hasher } from '../../migration/proofs/contentHash';
import { keepNoLosses, mayLose, type KeepLosses } from '../../migration/run/lossAccount';
import { countRows } from '../../migration/proofs/measurement';
import type { ModeDifference } from '../../migration/losses/foreignKeyModes';
import type { Plan } from '../../migration/run/plan';
import type { Proof, ProofCode } from '../../migration/proofs/proof';
import { DEFAULT_CHOICES, type Choices } from '../../migration/outcome';
import type { RoundTrip, Step } from '../../migration/roundTrip/roundTrip';
import type { SchemaDetails } from '../../schema/details';
import type { Schema } from '../../schema/schema';
import type { ScriptRefusal } from '../../script/refusal';
import type { ScriptNote } from '../../script/split';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { Statement, Script } from '../../script/statement';
import type { FinishedRun, OnProgress, PlannedScript, ProvableRun } from '../answers';
import { blobOf, sourceOfBlob, pageChangesOf } from '../pages/blob';
import type { Hashers } from './hashers';
import { inspect, type Inspection } from '../inspection';
import { loadLate } from '../late';
import { makeLookingApi } from './lookingApi';
import type { EngineFacts } from '../engineFacts';
import { needsOfFile, withScript, type Engines, type Needs } from '../engines';
import { needsOfSchema } from '../needs';
import { OpenedFile, readersFor, recoverFile } from '../openedFile';
import { readInto, type ByteSource } from '../../file/byteSource';
import type { Overlay } from '../pages/overlay';
import type { Preload } from '../pages/preload';
import type { Prover } from '../prover';
import type { TargetDatabase, TargetFault } from '../target';
import { NotOpened, readable, unreadableSchema } from '../unreadable';

const HASH_BYTES_AT_ONCE = 4 << 20;

/** How many bytes of a file of a size are kept in memory at most: in this worker, and in the one that runs. */
export interface Kept {
  readonly here: (fileBytes: number) => number;
  readonly ofRuns: (fileBytes: number) => number;
}

/**
 * The engine's methods for one worker. Expected failures come back as data; a rejected call is a bug or a dead engine.
 */
export function makeApi(engines: Engines, kept: Kept) {
  /** Loaded when they are needed first: planning and running need none. */
  let hashers: Hashers | null = null;
  const loadHashersOnce = async (): Promise<Outcome<Hashers, Refusal>> => {
    if (hashers) return { ok: true, value: hashers };
    const loaded = await loadLate('computes hashes', () => import('./hashers'));
    return loaded.ok ? { ok: true, value: (hashers = await loaded.value.loadHashers()) } : loaded;
  };
  /** What checks a file and foretells a run: of no use before a plan is shown, so it is no part of the first load. */
  const loadChecking = (): Promise<Outcome<typeof import('./lateChecks'), Refusal>> =>
    loadLate('checks files and estimates runs', () => import('./lateChecks'));
  /** Keeps account of losses, where there may be any. */
  const lossesOf = async (statements: readonly Statement[]): Promise<Outcome<KeepLosses, Refusal>> => {
    if (!mayLose(statements)) return { ok: true, value: keepNoLosses };
    const loaded = await loadLate(
      'finds the rows and values that a script loses',
      () => import('../../migration/losses/lossLedger'),
    );
    return loaded.ok ? { ok: true, value: loaded.value.keepLosses } : loaded;
  };
  /** What plans and runs a script: of no use before there is a file, so it is no part of the first load. */
  const loadPlanning = (): Promise<Outcome<typeof import('./latePlan'), Refusal>> =>
    loadLate('plans scripts', () => import('./latePlan'));
  /** Takes a script apart, and loads what plans and runs it. */
  const prepare = async (
    script: Script,
  ): Promise<
    Outcome<
      {
        readonly planning: typeof import('./latePlan');
        readonly statements: readonly ParsedStatement[];
        readonly notes: readonly ScriptNote[];
        readonly losses: KeepLosses;
      },
      ScriptRefusal | Refusal
    >
  > => {
    const planning = await loadPlanning();
    if (!planning.ok) return planning;
    const split = planning.value.splitScript(script);
    if (!split.ok) return { ok: false, error: split.refusal };
    const { statements, notes } = split;
    const losses = await lossesOf(statements);
    if (!losses.ok) return losses;
    return { ok: true, value: { planning: planning.value, statements, notes, losses: losses.value } };
  };
  /** What the explorer asks. */
  const loadLooking = (): Promise<Outcome<typeof import('../looking'), Refusal>> =>
    loadLate('looks into databases', () => import('../looking'));
  let opened: OpenedFile | null = null;
  /** What the open file needs of an engine, whatever the script. */
  let needs: Omit<Needs, 'script'> = { file: [], schema: [] };
  /** Why the file that was to be opened last is not. */
  let refused: Refusal | null = null;
  let prover: Prover | null = null;
  /** Why the result that was to be opened last is not. */
  let resultRefused: Refusal | null = null;

  /** To be called where an outcome is made: that the file was refused is one. */
  function mustBeOpen(): OpenedFile {
    if (refused) throw new NotOpened(refused);
    if (!opened) throw new Error('No file is open in this engine');
    return opened;
  }

  /** What functions and collations of an application need. */
  let known: readonly KnownFunction[] | null = null;
  const loadFunctions = async (): Promise<
    Outcome<typeof import('./lateFunctions') & { readonly known: readonly KnownFunction[] }, Refusal>
  > => {
    const loaded = await loadLate('knows functions of applications', () => import('./lateFunctions'));
    if (!loaded.ok) return loaded;
    known ??= await loaded.value.loadKnownFunctions();
    return { ok: true, value: { ...loaded.value, known } };
  };

  /** A file that is open for a script. */
  interface ReadyFile {
    readonly open: OpenedFile;
    readonly facts: EngineFacts;
    readonly faults: Defined['faults'];
  }

  /**
   * Gives the open file to the engine that it and a script need together, with what stands for the functions and collations of its
   * application; what was open for another script is so no longer.
   */
  async function openFor(
    statements: readonly ParsedStatement[],
    { meanings = [] }: Choices = DEFAULT_CHOICES,
  ): Promise<Outcome<ReadyFile, Refusal>> {
    const found = readable((): Outcome<OpenedFile, never> => ({ ok: true, value: mustBeOpen() }));
    if (!found.ok) return found;
    const chosen = await engines.choose(withScript(needs, statements, meanings));
    if (!chosen.ok) return chosen;
    const { engine, facts } = chosen.value;
    const functions = meanings.length > 0 ? await loadFunctions() : null;
    if (functions && !functions.ok) return functions;
    const defined = functions?.value.define(meanings, functions.value.known, engine);
    const open = found.value.on(engine, defined?.definitions ?? []);
    // Another file may have been opened meanwhile: it stays.
    if (opened === found.value) opened = open;
    return { ok: true, value: { open, facts, faults: defined?.faults ?? [] } };
  }

  /** What is asked of functions and collations that a planned script misses, or names. */
  async function askForMeanings(
    statements: readonly ParsedStatement[],
    choices: Choices,
    { open, faults }: ReadyFile,
    message: string | null,
    plan: (open: OpenedFile) => string | null,
  ): Promise<Outcome<readonly ChainNeed[], Refusal>> {
    const { meanings = [] } = choices;
    if (meanings.length === 0 && (message === null || missingIn(message) === null)) return { ok: true, value: [] };
    const functions = await loadFunctions();
    if (!functions.ok) return functions;
    const { define, findMissing, needsOfMeaning, known } = functions.value;
    const chosen = await engines.choose(withScript(needs, statements, [{ kind: 'function', name: '' }]));
    if (!chosen.ok) return chosen;
    const { engine } = chosen.value;
    return readable(() => {
      const { definitions } = define(meanings, known, engine);
      const attempt = (standIns: readonly Definition[]): string | null =>
        plan(open.on(engine, [...definitions, ...standIns]));
      const asked = needsOfMeaning(findMissing(message, attempt), meanings, statements);
      const wrong = new Map(faults.map(({ meaning, sentence }) => [needKey(meaning), sentence]));
      return {
        ok: true,
        value: asked.map((need) => ({ ...need, sentence: wrong.get(needKey(need)) ?? need.sentence })),
      };
    });
  }

  function resultMustBeOpen(): Prover {
    if (resultRefused) throw new NotOpened(resultRefused);
    if (!prover) throw new Error('No result is open in this engine');
    return prover;
  }

  function forgetResult(): void {
    prover?.close();
    prover = null;
    resultRefused = null;
  }

  function hashOf(sha256: Hasher, source: ByteSource, label: string, onProgress: OnProgress): string {
    sha256.digest();
    const bytes = new Uint8Array(HASH_BYTES_AT_ONCE);
    for (let at = 0; at < source.size; at += HASH_BYTES_AT_ONCE) {
      onProgress({ stage: 'check', label, done: at, total: source.size, pagesRead: 0 });
      sha256.update(bytes.subarray(0, readInto(source, bytes, 0, at, HASH_BYTES_AT_ONCE)));
    }
    return sha256.digest();
  }

  /** Where statements go through whole tables and the file finds room in memory, it is read beforehand. */
  function preloadOf(open: OpenedFile, statements: readonly Statement[]): Preload | null {
    const scans = statements.some(({ kind }) => kind === 'create index' || kind === 'insert' || kind === 'update');
    const { size } = open.file;
    return scans && open.isPlain && size <= kept.here(size) ? open.preload() : null;
  }

  return {
    /** Goes once over what the first file will need; code that has run before runs several times as fast. Needs no open file. */
    async warmUp(): Promise<void> {
      const planning = await loadPlanning();
      if (planning.ok) planning.value.warmUp(await engines.usual());
    },

    /**
     * Recovers a file with the sidecars that lie beside it, opens and inspects it; it replaces the one that was open. Refusals
     * are data. Which engine opens it is told by its schema, before.
     */
    async open(
      file: Blob,
      name: string,
      sidecars: Sidecars<Blob> = NO_SIDECARS,
    ): Promise<Outcome<Inspection, Refusal>> {
      refused = null;
      // Most likely asked for next. Where it cannot be had, whoever asks says so.
      void loadPlanning();
      const loaded = await readersFor(sidecars);
      if (!loaded.ok) {
        // What is asked next is meant for this file, not for the one before it.
        refused = loaded.error;
        return loaded;
      }
      const readers = loaded.value;
      const recovered = readable(() => {
        forgetResult();
        opened?.abandon();
        opened = null;
        const made = recoverFile(file, { sidecars, readers }, kept.here(file.size));
        if (!made.ok) return made;
        const { cache, header } = made.value.recovery;
        return { ok: true, value: { ...made.value, needs: needsOfFile(cache, header) } };
      });
      const chosen = recovered.ok ? await engines.choose({ ...recovered.value.needs, script: [] }) : recovered;
      const outcome = readable((): Outcome<Inspection, Refusal> => {
        if (!recovered.ok) return recovered;
        if (!chosen.ok) return chosen;
        const { recovery, findings } = recovered.value;
        const { engine, facts } = chosen.value;
        const candidate = new OpenedFile(engine, recovery);
        return candidate.using(({ database }): Outcome<Inspection, Refusal> => {
          const schema = database.query('SELECT count(*) FROM sqlite_schema');
          if (!schema.ok) {
            return { ok: false, error: unreadableSchema(schema.error.message, candidate.header, file.size) };
          }
          opened = candidate;
          ({ needs } = recovered.value);
          const { header } = candidate;
          return { ok: true, value: inspect(database, { name, size: file.size, header, findings }, facts) };
        });
      });
      if (!outcome.ok) refused = outcome.error;
      return outcome;
    },

    /** Counts the rows of a table of the open file; null where SQLite cannot count them. */
    countRows(table: string, onProgress: OnProgress): Outcome<number | null, Refusal> {
      return readable((): Outcome<number | null, never> => {
        const tell = ({ pagesRead }: Overlay): void =>
          onProgress({ stage: 'check', label: `counting rows of ${table}`, done: 0, total: 0, pagesRead });
        const counted = mustBeOpen().using(({ database }) => countRows(database, table), tell);
        return { ok: true, value: counted.ok ? counted.value : null };
      });
    },

    /** Splits a script and plans it for the open file; gives why the script cannot be read, where it cannot. */
    async plan(script: Script, choices: Choices): Promise<Outcome<PlannedScript, ScriptRefusal | Refusal>> {
      const prepared = await prepare(script);
      if (!prepared.ok) return prepared;
      const { planning, statements, notes, losses } = prepared.value;
      const { planMigration, readAddedColumnDocumentation, watchGrowth, watchRules, failureHelp: help } = planning;
      const ready = await openFor(statements, choices);
      if (!ready.ok) return ready;
      const { open, facts: engine } = ready.value;
      const planned = readable((): Outcome<Omit<PlannedScript, 'needs'>, never> => {
        const start = performance.now();
        let growth: Growth = { pages: [], waiting: [] };
        const watch = watchGrowth(watchRules(script), (told) => (growth = told));
        const { outcomes, after, obstacle, ownTransactions, warnings } = open.using(({ database }) =>
          planMigration(database, statements, choices, {
            losses,
            help,
            watch,
            now: () => performance.now(),
          }),
        );
        const plan = { outcomes, after, obstacle, ownTransactions, warnings };
        const milliseconds = performance.now() - start;
        const documentation = readAddedColumnDocumentation(script, statements);
        return { ok: true, value: { statements, notes, plan, growth, documentation, milliseconds, engine } };
      });
      if (!planned.ok) return planned;
      const message = planned.value.plan.obstacle?.failure.message ?? null;
      const asked = await askForMeanings(statements, choices, ready.value, message, (trial) => {
        const tools = { losses: keepNoLosses, help };
        return (
          trial.using(({ database }) => planMigration(database, statements, choices, tools)).obstacle?.failure
            .message ?? null
        );
      });
      return asked.ok ? { ok: true, value: { ...planned.value, needs: asked.value } } : asked;
    },

    /** Tells what difference it makes to a planned script whether foreign keys are on while it runs; by another plan for the open file. */
    async compareForeignKeyModes(
      script: Script,
      choices: Choices,
      planned: Plan['outcomes'],
    ): Promise<Outcome<readonly ModeDifference[], ScriptRefusal | Refusal>> {
      const prepared = await prepare(script);
      if (!prepared.ok) return prepared;
      const { planning, statements, losses } = prepared.value;
      const { compareForeignKeyModes, failureHelp: help } = planning;
      const ready = await openFor(statements, choices);
      if (!ready.ok) return ready;
      return readable((): Outcome<readonly ModeDifference[], never> => {
        const tools = { losses, help };
        const compare = (database: Database): readonly ModeDifference[] =>
          compareForeignKeyModes(database, statements, choices, planned, tools);
        return { ok: true, value: ready.value.open.using(({ database }) => compare(database)) };
      });
    },

    /** Goes up and down again for each migration, from the open file on, and compares schema and rows; the file is not changed. */
    async roundTrips(
      steps: readonly Step[],
      choices: Choices,
      onProgress: OnProgress,
    ): Promise<Outcome<readonly RoundTrip[], Refusal>> {
      const [hashers, loaded] = await Promise.all([
        loadHashersOnce(),
        loadLate('rehearses migrations up and down', () => import('../roundTrips')),
      ]);
      if (!hashers.ok) return hashers;
      if (!loaded.ok) return loaded;
      const { rehearseRoundTrips, statementsOfSteps } = loaded.value;
      const ready = await openFor(statementsOfSteps(steps), choices);
      if (!ready.ok) return ready;
      const { content } = hashers.value;
      const { open } = ready.value;
      return readable(() => ({ ok: true, value: rehearseRoundTrips(open, steps, choices, content, onProgress) }));
    },

    /** Begins to read what a run of the script would read, so that it need not wait for that; does not wait for it. */
    async readAhead(script: Script): Promise<void> {
      const planning = await loadPlanning();
      const split = planning.ok ? planning.value.splitScript(script) : null;
      if (opened && split?.ok) preloadOf(opened, split.statements);
    },

    /** What migration tools have recorded in the open file as applied. */
    async histories(): Promise<Outcome<readonly History[], Refusal>> {
      const loaded = await loadLate(
        'reads which migrations are recorded in a database',
        () => import('../../chain/history'),
      );
      if (!loaded.ok) return loaded;
      const { readHistory } = loaded.value;
      return readable(() => ({ ok: true, value: mustBeOpen().using(({ database }) => readHistory(database)) }));
    },

    /**
     * Foretells what a run of a planned script will take.
     * @param rows of the tables that the script names
     */
    async forecast(
      script: Script,
      { outcomes, growth }: { readonly outcomes: Plan['outcomes']; readonly growth: Growth },
      rows: readonly (readonly [string, number | null])[],
    ): Promise<Outcome<Forecast, Refusal>> {
      const loaded = await loadChecking();
      if (!loaded.ok) return loaded;
      const { forecastRun, measureRates, splitScript } = loaded.value;
      const split = splitScript(script);
      const statements = split.ok ? split.statements : [];
      const ready = await openFor(statements);
      if (!ready.ok) return ready;
      const { open } = ready.value;
      return readable((): Outcome<Forecast, never> => {
        const { size: fileBytes } = open.source;
        const cacheBytes = kept.ofRuns(fileBytes);
        const value = open.using(({ database }) => {
          const rates = measureRates(database, open.source, () => performance.now());
          return forecastRun({ database, fileBytes, cacheBytes, statements, outcomes, growth, rows, rates });
        });
        return { ok: true, value };
      });
    },

    /** Runs a script on the open file and puts the file to download together. */
    async run(
      script: Script,
      choices: Choices,
      onProgress: OnProgress,
    ): Promise<Outcome<FinishedRun, ScriptRefusal | Refusal>> {
      const prepared = await prepare(script);
      if (!prepared.ok) return prepared;
      const { planning, statements, losses } = prepared.value;
      const { failureHelp: help, runMigration } = planning;
      const start = performance.now();
      const startedAt = new Date().toISOString();
      const found = readable((): Outcome<OpenedFile, never> => ({ ok: true, value: mustBeOpen() }));
      if (!found.ok) return found;
      const preload = preloadOf(found.value, statements);
      if (preload) {
        const { size: total } = found.value.file;
        preload.onBytes = (done) =>
          onProgress({ stage: 'check', label: 'reading the file', done, total, pagesRead: 0 });
        await preload.ended;
      }
      const ready = await openFor(statements, choices);
      if (!ready.ok) return ready;
      const { open, facts: engine } = ready.value;
      return readable((): Outcome<FinishedRun, never> => {
        const total = statements.length;
        let ordinal = 0;
        let pagesAtStart = 0;
        const tell = ({ pagesRead, pagesWritten }: Overlay): void => {
          const pages = pagesRead + pagesWritten - pagesAtStart;
          onProgress({ stage: 'statements', ordinal, total, pages, pagesRead, pagesWritten });
        };
        return open.using((connected) => {
          const { database, overlay } = connected;
          const onStatement = (next: number): void => {
            ordinal = next;
            pagesAtStart = overlay.pagesRead + overlay.pagesWritten;
            tell(overlay);
          };
          const result = runMigration(database, statements, choices, {
            losses,
            help,
            now: () => performance.now(),
            onStatement,
          });
          if (result.committed) open.settle(connected);
          const pages = pageChangesOf(overlay);
          const file = result.committed ? blobOf(overlay, open.whole) : null;
          const totalMilliseconds = performance.now() - start;
          const { writtenBytes } = overlay;
          const specified = JSON.stringify(result.specified);
          const about = { pages, writtenBytes, startedAt, totalMilliseconds, engine };
          return { ok: true, value: { ...result, specified, file, ...about } };
        }, tell);
      });
    },

    /** Opens the result of a run on the open file beside it, so that it can be proved. */
    async openResult(run: ProvableRun): Promise<Outcome<null, Refusal>> {
      const loaded = await loadChecking();
      if (!loaded.ok) return loaded;
      const { Prover, splitScript } = loaded.value;
      forgetResult();
      const split = splitScript(run.script);
      const ready = await openFor(split.ok ? split.statements : [], run.choices);
      const outcome = readable((): Outcome<null, Refusal> => {
        if (!ready.ok) return ready;
        const made = Prover.over(ready.value.open, run, kept.here(run.file.size));
        if (!made.ok) return made;
        prover = made.value;
        return { ok: true, value: null };
      });
      if (!outcome.ok) resultRefused = outcome.error;
      return outcome;
    },

    /** Makes one proof of the result that is open; `integrity-before` needs no result. */
    async prove(
      code: ProofCode,
      thoroughness: Exclude<Thoroughness, 'none'>,
      onProgress: OnProgress,
    ): Promise<Outcome<Proof, Refusal>> {
      const [hashers, checking] = await Promise.all([loadHashersOnce(), loadChecking()]);
      if (!hashers.ok) return hashers;
      if (!checking.ok) return checking;
      const { content } = hashers.value;
      const { proveSound } = checking.value;
      return readable((): Outcome<Proof, Refusal> => {
        if (code === 'integrity-before') {
          return { ok: true, value: proveSound(mustBeOpen(), thoroughness, onProgress) };
        }
        return { ok: true, value: resultMustBeOpen().prove(code, { hasher: content, thoroughness }, onProgress) };
      });
    },

    /** SHA-256 of the open file or of the result, in hexadecimal. */
    async hash(of: 'input' | 'result', onProgress: OnProgress): Promise<Outcome<string, Refusal>> {
      const loaded = await loadHashersOnce();
      if (!loaded.ok) return loaded;
      const { file: sha256 } = loaded.value;
      return readable((): Outcome<string, Refusal> => {
        if (of === 'input') {
          // The file as it lies on the disk, whatever was recovered from its sidecars.
          const { isPlain, source, file } = mustBeOpen();
          const bytes = isPlain ? source : sourceOfBlob(file);
          return { ok: true, value: hashOf(sha256, bytes, 'SHA-256 of your file', onProgress) };
        }
        return { ok: true, value: hashOf(sha256, resultMustBeOpen().source, 'SHA-256 of the result', onProgress) };
      });
    },

    /** What SQLite makes of a schema, be it that of the file, of a plan or of a result. Needs no open file. */
    async describe(schema: Schema): Promise<Outcome<SchemaDetails, Refusal>> {
      const loaded = await loadLooking();
      if (!loaded.ok) return loaded;
      const chosen = await engines.choose({ file: [], schema: needsOfSchema(schema.relations), script: [] });
      return chosen.ok ? { ok: true, value: loaded.value.describe(chosen.value.engine, schema) } : chosen;
    },

    ...makeLookingApi(mustBeOpen, loadLooking),

    /** Runs a part of a data check on the open file. */
    async checkData(
      named: NamedPart,
      onProgress: OnProgress,
    ): Promise<Outcome<DataCheckAnswer, DataCheckFault | Refusal>> {
      const loaded = await loadLooking();
      if (!loaded.ok) return loaded;
      return readable(() => loaded.value.checkData(mustBeOpen(), named, onProgress));
    },

    /** The rows of the open file that a part of a data check blames. */
    async offendingRows(
      named: NamedPart,
      onProgress: OnProgress,
    ): Promise<Outcome<OffendingRows, DataCheckFault | Refusal>> {
      const loaded = await loadLooking();
      if (!loaded.ok) return loaded;
      return readable(() => loaded.value.offendingRows(mustBeOpen(), named, onProgress));
    },

    /** Lays a diagram out, away from the page, since a large one takes a while. Needs no open file. */
    async layOut(boxes: readonly Box[], links: readonly Link[]): Promise<Outcome<Layout, Refusal>> {
      const loaded = await loadLate('lays diagrams out', () => import('../../explore/diagram/diagramLayout'));
      return loaded.ok ? { ok: true, value: loaded.value.layOut(boxes, links) } : loaded;
    },

    /** Makes a database of SQL alone, to compare another one with; gives the first line that is wrong. Needs no open file. */
    async makeTarget(script: Script): Promise<Outcome<TargetDatabase, TargetFault | Refusal>> {
      const loaded = await loadLate('makes databases of SQL', () => import('../target'));
      if (!loaded.ok) return loaded;
      const read = loaded.value.readTarget(script);
      if (!read.ok) return read;
      const chosen = await engines.choose(withScript({ file: [], schema: [] }, read.value));
      return chosen.ok ? loaded.value.makeTarget(chosen.value.engine, read.value) : chosen;
    },

    /** Makes a sample database; gives the file, or the sentence of what is wrong with either script. */
    async makeSample(
      base: string,
      script: string,
      through: number | 'all',
    ): Promise<Outcome<Blob, { readonly sentence: string } | Refusal>> {
      const loaded = await loadLate('makes sample databases', () => import('../sample'));
      return loaded.ok ? loaded.value.makeSample(await engines.usual(), base, script, through) : loaded;
    },
  };
}

/** The protocol between page and worker. */
export type EngineApi = ReturnType<typeof makeApi>;
