// The page's state, and the only place that changes it. Components read it and call its methods.

import { Cancelled, EngineClient, EngineFailure, type RemoteEngine } from '../../engine/worker/client';
import type { FinishedRun, PlannedScript, Progress, ProvableRun } from '../../engine/answers';
import type { History } from '../../chain/history';
import type { Inspection } from '../../engine/inspection';
import { SvelteSet } from 'svelte/reactivity';
import type { Finding } from '../../file/finding';
import { NO_SIDECARS, type Sidecars } from '../../file/recovery';
import { loadSampleBase, type Sample } from '../../catalog/catalog';
import type { Outcome } from '../../database';
import type { Machine } from '../../migration/forecast/limits';
import { DEFAULT_CHOICES, type Choices } from '../../migration/outcome';
import { Checks } from './checks.svelte';
import { liesBeside, lookAt, sortFiles, type DroppedDatabase, type SeenFile } from './droppedFiles';
import { readMachine } from './machine';
import { readMigrationFile } from './catalogFile';
import {
  explainEmpty,
  explainLostFile,
  explainNotLoaded,
  explainUnsavedMany,
  withRetry,
  type Problem,
} from './problem';
import type { ChosenScript } from './chosenScript';
import type { OwnScripts } from './ownScripts.svelte';
import { Scripts } from './scripts.svelte';
import { latestNowAndThen } from './progress';

/** Where the work is; `<main data-state>` shows it. */
export type WorkbenchState = 'empty' | 'inspecting' | 'ready' | 'running' | 'done' | 'refused';

/** How often the progress of a run is drawn. */
const SHOW_EVERY_MILLISECONDS = 50;
/** The checks of a file begin so long after its plan is shown. */
const LOOK_AFTER_MILLISECONDS = 300;
/** A worker that has written a result of this many bytes is worth ending for its memory. */
const MEMORY_WORTH_FREEING = 64 << 20;
const ENGINE_GONE = 'Your file was not changed. Drop it again, or reload the page if this repeats.';

/** A plan that was asked for together with the file. */
interface PlanAhead {
  readonly script: ChosenScript;
  readonly planned: ReturnType<RemoteEngine['plan']>;
}

/** One workbench for the life of the page. */
export class Workbench {
  state = $state<WorkbenchState>('empty');
  inspection = $state.raw<Inspection | null>(null);
  planned = $state.raw<PlannedScript | null>(null);
  finished = $state.raw<FinishedRun | null>(null);
  /** How far the statements of a run have come; what is checked after them is told by `checks`. */
  progress = $state.raw<Progress | null>(null);
  /** What the browser tells of the machine; null until it is needed. */
  machine = $state.raw<Machine | null>(null);
  /** Why the file was refused. */
  refusal = $state.raw<Problem | null>(null);
  /** Why the script cannot be planned. */
  scriptProblem = $state.raw<Problem | null>(null);
  /** Something that went wrong without ending the work: files that were left out, an engine that stopped. */
  notice = $state.raw<Problem | null>(null);
  /** Databases that were dropped together, to be upgraded one after the other; empty where there is one at most. */
  many = $state.raw<readonly DroppedDatabase[]>([]);
  /** Whether something is lost if other files take the place of these. */
  manyWouldBeLost = $state(false);
  /** What migration tools have recorded in the open database. */
  histories = $state.raw<readonly History[]>([]);
  /** Whether the result has been taken home. */
  saved = $state(false);
  choices = $state.raw<Choices>(DEFAULT_CHOICES);
  planning = $state(false);
  /** Said to screen readers when something changes by itself. */
  announcement = $state('');

  /** Findings that the user goes on in spite of. */
  readonly agreed = new SvelteSet<Finding['code']>();
  readonly scripts = new Scripts();
  readonly checks: Checks;
  readonly #client: EngineClient;
  #file: File | null = null;
  #sidecars: Sidecars<File> = NO_SIDECARS;
  /** Sidecars that were dropped without their database. */
  #waiting: readonly File[] = [];
  /** What is dropped while the files of an earlier drop are looked at comes after it. */
  #seeing: Promise<readonly SeenFile[]> = Promise.resolve([]);
  #lookingSoon: ReturnType<typeof setTimeout> | undefined;
  /** Counts what the user asked for; an answer to an older question is dropped. */
  #question = 0;
  /** Whether it has been read what is recorded in the open file. */
  #historyIsRead = false;

  constructor(client = new EngineClient(), checks = new Checks()) {
    this.#client = client;
    this.checks = checks;
    client.warmUp();
  }

  /** Rows by table, as far as they have been counted; null where they cannot be. */
  get rows(): ReadonlyMap<string, number | null> {
    return this.checks.rows;
  }

  /** The file that was dropped, with what lies beside it. */
  get dropped(): { readonly file: File; readonly name: string; readonly sidecars: Sidecars<File> } | null {
    return this.#file && { file: this.#file, name: this.#file.name, sidecars: this.#sidecars };
  }

  /** Whether the dropped file turned out to be gone when the result was asked for. */
  get isLost(): boolean {
    return this.notice?.code === 'unreadable-file';
  }

  /** Whether something is lost if the page is left now. */
  get wouldBeLost(): boolean {
    return this.state === 'running' || (this.state === 'done' && this.finished?.file != null && !this.saved);
  }

  /** Whether the statements are done and the result is being proved. */
  get proving(): boolean {
    return this.state === 'running' && this.finished !== null;
  }

  /** What there is to know about the file, damage included where it has been found. */
  get findings(): readonly Finding[] {
    const damage = this.checks.damage;
    return [...(damage ? [damage] : []), ...(this.inspection?.findings ?? [])];
  }

  /** Whether a run has to wait until the user agrees to go on in spite of a finding. */
  get wantsConsent(): boolean {
    return this.findings.some(({ code, consent }) => consent !== null && !this.agreed.has(code));
  }

  /** Whether "Run migration" can be pressed. */
  get canRun(): boolean {
    const isPlanned = !this.planning && this.planned !== null && this.planned.plan.obstacle === null;
    return this.state === 'ready' && isPlanned && !this.wantsConsent;
  }

  /** Takes what was dropped or picked: databases, scripts, or both. */
  async take(files: readonly File[]): Promise<void> {
    const earlier = this.#seeing;
    const seeing = lookAt(files);
    this.#seeing = earlier.then(() => seeing);
    const seen = await this.#seeing;
    if (this.state === 'running') return;
    const sorted = sortFiles(seen, this.#openFor(files), this.#waiting);
    const { database, many, scripts, besideScripts, waiting, leftOut } = sorted;
    this.#waiting = waiting;
    if (!database && many.length === 0 && scripts.length === 0) {
      // Nothing of it is used, so all stays as it is, the result of a run too.
      this.notice = leftOut ?? this.notice;
      return;
    }
    if (database && this.many.length > 0 && this.manyWouldBeLost) {
      this.notice = explainUnsavedMany(database.file.name);
      return;
    }
    // A script that comes while a file is being opened is planned as soon as that is done.
    const waits = database === null && this.state === 'inspecting' && !this.planning;
    const wasPlanning = this.planning;
    const question = waits ? this.#question : this.#ask();
    const given = [...scripts, ...besideScripts];
    const read = scripts.length > 0 ? await this.#readOwnScripts(given) : null;
    if (question !== this.#question) return;
    if (read?.ok) this.#useOwn(read.value);
    if (many.length > 0) {
      this.startOver();
      // What is pending is told for each of them.
      this.scripts.own?.know([]);
      if (this.scripts.isOwn) this.scripts.chooseOwn();
      this.many = many;
    } else if (database) {
      await this.open(database.file, database.sidecars);
    } else if (!waits) {
      if (wasPlanning) this.#restart();
      await this.#replan();
    }
    this.notice = (read?.ok === false ? read.error : leftOut) ?? this.notice;
  }

  /** Tells that a part of the page could not be loaded which has no place of its own on it; `again` does what it was needed for. */
  miss(what: string, again: () => void): void {
    this.notice = this.#missing(what, again);
  }

  #missing(what: string, again: () => void): Problem {
    const problem = explainNotLoaded(what, () => {
      if (this.notice === problem) this.notice = null;
      again();
    });
    return problem;
  }

  /** Changes the user's own scripts: which of them are run, or their text. The plan is made anew. */
  async changeOwn(change: (own: OwnScripts) => void): Promise<void> {
    const { own } = this.scripts;
    if (!own) return;
    change(own);
    this.scripts.chooseOwn();
    await this.planAgain();
  }

  /** Chooses what the user brought before. */
  async useOwn(): Promise<void> {
    await this.changeOwn(() => undefined);
  }

  /** Chooses scripts that were read or written elsewhere. */
  async takeScripts(own: OwnScripts): Promise<void> {
    this.#useOwn(own);
    await this.planAgain();
  }

  #useOwn(own: OwnScripts): void {
    own.know(this.histories);
    this.scripts.own = own;
    this.scripts.chooseOwn();
  }

  /** The database that sidecars may belong to. One that was refused may need them; to all others it is nothing. */
  #openFor(files: readonly File[]): DroppedDatabase | null {
    const file = this.#file;
    if (!file || (this.state === 'refused' && !files.some(({ name }) => liesBeside(name, file.name)))) return null;
    return { file, sidecars: this.#sidecars };
  }

  /** Joins the open database with a log, whatever that is called. */
  async join(log: File): Promise<void> {
    if (this.#file && this.state !== 'running') await this.open(this.#file, { ...this.#sidecars, log });
  }

  /** Opens the database again without one of its sidecars. */
  async leaveOut(sidecar: keyof Sidecars<File>): Promise<void> {
    if (this.#file && this.state !== 'running') await this.open(this.#file, { ...this.#sidecars, [sidecar]: null });
  }

  /** Opens a database, with what lies beside it, and plans the chosen script for it. */
  async open(file: File, sidecars: Sidecars<File> = NO_SIDECARS): Promise<void> {
    const question = this.#ask();
    // What the engine may be busy with is for a file that is no longer wanted, and its memory is given back only so.
    if (this.#file) this.#client.cancel();
    this.#file = file;
    this.#sidecars = sidecars;
    this.agreed.clear();
    this.checks.take(file, sidecars);
    performance.mark('drop');
    this.state = 'inspecting';
    this.#forgetFile();
    this.announcement = `Reading ${file.name}`;
    await this.#guarded(question, async () => {
      const opening = this.#client.engine.open(file, file.name, sidecars);
      const ahead = this.#planAhead();
      const opened = await opening;
      if (question !== this.#question) return;
      if (!opened.ok) {
        const { sentence, ...rest } = opened.error;
        const problem = { ...rest, sentence: `${file.name}: ${sentence}` };
        this.#refuse(withRetry(problem, () => void this.open(file, sidecars)));
        return;
      }
      this.inspection = opened.value;
      await this.scripts.loaded;
      await this.#plan(question, ahead);
    });
  }

  /** Makes a sample database in the worker and opens it. */
  async openSample(sample: Sample): Promise<void> {
    const question = this.#ask();
    if (this.#file) this.#client.cancel();
    this.#file = null;
    this.checks.take(null);
    this.state = 'inspecting';
    this.#forgetFile();
    this.announcement = `Making the sample database ${sample.file}`;
    const migration = this.scripts.migrationOf(sample);
    const base = await loadSampleBase(readMigrationFile, sample);
    if (question !== this.#question) return;
    if (!base.ok) {
      this.#refuse({ code: 'sample', sentence: base.error.message, help: 'Drop a database of yours.' });
      return;
    }
    await this.#guarded(question, async () => {
      const made = await this.#client.engine.makeSample(base.value, migration?.script ?? '', sample.through);
      if (question !== this.#question) return;
      if (!made.ok) {
        const problem = { code: 'sample', help: 'Drop a database of yours.', ...made.error };
        this.#refuse(withRetry(problem, () => void this.openSample(sample)));
        return;
      }
      if (migration) this.scripts.chooseMigration(migration);
      await this.open(new File([made.value], sample.file));
    });
  }

  /** Chooses a migration of the catalog by its id. */
  async choose(id: string): Promise<void> {
    if (this.scripts.choose(id)) await this.planAgain();
  }

  /** Changes what existing rows get, or strict; the plan is made anew. */
  async decide(choices: Partial<Choices>): Promise<void> {
    this.choices = { ...this.choices, ...choices };
    await this.planAgain();
  }

  /** Plans the chosen script anew; a plan that is being made is given up, since it may never end. */
  async planAgain(): Promise<void> {
    if (this.planning) this.#restart();
    await this.#replan();
  }

  /** Runs the planned script. */
  async run(): Promise<void> {
    const script = this.scripts.chosen;
    const { inspection } = this;
    if (!this.canRun || !script || !inspection) return;
    const question = this.#ask();
    this.state = 'running';
    this.saved = false;
    this.progress = this.finished = null;
    this.notice = null;
    this.announcement = 'The migration is running';
    this.checks.know(inspection);
    this.checks.giveWay();
    performance.mark('run-started');
    const show = (progress: Progress): void => {
      if (question === this.#question && this.state === 'running') this.progress = progress;
    };
    // Each report changes the list of statements, and drawing that takes a processor from the run.
    const onProgress = latestNowAndThen(show, SHOW_EVERY_MILLISECONDS);
    await this.#guarded(question, async () => {
      const { choices } = this;
      const finished = await this.#client.engine.run(script.text, choices, onProgress);
      if (question !== this.#question) return;
      if (!finished.ok) {
        const problem = { help: '', ...finished.error };
        if (problem.code === 'damaged' || problem.code === 'not-loaded') this.#returnToPlan(problem);
        else this.#refuse(problem);
        return;
      }
      performance.mark('result-ready');
      this.finished = finished.value;
      const { file } = finished.value;
      if (file) await this.#prove({ ...finished.value, file, script: script.text, choices });
      if (question !== this.#question) return;
      performance.mark('proofs-done');
      this.state = 'done';
      this.announcement = finished.value.committed
        ? 'The migration ran. The result is ready.'
        : 'The migration stopped and everything was rolled back.';
      if (!file) this.#look();
    });
  }

  async #prove(run: ProvableRun): Promise<void> {
    this.announcement = 'The statements are done. The result is being proved.';
    // What the run wrote is in the result now. A worker never gives memory back, so one that took much is ended.
    if (this.#file && run.pages.resultPages * run.pages.pageSize > MEMORY_WORTH_FREEING) {
      this.#client.cancel();
      this.#reopen(this.#file);
    }
    await this.checks.prove(run);
  }

  /** Leaves out the proofs that have not been made yet; they can be made later, one by one. */
  skipProofs(): void {
    this.checks.skip();
  }

  /** Stops a run or an inspection at once; the worker and all its memory are gone, the dropped file is as it was. */
  cancel(): void {
    const file = this.#file;
    const planning = this.planning;
    this.#ask();
    this.#client.cancel();
    this.progress = this.finished = null;
    this.checks.forgetRun();
    if (!file || (this.state !== 'running' && !planning)) {
      this.startOver();
      return;
    }
    if (planning) {
      this.planned = null;
      this.scriptProblem = {
        code: 'cancelled',
        sentence: 'Planning was cancelled.',
        help: 'Plan it again, or choose another script.',
      };
    }
    this.state = 'ready';
    this.announcement = 'Cancelled. Nothing was changed; the file is ready to be run again.';
    this.#reopen(file);
  }

  /** The upgraded database, for as long as the dropped file that it is partly made of can be read; null else. */
  async takeResult(): Promise<Blob | null> {
    const result = this.finished?.file ?? null;
    try {
      const { log, journal } = this.#sidecars;
      for (const file of [this.#file, log, journal]) await file?.slice(0, 1).arrayBuffer();
      return result;
    } catch {
      this.notice = explainLostFile();
      this.announcement = this.notice.sentence;
      return null;
    }
  }

  /** Back to the plan of the same file, after a run. */
  async backToPlan(): Promise<void> {
    await this.#replan();
  }

  /** Forgets the file. */
  startOver(): void {
    this.#ask();
    this.#client.cancel();
    this.#client.warmUp();
    this.#file = null;
    this.#waiting = [];
    this.checks.take(null);
    this.#forgetFile();
    this.state = 'empty';
    this.announcement = 'Ready for another file';
  }

  /** Nothing that is known of the file that was open is true of another. */
  #forgetFile(): void {
    this.inspection = this.planned = this.finished = this.refusal = this.notice = null;
    this.many = this.histories = [];
    this.#historyIsRead = false;
    this.saved = false;
  }

  #ask(): number {
    this.planning = false;
    return ++this.#question;
  }

  async #replan(): Promise<void> {
    if (this.inspection === null || this.state === 'running') return;
    // A plan that is being made can be cancelled, and is not the outcome of the run before it.
    this.finished = null;
    this.checks.forgetRun();
    this.state = 'ready';
    await this.#guarded(this.#ask(), () => this.#plan(this.#question));
  }

  /** Asks for the plan before the file is known to open: the worker goes on to it while the page draws what it has read. */
  #planAhead(): PlanAhead | null {
    const script = this.scripts.chosen;
    // What of a chain is to be planned depends on what the file has recorded.
    if (!script || this.scripts.isChain) return null;
    const planned = this.#client.engine.plan(script.text, this.choices);
    // Where it fails with the engine, so does the question before it, which is answered for.
    planned.catch(() => undefined);
    return { script, planned };
  }

  /** Reads what is recorded as applied, since what is still to run depends on it; gives what could not be loaded for it. */
  async #readHistories(question: number): Promise<Problem | null> {
    if (this.#historyIsRead) return null;
    const read = await this.#client.engine.histories();
    // What is dropped here is read for the next question.
    if (question !== this.#question) return null;
    if (!read.ok && read.error.code === 'not-loaded') return read.error;
    this.#historyIsRead = true;
    if (!read.ok) return null;
    this.histories = read.value;
    const { own, isOwn } = this.scripts;
    // Most databases have no such table; the plan that was asked for ahead is then the one that is wanted.
    if (!own || (read.value.length === 0 && own.histories.length === 0)) return null;
    own.know(read.value);
    if (isOwn) this.scripts.chooseOwn();
    return null;
  }

  /** Reads it after the plan, to be shown. */
  async #showHistories(question: number): Promise<void> {
    const unread = await this.#readHistories(question);
    if (!unread || question !== this.#question) return;
    const notice = withRetry(unread, () => {
      if (this.notice === notice) this.notice = null;
      void this.#guarded(this.#question, () => this.#showHistories(this.#question));
    });
    // What is told already comes first; this is asked for again after the next plan.
    this.notice ??= notice;
  }

  async #plan(question: number, ahead: PlanAhead | null = null): Promise<void> {
    this.finished = null;
    this.planning = this.scripts.isChain;
    const unread = this.scripts.isChain ? await this.#readHistories(question) : null;
    if (question !== this.#question) return;
    const script = unread ? null : this.scripts.chosen;
    const retry = (): void => void this.planAgain();
    this.scriptProblem = unread ? withRetry(unread, retry) : script ? null : (this.scripts.own?.problem ?? null);
    if (!script) {
      this.planning = false;
      this.planned = null;
    } else {
      this.planning = true;
      const isAhead = ahead?.script === script;
      const planned = await (isAhead ? ahead.planned : this.#client.engine.plan(script.text, this.choices));
      if (question !== this.#question) return;
      this.planning = false;
      const empty = planned.ok && planned.value.statements.length === 0;
      this.planned = planned.ok && !empty ? planned.value : null;
      if (!planned.ok) {
        this.scriptProblem = withRetry({ help: 'Mend the script and choose it again.', ...planned.error }, retry);
      }
      if (empty) this.scriptProblem = explainEmpty(script.title);
    }
    this.state = 'ready';
    const failed = this.planned?.plan.obstacle;
    this.announcement = failed ? `The plan is ready. ${failed.sentence}` : 'The plan is ready.';
    // Who runs at once has the machine to herself; the page is drawn before it is busy with more.
    clearTimeout(this.#lookingSoon);
    this.#lookingSoon = setTimeout(() => {
      if (question !== this.#question || this.state !== 'ready') return;
      const runnable = failed ? null : this.planned && script;
      if (runnable) void this.#guarded(question, () => this.#client.engine.readAhead(runnable.text));
      this.#look();
      void this.#guarded(question, () => this.#showHistories(question));
    }, LOOK_AFTER_MILLISECONDS);
  }

  /** What reads the whole file comes after the plan, and gives way to a run. */
  #look(): void {
    const script = this.scripts.chosen?.text;
    const plan = this.planned?.plan;
    const { inspection } = this;
    if (!inspection) return;
    const onDemand = !inspection.findings.some(({ code }) => code === 'copied-whole');
    void readMachine(inspection.size, onDemand).then((machine) => (this.machine = machine));
    this.checks.look(inspection, script !== undefined && plan ? { script, plan } : null);
  }

  /** The run came to nothing, and what is known of the file is still true. */
  #returnToPlan(problem: Problem): void {
    this.notice = problem;
    this.state = 'ready';
    this.announcement = `${problem.sentence} ${problem.help}`;
    this.#look();
  }

  #refuse(problem: Problem): void {
    this.refusal = problem;
    this.state = 'refused';
    this.announcement = problem.sentence;
  }

  /** What a call to the engine may reject with: a cancel (the page has moved on) or a dead engine. */
  async #guarded(question: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof Cancelled || question !== this.#question) return;
      if (!(error instanceof EngineFailure)) throw error;
      this.#engineStopped(error.message);
    }
  }

  #engineStopped(message: string): void {
    const sentence = `The SQLite engine of this page stopped (${message}).`;
    const file = this.#file;
    this.planning = false;
    this.progress = null;
    this.finished = null;
    if (this.state === 'running' && file) {
      const help = 'Nothing was changed and there is no half-upgraded file. You can run the migration again.';
      this.notice = { code: 'engine-stopped', sentence, help };
      this.state = 'ready';
      this.announcement = `${sentence} ${help}`;
      this.#reopen(file);
    } else {
      this.#refuse({ code: 'engine-stopped', sentence, help: ENGINE_GONE });
    }
  }

  /** Ends what the engine is doing, for the same file. */
  #restart(): void {
    if (!this.#file) return;
    this.#ask();
    this.#client.cancel();
    this.#reopen(this.#file);
  }

  /** A new worker has to know the file before it is asked for anything else. */
  #reopen(file: File): void {
    const question = this.#question;
    void this.#guarded(question, async () => {
      const opened = await this.#client.engine.open(file, file.name, this.#sidecars);
      if (question !== this.#question) return;
      if (!opened.ok) this.#refuse(opened.error);
      else if (this.state !== 'running') this.#look();
    });
  }

  /** What reads scripts of the user's own is loaded when there is one. */
  async #readOwnScripts(files: readonly File[]): Promise<Outcome<OwnScripts, Problem>> {
    const loaded = await import('./ownScripts.svelte').catch(() => null);
    if (loaded) return loaded.readOwnScripts(files);
    return { ok: false, error: this.#missing('reads scripts of yours', () => void this.take(files)) };
  }
}
