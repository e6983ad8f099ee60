// Many files that are upgraded one after the other: which one is worked on, what is still to do, how to stop.

import { shareQuestions, type SharedQuestion } from '../../batch/sharedQuestions';
import { USUAL_VERSION } from '../../compare/versions';
import { Cancelled, EngineClient, EngineFailure } from '../../engine/worker/client';
import { DEFAULT_CHOICES, type Choices } from '../../migration/outcome';
import type { ChosenScript } from '../state/chosenScript';
import type { DroppedDatabase } from '../state/droppedFiles';
import { withRetry, type Problem } from '../state/problem';
import type { Wish } from '../state/subject';
import { explainStoppedTarget, readTarget } from '../state/target';
import { Turns, type Turn } from '../state/turn';
import { BatchFile } from './batchFile.svelte';
import { batchTargetOf, type BatchTarget } from './batchTarget';
import { counted } from '../../words';

const CANCELLED: Problem = { code: 'cancelled', sentence: 'Cancelled. Nothing of this file was changed.', help: '' };

/** One file is worked on at a time, so memory is taken for one at a time. A file that gives out never stops the others. */
export class Batch {
  files = $state.raw<readonly BatchFile[]>([]);
  /** `ready`: nothing is done that anybody waits for. */
  stage = $state<'planning' | 'ready' | 'running'>('ready');
  /** The file that is worked on. */
  current = $state.raw<BatchFile | null>(null);
  /** How many files of the ones that are planned or run now have been gone through, of how many. */
  progress = $state.raw<{ readonly done: number; readonly total: number }>({ done: 0, total: 0 });
  /** Why the script cannot be planned for any file. */
  scriptProblem = $state.raw<Problem | null>(null);
  /** Said to screen readers when something changes by itself. */
  announcement = $state('');
  script = $state.raw<ChosenScript | null>(null);
  /** What all files are to be like; null where a script is run on all of them. */
  target = $state.raw<BatchTarget | null>(null);
  /** Why the target is not what was picked last. */
  targetProblem = $state.raw<Problem | null>(null);
  isReadingTarget = $state(false);
  choices = $state.raw<Choices>(DEFAULT_CHOICES);
  readonly #client: EngineClient;
  /** What the user asked for all files; what belongs to an earlier wish comes to its end. */
  readonly #turns = new Turns();
  readonly #reading = new Turns();

  constructor(client = new EngineClient()) {
    this.#client = client;
  }

  /** The files of which there is a result. */
  get upgraded(): readonly BatchFile[] {
    return this.files.filter(({ result }) => result !== null);
  }

  /** The files that "Run all" would run. */
  get runnable(): readonly BatchFile[] {
    return this.files.filter(({ canRun }) => canRun);
  }

  /** The files whose plan was given up or not begun. */
  get unplanned(): readonly BatchFile[] {
    return this.files.filter(({ state }) => state === 'waiting');
  }

  /** What the files are led by, in words; null where nothing is chosen. */
  get title(): string | null {
    return this.target?.title ?? this.script?.title ?? null;
  }

  /** What the files ask that can still be answered: of a result that is there nothing is asked any more. */
  get questions(): readonly SharedQuestion<BatchFile>[] {
    return shareQuestions(
      this.files
        .filter(({ finished }) => finished === null)
        .map((one) => ({ one, name: one.path, questions: one.drift.questions })),
    );
  }

  /** Whether something is lost if the page is left now. */
  get wouldBeLost(): boolean {
    return this.stage === 'running' || this.upgraded.some(({ saved }) => !saved);
  }

  /** Takes other files. */
  take(databases: readonly DroppedDatabase[]): void {
    this.close();
    const wish = (): Wish => ({ script: this.script, choices: this.choices });
    this.files = databases.map((dropped) => new BatchFile(dropped, this.#client, wish, () => this.target));
  }

  /** Makes all plans anew, for another script or other choices; results are forgotten. */
  async planAll(script: ChosenScript | null, choices: Choices): Promise<void> {
    this.script = script;
    this.choices = choices;
    // What leads to a target is another script.
    if (this.target) return;
    this.#stop();
    for (const file of this.files) file.forget();
    await this.planRest();
  }

  /** Takes what was picked as the target: a database, or what SQL makes. The one before stays until there is another. */
  async openTarget(picked: readonly File[]): Promise<void> {
    const turn = this.#reading.begin();
    const again = (): void => void this.openTarget(picked);
    const reader = new EngineClient('looks');
    this.isReadingTarget = true;
    this.targetProblem = null;
    try {
      const read = await readTarget(picked, reader, turn);
      if (!read.ok) this.targetProblem = withRetry(read.error, again);
      else if (read.value) void this.aimAt(batchTargetOf(read.value, this.target?.sqliteVersion ?? USUAL_VERSION));
    } catch (error) {
      if (!turn.isCurrent || error instanceof Cancelled) return;
      if (!(error instanceof EngineFailure)) throw error;
      this.targetProblem = explainStoppedTarget(error.message);
    } finally {
      reader.cancel();
      if (turn.isCurrent) this.isReadingTarget = false;
    }
  }

  /** Compares all files with a target, or with none any more; plans and results are forgotten. */
  async aimAt(target: BatchTarget | null): Promise<void> {
    this.#stop();
    // Another schema asks other questions.
    if (target?.target !== this.target?.target) for (const file of this.files) file.drift.answers.clear();
    this.target = target;
    for (const file of this.files) file.forget();
    await this.planRest();
  }

  /** Answers a question for some files, or takes the answer back; what leads them to the target is written and planned anew. */
  async answer(files: readonly BatchFile[], id: string, answer: string | null): Promise<void> {
    if (this.stage === 'running') return;
    this.#stop();
    for (const file of files) if (file.finished === null) file.answer(id, answer);
    await this.planRest();
  }

  /** Makes the plans that are missing; after them, looks whether the files are sound. */
  async planRest(): Promise<void> {
    const { title, target } = this;
    const turn = this.#stop();
    this.scriptProblem = null;
    if (title === null) return;
    this.stage = 'planning';
    const all = counted(this.files.length, 'file');
    this.announcement = target ? `Comparing ${all} with ${target.target.name}` : `Planning ${title} for ${all}`;
    const planned = await this.#forEach(this.unplanned, turn, async (file) => {
      const problem = await turn.still(file.makePlan());
      if (!problem) return;
      // It is the same for every file.
      this.#stop();
      this.scriptProblem = problem;
      this.announcement = problem.sentence;
    });
    if (!planned) return;
    this.stage = 'ready';
    this.announcement = `The plans are ready: ${counted(this.runnable.length, 'file')} of ${this.files.length} can run.`;
    await this.#lookAtReady(turn);
  }

  /** Opens a file again with another log, or without one. */
  async read(file: BatchFile, log: File | null): Promise<void> {
    await this.reopen(file, { ...file.dropped, sidecars: { ...file.dropped.sidecars, log } });
  }

  /** Opens a file again as it is now; its plan is made anew, and its result is forgotten. */
  async reopen(file: BatchFile, dropped: DroppedDatabase): Promise<void> {
    if (this.stage !== 'ready') return;
    this.#stop();
    file.forget(dropped);
    await this.planRest();
  }

  /** Says of each file that it was changed, moved or deleted since; what is done with files meets that by itself. */
  async noticeChanges(): Promise<void> {
    for (const file of this.files) {
      if (this.stage !== 'ready') return;
      if (await file.noticeChange()) this.announcement = `${file.path}: ${file.problem?.sentence ?? ''}`;
    }
  }

  /** Runs the planned script on every file that has a plan and waits for no tick, or on some of these. */
  async runAll(runnable = this.runnable): Promise<void> {
    if (this.stage !== 'ready' || runnable.length === 0) return;
    const turn = this.#stop();
    this.stage = 'running';
    this.announcement = `Upgrading ${counted(runnable.length, 'file')}`;
    const done = await this.#forEach(runnable, turn, async (file) => {
      await turn.still(file.run());
      this.announcement = `${file.path}: ${file.state === 'ready' ? 'needs confirmation' : file.state}`;
    });
    if (!done) return;
    this.stage = 'ready';
    this.announcement = `Done: ${this.upgraded.length} of ${this.files.length} files are upgraded.`;
    await this.#lookAtReady(turn);
  }

  /** Gives up the file that is worked on; the next one comes. */
  cancel(file: BatchFile): void {
    if (file !== this.current) return;
    file.giveUp(CANCELLED);
    this.#client.cancel();
  }

  /** Gives up the file that is worked on and all that come after it; what is done already stays. */
  cancelAll(): void {
    this.current?.giveUp(CANCELLED);
    this.#stop();
    this.announcement = `Cancelled. ${counted(this.upgraded.length, 'file')} had been upgraded before.`;
  }

  /** Ends all work and gives all memory back. */
  close(): void {
    this.#stop();
    this.#reading.end();
    this.isReadingTarget = false;
    for (const file of this.files) file.forget();
    this.files = [];
  }

  /** Looks whether the files that can still be run are sound, so that all ticks are asked for before a run. */
  async #lookAtReady(turn: Turn): Promise<void> {
    const ready = this.files.filter(({ state }) => state === 'ready');
    await this.#forEach(ready, turn, (file) => file.look());
  }

  /** Ends what is on. A look at a file that is given up is begun anew before its run. */
  #stop(): Turn {
    const { current } = this;
    this.current = null;
    if (current?.state === 'ready') current.giveUp(null);
    this.#client.cancel();
    this.stage = 'ready';
    return this.#turns.begin();
  }

  /** Does something with one file after another; false where it was ended before the last one. */
  async #forEach(files: readonly BatchFile[], turn: Turn, work: (file: BatchFile) => Promise<void>): Promise<boolean> {
    for (const [done, file] of files.entries()) {
      this.current = file;
      this.progress = { done, total: files.length };
      try {
        await work(file);
      } catch (error) {
        if (!(error instanceof Cancelled)) throw error;
      }
      if (!turn.isCurrent) return false;
    }
    this.current = null;
    return true;
  }
}
