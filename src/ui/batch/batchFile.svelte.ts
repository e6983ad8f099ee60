// One file of many: a job in a table, and what became of it in a word.

import { explainFailedRun, explainWithheld } from '../../batch/stop';
import type { FinishedRun, PlannedScript, Progress } from '../../engine/answers';
import type { EngineClient } from '../../engine/worker/client';
import type { Inspection } from '../../engine/inspection';
import type { Comparison } from '../../compare/difference';
import type { Finding } from '../../file/finding';
import { firstOf } from '../../words';
import type { Checks } from '../state/checks.svelte';
import { type DroppedDatabase, pathOf } from '../state/droppedFiles';
import { FileJob } from '../state/fileJob.svelte';
import { explainChangedFile, explainLostFile, type Problem } from '../state/problem';
import type { Wish } from '../state/subject';
import type { BatchTarget } from './batchTarget';
import { FileDrift } from './fileDrift.svelte';

/** A small file leaves little behind in a worker; the worker of a larger one is ended with its plan. */
const MEMORY_WORTH_FREEING = 32 << 20;
const READ_AGAIN = 'Read it again here, and its plan is made anew. The other files stay as they are.';
const TRY_AGAIN = 'Nothing was changed and there is no half-upgraded file. You can try it again, or open it alone.';

/**
 * Invariant: there is a result only where the run was committed, its proofs were made or given up, and none failed. Whoever gives
 * up what is being done ends with `Cancelled`, and has changed nothing since.
 */
export class BatchFile {
  /** Its path in the folder that was dropped, or its name. */
  readonly path: string;
  /** How it differs from the target, where there is one. */
  readonly drift: FileDrift;
  readonly #client: EngineClient;
  readonly #wish: () => Wish;
  readonly #target: () => BatchTarget | null;
  #job: FileJob;
  /** The job whose file is being checked before its run. */
  #checked = $state.raw<FileJob | null>(null);
  /** Why the last run gave nothing, other than a statement that failed. */
  #failure = $state.raw<Problem | null>(null);
  /** Why what was being done was given up. */
  #givenUp = $state.raw<Problem | null>(null);
  /** Why the result is not handed out; a proof that is asked for later may fail as well. */
  readonly #withheld = $derived.by(() =>
    this.#job.run?.isOver === true && this.#job.run.finished?.file
      ? explainWithheld(this.checks.proofs, this.#job.agreesToDamage)
      : null,
  );

  /**
   * @param client its worker plans and runs, for all files of the batch one after another
   * @param wish gives what is wanted of all files now
   * @param target gives what all files are compared with now: then each has a script of its own
   */
  constructor(dropped: DroppedDatabase, client: EngineClient, wish: () => Wish, target: () => BatchTarget | null) {
    this.path = pathOf(dropped.file);
    this.#client = client;
    this.#target = target;
    this.drift = new FileDrift(target);
    this.#wish = () => (target() ? { ...wish(), script: this.drift.script } : wish());
    this.#job = $state.raw(new FileJob(dropped, client, this.#wish));
  }

  get state(): FileState {
    const { run, refusal, planProblem } = this.#job;
    if (this.#job.isLost) return 'lost';
    if (run && !run.isOver) return run.finished?.file ? 'proving' : 'running';
    if (run) return !run.finished?.file ? 'failed' : this.#withheld ? 'withheld' : 'upgraded';
    if (this.#failure) return 'failed';
    if (this.#checked === this.#job) return 'checking';
    if (refusal && refusal.code !== 'engine-stopped') return 'refused';
    if (this.#job.isPreparing || this.drift.isComparing) return 'planning';
    if (this.#job.isUpToDate) return 'up to date';
    if (this.#target() && this.drift.script === null) return this.#stateOfDrift();
    if (planProblem?.because === 'of file') return 'refused';
    if (!this.plan) return 'waiting';
    return this.plan.plan.obstacle ? 'stops' : 'ready';
  }

  /** The state of a file that has no script of its own yet. */
  #stateOfDrift(): FileState {
    const { drift } = this;
    if (drift.problem) return drift.problem.code === 'engine-stopped' ? 'waiting' : 'refused';
    if (!drift.isKnown) return 'waiting';
    if (drift.isSame) return 'up to date';
    return drift.open.length > 0 ? 'asks' : 'stops';
  }

  /** Why the file is refused, failed, withheld or lost; or that something was given up. */
  get problem(): Problem | null {
    const problem = this.#problem;
    if (problem?.code === 'unreadable-file') return { ...problem, help: READ_AGAIN };
    return problem?.code === 'engine-stopped' ? { ...problem, help: TRY_AGAIN } : problem;
  }

  get #problem(): Problem | null {
    const { run, refusal, planProblem, isLost } = this.#job;
    if (isLost) return explainLostFile();
    if (this.#withheld) return this.#withheld;
    if (run?.isOver && run.finished && !run.finished.file) {
      return explainFailedRun(run.planned.statements, run.finished.outcomes);
    }
    const { unreached } = this.drift;
    const drifted = this.drift.problem ?? (unreached ? explainUnreached(unreached) : null);
    return this.#failure ?? this.#givenUp ?? refusal ?? drifted ?? planProblem;
  }

  get dropped(): DroppedDatabase {
    return this.#job.dropped;
  }

  get inspection(): Inspection | null {
    return this.#job.inspection;
  }

  get plan(): PlannedScript | null {
    return this.#job.planned;
  }

  get finished(): FinishedRun | null {
    return this.#job.run?.finished ?? null;
  }

  get checks(): Checks {
    return this.#job.checks;
  }

  get agreed(): FileJob['agreed'] {
    return this.#job.agreed;
  }

  /** The upgraded database; null where there is none that may be saved. */
  get result(): Blob | null {
    return this.state === 'upgraded' ? (this.finished?.file ?? null) : null;
  }

  /** Whether the result has been saved. */
  get saved(): boolean {
    return this.#job.saved;
  }

  set saved(saved: boolean) {
    this.#job.saved = saved;
  }

  /** What there is to know about the file, damage included where it has been found. */
  get findings(): readonly Finding[] {
    return this.#job.findings;
  }

  /** Whether a run has to wait until the user agrees to go on in spite of a finding: here the file is checked before its run. */
  get wantsConsent(): boolean {
    return this.findings.some(({ code, consent }) => consent !== null && !this.agreed.has(code));
  }

  get canRun(): boolean {
    return this.state === 'ready' && !this.wantsConsent;
  }

  /** How far what is being done has come; null where nothing is. */
  get working(): Progress | null {
    return this.state === 'running' ? (this.#job.run?.progress ?? null) : this.checks.progress;
  }

  /** Takes an answer to a question, or takes it back with null; what was written by the answers before is forgotten. */
  answer(id: string, answer: string | null): void {
    if (answer === null) this.drift.answers.delete(id);
    else this.drift.answers.set(id, answer);
    this.forget();
  }

  /** Forgets plan and result, and goes by another log where one is given. */
  forget(dropped = this.dropped): void {
    this.#job.close();
    this.#failure = this.#givenUp = null;
    this.drift.forget();
    this.#job = new FileJob(dropped, this.#client, this.#wish);
  }

  /** Opens the file and plans what is wanted; gives what is wrong with the script itself, where it cannot be planned at all. */
  async makePlan(): Promise<Problem | null> {
    this.forget();
    const job = this.#job;
    await job.prepare();
    if (job !== this.#job) return null;
    if (this.#target() && !job.refusal) {
      const problem = await this.drift.compare(job, () => job === this.#job);
      if (problem) this.forget();
      if (problem || job !== this.#job) return problem;
      if (this.drift.script) await job.prepare();
      if (job !== this.#job) return null;
    }
    if (job.dropped.file.size > MEMORY_WORTH_FREEING) this.#client.cancel();
    const problem = job.refusal ?? job.planProblem;
    if (problem?.code === 'not-loaded') {
      // It says nothing of this file: it waits, and the others would meet the same.
      this.forget();
      return problem;
    }
    return job.planProblem?.because === 'of script' ? job.planProblem : null;
  }

  /** Looks whether the file is sound, counts its rows and hashes it, unless that has been done. */
  async look(): Promise<void> {
    await this.#job.look();
    this.checks.skip();
  }

  /** Runs the plan and proves the result; waits for a tick where what is found only now wants one. */
  async run(): Promise<void> {
    if (!this.canRun) return;
    const job = this.#job;
    this.#failure = this.#givenUp = null;
    this.#checked = job;
    await job.look();
    this.#checked = null;
    if (this.wantsConsent) return;
    const problem = await job.start();
    // What the run wrote is in the result now, and a worker never gives memory back.
    this.#client.cancel();
    // All that runs automatically is made, so nothing is skipped; what is asked for later starts a new worker.
    job.checks.skip();
    if (problem?.code === 'engine-stopped') this.#givenUp = problem;
    else this.#failure = problem;
  }

  /** Gives up what is being done. Of a run nothing is left; the file is as it was, and its plan still stands. */
  giveUp(problem: Problem | null): void {
    this.#job.cancel();
    this.checks.giveUp();
    this.drift.isComparing = false;
    this.#checked = this.#failure = null;
    this.#givenUp = problem;
  }

  /** Whether the file, with what was read along with it, can still be read as it was when it was dropped. */
  async isWhole(): Promise<boolean> {
    return this.#job.isWhole();
  }

  /**
   * Looks whether the file was changed, moved or deleted while nothing is done with it. One whose result is saved is left alone:
   * that result may have taken its place.
   * @returns whether it turned out to be
   */
  async noticeChange(): Promise<boolean> {
    const job = this.#job;
    const isSettled = (): boolean =>
      job === this.#job && !job.isPreparing && !job.isRunning && !job.isLost && !job.refusal && !job.saved;
    if (!job.inspection || !isSettled() || (await job.isWhole()) || !isSettled()) return false;
    if (job.run?.finished?.file) this.lose();
    else job.refusal = explainChangedFile();
    return true;
  }

  /** The file is no longer what it was, so its result cannot be read. */
  lose(): void {
    this.#job.isLost = true;
  }
}

/**
 * `waiting`: it has no plan. `asks`: what leads it to the target depends on questions that are open. `refused`: it was not opened. `up to date`: all that would run is recorded in it as applied, or it is as the target is.
 * `stops`: a statement of its plan fails. `ready`: it can be run as soon as
 * what needs confirmation has it. `withheld`: a proof of its result failed. `failed`: its run gave nothing. `lost`: it was changed or
 * deleted since its run, and its result is partly made of it.
 */
export type FileState =
  | 'waiting'
  | 'planning'
  | 'refused'
  | 'up to date'
  | 'asks'
  | 'stops'
  | 'ready'
  | 'checking'
  | 'running'
  | 'proving'
  | 'upgraded'
  | 'withheld'
  | 'failed'
  | 'lost';

function explainUnreached({ differences }: Comparison): Problem {
  const named = differences.map(({ object, name }) => `the ${object} ${name}`);
  return {
    code: 'not-reached',
    sentence: `No script was found that leads to the target: after it, ${firstOf(named)} would still differ.`,
    help: 'Open the file alone, and change the script in the editor.',
  };
}
