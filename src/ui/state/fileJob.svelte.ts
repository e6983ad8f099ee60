// What one file goes through: it is opened, planned for, run, checked and saved. The workbench has one such job, a batch one
// for each of its files.
//
// A job is of one file, with what lies beside it, for good: another file is another job. What is wanted of it may change at any
// moment. So plan and run are kept with the subject that they were made for; what is shown and what can be run is derived from
// whether that is still what is wanted, and there is no other way to either.

import { SvelteSet } from 'svelte/reactivity';
import type { History } from '../../chain/history';
import type { FinishedRun, PlannedScript, Progress } from '../../engine/answers';
import type { Inspection } from '../../engine/inspection';
import {
  Cancelled,
  EngineFailure,
  type ComparedWith,
  type EngineClient,
  type RemoteFile,
} from '../../engine/worker/client';
import type { Finding } from '../../file/finding';
import { Checks, settled } from './checks.svelte';
import { lookedAt, type DroppedDatabase } from './droppedFiles';
import { CANCELLED, isFor, outcomeOf, unplanned, type JobPlan, type Unplanned } from './jobPlan';
import { explainStoppedEngine, type Problem } from './problem';
import { Rehearsal } from './rehearsal.svelte';
import { RoundTrips } from './roundTrips.svelte';
import { goesByHistory, isSame, subjectOf, type Subject, type Wish } from './subject';
import { Turns, type Turn } from './turn';

/** A worker that has written a result of this many bytes is worth ending for its memory. */
const MEMORY_WORTH_FREEING = 64 << 20;

/** A run that was asked for: a rehearsal that is taken over. */
export interface JobRun {
  readonly planned: PlannedScript;
  readonly progress: Progress | null;
  /** What the statements came to; the result is being checked then. */
  readonly finished: FinishedRun | null;
  readonly isOver: boolean;
  /** Whether its statements were done before it was asked for. */
  readonly wasRehearsed: boolean;
}

/** A rehearsal, with what it is of beside its subject, and what has become of it. */
interface Attempt {
  readonly rehearsal: Rehearsal;
  /** The findings that were agreed to when it was begun. */
  readonly agreed: string;
  /** `ahead`: nobody has asked for it yet. */
  readonly stage: 'ahead' | 'running' | 'over';
  readonly wasRehearsed: boolean;
}

/** Whoever gives up what is being done makes what awaited it end with `Cancelled`, and it has changed nothing since. */
export class FileJob {
  readonly dropped: DroppedDatabase;
  readonly checks: Checks;
  readonly roundTrips: RoundTrips;
  /** What was found when the file was opened. */
  inspection = $state.raw<Inspection | null>(null);
  /** Why the file is refused. */
  refusal = $state.raw<Problem | null>(null);
  /** What migration tools have recorded in it; null as long as that has not been read. */
  histories = $state.raw<readonly History[] | null>(null);
  /** Findings that the user goes on in spite of. */
  readonly agreed = new SvelteSet<Finding['code']>();
  /** Whether the result has been saved. */
  saved = $state(false);
  /** Whether the file turned out to be changed or deleted since, so that its result cannot be read. */
  isLost = $state(false);
  readonly #wish: () => Wish;
  readonly #client: EngineClient;
  readonly #rehearsing: EngineClient | null;
  readonly #file: RemoteFile;
  readonly #turns = new Turns();
  /** The turn in which the file is being opened and planned for. */
  #preparing = $state.raw<Turn | null>(null);
  #plan = $state.raw<JobPlan | null>(null);
  #attempt = $state.raw<Attempt | null>(null);
  readonly #attempts = new Turns();
  /** What is not rehearsed by itself any more, since that was stopped. */
  #declined = $state.raw<Subject | null>(null);

  /** What is wanted now, on this file. */
  readonly subject: Subject | null = $derived.by(() => subjectOf(this.#wish(), this.histories));
  /** The plan of what is wanted now, or why there is none; null where it has not been made. */
  readonly #planOutcome = $derived(
    isSame(this.#plan?.subject ?? null, this.subject) ? (this.#plan?.outcome ?? null) : null,
  );
  /** The run that is on, or the one that is over, for as long as what it ran is what is wanted. */
  readonly run: JobRun | null = $derived.by(() => {
    const attempt = this.#attempt;
    if (!attempt || attempt.stage === 'ahead') return null;
    const { rehearsal, stage, wasRehearsed } = attempt;
    const isOver = stage === 'over';
    if (isOver && !isSame(rehearsal.subject, this.subject)) return null;
    const { planned, progress, finished } = rehearsal;
    return { planned, progress, finished, isOver, wasRehearsed };
  });
  /** What is rehearsed, or was, of the plan that is shown and nobody has run yet. */
  readonly rehearsal: Rehearsal | null = $derived.by(() => {
    const attempt = this.#attempt;
    if (attempt?.stage !== 'ahead' || attempt.agreed !== this.#agreedNow) return null;
    const { planned, subject } = attempt.rehearsal;
    return isSame(subject, this.subject) && planned === this.planned ? attempt.rehearsal : null;
  });
  readonly #agreedNow = $derived([...this.agreed].sort().join());

  /**
   * @param client its worker plans and runs; a batch has one for all its jobs
   * @param wish gives what is wanted now
   * @param checking their workers make the checks
   * @param rehearsing its worker rehearses; left out, nothing is run before it is asked for
   */
  constructor(
    dropped: DroppedDatabase,
    client: EngineClient,
    wish: () => Wish,
    checking?: EngineClient | readonly EngineClient[],
    rehearsing?: EngineClient,
  ) {
    this.dropped = dropped;
    this.#client = client;
    this.#rehearsing = rehearsing ?? null;
    this.#wish = wish;
    this.#file = client.over(lookedAt(dropped));
    this.roundTrips = new RoundTrips(dropped);
    this.checks = new Checks(dropped, checking, () => this.planned?.plan ?? null);
  }

  /** The plan of what is wanted now; of a run, the plan that is run. */
  get planned(): PlannedScript | null {
    if (this.run) return this.run.planned;
    return this.#planOutcome?.ok ? this.#planOutcome.value : null;
  }

  /** Why what is wanted now cannot be planned. */
  get planProblem(): Unplanned | null {
    return this.run || !this.#planOutcome || this.#planOutcome.ok ? null : this.#planOutcome.error;
  }

  /** Whether the file is being opened, or planned for. */
  get isPreparing(): boolean {
    return this.#preparing !== null;
  }

  get isRunning(): boolean {
    return this.run !== null && !this.run.isOver;
  }

  /** Whether all of what is wanted is recorded in the file as applied. */
  get isUpToDate(): boolean {
    const wish = this.#wish();
    return wish.script !== null && goesByHistory(wish) && this.histories !== null && this.subject === null;
  }

  /** What there is to know about the file, damage included where it has been found. */
  get findings(): readonly Finding[] {
    const { damage } = this.checks;
    const found = this.inspection?.findings ?? [];
    // A file that is cut short is damaged by that, and is said to be so once.
    const isTold = found.some(({ code }) => code === 'cut-short');
    return [...(damage && !isTold ? [damage] : []), ...found];
  }

  /** Whether the user goes on in spite of damage. */
  get agreesToDamage(): boolean {
    return this.agreed.has('damaged') || this.agreed.has('cut-short');
  }

  /**
   * Whether a run has to wait until the user agrees to go on in spite of what was found when the file was opened. Damage is found
   * later, by reading all of it; it takes no run away that could be begun, and withholds the result instead.
   */
  get wantsConsent(): boolean {
    const found = this.inspection?.findings ?? [];
    return found.some(({ code, consent }) => consent !== null && !this.agreed.has(code));
  }

  /** Whether `start` would run something: the plan that is shown. */
  get canRun(): boolean {
    const isAtRest = this.refusal === null && this.#preparing === null && this.run === null;
    return isAtRest && this.planned?.plan.obstacle === null && !this.wantsConsent;
  }

  /**
   * Opens the file and plans what is wanted of it now; what was being done for something else is given up, and so is the result of
   * a run. Gives whether it came to its end, well or not: else something newer was asked.
   * @param known settles when it is known what is wanted
   */
  async prepare(known: Promise<void> = Promise.resolve()): Promise<boolean> {
    if (this.isRunning) return false;
    const turn = this.#turns.begin();
    this.#forgetRun();
    // An engine that died is gone, and the next one may live; a part of the page may load the next time.
    if (/^(engine-stopped|not-loaded)$/.test(this.refusal?.code ?? '')) this.refusal = null;
    if (this.refusal) return true;
    this.#preparing = turn;
    try {
      await this.#prepare(turn, known);
    } catch (error) {
      if (!turn.isCurrent || error instanceof Cancelled) return false;
      if (!(error instanceof EngineFailure)) throw error;
      this.#stoppedWhilePreparing(error.message);
    } finally {
      if (this.#preparing === turn) this.#preparing = null;
    }
    return true;
  }

  /**
   * Runs the plan that is shown and has the result checked: takes over what was rehearsed, or is being, and begins it where
   * nothing is. Gives what stopped it, other than a statement of the script.
   * @param whenChecked is called when the statements are done and there is a result to check
   */
  async start(whenChecked: () => void = () => undefined): Promise<Problem | null> {
    const { subject, planned, inspection } = this;
    if (!this.canRun || !subject || !planned || !inspection) return null;
    const turn = this.#turns.begin();
    this.saved = this.isLost = false;
    performance.mark('run-started');
    this.roundTrips.giveUp();
    let rehearsal = this.rehearsal?.problem === null ? this.rehearsal : null;
    if (rehearsal) this.#stand(rehearsal, 'running');
    // Of a file that is gone nothing can be handed over; a run finds out why.
    if (rehearsal?.finished && !(await turn.still(this.isWhole()))) rehearsal = null;
    rehearsal ??= this.#begin(subject, planned, this.#client, 'running');
    const madeUp = rehearsal.finished?.file ? this.checks.makeUp() : null;
    // The statements have the machine to themselves.
    if (!rehearsal.finished) this.checks.giveWay(inspection);
    await turn.still(rehearsal.ran);
    const { problem, finished } = rehearsal;
    if (problem) return this.#cameToNothing(problem);
    performance.mark('result-ready');
    if (finished?.file) {
      if (!rehearsal.isOver) whenChecked();
      await turn.still(rehearsal.ended);
      // What was skipped or stopped ahead was so for nobody; what is skipped from now on is meant.
      if (madeUp) await turn.still(madeUp);
      performance.mark('proofs-done');
      this.isLost = !(await turn.still(this.isWhole()));
    }
    this.#stand(rehearsal, 'over');
    return null;
  }

  /** Runs the plan that is shown ahead of whoever may ask for it, and has the result checked. */
  rehearse(): void {
    const { subject, planned, rehearsal } = this;
    if (!this.#rehearsing || !this.canRun || !subject || !planned || rehearsal?.problem === null) return;
    this.#declined = null;
    this.#begin(subject, planned, this.#rehearsing, 'ahead');
  }

  /** Gives up what is rehearsed, with all that it holds; of this plan nothing is rehearsed by itself any more. */
  stopRehearsing(): void {
    if (this.#attempt?.stage !== 'ahead') return;
    this.#declined = this.subject;
    this.checks.giveUp();
    this.#forgetRun();
  }

  /** Whether it was stopped that what is wanted is rehearsed. */
  get isDeclined(): boolean {
    return this.#declined !== null && isSame(this.#declined, this.subject);
  }

  /** Has the file itself checked, unless that has been done; settles when it is. */
  async look(): Promise<void> {
    if (!this.inspection) return;
    const turn = this.#turns.begin();
    this.checks.look(this.inspection);
    await turn.still(settled(this.checks));
  }

  /**
   * Makes use of the time until a run: checks the file, reads what it has recorded, and rehearses.
   * @param mayRehearse whether the machine has room for it
   */
  async lookAhead(mayRehearse = false): Promise<Problem | null> {
    const { subject, planned, inspection } = this;
    if (!inspection) return null;
    // What was rehearsed of anything else holds memory for nothing.
    if (this.#attempt?.stage === 'ahead' && !this.rehearsal) this.#forgetRun();
    this.checks.look(
      inspection,
      subject && planned ? { ...planned, script: subject.text, choices: subject.choices } : null,
    );
    if (mayRehearse && this.canRun && !this.isDeclined) this.rehearse();
    // What the plan came to nothing without is read with the next plan: read now, it would take away why there is none.
    if (this.#wantsHistories) return null;
    // Where the engine gives out over it, nothing that is shown depends on it; whoever needs it asks again.
    const read = await this.#readHistories().catch(() => null);
    return read?.ok === false && read.error.code === 'not-loaded' ? read.error : null;
  }

  /** Gives up what is being done, at once; its worker and all memory are gone. The file is as it was, and a plan that was made stands. */
  cancel(): void {
    const wasPlanning = this.#preparing !== null && this.inspection !== null;
    // Whoever stops a run does not want it to begin again by itself.
    if (this.isRunning) this.#declined = this.#attempt?.rehearsal.subject ?? null;
    this.#turns.end();
    this.#preparing = null;
    this.#client.cancel();
    if (this.#attempt) this.checks.giveUp();
    this.#forgetRun();
    if (wasPlanning) this.#plan = unplanned(this.subject, CANCELLED);
  }

  /** Opens the file in a new worker, so that what is asked next is answered sooner, and a file that is gone is found out. */
  async reopen(): Promise<void> {
    const turn = this.#turns.begin();
    try {
      const opened = await turn.still(this.#file.open());
      if (!opened.ok) this.refusal = opened.error;
    } catch (error) {
      // Whatever is asked next opens it anyway.
      if (!(error instanceof Cancelled || error instanceof EngineFailure)) throw error;
    }
  }

  /** The file is no longer wanted: all its workers end, and no answer to it changes anything. */
  close(): void {
    this.#turns.end();
    this.#preparing = null;
    this.#client.cancel();
    this.#endAttempt();
    this.checks.giveUp();
    this.roundTrips.giveUp();
  }

  /** Compares the file with another one, and has the migration written that leads there; asked of the worker that plans. */
  compareWith(
    target: ComparedWith,
    wish: Parameters<ReturnType<RemoteFile['against']>['compareWithTarget']>[0],
  ): ReturnType<ReturnType<RemoteFile['against']>['compareWithTarget']> {
    return this.#file.against(target).compareWithTarget(wish, () => undefined);
  }

  /** Whether the file, with what was read along with it, can still be read as it was when it was dropped. */
  async isWhole(): Promise<boolean> {
    const { file, sidecars } = this.dropped;
    try {
      for (const part of [file, sidecars.log, sidecars.journal]) await part?.slice(0, 1).arrayBuffer();
      return true;
    } catch {
      return false;
    }
  }

  async #prepare(turn: Turn, known: Promise<void>): Promise<void> {
    // First, since whatever is asked of a worker goes down with it.
    this.#giveUpOtherPlan();
    // Asked for together: the worker goes on to the plan while the page draws what it has read.
    const opening = this.#file.open();
    const reading = this.#wantsHistories ? this.#readHistories() : null;
    reading?.catch(() => undefined);
    this.#askForPlan();
    const opened = await turn.still(opening);
    if (!opened.ok) {
      // What was asked together with it was refused with it, and is asked anew.
      this.#plan = null;
      this.refusal = opened.error;
      return;
    }
    this.inspection ??= opened.value;
    await turn.still(known);
    // Of a chain nothing is planned before it is known what of it has been applied.
    if (this.#wantsHistories) {
      const read = await turn.still(this.#readHistories());
      if (!read.ok) {
        const because = read.error.code === 'not-loaded' ? 'passing' : 'of file';
        this.#plan = unplanned(this.subject, { ...read.error, because });
        return;
      }
    }
    const plan = this.#askForPlan();
    if (!plan?.answer) return;
    const planned = await turn.still(plan.answer);
    if (!planned.ok && planned.error.code === 'unreadable-file') this.refusal = planned.error;
    this.#plan = { ...plan, outcome: outcomeOf(planned, plan.subject) };
  }

  get #wantsHistories(): boolean {
    return goesByHistory(this.#wish()) && this.histories === null;
  }

  async #readHistories(): ReturnType<RemoteFile['histories']> {
    if (this.histories) return { ok: true, value: this.histories };
    const read = await this.#file.histories();
    // The file is the same for good, so whoever asked gets the right answer, however late.
    if (read.ok) this.histories ??= read.value;
    return read;
  }

  /** Asks for the plan of what is wanted, unless it is there or on its way; null where it cannot be asked for now. */
  #askForPlan(): JobPlan | null {
    const { subject } = this;
    if (this.#plan && isFor(this.#plan, subject)) return this.#plan;
    if (!this.#giveUpOtherPlan()) return null;
    this.#plan = null;
    if (!subject) return null;
    // Of a batch, many files are planned before one is run.
    const isRunNext = this.#rehearsing !== null;
    const answer = this.#file.plan(subject.text, subject.choices, isRunNext);
    // A question that went down with its worker is asked again by whoever still wants to know.
    answer.catch(() => {
      if (this.#plan?.answer === answer) this.#plan = null;
    });
    this.#plan = { subject, answer, outcome: null };
    return this.#plan;
  }

  /** Ends a plan of something else that is not answered, since it may never be. False where the file is still being opened: that is not begun anew for it. */
  #giveUpOtherPlan(): boolean {
    const last = this.#plan;
    if (last?.outcome !== null || isFor(last, this.subject)) return true;
    if (!this.inspection) return false;
    this.#client.cancel();
    this.#plan = null;
    return true;
  }

  #stoppedWhilePreparing(message: string): void {
    if (this.inspection) {
      const stopped = explainStoppedEngine(
        message,
        'Your file was not changed. Plan it again, or choose another script.',
      );
      this.#plan = unplanned(this.subject, { ...stopped, because: 'passing' });
    } else {
      const help = 'Your file was not changed. Try again, or reload the page if this repeats.';
      this.refusal = explainStoppedEngine(message, help);
    }
  }

  #cameToNothing(problem: Problem): Problem {
    // An engine that gave out over it would most likely do so again.
    this.#declined = this.subject;
    this.#forgetRun();
    if (problem.code === 'unreadable-file') this.refusal = problem;
    return problem;
  }

  /** @param client its worker runs the statements */
  #begin(subject: Subject, planned: PlannedScript, client: EngineClient, stage: 'ahead' | 'running'): Rehearsal {
    this.#forgetRun();
    const isApart = client === this.#rehearsing;
    const rehearsal = new Rehearsal(subject, planned, {
      file: isApart ? client.over(lookedAt(this.dropped)) : this.#file,
      checks: this.checks,
      turn: this.#attempts.begin(),
      onFinished: ({ file, pages }) => {
        // What the run wrote is in the result now. A worker never gives memory back, so one that took much is ended.
        if (isApart || (file && pages.resultPages * pages.pageSize > MEMORY_WORTH_FREEING)) client.cancel();
      },
    });
    this.#stand(rehearsal, stage);
    rehearsal.ran.then(
      () => {
        // Whoever rehearses first finds out that the file is gone.
        if (this.rehearsal === rehearsal && rehearsal.problem?.code === 'unreadable-file')
          this.refusal = rehearsal.problem;
      },
      () => undefined,
    );
    return rehearsal;
  }

  #stand(rehearsal: Rehearsal, stage: Attempt['stage']): void {
    const wasRehearsed =
      this.#attempt?.rehearsal === rehearsal && stage !== 'running'
        ? this.#attempt.wasRehearsed
        : rehearsal.finished !== null;
    this.#attempt = { rehearsal, agreed: this.#agreedNow, stage, wasRehearsed };
  }

  #endAttempt(): void {
    this.#attempts.end();
    this.#rehearsing?.cancel();
  }

  #forgetRun(): void {
    this.#endAttempt();
    this.#attempt = null;
    this.checks.forgetRun();
  }
}
