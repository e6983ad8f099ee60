// One run of the fuzz: a file and a script, damaged or not, go the way of the page through the worker's own methods.
import { makeApi } from '../../src/engine/worker/api';
import { engines } from '../databases';
import { thoroughnessUnasked } from '../../src/migration/proofs/agenda';
import { PROOF_CODES, type Proof } from '../../src/migration/proofs/proof';
import { pageFigures, reportAsJson, reportAsMarkdown, type ReportSource } from '../../src/migration/report/report';
import { DEFAULT_CHOICES, type Choices } from '../../src/migration/outcome';
import { damageBytes, damageText } from './damage';
import { readCatalog, readMaterial, STATEMENTS, type Material } from './material';
import { blobOfBytes, installMemoryBlobs, type MemoryBlob } from './memoryBlob';
import { Random } from './random';

/** A database and what lies beside it. */
interface DroppedBytes {
  readonly database: Uint8Array;
  readonly log: Uint8Array | null;
  readonly journal: Uint8Array | null;
}

/** A result whose proofs all passed: native sqlite3 has to think the same of it. */
export interface Claim {
  readonly trial: number;
  readonly what: string;
  /** The file as it was dropped. */
  readonly before: DroppedBytes;
  readonly after: Uint8Array;
}

/** What became of a run. */
export interface TrialOutcome {
  readonly trial: number;
  /** How far it came. */
  readonly end: 'refused' | 'script refused' | 'obstacle' | 'rolled back' | 'committed' | 'claimed' | 'found';
  /** What is wrong with the product; null where nothing is. */
  readonly found: string | null;
  readonly claim: Claim | null;
}

/** The table that some of the statements want. */
const MADE =
  'CREATE TABLE IF NOT EXISTS made(id INTEGER PRIMARY KEY, v REFERENCES target, at TEXT DEFAULT CURRENT_TIMESTAMP)';
/** Of so many trials one looks at what is the same in all of them, and takes long. */
const SELDOM = 8;
const LOOK_EVERY = 10;
const GOOD_SCRIPT = 'ALTER TABLE t ADD COLUMN b';

/** Makes trials, one after the other, on one engine. */
export class Trials {
  readonly #api: ReturnType<typeof makeApi>;
  readonly #material: readonly Material[];
  readonly #catalog: readonly string[];
  readonly #good: Blob;
  readonly #seed: number;

  private constructor(api: ReturnType<typeof makeApi>, good: Uint8Array, seed: number) {
    this.#api = api;
    this.#seed = seed;
    this.#material = readMaterial();
    this.#catalog = readCatalog();
    this.#good = blobOfBytes(good);
  }

  /** Loads the usual engine. */
  static async begin(seed: number): Promise<Trials> {
    installMemoryBlobs();
    const engine = await engines.usual();
    const good = engine.build((database) => {
      for (const sql of ['CREATE TABLE t(a)', 'INSERT INTO t VALUES (1), (2), (3)']) database.execute(sql);
    });
    const bytes = (): number => 1 << 20;
    return new Trials(makeApi(engines, { here: bytes, ofRuns: bytes }), good, seed);
  }

  /** Makes the trial of a number; the same number makes the same trial. Whatever is thrown is something found. */
  async make(trial: number): Promise<TrialOutcome> {
    const random = new Random(Math.imul(this.#seed, 0x9e3779b1) ^ Math.imul(trial, 0x85ebca6b));
    const material = random.pick(this.#material);
    const intact = random.once(4);
    const hurt = (bytes: Uint8Array): Uint8Array => (intact ? bytes : damageBytes(bytes, random));
    const which = random.below(3);
    const database = which > 0 || (!material.log && !material.journal) ? hurt(material.database) : material.database;
    const beside = (bytes: Uint8Array | null): Uint8Array | null => (bytes && which < 2 ? hurt(bytes) : bytes);
    const file = { database, log: beside(material.log), journal: beside(material.journal) };
    const what = `${material.name}${intact ? '' : ', damaged'}`;
    const originals = [file.database, file.log, file.journal].map((bytes) => bytes?.slice() ?? null);
    try {
      const outcome = await this.#go({ trial, what, file, random });
      const changed = [file.database, file.log, file.journal].some((bytes, at) => !same(bytes, originals[at] ?? null));
      if (changed) return found(trial, `${what}: the dropped file was changed`);
      // What one file breaks stays broken; so a look now and then is enough, and half the time.
      const usable = trial % LOOK_EVERY === 0 ? await this.#isUsable() : null;
      return usable === null
        ? outcome
        : found(trial, `${what}: nothing works after it or after one of the ${LOOK_EVERY} before it: ${usable}`);
    } catch (error) {
      return found(trial, `${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }

  async #go({ trial, what, file, random }: Setting): Promise<TrialOutcome> {
    const api = this.#api;
    const ended = (end: TrialOutcome['end'], claim: Claim | null = null): TrialOutcome => ({
      trial,
      end,
      found: null,
      claim,
    });
    const opened = await api.open(blobOfBytes(file.database), 'fuzzed.db', {
      log: file.log && blobOfBytes(file.log),
      journal: file.journal && blobOfBytes(file.journal),
    });
    if (!opened.ok) return hasSentence(opened.error) ? ended('refused') : found(trial, `${what}: no sentence`);
    for (const table of opened.value.tables) await api.countRows(table, ignore);
    const before = await api.prove('integrity-before', 'full', ignore);

    const script = this.#makeScript(opened.value.tables, random);
    const choices: Choices = { ...DEFAULT_CHOICES, existingRows: random.pick(['null', 'upgrade time'] as const) };
    const planned = await api.plan(script, choices);
    if (!planned.ok) return hasSentence(planned.error) ? ended('script refused') : found(trial, `${what}: no sentence`);
    const { plan, growth, statements } = planned.value;
    if (random.once(SELDOM)) await api.forecast(script, { outcomes: plan.outcomes, growth }, []);
    const run = await api.run(script, choices, ignore);
    if (!run.ok) return hasSentence(run.error) ? ended('rolled back') : found(trial, `${what}: no sentence`);
    const { file: result, outcomes } = run.value;
    if (run.value.committed !== (result !== null))
      return found(trial, `${what}: a result that is not there, or too much`);
    const failed = outcomes.some(({ verdict }) => verdict === 'failed');
    if (failed === run.value.committed) return found(trial, `${what}: committed although a statement failed`);
    const sound = before.ok && before.value.result === 'pass';
    if (sound && plan.obstacle === null && !run.value.committed) {
      const why = outcomes.find(({ verdict }) => verdict === 'failed')?.failure?.message ?? '';
      // There is damage that integrity_check does not see and a commit does: a header that says auto_vacuum, without its pages.
      if (why === 'database disk image is malformed') return ended('rolled back');
      return found(trial, `${what}: the plan foretold no failure (${why}) of:\n${script}`);
    }
    if (result === null) return ended(plan.obstacle ? 'obstacle' : 'rolled back');
    const proofs = await this.#prove({ ...run.value, file: result, script, choices });
    if (typeof proofs === 'string') return ended('committed');
    const { startedAt, milliseconds, totalMilliseconds, writtenBytes } = run.value;
    const source: ReportSource = {
      input: { name: 'fuzzed.db', size: file.database.length, sha256: null, sidecars: [] },
      output: { name: 'result.db', size: result.size, sha256: null },
      script: 'fuzz.sql',
      engineVersion: run.value.engine.words,
      notMade: [],
      warnings: plan.warnings,
      findings: opened.value.findings.map((finding) => ({ ...finding, agreed: finding.consent })),
      pages: pageFigures(run.value.pages),
      ...{ startedAt, milliseconds, totalMilliseconds, writtenBytes, outcomes, choices, statements, proofs },
    };
    if (!reportAsMarkdown(source).includes('fuzz') || JSON.parse(reportAsJson(source)) === null)
      return found(trial, `${what}: the report is empty`);
    if (proofs.some(({ result }) => result !== 'pass')) return ended('committed');
    const claim = {
      trial,
      what: `${what}, ${script}`,
      before: file,
      after: (result as unknown as MemoryBlob).bytes,
    };
    return ended('claimed', claim);
  }

  /** All proofs, or why the result cannot be opened. */
  async #prove(run: Parameters<ReturnType<typeof makeApi>['openResult']>[0]): Promise<readonly Proof[] | string> {
    const api = this.#api;
    const opened = await api.openResult(run);
    if (!opened.ok) return opened.error.sentence;
    const proofs: Proof[] = [];
    for (const code of PROOF_CODES) {
      const usual = thoroughnessUnasked(code, run.file.size);
      const proof = await api.prove(code, usual === 'none' ? 'full' : usual, ignore);
      if (!proof.ok) return proof.error.sentence;
      proofs.push(proof.value);
    }
    return proofs;
  }

  #makeScript(tables: readonly string[], random: Random): string {
    const statements: string[] = Array.from({ length: 1 + random.below(3) }, () => random.pick(STATEMENTS));
    if (statements.some((sql) => /\bmade\b/.test(sql))) statements.unshift(MADE);
    if (random.once(20)) statements.push(random.pick(this.#catalog));
    const table = tables.length > 0 ? random.pick(tables) : 'missing';
    const script = statements.join(';\n').replaceAll(/\btarget\b/g, () => `"${table.replaceAll('"', '""')}"`);
    return random.once(3) ? damageText(script, random) : script;
  }

  /** Whether a good file still gets its plan, and its run; the reason where not. */
  async #isUsable(): Promise<string | null> {
    const api = this.#api;
    const opened = await api.open(this.#good, 'good.db');
    if (!opened.ok) return opened.error.sentence;
    const rows = await api.countRows('t', ignore);
    if (!rows.ok || rows.value !== 3) return 'its rows are not counted';
    const run = await api.run(GOOD_SCRIPT, DEFAULT_CHOICES, ignore);
    return run.ok && run.value.committed ? null : 'it is not upgraded';
  }
}

interface Setting {
  readonly trial: number;
  readonly what: string;
  readonly file: DroppedBytes;
  readonly random: Random;
}

function ignore(): void {
  // Progress is of no interest here.
}

function hasSentence({ sentence }: { readonly sentence: string }): boolean {
  return /^[A-Z‘“"\w].*[.)]$/s.test(sentence) && !/undefined|\[object|NaN|\bnull\b/.test(sentence);
}

function found(trial: number, what: string): TrialOutcome {
  return { trial, end: 'found', found: what, claim: null };
}

function same(one: Uint8Array | null, other: Uint8Array | null): boolean {
  return one === other || (one !== null && other !== null && Buffer.compare(one, other) === 0);
}
