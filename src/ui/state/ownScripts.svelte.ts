// The user's own scripts: in which order they run, which of them are still to run, and what she edits in them.

import { arrangeMigrations } from '../../chain/folder';
import { pathsIn, type ChainMigration } from '../../chain/migration';
import type { History } from '../../chain/history';
import { compareChecksums, type Hashing } from '../../chain/checksums';
import { findUnmatched, isRunByDefault, tellPending, type Pending } from '../../chain/pending';
import { recordingOf } from '../../chain/recording';
import { SvelteMap } from 'svelte/reactivity';
import type { ChosenScript } from './chosenScript';
import { decodeScript, readingsOf, type Encoding } from './encodings';
import { loadHashing } from './hashing';
import type { Problem } from './problem';
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

/** The scripts of one drop, or one that is written in the page. */
export class OwnScripts {
  files = $state.raw<readonly OwnFile[]>([]);
  /** Nothing is planned while there is one: without it, the others may not be what was meant. */
  unreadable = $state.raw<readonly UnreadableFile[]>([]);
  /** Gives what the open database has recorded: null as long as that has not been read. */
  #recorded = $state.raw<() => readonly History[] | null>(() => []);
  /** Path of the file that is being edited. */
  editing = $state<string | null>(null);
  /** Whether what is run is recorded in the tool's own table too. */
  records = $state(false);
  readonly arranged = $derived(arrangeMigrations(this.files));
  /** Null until a database has checksums to compare with. */
  #hashing = $state.raw<Hashing | null>(null);
  #isHashing = false;
  readonly #comparisons = $derived(
    this.#hashing
      ? compareChecksums(this.arranged.migrations, this.histories, bytesOf(this.files), this.#hashing)
      : undefined,
  );
  readonly pending = $derived(tellPending(this.arranged.migrations, this.histories, this.#comparisons));
  readonly taken: readonly ChainMigration[] = $derived(this.#takenOf(this.pending));
  readonly #takenPaths: ReadonlySet<string> = $derived(pathsIn(this.taken));
  /** What is recorded as applied and has no file here: the folder may not be whole, or be of another branch. */
  readonly unmatched = $derived(findUnmatched(this.arranged.migrations, this.histories));
  /** What the user ticked or left out herself. */
  readonly #picked = new SvelteMap<string, boolean>();

  constructor(files: readonly OwnFile[], unreadable: readonly UnreadableFile[] = []) {
    this.files = files;
    this.unreadable = unreadable;
  }

  /** What the open database has recorded, as far as it has been read. */
  get histories(): readonly History[] {
    const histories = this.#recorded() ?? [];
    this.#hashFor(histories);
    return histories;
  }

  /** Whether it is known what the open database has recorded: before that nobody can tell what is still to run. */
  get isRead(): boolean {
    return this.#recorded() !== null;
  }

  /** Whether it is more than a file to be run as it is. */
  get isChain(): boolean {
    const { tool, migrations } = this.arranged;
    return tool !== null || migrations.length + this.unreadable.length > 1;
  }

  /** What the choice of scripts calls them. */
  get title(): string {
    const { migrations } = this.arranged;
    const [first] = [...migrations, ...this.unreadable];
    if (!this.isChain && first) return first.path;
    return `${counted(migrations.length + this.unreadable.length, 'migration')} of yours`;
  }

  /** What is to be run as it is ticked and written now; null where there is nothing, or something is in the way. */
  get chosen(): ChosenScript | null {
    if (this.problem) return null;
    const [only] = this.taken;
    if (!this.isChain && only) return { id: null, title: this.title, summary: 'Your own script.', text: only.text };
    const textFor = (histories: readonly History[]): Script => this.#partsFor(histories);
    return { id: null, title: this.title, summary: '', text: textFor(this.histories), textFor };
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
    if (this.taken.length > 0) return null;
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

  /** The tools' tables in which what is run can be recorded, by the name of each. */
  get recordable(): readonly string[] {
    const [first] = this.taken;
    return this.histories.filter((history) => first && recordingOf(history, first).ok).map(({ table }) => table);
  }

  /** Whether a migration is run: what is recorded as applied is not, unless it is ticked. */
  isTaken(path: string): boolean {
    return this.#takenPaths.has(path);
  }

  /** Ticks a migration, or leaves it out. */
  pick(path: string, taken: boolean): void {
    this.#picked.set(path, taken);
  }

  /** Goes by what is recorded elsewhere from now on: what is pending in one database may be applied in another. */
  follow(recorded: () => readonly History[] | null): void {
    this.#recorded = recorded;
  }

  /** Makes ready what checksums are compared by, where any are recorded. */
  #hashFor(histories: readonly History[]): void {
    if (this.#isHashing || !histories.some(({ applied }) => applied.some(({ checksum }) => checksum !== ''))) return;
    this.#isHashing = true;
    void loadHashing().then((hashing) => (this.#hashing = hashing));
  }

  /** Reads a file in the encoding that the user says it is in. */
  readAs(path: string, encoding: Encoding): void {
    const bytes = this.unreadable.find((file) => file.path === path)?.bytes;
    const reading = bytes && readingsOf(bytes).find((one) => one.encoding === encoding);
    if (reading) this.add([{ path, text: reading.text }]);
  }

  /** Goes on without a file that cannot be read. */
  leaveOut(path: string): void {
    this.unreadable = this.unreadable.filter((file) => file.path !== path);
  }

  /** Puts another text in the place of a file's. */
  edit(path: string, text: string): void {
    this.files = this.files.map((file) => (file.path === path ? { path, text } : file));
  }

  /** Adds files, or newer states of files that are there. */
  add(files: readonly OwnFile[], unreadable: readonly UnreadableFile[] = []): void {
    const newer = pathsIn([...files, ...unreadable]);
    const stays = ({ path }: { readonly path: string }): boolean => !newer.has(path);
    this.files = [...this.files.filter(stays), ...files];
    this.unreadable = [...this.unreadable.filter(stays), ...unreadable];
  }

  #takenOf(pending: readonly Pending[]): readonly ChainMigration[] {
    // Both are in the same order. One file that comes alone is meant to be run, whatever is recorded of it.
    return this.arranged.migrations.filter(
      ({ path }, at) =>
        this.#picked.get(path) ?? (!this.isChain || isRunByDefault(pending[at]?.status ?? 'unrecorded')),
    );
  }

  #partsFor(histories: readonly History[]): Script {
    const taken = this.#takenOf(tellPending(this.arranged.migrations, histories));
    return taken.flatMap((migration): ScriptPart[] => {
      const part = { name: migration.path, text: migration.text };
      if (!this.records) return [part];
      const records = histories.flatMap((history) => {
        const recording = recordingOf(history, migration);
        return recording.ok ? [recording.value] : [];
      });
      return [part, ...records];
    });
  }
}

/** Reads files of SQL. Those that are no text in UTF-8 are kept, for the user to say what they are. */
export async function readOwnScripts(files: readonly File[]): Promise<OwnScripts> {
  const read: OwnFile[] = [];
  const unreadable: UnreadableFile[] = [];
  for (const file of files) {
    const path = pathOf(file);
    const bytes = await file.arrayBuffer().then(
      (buffer) => new Uint8Array(buffer),
      () => null,
    );
    const text = bytes && decodeScript(bytes);
    if (bytes === null || text === null) unreadable.push({ path, bytes });
    else read.push({ path, text, bytes });
  }
  return new OwnScripts(read, unreadable);
}

function explainUnreadable({ path, bytes }: UnreadableFile, others: number): Problem {
  const more = others > 0 ? ` So ${others === 1 ? 'is 1 other file' : `are ${others} other files`}.` : '';
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
