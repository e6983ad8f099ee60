// The page's state, and the only place that changes it: which file, which scripts, and what is on the screen. What becomes of the
// file is told by its job. Components read the workbench and call its methods.

import { Cancelled, EngineClient, ROUNDS_OF_CHECKS } from '../../engine/worker/client';
import { foreignKeyDefaultOf, type ForeignKeyDefault } from '../../chain/foreignKeyDefaults';
import { NO_SIDECARS, type Sidecars } from '../../file/recovery';
import type { Sample } from '../../catalog/catalog';
import type { Machine } from '../../migration/forecast/limits';
import { DEFAULT_CHOICES, type Choices } from '../../migration/outcome';
import type { RoundTrip } from '../../migration/roundTrip/roundTrip';
import type { Finding } from '../../file/finding';
import { liesBeside, type DroppedDatabase } from './droppedFiles';
import { FileJob } from './fileJob.svelte';
import { readMachine, Room } from './machine';
import {
  explainChangedFile,
  explainLostFile,
  explainNotLoaded,
  explainUnsavedMany,
  withRetry,
  type Problem,
} from './problem';
import type { OwnScripts } from './ownScripts.svelte';
import { makeSampleFile } from './sampleFile';
import { pause } from './pause';
import { Screen } from './screen.svelte';
import type { SeenFile } from './sortedFiles';
import { Turns } from './turn';

/** The checks of a file begin so long after its plan is shown. */
const LOOK_AFTER_MILLISECONDS = 300;

/** With more workers, each would have less to do than it takes to begin. */
const MOST_CHECKING = 4;
/** Migrations that are put in order and listed in one task. */
const MOST_IN_ONE_TASK = 100;

function checkingClients(): readonly EngineClient[] {
  const count = Math.min(MOST_CHECKING, Math.max(1, navigator.hardwareConcurrency));
  return Array.from({ length: count }, () => new EngineClient('checks'));
}

/** What rehearses: its worker, and whether the machine has room for it. */
export interface Ahead {
  readonly client: EngineClient;
  readonly room: Pick<Room, 'refuses'>;
}

/** One workbench for the life of the page. */
export class Workbench extends Screen {
  /** What the browser tells of the machine; null until it is needed. */
  machine = $state.raw<Machine | null>(null);
  /** Something that went wrong without ending the work: files that were left out, an engine that stopped. */
  notice = $state.raw<Problem | null>(null);
  /** Databases that were dropped together, to be upgraded one after the other; empty where there is one at most. */
  many = $state.raw<readonly DroppedDatabase[]>([]);
  /** Whether something is lost if other files take the place of these. */
  manyWouldBeLost = $state(false);
  /** What the user has decided. */
  #decided = $state.raw<Omit<Choices, 'foreignKeys'>>(DEFAULT_CHOICES);
  /** Null as long as the user has not decided for these scripts. */
  #foreignKeys = $state.raw<Choices['foreignKeys'] | null>(null);
  /** How foreign keys are where the user does not decide: as the tool has them that the scripts, or the database's own table, are of. */
  readonly foreignKeyDefault: ForeignKeyDefault = $derived.by(() => {
    const { own, isOwn } = this.scripts;
    if (!own || !isOwn) return foreignKeyDefaultOf(null);
    return foreignKeyDefaultOf(
      own.arranged.tool,
      (this.job?.histories ?? []).map(({ tool }) => tool),
    );
  });
  readonly choices: Choices = $derived.by(() => {
    const { meanings: said = [], ...decided } = this.#decided;
    // What a migration brings along holds where the user has said nothing else of it.
    const brought = (this.scripts.migration?.companion.functions ?? []).filter(
      ({ kind, name }) => !said.some((one) => one.kind === kind && one.name === name),
    );
    const meanings = [...said, ...brought];
    const foreignKeys = this.#foreignKeys ?? this.foreignKeyDefault.mode;
    return { ...decided, foreignKeys, ...(meanings.length > 0 && { meanings }) };
  });
  /** Said to screen readers when something changes by itself. */
  announcement = $state('');

  readonly #client: EngineClient;
  readonly #checking: EngineClient | readonly EngineClient[];
  readonly #ahead: Ahead;
  /** Sidecars that were dropped without their database. */
  #waiting: readonly File[] = [];
  /** Drops are taken in their order, each as a whole. */
  #taking: Promise<unknown> = Promise.resolve();
  #lookingSoon: ReturnType<typeof setTimeout> | undefined;
  /** What is begun for one file ends with the next one. */
  readonly #turns = new Turns();

  /**
   * @param checking the workers of checks
   * @param ahead what rehearses before anyone asks
   */
  constructor(
    client = new EngineClient(),
    checking: EngineClient | readonly EngineClient[] = checkingClients(),
    ahead: Ahead = { client: new EngineClient(), room: new Room() },
  ) {
    super();
    this.#client = client;
    this.#checking = checking;
    this.#ahead = ahead;
    client.start();
  }

  /**
   * A file is about to come: the engine is made ready for it.
   * @param rounds how often it is to run what a file will need
   */
  expectFile(rounds?: Parameters<EngineClient['warmUp']>[0]): void {
    const planned = this.#client.warmUp(rounds);
    // Only for a file that is about to come, and not beside the one that has.
    if (rounds === undefined) {
      void planned.then(() => {
        if (this.state === 'empty' && this.many.length === 0)
          for (const client of [this.#checking].flat().slice(0, 2)) void client.warmUp(ROUNDS_OF_CHECKS);
      });
    }
    // What cannot be loaded ahead is asked for again, and missed, where it is needed.
    loadSorting().catch(() => undefined);
  }

  /** Takes what was dropped or picked: databases, scripts, or both. */
  async take(files: readonly File[]): Promise<void> {
    const sorting = loadSorting().catch(() => null);
    const seen = sorting.then(async (loaded) => (await loaded?.lookAt(files)) ?? null);
    const taken = this.#taking.then(async () => this.#take(files, await sorting, await seen));
    this.#taking = taken.catch(() => undefined);
    const { prepared } = await taken;
    await prepared;
  }

  /** What is dropped is chosen, opened and asked for in one go, after all of it has been read. */
  async #take(
    files: readonly File[],
    sorting: Awaited<ReturnType<typeof loadSorting>> | null,
    seen: readonly SeenFile[] | null,
  ): Promise<{ readonly prepared: Promise<void> }> {
    const nothing = { prepared: Promise.resolve() };
    if (this.state === 'running') return nothing;
    if (!sorting || !seen) {
      this.miss('tells dropped files apart', () => void this.take(files));
      return nothing;
    }
    const sorted = sorting.sortFiles(seen, this.#openFor(files), this.#waiting);
    const { database, many, scripts, besideScripts, waiting, leftOut } = sorted;
    const own = scripts.length > 0 ? await readOwnScripts([...scripts, ...besideScripts]) : null;
    if (own) await this.#arrange(own);
    // A run may have been started meanwhile.
    if (this.job?.isRunning) return nothing;
    this.#waiting = waiting;
    if (!database && many.length === 0 && scripts.length === 0) {
      // Nothing of it is used, so all stays as it is, the result of a run too.
      this.notice = leftOut ?? this.notice;
      return nothing;
    }
    if (database && this.many.length > 0 && this.manyWouldBeLost) {
      this.notice = explainUnsavedMany(database.file.name);
      return nothing;
    }
    if (own) this.#useOwn(own);
    // Nothing is planned in place of what could not be read.
    else if (scripts.length > 0) this.scripts.chooseNothing();
    if (many.length > 0) {
      this.startOver();
      this.many = many;
      this.announcement = '';
      // A batch has workers of its own.
      for (const client of [this.#checking].flat()) client.cancel();
    } else if (database) {
      this.#begin(database);
    }
    if (scripts.length > 0 && !own) this.miss('reads your scripts', () => void this.take(files));
    else this.notice = leftOut ?? this.notice;
    return { prepared: this.#prepare() };
  }

  /** What was rehearsed of what is run now, once it has come to its end; null where it was not. */
  get rehearsed(): readonly RoundTrip[] | null {
    const { own, isOwn } = this.scripts;
    if (!own || !isOwn) return null;
    return this.roundTrips?.of({ steps: own.steps, choices: this.choices })?.trips ?? null;
  }

  override get refusal(): Problem | null {
    const refusal = super.refusal;
    return refusal && this.job ? withRetry(refusal, () => void this.planAgain()) : refusal;
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
    if (!own || this.state === 'running') return;
    change(own);
    if (!this.scripts.isOwn) {
      this.scripts.chooseOwn();
      this.#presetForeignKeys();
    }
    await this.planAgain();
  }

  /** Chooses what the user brought before. */
  async useOwn(): Promise<void> {
    await this.changeOwn(() => undefined);
  }

  /** Chooses scripts that were read or written elsewhere. */
  async takeScripts(own: OwnScripts): Promise<void> {
    if (this.state === 'running') return;
    this.#useOwn(own);
    await this.planAgain();
  }

  /** Chooses a migration of the catalog by its id. */
  async choose(id: string): Promise<void> {
    if (this.state === 'running' || !this.scripts.choose(id)) return;
    this.#presetForeignKeys();
    await this.planAgain();
  }

  /** Changes what existing rows get, or strict; the plan is made anew. */
  async decide(choices: Partial<Choices>): Promise<void> {
    if (this.state === 'running') return;
    this.#decided = { ...this.#decided, ...choices };
    this.#foreignKeys = choices.foreignKeys ?? this.#foreignKeys;
    await this.planAgain();
  }

  /** Plans what is chosen; a plan of something else that is being made is given up, since it may never end. */
  async planAgain(): Promise<void> {
    await this.#prepare();
  }

  /** Back to the plan of the same file, after a run. */
  async backToPlan(): Promise<void> {
    await this.#prepare();
  }

  /** Joins the open database with a log, whatever that is called. */
  async join(log: File): Promise<void> {
    await this.#openBeside({ log });
  }

  /** Opens the database again without one of its sidecars. */
  async leaveOut(sidecar: keyof Sidecars<File>): Promise<void> {
    await this.#openBeside({ [sidecar]: null });
  }

  /** Finds out whether the dropped file was changed, for the user comes back from where she may have done that. */
  async noticeChange(): Promise<void> {
    const job = this.job;
    if (!job?.inspection || (await job.isWhole())) return;
    if (job !== this.job || job.isRunning || job.isPreparing || job.isLost || job.refusal) return;
    if (job.run?.finished?.file) {
      this.#lose(job);
    } else {
      job.refusal = explainChangedFile();
      this.announcement = job.refusal.sentence;
    }
  }

  /** Opens a database, with what lies beside it, and plans the chosen script for it. */
  async open(file: File, sidecars: Sidecars<File> = NO_SIDECARS): Promise<void> {
    this.#begin({ file, sidecars });
    await this.#prepare();
  }

  /** Makes a sample database in the worker and opens it. */
  async openSample(sample: Sample): Promise<void> {
    this.#leave();
    const turn = this.#turns.begin();
    this.sample = 'being made';
    this.announcement = `Making the sample database ${sample.file}`;
    const migration = this.scripts.migrationOf(sample);
    const made = await makeSampleFile(this.#client.engine, sample, migration?.script ?? '');
    if (!turn.isCurrent) return;
    if (!made.ok) {
      this.sample = withRetry(made.error, () => void this.openSample(sample));
      this.announcement = made.error.sentence;
      return;
    }
    if (migration) this.scripts.chooseMigration(migration);
    await this.open(made.value);
  }

  /** Runs the plan that is shown. */
  async run(): Promise<void> {
    const job = this.job;
    if (!this.canRun || !job) return;
    this.notice = null;
    this.announcement = 'The migration is running';
    clearTimeout(this.#lookingSoon);
    const whenChecked = (): void => {
      this.announcement = 'The statements are done. The result is being checked.';
    };
    try {
      const problem = await job.start(whenChecked);
      if (problem) this.#returnToPlan(job, problem);
      else this.#showOutcome(job);
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
    }
  }

  /** Whether something is made of the file that is open, be it asked for or not. */
  get isAtWork(): boolean {
    const isAhead = this.rehearsal?.isOver === false || this.checks.progress !== null;
    return this.state === 'inspecting' || this.state === 'running' || isAhead;
  }

  /** Why the plan that is shown is not rehearsed by itself, in a sentence; null where it is, or cannot run. */
  get whyUnrehearsed(): string | null {
    if (!this.job?.inspection || !this.canRun) return null;
    return this.job.isDeclined ? 'It was stopped before.' : this.#ahead.room.refuses(this.job.inspection.size);
  }

  /** Rehearses the plan that is shown. */
  rehearse(): void {
    this.job?.rehearse();
  }

  /** Gives up the rehearsal, with all memory that it holds. */
  stopRehearsing(): void {
    const { job } = this;
    if (!job?.rehearsal) return;
    job.stopRehearsing();
    this.announcement = 'The rehearsal was stopped. The plan stands.';
    this.#look(job);
  }

  /** Goes on in spite of a finding, or no longer does. */
  agree(code: Finding['code'], agrees: boolean): void {
    if (agrees) this.agreed.add(code);
    else this.agreed.delete(code);
    if (this.job && this.state === 'ready') this.#lookSoon(this.job);
  }

  /** Leaves out the proofs that have not been made yet; they can be made later, one by one. */
  skipProofs(): void {
    this.checks.skip();
  }

  /** Stops a run or an inspection at once; the worker and all its memory are gone, the dropped file is as it was. */
  cancel(): void {
    const job = this.job;
    if (!job?.inspection || (!job.isRunning && !job.isPreparing)) {
      this.startOver();
      return;
    }
    job.cancel();
    this.isSettled = true;
    this.announcement = 'Cancelled. Nothing was changed; the file is ready to be run again.';
    void job.reopen();
    this.#look(job);
  }

  /** The upgraded database, for as long as the dropped file that it is partly made of can be read; null else. */
  async takeResult(): Promise<Blob | null> {
    const job = this.job;
    const result = job?.run?.finished?.file ?? null;
    if (!job || !result || (await job.isWhole())) return result;
    this.#lose(job);
    return null;
  }

  /** Forgets the file. */
  startOver(): void {
    this.#leave();
    this.#client.cancel();
    this.#client.start();
    this.#waiting = [];
    this.announcement = 'Ready for another file';
  }

  /** Other scripts are run as their own tool would. */
  #presetForeignKeys(): void {
    this.#foreignKeys = null;
  }

  /** To put many files in order takes as long as to draw the list of them: they are two tasks. */
  async #arrange(own: OwnScripts): Promise<void> {
    this.#follow(own);
    if (own.arranged.migrations.length > MOST_IN_ONE_TASK) await pause();
  }

  #follow(own: OwnScripts): void {
    // What is pending in each of many files is told for each of them.
    own.follow(() => {
      if (!this.job) return { histories: [], isEmpty: false };
      const { histories, inspection } = this.job;
      return histories && inspection && { histories, isEmpty: inspection.schema.relations.length === 0 };
    });
  }

  #useOwn(own: OwnScripts): void {
    this.#follow(own);
    this.scripts.takeOwn(own);
    this.#presetForeignKeys();
  }

  /** The database that sidecars may belong to. One that was refused may need them; to all others it is nothing. */
  #openFor(files: readonly File[]): DroppedDatabase | null {
    const dropped = this.job?.dropped;
    if (!dropped) return null;
    const isOfOthers = this.state === 'refused' && !files.some(({ name }) => liesBeside(name, dropped.file.name));
    return isOfOthers && this.refusal?.code !== 'engine-stopped' ? null : dropped;
  }

  async #openBeside(sidecars: Partial<Sidecars<File>>): Promise<void> {
    const dropped = this.job?.dropped;
    if (dropped && this.state !== 'running') await this.open(dropped.file, { ...dropped.sidecars, ...sidecars });
  }

  /** Nothing that is known of the file that was open is true of another. */
  #leave(): void {
    clearTimeout(this.#lookingSoon);
    this.#turns.end();
    // What the engine is busy with is for a file that is no longer wanted, and its memory is given back only so.
    this.job?.close();
    this.job = this.sample = this.notice = null;
    // What is taken back of one database may never have been applied to another.
    if (this.scripts.own?.target?.direction === 'down') this.scripts.own.target = null;
    this.isSettled = false;
    this.many = [];
  }

  #begin(dropped: DroppedDatabase): void {
    this.#leave();
    performance.mark('drop');
    const wish = () => ({ script: this.scripts.chosen, choices: this.choices });
    this.job = new FileJob(dropped, this.#client, wish, this.#checking, this.#ahead.client);
    this.announcement = `Reading ${dropped.file.name}`;
  }

  /** Has what is chosen planned for the open file. */
  async #prepare(): Promise<void> {
    const job = this.job;
    if (!job || job.isRunning) return;
    clearTimeout(this.#lookingSoon);
    if (!(await job.prepare(this.scripts.loaded)) || job !== this.job) return;
    if (this.refusal) {
      this.announcement = this.refusal.sentence;
      return;
    }
    this.isSettled = true;
    const { planned } = job;
    const failed = planned?.plan.obstacle;
    this.announcement = this.isMisfit(planned)
      ? 'No migration is chosen for this database. Its schema is shown.'
      : failed
        ? `The plan is ready. ${failed.sentence}`
        : 'The plan is ready.';
    this.#lookSoon(job);
  }

  /** Who runs at once has the machine to herself; the page is drawn before it is busy with more. */
  #lookSoon(job: FileJob): void {
    const { planned } = job;
    clearTimeout(this.#lookingSoon);
    this.#lookingSoon = setTimeout(() => {
      if (job === this.job && planned === job.planned && this.state === 'ready') this.#look(job);
    }, LOOK_AFTER_MILLISECONDS);
  }

  /** What reads the whole file comes after the plan, and gives way to a run. */
  #look(job: FileJob): void {
    const { inspection } = job;
    if (!inspection) return;
    void readMachine().then((machine) => (this.machine = machine));
    const hasRoom = this.#ahead.room.refuses(inspection.size) === null;
    void job.lookAhead(hasRoom).then((problem) => {
      // What is told already comes first; this is asked for again after the next plan.
      if (!problem || job !== this.job || this.notice) return;
      const notice = withRetry(problem, () => {
        if (this.notice === notice) this.notice = null;
        this.#look(job);
      });
      this.notice = notice;
    });
  }

  #showOutcome(job: FileJob): void {
    const committed = job.run?.finished?.committed;
    this.announcement = committed
      ? 'The migration ran. The result is ready.'
      : 'The migration stopped and everything was rolled back.';
    if (job.isLost) this.#lose(job);
    if (!committed) this.#look(job);
  }

  /** The run came to nothing, and what is known of the file is still true, unless the file is gone. */
  #returnToPlan(job: FileJob, problem: Problem): void {
    this.announcement = `${problem.sentence} ${problem.help}`;
    if (job.refusal) return;
    this.notice = problem;
    void job.reopen();
    this.#look(job);
  }

  #lose(job: FileJob): void {
    job.isLost = true;
    this.notice = explainLostFile();
    this.announcement = this.notice.sentence;
  }
}

/** What tells dropped files apart is loaded as soon as one is about to come. Rejects where it cannot be. */
function loadSorting(): Promise<typeof import('./sortedFiles')> {
  return import('./sortedFiles');
}

/** What reads scripts of the user's own is loaded when there is one; null where it cannot be. */
async function readOwnScripts(files: readonly File[]): Promise<OwnScripts | null> {
  const loaded = await import('./ownScripts.svelte').catch(() => null);
  return (await loaded?.readOwnScripts(files)) ?? null;
}
