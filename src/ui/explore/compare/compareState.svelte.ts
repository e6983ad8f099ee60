// What the open database is compared with, how it differs, and the migration that leads there.

import { SvelteMap } from 'svelte/reactivity';
import type { ComparedSchema, MigrationWish } from '../../../engine/migrationWriting';
import { Cancelled, EngineClient, EngineFailure, type ComparedWith } from '../../../engine/worker/client';
import { readAnswers } from '../../../compare/question';
import { textOfSchema } from '../../../compare/schemaText';
import { USUAL_VERSION } from '../../../compare/versions';
import { NO_SIDECARS } from '../../../file/recovery';
import type { Schema } from '../../../schema/schema';
import type { Script } from '../../../script/statement';
import { lookAt, lookedAt, sortFiles, type DroppedDatabase } from '../../state/droppedFiles';
import { readOwnScripts } from '../../state/ownScripts.svelte';
import { explainStoppedEngine, withRetry, type Problem } from '../../state/problem';
import { Turns, type Turn } from '../../state/turn';
import type { Explorer, Side } from '../look/explorer.svelte';

/** Where the target comes from. */
export type TargetSource = 'file' | 'scripts' | 'edited' | 'result';

/** What is compared with: a database of its own, also where it was made of SQL. */
export interface Target extends ComparedWith {
  readonly source: TargetSource;
  /** In sentences: `target.db`, `the schema that you edited`. */
  readonly name: string;
  readonly schema: Schema;
}

/** Why there is no target; `line` where a line of SQL is wrong. */
export interface TargetProblem extends Problem {
  readonly line?: number;
}

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
const QUIET_MILLISECONDS = 300;

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
  }

  readonly target: Target | null = $derived.by(() => {
    if (this.source !== 'result') return this.#read;
    const { finished } = this.explorer.workbench;
    if (!finished?.committed || finished.file === null) return null;
    return {
      source: 'result',
      name: 'the result',
      schema: finished.after,
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
    await this.#follow(async (turn) => {
      const { database, many, scripts, besideScripts } = sortFiles(await turn.still(lookAt(files)), null);
      const dropped = database ?? many[0];
      if (scripts.length > 0 && !dropped) return this.#readScripts([...scripts, ...besideScripts], turn);
      return dropped ? this.#readFile(dropped, turn) : null;
    });
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
    const { text } = this;
    if (text !== null) await this.#follow((turn) => this.#make('edited', EDITED, text, turn));
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
  async #follow(read: (turn: Turn) => Promise<Target | null>): Promise<void> {
    this.#giveUp();
    const turn = this.#reading.begin();
    this.isReading = true;
    try {
      const target = await turn.still(read(turn));
      if (!target) return;
      if (target.source !== this.source || target.name !== this.#read?.name) this.#forgetAnswers();
      this.source = target.source;
      this.#read = target;
    } catch (error) {
      if (!turn.isCurrent || error instanceof Cancelled) return;
      if (!(error instanceof EngineFailure)) throw error;
      this.problem = explainStoppedEngine(error.message, 'Your file was not changed. Choose the target once more.');
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

  async #readFile(dropped: DroppedDatabase, turn: Turn): Promise<Target | null> {
    const { name } = dropped.file;
    const opened = await turn.still(this.#making.over(lookedAt(dropped)).open());
    if (opened.ok) return { source: 'file', name, schema: opened.value.schema, pages: null, ...dropped };
    this.problem = { ...opened.error, sentence: `${name}: ${opened.error.sentence}` };
    return null;
  }

  async #readScripts(files: readonly File[], turn: Turn): Promise<Target | null> {
    const own = await turn.still(readOwnScripts(files));
    // It stands alone: nothing is recorded, and nothing is there.
    own.follow(() => ({ histories: [], isEmpty: true }));
    own.useSafeProposals();
    const { chosen, problem } = own;
    if (chosen) return this.#make('scripts', own.title, chosen.text, turn);
    this.problem = problem && {
      ...problem,
      help: 'Correct it, or open these files as the scripts of an upgrade first.',
    };
    return null;
  }

  async #make(source: TargetSource, name: string, script: Script, turn: Turn): Promise<Target | null> {
    const made = await turn.still(this.#making.engine.makeTarget(script));
    if (made.ok) return { source, name, ...made.value, sidecars: NO_SIDECARS, pages: null };
    const help = source === 'edited' ? 'What is shown is of the text before.' : 'Correct it and open it again.';
    this.problem = withRetry({ help, ...made.error }, () => void this.takeText());
    return null;
  }
}
