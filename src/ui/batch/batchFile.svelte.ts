// One file of many: its plan, its run and its proofs, and what became of it.

import { SvelteSet } from 'svelte/reactivity';
import { explainFailedRun, explainWithheld } from '../../batch/stop';
import type { FinishedRun, PlannedScript, Progress } from '../../engine/answers';
import { Cancelled, type EngineClient } from '../../engine/worker/client';
import type { Inspection } from '../../engine/inspection';
import type { Finding } from '../../file/finding';
import type { Choices } from '../../migration/outcome';
import { Checks, settled } from '../state/checks.svelte';
import type { ChosenScript } from '../state/chosenScript';
import { type DroppedDatabase, pathOf } from '../state/droppedFiles';
import { explainEmpty, explainLostFile, type Problem } from '../state/problem';
import type { Script } from '../../script/statement';
import { scriptFor } from '../state/ownScripts.svelte';

/** What of a plan is kept for each of many files, and what of the script is run on this one. */
export type FilePlan = Pick<PlannedScript, 'statements'> &
  Pick<PlannedScript['plan'], 'outcomes' | 'obstacle' | 'warnings'> & { readonly text: Script };

/** A small file leaves little behind in a worker; the worker of a larger one is ended with its plan. */
const MEMORY_WORTH_FREEING = 32 << 20;

/**
 * Invariant: there is a result only where the run was committed, its proofs were made and none failed. Whoever gives up what is
 * being done ends with `Cancelled`, and has changed nothing since.
 */
export class BatchFile {
  #reached = $state<FileState>('waiting');
  inspection = $state.raw<Inspection | null>(null);
  plan = $state.raw<FilePlan | null>(null);
  finished = $state.raw<FinishedRun | null>(null);
  #problem = $state.raw<Problem | null>(null);
  progress = $state.raw<Progress | null>(null);
  /** Whether the result has been taken home. */
  saved = $state(false);
  readonly agreed = new SvelteSet<Finding['code']>();
  dropped: DroppedDatabase;
  /** Its path in the folder that was dropped, or its name. */
  readonly path: string;
  readonly checks: Checks;
  /** Why the result is not handed out; a proof that is asked for later may fail as well. */
  readonly #withheld = $derived.by(() =>
    this.#reached === 'upgraded' ? explainWithheld(this.checks.proofs, this.agreed.has('damaged')) : null,
  );
  /** Counts what was begun; what belongs to an earlier attempt is dropped. */
  #attempt = 0;

  constructor(dropped: DroppedDatabase, checks = new Checks()) {
    this.dropped = $state.raw(dropped);
    this.path = pathOf(dropped.file);
    this.checks = checks;
  }

  get state(): FileState {
    return this.#withheld ? 'withheld' : this.#reached;
  }

  /** Why the file is refused, failed, withheld or lost; or that something was given up. */
  get problem(): Problem | null {
    return this.#withheld ?? this.#problem;
  }

  /** The upgraded database; null where there is none that may be taken home. */
  get result(): Blob | null {
    return this.state === 'upgraded' ? (this.finished?.file ?? null) : null;
  }

  /** What there is to know about the file, damage included where it has been found. */
  get findings(): readonly Finding[] {
    const { damage } = this.checks;
    return [...(damage ? [damage] : []), ...(this.inspection?.findings ?? [])];
  }

  /** Whether a run has to wait until the user agrees to go on in spite of a finding. */
  get wantsConsent(): boolean {
    return this.findings.some(({ code, consent }) => consent !== null && !this.agreed.has(code));
  }

  get canRun(): boolean {
    return this.state === 'ready' && !this.wantsConsent;
  }

  /** How far what is being done has come; null where nothing is. */
  get working(): Progress | null {
    return this.state === 'running' ? this.progress : this.checks.progress;
  }

  /** Forgets plan and result. */
  forget(): void {
    this.#attempt++;
    const { file, sidecars } = this.dropped;
    this.checks.take(file, sidecars);
    this.inspection = this.plan = this.finished = this.#problem = this.progress = null;
    this.saved = false;
    this.agreed.clear();
    this.#reached = 'waiting';
  }

  /** Opens the file and plans the script for it; gives what is wrong with the script itself, where it cannot be planned at all. */
  async makePlan(client: EngineClient, script: ChosenScript, choices: Choices): Promise<Problem | null> {
    this.forget();
    const attempt = this.#attempt;
    this.#reached = 'planning';
    if (!(await this.#open(client, attempt))) return this.#missing();
    const pending = await this.#still(attempt, scriptFor(client.engine, script));
    if (!pending.ok || pending.value === null) {
      this.#end(pending.ok ? 'up to date' : 'refused', pending.ok ? null : pending.error);
      return this.#missing();
    }
    const text = pending.value;
    const planned = await this.#still(attempt, client.engine.plan(text, choices));
    if (this.dropped.file.size > MEMORY_WORTH_FREEING) client.cancel();
    if (!planned.ok) {
      if ('line' in planned.error) {
        this.#reached = 'waiting';
        return { help: 'Mend the script and choose it again.', ...planned.error };
      }
      this.#end('refused', planned.error);
      return this.#missing();
    }
    const { statements, plan } = planned.value;
    if (statements.length === 0) {
      this.#reached = 'waiting';
      return explainEmpty(script.title);
    }
    this.plan = { statements, outcomes: plan.outcomes, obstacle: plan.obstacle, warnings: plan.warnings, text };
    this.#reached = plan.obstacle ? 'stops' : 'ready';
    return null;
  }

  /** Looks whether the file is sound, counts its rows and hashes it, unless that has been done. */
  async look(): Promise<void> {
    if (this.inspection) await this.#look(this.inspection, ++this.#attempt);
    this.checks.skip();
  }

  /** Runs the planned script and proves the result; waits for a tick where what is found only now wants one. */
  async run(client: EngineClient, choices: Choices): Promise<void> {
    if (!this.canRun || !this.inspection || !this.plan) return;
    const { statements, text } = this.plan;
    const attempt = ++this.#attempt;
    this.#problem = null;
    this.#reached = 'checking';
    await this.#look(this.inspection, attempt);
    if (this.wantsConsent) {
      this.#reached = 'ready';
      return;
    }
    this.#reached = 'running';
    // A large file is in the memory of one worker at a time.
    this.checks.giveWay();
    if (!(await this.#open(client, attempt))) return;
    const onProgress = (progress: Progress): void => {
      if (attempt === this.#attempt) this.progress = progress;
    };
    const finished = await this.#still(attempt, client.engine.run(text, choices, onProgress));
    // What the run wrote is in the result now, and a worker never gives memory back.
    client.cancel();
    if (!finished.ok) {
      this.#endRun({ help: '', ...finished.error });
      return;
    }
    this.finished = finished.value;
    const { file, outcomes } = finished.value;
    if (!file) {
      this.#end('failed', explainFailedRun(statements, outcomes));
      return;
    }
    this.#reached = 'proving';
    await this.#still(attempt, this.checks.prove({ ...finished.value, file, script: text, choices }));
    const isWhole = await this.#still(attempt, this.isWhole());
    // All that is made unasked is made, so nothing is skipped; what is asked for later starts a new worker.
    this.checks.skip();
    if (isWhole) this.#end('upgraded', null);
    else this.lose();
  }

  /** Gives up what is being done. Of a run nothing is left; the file is as it was, and its plan still stands. */
  giveUp(problem: Problem | null): void {
    this.#attempt++;
    const { file, sidecars } = this.dropped;
    this.checks.take(file, sidecars);
    this.finished = this.progress = null;
    this.#problem = problem;
    this.#reached = this.plan ? 'ready' : 'waiting';
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

  /** The file is no longer what it was, so its result cannot be read. */
  lose(): void {
    this.#end('lost', explainLostFile());
  }

  async #look(inspection: Inspection, attempt: number): Promise<void> {
    this.checks.look(inspection);
    await this.#still(attempt, settled(this.checks));
  }

  /** What could not be loaded of the page says nothing of this file: it waits, and the others would meet the same. */
  #missing(): Problem | null {
    const problem = this.#problem;
    if (problem?.code !== 'not-loaded') return null;
    this.#end('waiting', null);
    return problem;
  }

  /** A run that came to nothing; it can be asked for again where the page, not the file, was in the way. */
  #endRun(problem: Problem): void {
    this.#end(problem.code === 'not-loaded' ? 'ready' : 'failed', problem);
  }

  async #open(client: EngineClient, attempt: number): Promise<boolean> {
    const { file, sidecars } = this.dropped;
    const opened = await this.#still(attempt, client.engine.open(file, file.name, sidecars));
    if (opened.ok) this.inspection = opened.value;
    else if (this.plan) this.#endRun(opened.error);
    else this.#end('refused', opened.error);
    return opened.ok;
  }

  #end(state: FileState, problem: Problem | null): void {
    this.progress = null;
    this.#problem = problem;
    this.#reached = state;
  }

  /** What was awaited, unless it was given up meanwhile. */
  async #still<Value>(attempt: number, work: Promise<Value>): Promise<Value> {
    const value = await work;
    if (attempt !== this.#attempt) throw new Cancelled('Given up meanwhile');
    return value;
  }
}

/**
 * `waiting`: it has no plan. `refused`: it was not opened. `up to date`: all that would run is recorded in it as applied.
 * `stops`: a statement of its plan fails. `ready`: it can be run as soon as
 * what wants a tick has one. `withheld`: a proof of its result failed. `failed`: its run gave nothing. `lost`: it was changed or
 * deleted since its run, and its result is partly made of it.
 */
export type FileState =
  | 'waiting'
  | 'planning'
  | 'refused'
  | 'up to date'
  | 'stops'
  | 'ready'
  | 'checking'
  | 'running'
  | 'proving'
  | 'upgraded'
  | 'withheld'
  | 'failed'
  | 'lost';
