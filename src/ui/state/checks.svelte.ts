// The checks of a file and of a run's result: what has been made, what is being made, what waits to be asked for.
//
// They have workers of their own. So they never keep the plan or the run waiting, and giving one up, which ends its worker,
// takes nothing else with it: the result of a run is a Blob that the page holds. A check whose worker dies is made once more.

import { SvelteMap } from 'svelte/reactivity';
import type { PlannedScript, Progress, ProvableRun } from '../../engine/answers';
import { Cancelled, EngineClient, EngineFailure, type RemoteFile } from '../../engine/worker/client';
import type { Inspection } from '../../engine/inspection';
import type { Finding } from '../../file/finding';
import { isHashedUnasked, thoroughnessUnasked, type Thoroughness } from '../../migration/proofs/agenda';
import type { ModeDifference } from '../../migration/losses/foreignKeyModes';
import type { Choices } from '../../migration/outcome';
import type { Forecast } from '../../migration/forecast/forecast';
import { ALL_PROOF_CODES, PROOF_CODES, type Proof, type ProofCode } from '../../migration/proofs/proof';
import { partsOf, type Script } from '../../script/statement';
import { labelOf, OF_FILE, OF_PLAN, togetherWith, type CheckKey, type CheckState } from './check';
import { lookedAt, type DroppedDatabase } from './droppedFiles';
import { Turns, type Turn } from './turn';

interface Task {
  readonly key: CheckKey;
  readonly thoroughness: Exclude<Thoroughness, 'none'>;
}

/** One worker of checks, and what it makes now. */
interface Lane {
  readonly client: EngineClient;
  readonly file: RemoteFile;
  readonly turns: Turns;
  current: Task | null;
  /** What its worker reads, so that no other does. */
  owns: readonly string[];
}

/** A planned script, of which it is foretold what a run takes. */
interface Foretold {
  readonly script: Script;
  readonly plan: PlannedScript['plan'];
  readonly growth: PlannedScript['growth'];
  readonly choices: Choices;
}

/** How often a check is begun at most: once more, in a new worker, where the engine stops over it. */
const ATTEMPTS = 2;

/** Up to this many bytes a check is over soon and takes little memory: one that has begun is not given up for a run. */
const SMALL_BYTES = 32e6;
/** Up to this many bytes all checks take less time than another worker needs to begin. */
const TINY_BYTES = 2e6;

/**
 * The order in which they are begun: what takes longest comes first, together with what is made from the same, and of what says the same
 * the one that says more.
 */
function inTurn(codes: readonly ProofCode[]): readonly ProofCode[] {
  const first: readonly ProofCode[] = [
    'integrity-before',
    'row-counts',
    'pages',
    'integrity-reopened',
    'integrity-after',
  ];
  return [...first, ...codes.filter((code) => !first.includes(code))];
}

/** The checks of the result that leave out what was found out of the dropped file. */
const RESTING = ['integrity-after', 'integrity-reopened'] as const satisfies readonly CheckKey[];

/** How often numbers of rows that come one by one are shown. */
const SHOW_EVERY_MILLISECONDS = 50;

/** The checks of one dropped file, and of the latest run on it. */
export class Checks {
  /** Rows by table of the dropped file, as far as they have been counted; null where they cannot be. */
  readonly rows = new SvelteMap<string, number | null>();
  readonly states = new SvelteMap<CheckKey, CheckState>();
  readonly #lanes: readonly Lane[];
  readonly #planned: () => PlannedScript['plan'] | null;
  #foretold: Foretold | null = null;
  #inspection: Inspection | null = null;
  #run: ProvableRun | null = null;
  #queue: Task[] = [];
  /** Whoever waits until nothing is left to be made. */
  #waiting: (() => void)[] = [];
  /** A run has the machine to itself: what waits is not begun. */
  #held = false;

  /**
   * @param clients work side by side
   * @param planned gives the plan that is shown now: a forecast is told only of that one
   */
  constructor(
    dropped: DroppedDatabase,
    clients: EngineClient | readonly EngineClient[] = new EngineClient('checks'),
    planned: () => PlannedScript['plan'] | null = () => null,
  ) {
    const laneOf = (client: EngineClient): Lane => {
      return { client, file: client.over(lookedAt(dropped)), turns: new Turns(), current: null, owns: [] };
    };
    this.#lanes = [clients].flat().map(laneOf);
    this.#planned = planned;
  }

  /** What is being checked, and how far it has come; null where nothing is. */
  get progress(): Progress | null {
    for (const check of this.states.values()) if (check.state === 'running') return check.progress;
    return null;
  }

  /** What a run of the planned script will take, where that has been found out. */
  get forecast(): Forecast | null {
    const check = this.states.get('forecast');
    if (check?.state !== 'made' || !('forecast' in check)) return null;
    return this.#foretold?.plan === this.#planned() ? check.forecast : null;
  }

  /** The proofs that were made, in their order. */
  get proofs(): readonly Proof[] {
    return ALL_PROOF_CODES.flatMap((code) => {
      const check = this.states.get(code);
      return check?.state === 'made' && 'proof' in check ? [check.proof] : [];
    });
  }

  /** The statements to which foreign keys make a difference; null as long as that is not known of the plan that is shown. */
  get modeDifferences(): readonly ModeDifference[] | null {
    const check = this.states.get('foreign-key-modes');
    if (check?.state !== 'made' || !('differences' in check)) return null;
    return this.#foretold?.plan === this.#planned() ? check.differences : null;
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

  /**
   * Makes the checks that the file itself wants, unless they have been made: rows, soundness, its hash. Before them,
   * foretells what a run of a planned script will take.
   * @param inspection how thoroughly the file is checked depends on its size
   */
  look(inspection: Inspection, foretold: Foretold | null = null): void {
    this.#inspection = inspection;
    const { size } = inspection;
    if (foretold?.plan !== this.#foretold?.plan || !this.states.has('forecast')) {
      this.#foretold = foretold;
      for (const key of OF_PLAN) this.states.delete(key);
      this.#queue = this.#queue.filter(({ key }) => !OF_PLAN.some((one) => one === key));
      if (foretold) this.#queue.unshift(...OF_PLAN.map((key) => ({ key, thoroughness: 'full' as const })));
    }
    this.#want('rows', 'full');
    this.#want('integrity-before', thoroughnessUnasked('integrity-before', size));
    this.#want('sha256-input', isHashedUnasked(size) ? 'full' : 'none');
    this.#held = false;
    this.#start();
  }

  /**
   * Gives way to a run, until `look` or `prove`: nothing more is begun. On a file that is not small, what is being checked is
   * given up too, to be made later.
   */
  giveWay(inspection: Inspection): void {
    this.#inspection = inspection;
    this.#held = true;
    if (inspection.size <= SMALL_BYTES) return;
    // A worker that checks nothing is ready for the checks of the result.
    const given = this.#stop(this.#lanes.filter(({ current }) => current !== null));
    this.#queue = [...given];
    for (const { key } of given) this.states.set(key, { state: 'waiting' });
  }

  /** Proves the result of a run. Settles when every check that is made unasked has been made or was skipped. */
  async prove(run: ProvableRun): Promise<void> {
    const { size } = this.#inspection ?? { size: 0 };
    this.forgetRun();
    this.#run = run;
    this.#want('rows', 'full');
    const codes = run.desired ? ALL_PROOF_CODES : PROOF_CODES;
    for (const code of inTurn(codes)) this.#want(code, thoroughnessUnasked(code, size));
    for (const key of ['sha256-input', 'sha256-result'] as const)
      this.#want(key, isHashedUnasked(size) ? 'full' : 'none');
    this.#held = false;
    this.#start();
    await this.#idle();
  }

  /** Makes the checks of the result that were stopped or skipped while nobody had asked for it; settles as `prove` does. */
  async makeUp(): Promise<void> {
    for (const [key, { state }] of this.states) {
      if (!OF_FILE.has(key) && (state === 'stopped' || state === 'skipped')) this.ask(key);
    }
    await this.#idle();
  }

  /** Forgets the result of a run, and what was proved of it. */
  forgetRun(): void {
    if (!this.#run) return;
    const isOfFile = ({ key }: Task): boolean => OF_FILE.has(key);
    this.#run = null;
    this.#queue = this.#queue.filter(isOfFile);
    // What a worker has read of a result is of no use any more, and it gives that back only with its end.
    for (const lane of this.#lanes) if (!lane.current || !isOfFile(lane.current)) this.#end(lane);
    for (const key of [...this.states.keys()]) if (!OF_FILE.has(key)) this.states.delete(key);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Gives up what is being checked and what waits: the next look at the file begins with it anew. */
  giveUp(): void {
    this.#stop();
    for (const [key, { state }] of this.states) {
      if (state === 'running' || state === 'waiting') this.states.delete(key);
    }
  }

  /**
   * Makes a check that was not made, as it is made unasked where it is; makes one that was made more thoroughly. While a run
   * has the machine to itself, it waits with the others.
   */
  ask(key: CheckKey): void {
    const code = ALL_PROOF_CODES.find((proof) => proof === key);
    const made = this.states.get(key)?.state === 'made';
    const usual = code === undefined || made ? 'full' : thoroughnessUnasked(code, this.#inspection?.size ?? 0);
    this.#queue.push({ key, thoroughness: usual === 'none' ? 'full' : usual });
    if (this.states.get(key)?.state !== 'running') this.states.set(key, { state: 'waiting' });
    this.#start();
  }

  /** Skips what is being checked and all that waits. */
  skip(): void {
    for (const { key } of this.#stop()) this.states.set(key, { state: 'skipped' });
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

  /** Ends workers; gives what they were making, and what waited for them. */
  #stop(lanes = this.#lanes): readonly Task[] {
    const given = [...this.#lanes.flatMap(({ current }) => current ?? []), ...this.#queue];
    this.#queue = [];
    for (const lane of lanes) this.#end(lane);
    this.#tellWhoWaits();
    return given;
  }

  #end(lane: Lane): void {
    lane.turns.end();
    lane.current = null;
    lane.client.cancel();
    lane.owns = [];
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#tellWhoWaits();
    });
  }

  /** Tells those who wait that nothing is being made, and nothing will be by itself. */
  #tellWhoWaits(): void {
    if (this.#lanes.some(({ current }) => current) || (this.#queue.length > 0 && !this.#held)) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #start(): void {
    const size = this.#inspection?.size ?? 0;
    const lanes = size <= TINY_BYTES ? this.#lanes.slice(0, 1) : this.#lanes;
    for (const lane of lanes) if (lane.current === null) void this.#work(lane, lane.turns.begin());
  }

  async #work(lane: Lane, turn: Turn): Promise<void> {
    for (let task = this.#next(lane); task; task = this.#next(lane)) {
      const state = await this.#make(task, lane, turn);
      if (state === null) return;
      this.states.set(task.key, state);
      lane.current = null;
      for (const key of RESTING) {
        const check = this.states.get(key);
        if (check?.state === 'made' && 'thoroughness' in check && check.thoroughness === 'sparing')
          if (!this.#mayRest(key)) this.ask(key);
      }
    }
    // A worker never gives back memory that it took, and the next check may never be asked for.
    if (!this.#held && (this.#inspection?.size ?? 0) > SMALL_BYTES && this.#queue.length === 0) this.#end(lane);
    this.#tellWhoWaits();
  }

  /**
   * Whether the dropped file has been found sound, or is about to be looked at: what the run did not write of it needs no second look. For
   * its indexes it has to be looked at in full.
   */
  #mayRest(key: CheckKey): boolean {
    const before = this.states.get('integrity-before');
    if (before?.state === 'waiting' || before?.state === 'running') return true;
    const passed = before?.state === 'made' && 'proof' in before && before.proof.result === 'pass';
    return passed && (key !== 'integrity-reopened' || before.thoroughness === 'full');
  }

  /** The next check that is not for another worker. */
  #next(lane: Lane): Task | undefined {
    if (this.#held) return undefined;
    const ofOthers = this.#lanes.flatMap((other) => (other === lane ? [] : other.owns));
    const at = this.#queue.findIndex(({ key }) => !ofOthers.includes(togetherWith(key)));
    const [task] = at < 0 ? [] : this.#queue.splice(at, 1);
    if (!task) return undefined;
    lane.owns = [...lane.owns, togetherWith(task.key)];
    return (lane.current = task);
  }

  /** Null where the check is no longer wanted. */
  async #make(task: Task, lane: Lane, turn: Turn): Promise<CheckState | null> {
    const onProgress = (progress: Progress): void => {
      if (turn.isCurrent) this.states.set(task.key, { state: 'running', progress });
    };
    for (let attempt = 1; ; attempt++) {
      onProgress({ stage: 'check', label: labelOf(task.key), done: 0, total: 0, pagesRead: 0 });
      try {
        return await turn.still(this.#call(task, lane, turn, onProgress));
      } catch (error) {
        if (!turn.isCurrent) return null;
        if (!(error instanceof EngineFailure || error instanceof Cancelled)) throw error;
        if (attempt < ATTEMPTS) continue;
        const reason = `It could not be made: the SQLite engine stopped while it was made, ${ATTEMPTS} times (${error.message}).`;
        return { state: 'stopped', reason };
      }
    }
  }

  async #call(task: Task, { file }: Lane, turn: Turn, onProgress: (progress: Progress) => void): Promise<CheckState> {
    const { key } = task;
    const rests = RESTING.some((one) => one === key);
    const thoroughness = !rests || this.#mayRest(key) ? task.thoroughness : 'full';
    if (key === 'rows') return this.#countRows(this.#inspection?.tables ?? [], file, turn, onProgress);
    if (key === 'forecast') {
      if (!this.#foretold) return { state: 'skipped' };
      const { script, plan, growth } = this.#foretold;
      const named = tablesIn(script, this.#inspection?.tables ?? []);
      const counted = await this.#countRows(named, file, turn, onProgress);
      if (counted.state !== 'made') return counted;
      const rows = named.map((table) => [table, this.rows.get(table) ?? null] as const);
      const foretold = await file.forecast(script, { outcomes: plan.outcomes, growth }, rows);
      return foretold.ok ? { state: 'made', forecast: foretold.value } : stoppedBy(foretold.error);
    }
    if (key === 'foreign-key-modes') {
      if (!this.#foretold) return { state: 'skipped' };
      const { script, choices, plan } = this.#foretold;
      const compared = await file.compareForeignKeyModes(script, choices, plan.outcomes);
      return compared.ok ? { state: 'made', differences: compared.value } : stoppedBy(compared.error);
    }
    const engine = OF_FILE.has(key) || !this.#run ? file : file.result(this.#run);
    if (key === 'sha256-input' || key === 'sha256-result') {
      const hashed = await engine.hash(key === 'sha256-input' ? 'input' : 'result', onProgress);
      return hashed.ok ? { state: 'made', sha256: hashed.value } : stoppedBy(hashed.error);
    }
    const counted = [...this.rows].flatMap(([table, rows]) => (rests && rows !== null ? [[table, rows] as const] : []));
    const proved = await engine.prove(key, thoroughness, onProgress, counted);
    return proved.ok ? { state: 'made', proof: proved.value, thoroughness } : stoppedBy(proved.error);
  }

  /** Whoever shows the counts goes through all of them as some come: of thousands, those of a moment are shown together. */
  async #countRows(
    tables: readonly string[],
    file: RemoteFile,
    turn: Turn,
    onProgress: (progress: Progress) => void,
  ): Promise<CheckState> {
    const inspection = this.#inspection;
    let waiting: (readonly [string, number | null])[] = [];
    let shown = -Infinity;
    const show = (): void => {
      for (const [table, rows] of waiting) this.rows.set(table, rows);
      waiting = [];
      shown = performance.now();
    };
    try {
      for (const table of tables) {
        if (this.rows.has(table)) continue;
        const counted = await turn.still(file.countRows(table, onProgress));
        // Damage is met in one table; a file that is gone, in all of them.
        if (!counted.ok && counted.error.code !== 'damaged') return stoppedBy(counted.error);
        waiting.push([table, counted.ok ? counted.value : null]);
        if (performance.now() - shown > SHOW_EVERY_MILLISECONDS) show();
      }
    } finally {
      // Also where it is given up for a run: what is counted of this file is not counted again.
      if (this.#inspection === inspection) show();
    }
    return { state: 'made', counted: true };
  }
}

/** The tables whose names stand in a script, be it as names or not: counting one too many costs little. */
function tablesIn(script: Script, tables: readonly string[]): readonly string[] {
  const text = partsOf(script)
    .map((part) => part.text.toLowerCase())
    .join('\n');
  const words = new Set(text.match(/[\w$\u0080-\uffff]+/g));
  return tables.filter((table) => {
    const name = table.toLowerCase();
    return words.has(name) || (/[^\w$\u0080-\uffff]/.test(name) && text.includes(name));
  });
}

function stoppedBy({ sentence }: { readonly sentence: string }): CheckState {
  return { state: 'stopped', reason: sentence };
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
