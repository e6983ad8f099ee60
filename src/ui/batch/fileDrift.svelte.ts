// One file of many against the target: how it differs, what it asks, and the script that brings it there.

import type { Outcome } from '../../database';
import type { Question } from '../../compare/question';
import type { ComparedSchema } from '../../engine/migrationWriting';
import { SvelteMap } from 'svelte/reactivity';
import { EngineFailure } from '../../engine/worker/client';
import type { ChosenScript } from '../state/chosenScript';
import type { FileJob } from '../state/fileJob.svelte';
import { explainStoppedEngine, type Problem } from '../state/problem';
import type { BatchTarget } from './batchTarget';

/** What was found; it is shown until there is something newer. */
interface Found {
  readonly target: BatchTarget;
  readonly compared: ComparedSchema;
}

export class FileDrift {
  /** The answers to questions, by the id of each. */
  readonly answers = new SvelteMap<string, string>();
  isComparing = $state(false);
  /** Why it could not be compared. */
  problem = $state.raw<Problem | null>(null);
  #found = $state.raw<Found | null>(null);
  /** Whether what was found is still what is wanted. */
  #isCurrent = $state(false);
  readonly #target: () => BatchTarget | null;

  /** @param target what all files are compared with now */
  constructor(target: () => BatchTarget | null) {
    this.#target = target;
  }

  /** How it differs from the target; of the answers before, where others are given at this moment. */
  readonly compared: ComparedSchema | null = $derived.by(() => {
    const target = this.#target();
    return target !== null && this.#found?.target.target === target.target ? this.#found.compared : null;
  });

  /** Whether that is of the answers that are given now. */
  get isKnown(): boolean {
    return this.#isCurrent && this.compared !== null;
  }

  /** What it asks; with the answers that are given now, also while what follows from them is not known yet. */
  get questions(): readonly Question[] {
    const asked = this.compared?.migration.questions ?? [];
    return asked.map((question) => ({ ...question, answer: this.answers.get(question.id) ?? question.answer }));
  }

  /** Those that are not answered. */
  get open(): readonly Question[] {
    return this.compared?.migration.questions.filter(({ answer }) => answer === null) ?? [];
  }

  /** Whether the file is as the target is. */
  get isSame(): boolean {
    return this.isKnown && this.compared?.comparison.differences.length === 0;
  }

  /** What would still differ, where no script was found that leads to the target. */
  get unreached(): ComparedSchema['migration']['unreached'] | null {
    const migration = this.isKnown && this.open.length === 0 ? this.compared?.migration : undefined;
    return migration && !migration.complete ? migration.unreached : null;
  }

  /** The script that brings the file to the target; null as long as it is not known, or something is asked. */
  readonly script: ChosenScript | null = $derived.by(() => {
    const target = this.#target();
    const { compared } = this;
    if (!target || !compared || !this.#isCurrent || !compared.migration.complete || this.isSame) return null;
    const { title, desired } = target;
    return { id: null, title, summary: '', text: compared.migration.sql, desired };
  });

  /** What is found from now on is of other answers, or of another target. */
  forget(): void {
    this.#isCurrent = this.isComparing = false;
    this.problem = null;
  }

  /** Compares the file of a job; gives what is wrong with the page itself, where it cannot. Rejects with `Cancelled` where it is given up. */
  async compare(job: FileJob, isWanted: () => boolean): Promise<Problem | null> {
    const target = this.#target();
    if (!target) return null;
    this.forget();
    this.isComparing = true;
    let answer: Outcome<ComparedSchema, Problem>;
    try {
      const wish = { answers: [...this.answers], sqliteVersion: target.sqliteVersion, spelling: false };
      const given = await job.compareWith(target.target, wish);
      answer = given;
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      answer = { ok: false, error: explainStoppedEngine(error.message, 'Your file was not changed.') };
    } finally {
      if (isWanted()) this.isComparing = false;
    }
    if (!isWanted()) return null;
    if (answer.ok) {
      this.#found = { target, compared: answer.value };
      this.#isCurrent = true;
      return null;
    }
    if (answer.error.code === 'not-loaded') return answer.error;
    this.problem = answer.error;
    return null;
  }
}
