// What the open database is compared with, how it differs, and the migration that leads there.

import { SvelteMap } from 'svelte/reactivity';
import type { ComparedSchema, MigrationWish } from '../../../engine/migrationWriting';
import { Cancelled, EngineClient, EngineFailure } from '../../../engine/worker/client';
import { readAnswers } from '../../../compare/question';
import { textOfSchema } from '../../../compare/schemaText';
import { USUAL_VERSION } from '../../../compare/versions';
import { NO_SIDECARS } from '../../../file/recovery';
import { withRetry, type Problem } from '../../state/problem';
import {
  explainStoppedTarget,
  makeTarget,
  readTarget,
  type Target,
  type TargetProblem,
  type TargetSource,
} from '../../state/target';
import { Turns, type Turn } from '../../state/turn';
import type { Explorer, Side } from '../look/explorer.svelte';

/** What is compared, by which wishes; a comparison is shown with the one that it was made for. */
interface Compared {
  readonly side: Side;
  readonly target: Target;
  readonly answers: MigrationWish['answers'];
  readonly sqliteVersion: number;
  readonly spelling: boolean;
  readonly attempt: number;
}

const EDITED = 'the schema that you edited';

/** The target is read anew when nothing was typed for so long. */
const QUIET_MILLISECONDS = 200;

/** The state of the view. It lives as long as the file is open; components read it and call its methods. */
export class CompareState {
  readonly explorer: Explorer;
  /** Where the target is to come from; null as long as nothing was chosen. */
  source = $state<TargetSource | null>(null);
  /** The file's own schema as the user has edited it; null before that has begun. */
  text = $state<string | null>(null);
  /** Whether what differs only in spelling is shown, and changed by the migration. */
  spelling = $state(false);
  sqliteVersion = $state(USUAL_VERSION);
  /** The answers to questions, by the id of each. */
  readonly answers = new SvelteMap<string, string>();
  /** Why the target is not what was chosen last. */
  problem = $state.raw<TargetProblem | null>(null);
  isReading = $state(false);
  /** Why the two were not compared. */
  failure = $state.raw<Problem | null>(null);
  /** The side that the user chose; null as long as the page chooses. */
  chosenSide = $state<Side | null>(null);
  #read = $state.raw<Target | null>(null);
  #comparison = $state.raw<{ readonly of: Compared; readonly value: ComparedSchema } | null>(null);
  /** Counts how often the comparison is to be made once more. */
  #attempts = $state(0);
  readonly #reading = new Turns();
  readonly #comparing = new Turns();
  readonly #making = new EngineClient('looks');
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(explorer: Explorer) {
    this.explorer = explorer;
    // A target comes soon.
    this.#making.start();
  }

  readonly target: Target | null = $derived.by(() => {
    if (this.source !== 'result') return this.#read;
    const { finished } = this.explorer.workbench;
    if (!finished?.committed || finished.file === null) return null;
    return {
      source: 'result',
      name: 'the result',
      schema: finished.after,
      hasRows: true,
      file: finished.file,
      sidecars: NO_SIDECARS,
      pages: finished.pages,
    };
  });

  /** Whether there is a result of a run, which may be compared with the file before it, or with the target. */
  get hasResult(): boolean {
    return this.explorer.has('after');
  }

  /** What is compared with the target: the result where there is one, since that is what has become of the file. */
  readonly side: Side = $derived.by(() => {
    if (this.source === 'result' || !this.hasResult) return 'before';
    return this.chosenSide ?? 'after';
  });

  /** What the side that is compared is called. */
  get sideName(): string {
    return this.side === 'after' ? 'the result' : (this.explorer.workbench.dropped?.name ?? 'your file');
  }

  /** What is to be compared now; null where there is nothing. */
  readonly wanted: Compared | null = $derived.by(() => {
    const { target, side, sqliteVersion, spelling } = this;
    return target && { side, target, answers: [...this.answers], sqliteVersion, spelling, attempt: this.#attempts };
  });

  /** The latest comparison, be it of what is wanted now or of what was wanted a moment ago. */
  get compared(): ComparedSchema | null {
    return this.target && this.#comparison?.of.target.source === this.target.source ? this.#comparison.value : null;
  }

  /** Whether what is shown is of what is wanted now. */
  get isCurrent(): boolean {
    return this.isOf(this.wanted) && !this.isReading && this.problem === null;
  }

  /** Whether what is shown is of this. */
  isOf(wanted: Compared | null): boolean {
    return wanted !== null && this.#comparison?.of === wanted;
  }

  /** Takes what was picked as the target: a database with what lies beside it, a script, or a folder of them. */
  async open(files: readonly File[]): Promise<void> {
    await this.#follow((turn) => readTarget(files, this.#making, turn));
  }

  /** Takes the result of the run as the target: the file before it is compared with it. */
  compareResult(): void {
    this.#giveUp();
    this.source = 'result';
  }

  /** Goes on with the file's own schema as a text; what was edited before is kept. */
  editSchema(): void {
    const { before } = this.explorer;
    if (before === null) return;
    this.text ??= textOfSchema(before);
    this.source = 'edited';
    void this.takeText();
  }

  /** Begins with the file's own schema anew. */
  resetText(): void {
    const { before } = this.explorer;
    if (before) this.edit(textOfSchema(before));
    void this.takeText();
  }

  /** Takes what is typed; the target follows in a moment. */
  edit(text: string): void {
    if (text === this.text) return;
    this.text = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.takeText(), QUIET_MILLISECONDS);
  }

  /** Makes the edited text the target at once. */
  async takeText(): Promise<void> {
    if (this.text === null) return;
    await this.#follow((turn) => {
      const edited = { source: 'edited', name: EDITED, script: this.text ?? '' } as const;
      return makeTarget(edited, this.#making, turn);
    });
  }

  /** Answers a question, or takes an answer back. */
  answer(id: string, answer: string | null): void {
    if (answer === null) this.answers.delete(id);
    else this.answers.set(id, answer);
  }

  /** Compares what is wanted; gives what ends that, where something else is wanted meanwhile. */
  compare(wanted: Compared | null): (() => void) | undefined {
    const look = wanted && this.explorer.look(wanted.side, 'compare');
    if (!wanted || !look) return undefined;
    const turn = this.#comparing.begin();
    const { target, answers, sqliteVersion, spelling } = wanted;
    const wish = { answers, sqliteVersion, spelling };
    const asked = look.ask((file) => file.against(target).compareWithTarget(wish, () => undefined), turn);
    let isDone = false;
    void asked.then((answer) => {
      isDone = true;
      if (!turn.isCurrent) return;
      const again = (): void => {
        this.#attempts++;
      };
      if (!answer.ok) this.failure = answer.cancelled ? null : { ...answer.error, retry: again };
      else if (answer.value.ok) {
        this.failure = null;
        this.#comparison = { of: wanted, value: answer.value.value };
      } else this.failure = withRetry(answer.value.error, again);
    });
    return () => {
      this.#comparing.end();
      if (!isDone) void look.giveUp(asked);
    };
  }

  /** The view is gone, and the file with it. */
  close(): void {
    this.#giveUp();
    this.#comparing.end();
    this.#making.cancel();
  }

  #giveUp(): void {
    clearTimeout(this.#timer);
    this.#reading.end();
    // It may never come to its end.
    if (this.isReading) this.#making.cancel();
    this.isReading = false;
    this.problem = null;
  }

  /** Reads another target in place of whatever is being read. The one before stays until there is another. */
  async #follow(read: (turn: Turn) => ReturnType<typeof readTarget>): Promise<void> {
    this.#giveUp();
    const turn = this.#reading.begin();
    this.isReading = true;
    try {
      const answer = await turn.still(read(turn));
      if (!answer.ok) {
        this.problem = withRetry(answer.error, () => void this.#follow(read));
        return;
      }
      const target = answer.value;
      if (!target) return;
      if (target.source !== this.source || target.name !== this.#read?.name) this.#forgetAnswers();
      this.source = target.source;
      this.#read = target;
    } catch (error) {
      if (!turn.isCurrent || error instanceof Cancelled) return;
      if (!(error instanceof EngineFailure)) throw error;
      this.problem = explainStoppedTarget(error.message);
    } finally {
      if (turn.isCurrent) this.isReading = false;
    }
  }

  /** Another target asks other questions. What the chosen script keeps as answers was answered once, and stays so. */
  #forgetAnswers(): void {
    this.answers.clear();
    const { own, isOwn } = this.explorer.workbench.scripts;
    for (const { text } of isOwn && own ? own.files : []) {
      for (const [id, answer] of readAnswers(text)) this.answers.set(id, answer);
    }
  }
}
