// What the page shows of the open file. All of it is derived from the file's job and from what is chosen; nothing of it is kept a
// second time.

import { historiesFor, type History } from '../../chain/history';
import type { FinishedRun, PlannedScript, Progress } from '../../engine/answers';
import type { Inspection } from '../../engine/inspection';
import { EngineClient } from '../../engine/worker/client';
import { SvelteSet } from 'svelte/reactivity';
import type { Finding } from '../../file/finding';
import { NO_SIDECARS, type Sidecars } from '../../file/recovery';
import { Checks } from './checks.svelte';
import type { FileJob } from './fileJob.svelte';
import type { Problem } from './problem';
import type { Rehearsal } from './rehearsal.svelte';
import type { RoundTrips } from './roundTrips.svelte';
import { Scripts } from './scripts.svelte';

/** Where the work is; `<main data-state>` shows it. */
export type WorkbenchState = 'empty' | 'inspecting' | 'ready' | 'running' | 'done' | 'refused';

/** Read by the components; the workbench, which is one, changes it. */
export class Screen {
  readonly scripts = new Scripts();
  /** The open file, with all that becomes of it; null where there is none. */
  protected job = $state.raw<FileJob | null>(null);
  /** Whether the first plan of the file has been shown, or there was none to make. */
  protected isSettled = $state(false);
  /** A sample that is being made, or why it could not be. */
  protected sample = $state.raw<'being made' | Problem | null>(null);
  /** Stand in where no file is open. */
  readonly #none: Pick<FileJob, 'checks' | 'agreed'>;

  constructor() {
    const nothing = { file: new File([], ''), sidecars: NO_SIDECARS };
    this.#none = { checks: new Checks(nothing, new EngineClient('checks')), agreed: new SvelteSet<Finding['code']>() };
  }

  get state(): WorkbenchState {
    const { job } = this;
    if (this.refusal) return 'refused';
    if (!job) return this.sample ? 'inspecting' : 'empty';
    if (job.run) return job.isRunning ? 'running' : 'done';
    return job.inspection && this.isSettled ? 'ready' : 'inspecting';
  }

  get inspection(): Inspection | null {
    return this.job?.inspection ?? null;
  }

  /** The plan of what is chosen now, or of the run that is shown; null where there is none. */
  get planned(): PlannedScript | null {
    return this.job?.planned ?? null;
  }

  /** Whether a plan is of the migration that the page proposes, and that is for other databases: no fault of either. */
  isMisfit(planned: PlannedScript | null): boolean {
    const { isProposed, isOwn } = this.scripts;
    return isProposed && !isOwn && planned?.plan.obstacle?.isForAnother === true;
  }

  /** Whether a plan is being made. */
  get planning(): boolean {
    return this.inspection !== null && this.job?.isPreparing === true;
  }

  get finished(): FinishedRun | null {
    return this.job?.run?.finished ?? null;
  }

  /** How far the statements of a run have come; what is checked after them is told by `checks`. */
  get progress(): Progress | null {
    return this.job?.run?.progress ?? null;
  }

  /** Why the file was refused. */
  get refusal(): Problem | null {
    if (this.sample !== null && this.sample !== 'being made') return this.sample;
    const refusal = this.job?.refusal ?? null;
    if (!this.job || !refusal || refusal.code === 'engine-stopped') return refusal;
    return { ...refusal, sentence: `${this.job.dropped.file.name}: ${refusal.sentence}` };
  }

  /** Why what is chosen cannot be planned. */
  get scriptProblem(): Problem | null {
    // Of a file that is refused nothing is planned, whatever is chosen.
    if (this.job?.run ?? this.job?.refusal) return null;
    return this.job?.planProblem ?? (this.planning ? null : this.scripts.ownProblem);
  }

  /** What migration tools have recorded in the open database. */
  get histories(): readonly History[] {
    return historiesFor(this.scripts.own?.arranged.tool ?? null, this.job?.histories ?? []);
  }

  /** What is rehearsed of the plan that is shown, or was; null where nothing is, and once it is run. */
  get rehearsal(): Rehearsal | null {
    return this.state === 'ready' ? (this.job?.rehearsal ?? null) : null;
  }

  /** Whether the statements of the run that is shown were done before it was asked for. */
  get wasRehearsed(): boolean {
    return this.job?.run?.wasRehearsed ?? false;
  }

  get checks(): Checks {
    return (this.job ?? this.#none).checks;
  }

  /** The rehearsal of migrations up and down on the open file; null where none is open. */
  get roundTrips(): RoundTrips | null {
    return this.job?.roundTrips ?? null;
  }

  /** Whether the user goes on in spite of damage. */
  get agreesToDamage(): boolean {
    return this.job?.agreesToDamage ?? false;
  }

  /** Findings that the user goes on in spite of. */
  get agreed(): SvelteSet<Finding['code']> {
    return (this.job ?? this.#none).agreed;
  }

  /** Rows by table, as far as they have been counted; null where they cannot be. */
  get rows(): ReadonlyMap<string, number | null> {
    return this.checks.rows;
  }

  /** The file that was dropped, with what lies beside it. */
  get dropped(): { readonly file: File; readonly name: string; readonly sidecars: Sidecars<File> } | null {
    return this.job && { ...this.job.dropped, name: this.job.dropped.file.name };
  }

  /** Whether the result has been saved. */
  get saved(): boolean {
    return this.job?.saved ?? false;
  }

  set saved(saved: boolean) {
    if (this.job) this.job.saved = saved;
  }

  /** Whether the dropped file turned out to be gone when the result was asked for. */
  get isLost(): boolean {
    return this.job?.isLost ?? false;
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
    return this.job?.findings ?? [];
  }

  /** Whether a run has to wait until the user agrees to go on in spite of a finding. */
  get wantsConsent(): boolean {
    return this.job?.wantsConsent ?? false;
  }

  /** Whether "Run migration" can be pressed. */
  get canRun(): boolean {
    return this.state === 'ready' && this.job?.canRun === true;
  }
}
