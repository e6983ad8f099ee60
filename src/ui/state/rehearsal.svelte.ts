// One run of a planned script, from its first statement to the last check of its result. It may be begun before anyone asks for
// it, and is then a rehearsal; whoever asks for the run takes it over. There is no other way to run anything.

import type { FinishedRun, PlannedScript, Progress } from '../../engine/answers';
import { EngineFailure, type RemoteFile } from '../../engine/worker/client';
import type { Checks } from './checks.svelte';
import { explainStoppedEngine, type Problem } from './problem';
import { latestNowAndThen } from './progress';
import type { Subject } from './subject';
import type { Turn } from './turn';

/** How often the progress of a run is drawn. */
const SHOW_EVERY_MILLISECONDS = 50;

/** What a rehearsal works with. */
interface Work {
  /** Of the worker that runs the statements. */
  readonly file: RemoteFile;
  readonly checks: Checks;
  /** Ends with the rehearsal. */
  readonly turn: Turn;
  /** Is called when the statements are done, before their result is checked. */
  readonly onFinished: (finished: FinishedRun) => void;
}

/** Its promises reject with `Cancelled` where it is given up, and with nothing else. */
export class Rehearsal {
  readonly subject: Subject;
  readonly planned: PlannedScript;
  progress = $state.raw<Progress | null>(null);
  /** What the statements came to; the result is being checked then. */
  finished = $state.raw<FinishedRun | null>(null);
  /** What stopped it, other than a statement of the script. */
  problem = $state.raw<Problem | null>(null);
  /** Whether there is nothing left to do. */
  isOver = $state(false);
  /** Settles when the statements are done, or something has stopped them. */
  readonly ran: Promise<void>;
  /** Settles when the result has been checked as well. */
  readonly ended: Promise<void>;

  constructor(subject: Subject, planned: PlannedScript, work: Work) {
    this.subject = subject;
    this.planned = planned;
    this.ran = this.#run(work);
    this.ended = this.ran.then(() => this.#check(work));
    for (const promise of [this.ran, this.ended]) promise.catch(() => undefined);
  }

  async #run({ file, turn, onFinished }: Work): Promise<void> {
    const { text, choices } = this.subject;
    // Each report changes the list of statements, and drawing that takes a processor from the run.
    const onProgress = latestNowAndThen((progress: Progress) => {
      if (turn.isCurrent && !this.finished) this.progress = progress;
    }, SHOW_EVERY_MILLISECONDS);
    try {
      const answer = await turn.still(file.run(text, choices, onProgress));
      if (answer.ok) {
        this.finished = answer.value;
        onFinished(answer.value);
      } else {
        this.problem = { help: '', ...answer.error };
      }
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      const help = 'Nothing was changed and there is no half-upgraded file. You can run the migration again.';
      this.problem = explainStoppedEngine(error.message, help);
    }
  }

  async #check({ checks, turn }: Work): Promise<void> {
    const { finished } = this;
    const { text: script, choices, desired } = this.subject;
    const file = finished?.file;
    if (file) await turn.still(checks.prove({ ...finished, file, script, choices, ...(desired && { desired }) }));
    this.isOver = true;
  }
}
