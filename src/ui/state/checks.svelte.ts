// The checks of a file and of a run's result: what has been made, what is being made, what waits to be asked for.
//
// They have a worker of their own. So they never keep the plan or the run waiting, and giving one up, which ends its worker,
// takes nothing else with it: the result of a run is a Blob that the page holds.

import { SvelteMap } from 'svelte/reactivity';
import type { PlannedScript, Progress, ProvableRun } from '../../engine/answers';
import { Cancelled, EngineClient, EngineFailure } from '../../engine/worker/client';
import type { Inspection } from '../../engine/inspection';
import type { Finding } from '../../file/finding';
import { NO_SIDECARS, type Sidecars } from '../../file/recovery';
import { isHashedUnasked, thoroughnessUnasked, type Thoroughness } from '../../migration/proofs/agenda';
import type { Forecast } from '../../migration/forecast/forecast';
import { PROOF_CODES, type Proof, type ProofCode } from '../../migration/proofs/proof';
import { partsOf, type Script } from '../../script/statement';

/** What can be checked: what a run will take, the number of rows of every table, the proofs, the hashes of both files. */
export type CheckKey = ProofCode | 'forecast' | 'rows' | 'sha256-input' | 'sha256-result';

/** How a check stands. `unasked`: it waits for a click, since it would take long. `stopped`: the engine gave out over it. */
export type CheckState =
  | { readonly state: 'waiting' | 'unasked' | 'skipped' }
  | { readonly state: 'running'; readonly progress: Progress }
  | { readonly state: 'stopped'; readonly reason: string }
  | { readonly state: 'made'; readonly proof: Proof; readonly thoroughness: Thoroughness }
  | { readonly state: 'made'; readonly sha256: string }
  | { readonly state: 'made'; readonly counted: true }
  | { readonly state: 'made'; readonly forecast: Forecast };

interface Task {
  readonly key: CheckKey;
  readonly thoroughness: Exclude<Thoroughness, 'none'>;
}

/** The checks that need no result. */
const OF_FILE = new Set<CheckKey>(['forecast', 'rows', 'integrity-before', 'sha256-input']);

/** What is said of a check before its worker has told of it. */
const LABELS: Readonly<Partial<Record<CheckKey, string>>> = {
  forecast: 'counting and sampling rows',
  rows: 'counting rows',
  'integrity-before': 'a soundness check of your file',
  pages: 'comparing pages',
  'row-counts': 'counting rows',
  content: 'comparing values',
  'foreign-keys': 'foreign_key_check',
  'integrity-after': 'quick_check of the result',
  'integrity-reopened': 'integrity_check of the result',
  'second-run': 'a second run',
  'sha256-input': 'SHA-256 of your file',
  'sha256-result': 'SHA-256 of the result',
};

/** Up to this many bytes a check is over soon and takes little memory: one that has begun is not given up for a run. */
const SMALL_BYTES = 32e6;

/** The checks of one dropped file at a time. */
export class Checks {
  /** Rows by table of the dropped file, as far as they have been counted; null where they cannot be. */
  readonly rows = new SvelteMap<string, number | null>();
  readonly states = new SvelteMap<CheckKey, CheckState>();
  /** The script that a forecast is wanted for, with its plan. */
  #planned: {
    readonly script: Script;
    readonly growth: PlannedScript['growth'];
    readonly plan: PlannedScript['plan'];
  } | null = null;
  readonly #client: EngineClient;
  #file: File | null = null;
  #sidecars: Sidecars<File> = NO_SIDECARS;
  #inspection: Inspection | null = null;
  #run: ProvableRun | null = null;
  #queue: Task[] = [];
  #current: Task | null = null;
  /** What the worker has open. */
  #opened: 'nothing' | 'file' | 'result' = 'nothing';
  /** Counts the files and results; what was asked for an earlier one is dropped. */
  #round = 0;
  #idle: Promise<void> = Promise.resolve();
  /** A run has the machine to itself: what waits is not begun. */
  #held = false;

  constructor(client = new EngineClient('checks')) {
    this.#client = client;
  }

  /** What is being checked, and how far it has come; null where nothing is. */
  get progress(): Progress | null {
    for (const check of this.states.values()) if (check.state === 'running') return check.progress;
    return null;
  }

  /** What a run of the planned script will take, where that has been found out. */
  get forecast(): Forecast | null {
    const check = this.states.get('forecast');
    return check?.state === 'made' && 'forecast' in check ? check.forecast : null;
  }

  /** The proofs that were made, in their order. */
  get proofs(): readonly Proof[] {
    return PROOF_CODES.flatMap((code) => {
      const check = this.states.get(code);
      return check?.state === 'made' && 'proof' in check ? [check.proof] : [];
    });
  }

  /** The damage that was found in the dropped file; null where none was found yet. */
  get damage(): Finding | null {
    const check = this.states.get('integrity-before');
    if (check?.state !== 'made' || !('proof' in check) || check.proof.result !== 'fail') return null;
    return {
      code: 'damaged',
      severity: 'bad',
      sentence: `The database is damaged: ${check.proof.sentence}`,
      help: 'Restore it from a backup, or try sqlite3 with .recover on a copy and drop what it saves. What can be read is shown here.',
      consent: 'Upgrade the damaged file all the same',
    };
  }

  /** SHA-256 of the dropped file or of the result, where it was computed. */
  sha256(of: 'input' | 'result'): string | null {
    const check = this.states.get(`sha256-${of}`);
    return check?.state === 'made' && 'sha256' in check ? check.sha256 : null;
  }

  /** A file was dropped. Nothing is checked before `look`. */
  take(file: File | null, sidecars: Sidecars<File> = NO_SIDECARS): void {
    this.#stop();
    this.#sidecars = sidecars;
    this.rows.clear();
    this.states.clear();
    this.#file = file;
    this.#inspection = null;
    this.#run = null;
    this.#planned = null;
  }

  /** Tells what is known of the file: how thoroughly it is checked depends on its size. */
  know(inspection: Inspection): void {
    this.#inspection = inspection;
  }

  /**
   * Makes the checks that the file itself wants, unless they have been made: rows, soundness, its hash. Before them,
   * foretells what a run of the planned script will take.
   */
  look(
    inspection: Inspection,
    planned: {
      readonly script: Script;
      readonly growth: PlannedScript['growth'];
      readonly plan: PlannedScript['plan'];
    } | null = null,
  ): void {
    this.know(inspection);
    const { size } = inspection;
    if (planned?.plan !== this.#planned?.plan || !this.states.has('forecast')) {
      this.#planned = planned;
      this.states.delete('forecast');
      this.#queue = this.#queue.filter(({ key }) => key !== 'forecast');
      if (planned) this.#queue.unshift({ key: 'forecast', thoroughness: 'full' });
    }
    this.#want('rows', 'full');
    this.#want('integrity-before', thoroughnessUnasked('integrity-before', size));
    this.#want('sha256-input', isHashedUnasked(size) ? 'full' : 'none');
    this.#start();
  }

  /**
   * Gives way to a run, until `look` or `prove`: nothing more is begun. On a file that is not small, what is being checked is
   * given up too, to be made later.
   */
  giveWay(): void {
    this.#held = true;
    if ((this.#inspection?.size ?? 0) <= SMALL_BYTES) return;
    const current = this.#current;
    const queue = this.#queue;
    this.#stop();
    this.#queue = current ? [current, ...queue] : queue;
    if (current) this.states.set(current.key, { state: 'waiting' });
  }

  /** Proves the result of a run. Settles when every check that is made unasked has been made or was skipped. */
  async prove(run: ProvableRun): Promise<void> {
    const { size } = this.#inspection ?? { size: 0 };
    this.forgetRun();
    this.#run = run;
    this.#want('rows', 'full');
    for (const code of PROOF_CODES) this.#want(code, thoroughnessUnasked(code, size));
    for (const key of ['sha256-input', 'sha256-result'] as const)
      this.#want(key, isHashedUnasked(size) ? 'full' : 'none');
    this.#start();
    await this.#idle;
  }

  /** Forgets the result of a run, and what was proved of it. */
  forgetRun(): void {
    const stopped = this.#opened === 'result' || this.#run !== null;
    if (stopped) this.#stop();
    this.#run = null;
    for (const [key, { state }] of this.states) {
      // A check of the file that is given up with the run is wanted anew by the next look at the file.
      const givenUp = stopped && (state === 'running' || state === 'waiting');
      if (givenUp || !OF_FILE.has(key)) this.states.delete(key);
    }
  }

  /** Makes a check that was not made, as it is made unasked where it is; makes one that was made more thoroughly. */
  ask(key: CheckKey): void {
    const code = PROOF_CODES.find((proof) => proof === key);
    const made = this.states.get(key)?.state === 'made';
    const usual = code === undefined || made ? 'full' : thoroughnessUnasked(code, this.#inspection?.size ?? 0);
    this.#queue.push({ key, thoroughness: usual === 'none' ? 'full' : usual });
    if (this.states.get(key)?.state !== 'running') this.states.set(key, { state: 'waiting' });
    this.#start();
  }

  /** Skips what is being checked and all that waits. */
  skip(): void {
    const given = [...(this.#current ? [this.#current] : []), ...this.#queue];
    this.#stop();
    for (const { key } of given) this.states.set(key, { state: 'skipped' });
  }

  #want(key: CheckKey, thoroughness: Thoroughness): void {
    const known = this.states.get(key)?.state;
    // What was skipped stays so until it is asked for.
    if (known === 'made' || known === 'running' || known === 'skipped') return;
    if (this.#queue.some((task) => task.key === key)) return;
    if (thoroughness === 'none') {
      this.states.set(key, { state: 'unasked' });
    } else {
      this.states.set(key, { state: 'waiting' });
      this.#queue.push({ key, thoroughness });
    }
  }

  #stop(): void {
    this.#round++;
    this.#queue = [];
    this.#current = null;
    this.#opened = 'nothing';
    this.#client.cancel();
  }

  #start(): void {
    this.#held = false;
    if (this.#current === null) this.#idle = this.#work(this.#round);
  }

  async #work(round: number): Promise<void> {
    for (let task = this.#next(); task; task = this.#next()) {
      this.#current = task;
      const { key } = task;
      const label = LABELS[key] ?? 'looking at the schema';
      this.states.set(key, { state: 'running', progress: { stage: 'check', label, done: 0, total: 0, pagesRead: 0 } });
      const state = await this.#make(task, round);
      if (round !== this.#round) return;
      this.states.set(key, state);
    }
    this.#current = null;
    if (!this.#held) this.#rest();
  }

  /** A worker never gives back memory that it took, and the next check may never be asked for. */
  #rest(): void {
    if ((this.#inspection?.size ?? 0) <= SMALL_BYTES) return;
    this.#client.cancel();
    this.#opened = 'nothing';
  }

  #next(): Task | undefined {
    return this.#held ? undefined : this.#queue.shift();
  }

  async #make(task: Task, round: number): Promise<CheckState> {
    const onProgress = (progress: Progress): void => {
      if (round === this.#round) this.states.set(task.key, { state: 'running', progress });
    };
    try {
      return await this.#call(task, round, onProgress);
    } catch (error) {
      if (!(error instanceof EngineFailure || error instanceof Cancelled)) throw error;
      // The next check starts a new worker.
      this.#opened = 'nothing';
      return { state: 'stopped', reason: `The SQLite engine stopped over it (${error.message}).` };
    }
  }

  async #call(
    { key, thoroughness }: Task,
    round: number,
    onProgress: (progress: Progress) => void,
  ): Promise<CheckState> {
    const { engine } = this.#client;
    const refusal = await this.#open(key);
    if (refusal !== null) return { state: 'stopped', reason: refusal };
    if (key === 'forecast') {
      if (!this.#planned) return { state: 'skipped' };
      const { script, plan, growth } = this.#planned;
      const words = partsOf(script)
        .map(({ text }) => text.toLowerCase())
        .join(' ');
      const named = (this.#inspection?.tables ?? []).filter((table) => words.includes(table.toLowerCase()));
      await this.#countRows(named, round, onProgress);
      const rows = named.map((table) => [table, this.rows.get(table) ?? null] as const);
      const foretold = await engine.forecast(script, { outcomes: plan.outcomes, growth }, rows);
      return foretold.ok
        ? { state: 'made', forecast: foretold.value }
        : { state: 'stopped', reason: foretold.error.sentence };
    }
    if (key === 'rows') {
      await this.#countRows(this.#inspection?.tables ?? [], round, onProgress);
      return { state: 'made', counted: true };
    }
    if (key === 'sha256-input' || key === 'sha256-result') {
      const hashed = await engine.hash(key === 'sha256-input' ? 'input' : 'result', onProgress);
      return hashed.ok ? { state: 'made', sha256: hashed.value } : { state: 'stopped', reason: hashed.error.sentence };
    }
    const proved = await engine.prove(key, thoroughness, onProgress);
    return proved.ok
      ? { state: 'made', proof: proved.value, thoroughness }
      : { state: 'stopped', reason: proved.error.sentence };
  }

  /** Counts the rows of tables, unless that has been done. */
  async #countRows(tables: readonly string[], round: number, onProgress: (progress: Progress) => void): Promise<void> {
    for (const table of tables) {
      if (this.rows.has(table)) continue;
      const counted = await this.#client.engine.countRows(table, onProgress);
      if (round !== this.#round) break;
      this.rows.set(table, counted.ok ? counted.value : null);
    }
  }

  /** Opens in the worker what a check looks at; gives the reason where it cannot. */
  async #open(key: CheckKey): Promise<string | null> {
    const { engine } = this.#client;
    const needed = OF_FILE.has(key) ? 'file' : 'result';
    if (this.#opened === 'nothing' && this.#file) {
      const opened = await engine.open(this.#file, this.#file.name, this.#sidecars);
      if (!opened.ok) return opened.error.sentence;
      this.#opened = 'file';
    }
    if (needed === 'result' && this.#opened === 'file' && this.#run) {
      const opened = await engine.openResult(this.#run);
      if (!opened.ok) return opened.error.sentence;
      this.#opened = 'result';
    }
    return null;
  }
}

/** Settles as soon as no check waits or is being made; at once where none does. */
export function settled(checks: Checks): Promise<void> {
  return new Promise((resolve) => {
    const stop = $effect.root(() => {
      $effect(() => {
        const isBusy = [...checks.states.values()].some(({ state }) => state === 'waiting' || state === 'running');
        if (isBusy) return;
        resolve();
        // An effect is not ended from inside of itself.
        queueMicrotask(stop);
      });
    });
  });
}
