// The user's own scripts: in which order they run, which of them are still to run, and what she edits in them.

import { arrangeMigrations, isReadInFolder } from '../../chain/folder';
import { isOpen, needKey, safeAnswers, type Need } from '../../chain/needs';
import { partOf, pathsIn, type ChainMigration } from '../../chain/migration';
import { historiesFor, type History } from '../../chain/history';
import { SQL_FILE } from '../../chain/migrationName';
import { compareChecksums, type Hashing } from '../../chain/checksums';
import { findUnmatched, isTold, recordedPaths, tellPending, withSaid, type Pending } from '../../chain/pending';
import { recordingOf } from '../../chain/recording';
import { takeMigrations, type Taken } from '../../chain/taken';
import { forgetterOf, partsBack, targetsOf, wayTo, type Target, type Way } from '../../chain/takenBack';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { ChosenScript } from './chosenScript';
import { decodeScript } from './encodings';
import { loadHashing } from './hashing';
import type { DesiredSchema } from '../../migration/proofs/reachesTarget';
import type { Problem } from './problem';
import type { Step } from '../../migration/roundTrip/roundTrip';
import type { Script, ScriptPart } from '../../script/statement';
import { pathOf } from './droppedFiles';
import { counted } from '../../words';

/** A file of SQL, as it was dropped or as it has been edited since. */
export interface OwnFile {
  readonly path: string;
  readonly text: string;
  /** As they were dropped; left out where the text has been written, edited or read in another encoding since. */
  readonly bytes?: Uint8Array;
}

/** A file that is no text in UTF-8, for the user to say what it is. */
interface UnreadableFile {
  readonly path: string;
  /** Null where the browser does not give them. */
  readonly bytes: Uint8Array | null;
}

/** What is known of the open database before a chain can be planned for it. */
export interface Recorded {
  readonly histories: readonly History[];
  /** Whether it has neither tables nor views. */
  readonly isEmpty: boolean;
}

/** Names that a sentence lists. */
const NAMED = 5;

/** What is followed where no database is open. */
const NOTHING_RECORDED: Recorded = { histories: [], isEmpty: false };

/** The scripts of one drop, or one that is written in the page. */
export class OwnScripts {
  files = $state.raw<readonly OwnFile[]>([]);
  /** Nothing is planned while there is one: without it, the others may not be what was meant. */
  unreadable = $state.raw<readonly UnreadableFile[]>([]);
  /** Gives what the open database has recorded: null as long as that has not been read. */
  #recorded = $state.raw<() => Recorded | null>(() => NOTHING_RECORDED);
  /** Path of the file that is being edited. */
  editing = $state<string | null>(null);
  /** Whether the user wants what is run to be recorded in the tool's own table too; null where she has not said. */
  #records = $state<boolean | null>(null);
  /** The answers to what has to be asked. */
  readonly answers = new SvelteMap<string, string>();
  /** The values among them, which other scripts may ask for as well. */
  #values: Map<string, string> | null = null;
  /** The paths in the order that the user gave them; null where it is the tool's. */
  order = $state.raw<readonly string[] | null>(null);
  /** The files that the user says have been applied. */
  readonly saidApplied = new SvelteSet<string>();
  /** The file up to which all has been applied, as the user says. */
  standsAt = $state<string | null>(null);
  /** The version that the chain is to lead to; null where what is ticked is run. */
  target = $state.raw<Target | null>(null);
  /** The schema that the script was written to reach; null where it was written by other means. */
  readonly desired: DesiredSchema | null;
  readonly #isEmpty = $derived(this.#recorded()?.isEmpty ?? false);
  readonly arranged = $derived(
    arrangeMigrations(this.files, { answers: this.answers, isEmpty: this.#isEmpty, order: this.order }),
  );
  /** Null until a database has checksums to compare with. */
  #hashing = $state.raw<Hashing | null>(null);
  #isHashing = false;
  readonly #comparisons = $derived(
    this.#hashing
      ? compareChecksums(this.arranged.migrations, this.histories, bytesOf(this.files), this.#hashing)
      : undefined,
  );
  /** Whether it is more than a file to be run as it is. */
  readonly isChain: boolean = $derived(
    this.arranged.tool !== null ||
      this.arranged.migrations.some(({ code }) => code !== null) ||
      this.files.filter(({ path }) => SQL_FILE.test(path)).length + this.unreadable.length > 1,
  );
  /** What the tables of tools tell. */
  readonly #told = $derived(tellPending(this.arranged.migrations, this.histories, this.#comparisons));
  readonly pending = $derived(this.#withSaid(this.#told));
  /** The versions that can be chosen. */
  readonly targets: readonly Target[] = $derived.by(() => {
    const { migrations } = this.arranged;
    if (!this.isChain || !this.isRead) return [];
    const canGoDown = migrations.some(({ down }) => down !== null);
    const targets = targetsOf(migrations, this.pending).filter(({ direction }) => direction === 'up' || canGoDown);
    return migrations.length > 1 || canGoDown ? targets : [];
  });
  /** What is taken back, the last one first; null where nothing is. */
  readonly wayBack: Way | null = $derived(this.#wayBackOf(this.pending));
  readonly #taking = $derived(this.#takenOf(this.pending));
  readonly #takenPaths: ReadonlySet<string> = $derived(pathsIn(this.taken));
  readonly #steps = $derived.by((): readonly Step[] => {
    const steps = this.taken.map((migration) => ({ up: partOf(migration), down: migration.down }));
    return steps.some(({ down }) => down !== null) ? steps : [];
  });
  /** All that is asked, answered or not. */
  readonly needs: readonly Need[] = $derived([...this.arranged.needs, ...this.#taking.steps]);
  /** What is recorded as applied and has no file here: the folder may not be whole, or be of another branch. */
  readonly unmatched = $derived(findUnmatched(this.arranged.migrations, this.histories));
  /** What the user ticked or left out herself. */
  readonly #picked = new SvelteMap<string, boolean>();

  constructor(
    files: readonly OwnFile[],
    unreadable: readonly UnreadableFile[] = [],
    desired: DesiredSchema | null = null,
  ) {
    this.files = files;
    this.unreadable = unreadable;
    this.desired = desired;
  }

  /** What is run, in order; nothing where migrations are taken back. */
  get taken(): readonly ChainMigration[] {
    return this.#taking.migrations;
  }

  /** What is run, each with what takes it back, to be rehearsed up and down; empty where nothing takes any of it back. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** The step in code before which the chain ends; null where it does not. */
  get endsBefore(): ChainMigration | null {
    return this.#taking.endsBefore;
  }

  /** Whether the user has to say where the open database stands: it holds something, and no table tells of any file. */
  get canStand(): boolean {
    return this.isRead && !this.#isEmpty && !this.#told.some(isTold);
  }

  /** Whether a table tells of the migration at a place. */
  isTold(at: number): boolean {
    const told = this.#told[at];
    return told !== undefined && isTold(told);
  }

  /** The questions with a safe answer that have none yet. */
  get proposed(): readonly Need[] {
    return this.needs.filter((need) => need.proposal !== null && isOpen(need, this.answers));
  }

  /** What the open database has recorded, as far as it has been read. */
  get histories(): readonly History[] {
    const histories = historiesFor(this.arranged.tool, this.#recorded()?.histories ?? []);
    this.#hashFor(histories);
    return histories;
  }

  /** Whether it is known what the open database has recorded: before that nobody can tell what is still to run. */
  get isRead(): boolean {
    return this.#recorded() !== null;
  }

  /** What the choice of scripts calls them. */
  get title(): string {
    const { migrations } = this.arranged;
    const [first] = [...migrations, ...this.unreadable];
    if (!this.isChain && first) return first.path;
    const scripts = migrations.filter(({ code }) => code === null);
    if (scripts.length + this.unreadable.length === 0 && first) return `${counted(migrations.length, 'step')} in code`;
    return counted(scripts.length + this.unreadable.length, 'migration');
  }

  /** What is to be run as it is ticked and written now; null where there is nothing, or something is in the way. */
  get chosen(): ChosenScript | null {
    if (this.problem) return null;
    const title = this.title + this.#whereTo;
    const [only] = this.taken;
    const { desired } = this;
    if (!this.isChain && only) {
      const summary = desired ? `Written by Compare, to reach the schema of ${desired.name}.` : 'Your own script.';
      return { id: null, title: this.title, summary, text: only.text, ...(desired && { desired }) };
    }
    const textFor = (histories: readonly History[]): Script => this.#partsFor(histories);
    return { id: null, title, summary: '', text: textFor(this.histories), textFor };
  }

  /** Why nothing can be planned; null where it can. */
  get problem(): Problem | null {
    const [unread] = this.unreadable;
    if (unread) return explainUnreadable(unread, this.unreadable.length - 1);
    const inTheWay = this.arranged.problems.filter(({ path }) => this.#picked.get(path) !== false);
    const [first] = inTheWay;
    if (first) {
      const more =
        inTheWay.length > 1 ? ` ${counted(inTheWay.length - 1, 'more thing')} of this kind, see the list.` : '';
      return { code: 'own-scripts', sentence: first.sentence + more, help: 'Correct it, or leave the file out.' };
    }
    const [asked, ...others] = this.arranged.needs.filter((need) => isOpen(need, this.answers));
    if (asked) return explainNeed(asked, others.length);
    const [stuck, ...more] = this.wayBack?.stuck ?? [];
    if (stuck) return explainStuck(stuck, more);
    if (this.taken.length > 0 || (this.wayBack?.migrations.length ?? 0) > 0) return null;
    if (this.target) return explainThere();
    const { migrations } = this.arranged;
    if (migrations.length > 1 && migrations.every(({ code }) => code !== null)) return explainOnlyCode(migrations);
    if (this.endsBefore) return explainStep(this.endsBefore);
    if (this.pending.length === 0) {
      return { code: 'no-scripts', sentence: 'There is no script left.', help: 'Choose another, or write one.' };
    }
    const all = counted(this.arranged.migrations.length, 'migration');
    const applied = this.pending.filter(({ status }) => status === 'applied').length;
    const unknown = this.pending.filter(({ status }) => status === 'unknown').length;
    if (applied === this.pending.length) {
      return {
        code: 'nothing-pending',
        sentence: `This database has recorded all of the ${all} as applied: there is nothing to run.`,
        help: 'Select those that you want to run again.',
      };
    }
    return applied + unknown === this.pending.length
      ? {
          code: 'nothing-pending',
          sentence: `None of the ${all} is pending: ${applied} recorded as applied, ${unknown} of which it is not known.`,
          help: 'The list says why. Select those that you want to run.',
        }
      : { code: 'nothing-ticked', sentence: `None of the ${all} is selected.`, help: 'Tick those that are to be run.' };
  }

  /** Whether what is run is recorded in the tool's own table too: else that tool would run it once more. */
  get records(): boolean {
    return this.#records ?? this.#recordedIn(this.histories).length > 0;
  }

  set records(records: boolean) {
    this.#records = records;
  }

  /** The tools' tables in which what is run can be recorded, by the name of each: those that are of these files, where there are some. */
  get recordable(): readonly string[] {
    const [first] = this.taken;
    const [last] = this.wayBack?.migrations ?? [];
    const canBe = (history: History): boolean => {
      if (last) return forgetterOf(history, this.arranged.migrations)(last) !== null;
      return first !== undefined && recordingOf(history, first).ok;
    };
    const all = this.histories.filter(canBe);
    const own = all.filter((history) => this.#isOfThese(history));
    return (own.length > 0 ? own : all).map(({ table }) => table);
  }

  /** Whether a table is that of the tool which these files are for, or tells of one of them. */
  #isOfThese(history: History): boolean {
    const { tool, migrations } = this.arranged;
    return (
      history.tool.toLowerCase() === tool ||
      tellPending(migrations, [history]).some(({ status }) => status === 'applied')
    );
  }

  /** The tables in which what is run is recorded, as far as that is possible; in those of other tools only where the user says so. */
  #recordedIn(histories: readonly History[]): readonly History[] {
    if (this.#records === false) return [];
    const own = histories.filter((history) => this.#isOfThese(history));
    return own.length > 0 || this.#records === null ? own : histories;
  }

  /** The tools' tables that tell of what is taken back, and that only the tools themselves can change. */
  get keepsRecord(): readonly string[] {
    const back = this.wayBack?.migrations ?? [];
    const [last] = back;
    if (!last) return [];
    return this.histories
      .filter((history) => tellPending(back, [history]).some(({ status }) => status === 'applied'))
      .filter((history) => forgetterOf(history, this.arranged.migrations)(last) === null)
      .map(({ table }) => table);
  }

  /** Whether a migration is run: what is recorded as applied is not, unless it is ticked. */
  isTaken(path: string): boolean {
    return this.#takenPaths.has(path);
  }

  /** Ticks a migration, or leaves it out. */
  pick(path: string, taken: boolean): void {
    if (this.target?.direction === 'up') {
      // What is ticked by hand begins with what is ticked already.
      for (const one of this.arranged.migrations)
        if (one.code === null) this.#picked.set(one.path, this.isTaken(one.path));
    }
    this.target = null;
    if (taken) this.saidApplied.delete(path);
    this.#picked.set(path, taken);
  }

  /** Goes by what is recorded elsewhere from now on: what is pending in one database may be applied in another. */
  follow(recorded: () => Recorded | null): void {
    this.#recorded = recorded;
  }

  /** Answers questions, or takes an answer back with null. */
  answer(need: Pick<Need, 'kind' | 'name'>, answer: string | null): void {
    const key = needKey(need);
    if (answer === null) this.answers.delete(key);
    else this.answers.set(key, answer);
    if (need.kind === 'value' && answer !== null) this.#values?.set(key, answer);
  }

  /** Answers all that has a safe answer, and what is asked because of that. */
  useSafeProposals(): void {
    while (this.proposed.length > 0) {
      for (const [key, answer] of safeAnswers(this.needs, this.answers)) this.answers.set(key, answer);
    }
  }

  /** Takes values that were given for other scripts, and remembers those that are given for these. */
  shareValues(values: Map<string, string>): void {
    for (const [key, value] of values) this.answers.set(key, value);
    this.#values = values;
  }

  /** Puts a migration before the one that stands at a place, counted from 0. */
  move(path: string, to: number): void {
    const paths = this.arranged.migrations.map((migration) => migration.path);
    const from = paths.indexOf(path);
    const place = Math.max(0, Math.min(to, paths.length - 1));
    if (from < 0 || from === place) return;
    this.order = paths.toSpliced(from, 1).toSpliced(place, 0, path);
  }

  /** Says of a migration that it has been applied, or takes that back. */
  sayApplied(path: string, applied: boolean): void {
    if (applied) this.saidApplied.add(path);
    else this.saidApplied.delete(path);
    this.#picked.delete(path);
  }

  /** Makes ready what checksums are compared by, where any are recorded. */
  #hashFor(histories: readonly History[]): void {
    if (this.#isHashing || !histories.some(({ applied }) => applied.some(({ checksum }) => checksum !== ''))) return;
    this.#isHashing = true;
    void loadHashing().then((hashing) => (this.#hashing = hashing));
  }

  /** Goes on without a file that cannot be read. */
  leaveOut(path: string): void {
    this.unreadable = this.unreadable.filter((file) => file.path !== path);
  }

  /** Puts another text in the place of a file's. */
  edit(path: string, text: string): void {
    this.files = this.files.map((file) => (file.path === path ? { path, text } : file));
  }

  /** Adds files, or newer states of files that are there: also what the user says that one reads as which is not in UTF-8. */
  add(files: readonly OwnFile[], unreadable: readonly UnreadableFile[] = []): void {
    const newer = pathsIn([...files, ...unreadable]);
    const stays = ({ path }: { readonly path: string }): boolean => !newer.has(path);
    this.files = [...this.files.filter(stays), ...files];
    this.unreadable = [...this.unreadable.filter(stays), ...unreadable];
  }

  #withSaid(pending: readonly Pending[]): readonly Pending[] {
    return withSaid(pending, { applied: this.saidApplied, standsAt: this.standsAt });
  }

  #wayBackOf(pending: readonly Pending[]): Way | null {
    return this.target?.direction === 'down' ? wayTo(this.arranged.migrations, pending, this.target) : null;
  }

  /** What a choice of a version adds to the title. */
  get #whereTo(): string {
    if (this.target === null) return '';
    const { direction, path } = this.target;
    return `, ${direction} to ${path === '' ? 'none of them' : path}`;
  }

  #takenOf(pending: readonly Pending[]): Taken {
    const { migrations } = this.arranged;
    const [only] = migrations;
    // One file that comes alone is meant to be run, whatever is recorded of it.
    if (!this.isChain && only) {
      const isTaken = this.#picked.get(only.path) ?? true;
      return { migrations: isTaken ? migrations : [], steps: [], endsBefore: null };
    }
    if (this.target?.direction === 'down') return { migrations: [], steps: [], endsBefore: null };
    const picked = this.target ? pickedOn(wayTo(migrations, pending, this.target), migrations) : this.#picked;
    return takeMigrations(migrations, pending, { picked, answers: this.answers });
  }

  #partsFor(histories: readonly History[]): Script {
    const { migrations } = this.arranged;
    const pending = this.#withSaid(tellPending(migrations, histories));
    const wayBack = this.#wayBackOf(pending);
    const recorded = this.#recordedIn(histories);
    if (wayBack) return partsBack(wayBack, recorded, migrations);
    // What is recorded, and is run once more because the user wants it, has its entry.
    const entered = recorded.map((history) => recordedPaths(migrations, history));
    return this.#takenOf(pending).migrations.flatMap((migration): ScriptPart[] => {
      const part = partOf(migration);
      const records = recorded.flatMap((history, at) => {
        const recording = recordingOf(history, migration);
        return recording.ok && !entered[at]?.has(migration.path) ? [recording.value] : [];
      });
      return [part, ...records];
    });
  }
}

/** Files that are read at one time: to ask for thousands at once would hold the page up. */
const READ_AT_ONCE = 16;

/** Reads files of SQL. Those that are no text in UTF-8 are kept, for the user to say what they are. */
export async function readOwnScripts(files: readonly File[]): Promise<OwnScripts> {
  const read: OwnFile[] = [];
  const unreadable: UnreadableFile[] = [];
  for (let from = 0; from < files.length; from += READ_AT_ONCE) {
    const some = files.slice(from, from + READ_AT_ONCE);
    for (const one of await Promise.all(some.map((file) => readOwnFile(file, files.length > 1)))) {
      if ('text' in one) read.push(one);
      else unreadable.push(one);
    }
  }
  return new OwnScripts(read, unreadable);
}

async function readOwnFile(file: File, isInFolder: boolean): Promise<OwnFile | UnreadableFile> {
  const path = pathOf(file);
  if (isInFolder && !isReadInFolder(path)) return { path, text: '' };
  const bytes = await file.arrayBuffer().then(
    (buffer) => new Uint8Array(buffer),
    () => null,
  );
  const text = bytes && decodeScript(bytes);
  return bytes === null || text === null ? { path, bytes } : { path, text, bytes };
}

function explainNeed({ sentence }: Need, others: number): Problem {
  const more =
    others > 0 ? ` ${counted(others, 'more thing')} ${others === 1 ? 'is' : 'are'} asked, see the list.` : '';
  return { code: 'need', sentence: sentence + more, help: 'Answer it above the list of your scripts.' };
}

/** What is ticked where a chain leads up to a version: what is on the way there. Steps in code are asked about as ever. */
function pickedOn({ migrations: on }: Way, migrations: readonly ChainMigration[]): ReadonlyMap<string, boolean> {
  const wanted = pathsIn(on);
  return new Map(migrations.flatMap(({ path, code }) => (code === null ? [[path, wanted.has(path)] as const] : [])));
}

function explainStuck(first: ChainMigration, others: readonly ChainMigration[]): Problem {
  const named = [first, ...others].map(({ path }) => path);
  const listed = named.slice(0, NAMED).join(', ') + (named.length > NAMED ? ` and ${named.length - NAMED} more` : '');
  const [has, it] = others.length === 0 ? ['has', 'it'] : ['have', 'them'];
  return {
    code: 'no-way-back',
    sentence: `${listed} ${has} nothing that takes ${it} back, so nothing is planned.`,
    help: `Choose a version that leaves ${it} as ${others.length === 0 ? 'it is' : 'they are'}, or add what takes ${it} back.`,
  };
}

function explainThere(): Problem {
  return {
    code: 'nothing-pending',
    sentence: 'This database stands at that version already: there is nothing to run.',
    help: 'Choose another version, or go by what is ticked.',
  };
}

function explainOnlyCode(migrations: readonly ChainMigration[]): Problem {
  const languages = [...new Set(migrations.map(({ code }) => code))].join(', ');
  return {
    code: 'step-in-code',
    sentence: `All ${counted(migrations.length, 'migration')} are steps in code (${languages}), which a page cannot run. There is no SQL beside them.`,
    help: 'Let the application run them, and open the database that it makes.',
  };
}

function explainStep({ path, code }: ChainMigration): Problem {
  return {
    code: 'step-in-code',
    sentence: `${path} is a step in code (${code}), which a page cannot run, and nothing that is to be run stands before it.`,
    help: 'If it has been done, or what follows does without it, tick it in the list.',
  };
}

function explainUnreadable({ path, bytes }: UnreadableFile, others: number): Problem {
  const more =
    others > 0
      ? ` ${counted(others, 'other file')} cannot be read as ${others === 1 ? 'it is' : 'they are'} either.`
      : '';
  return {
    code: 'unreadable-script',
    sentence:
      bytes === null
        ? `The browser could not read ${path}, so nothing is planned.${more}`
        : `${path} is not written in UTF-8, so nothing is planned.${more}`,
    help: 'Choose how it is to be read, or leave it out. Save it as UTF-8 and choose it again to have it read as it is.',
  };
}

/** The bytes of files as a tool would read them. */
function bytesOf(files: readonly OwnFile[]): ReadonlyMap<string, Uint8Array> {
  return new Map(files.map(({ path, text, bytes }) => [path, bytes ?? new TextEncoder().encode(text)]));
}
