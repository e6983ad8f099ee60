// The user's own scripts: in which order they run, which of them are still to run, and what she edits in them.

import { arrangeMigrations, pathsIn, type ChainMigration } from '../../chain/folder';
import type { History } from '../../chain/history';
import { findUnmatched, tellPending, type Pending } from '../../chain/pending';
import { recordingOf } from '../../chain/recording';
import type { Outcome } from '../../database';
import { SvelteMap } from 'svelte/reactivity';
import type { ChosenScript } from './chosenScript';
import type { Problem } from './problem';
import type { Script, ScriptPart } from '../../script/statement';
import { pathOf } from './droppedFiles';
import type { RemoteEngine } from '../../engine/worker/client';
import { counted } from '../../words';

/** A file of SQL, as it was dropped or as it has been edited since. */
export interface OwnFile {
  readonly path: string;
  readonly text: string;
}

/** The scripts of one drop, or one that is written in the page. */
export class OwnScripts {
  files = $state.raw<readonly OwnFile[]>([]);
  /** What the open database has recorded. */
  histories = $state.raw<readonly History[]>([]);
  /** Path of the file that is being edited. */
  editing = $state<string | null>(null);
  /** Whether what is run is recorded in the tool's own table too. */
  records = $state(false);
  readonly arranged = $derived(arrangeMigrations(this.files));
  readonly pending = $derived(tellPending(this.arranged.migrations, this.histories));
  readonly taken: readonly ChainMigration[] = $derived(this.#takenOf(this.pending));
  readonly #takenPaths: ReadonlySet<string> = $derived(pathsIn(this.taken));
  /** What is recorded as applied and has no file here: the folder may not be whole, or be of another branch. */
  readonly unmatched = $derived(findUnmatched(this.arranged.migrations, this.histories));
  /** What the user ticked or left out herself. */
  readonly #picked = new SvelteMap<string, boolean>();

  constructor(files: readonly OwnFile[], histories: readonly History[] = []) {
    this.files = files;
    this.histories = histories;
  }

  /** Whether it is more than a file to be run as it is. */
  get isChain(): boolean {
    const { tool, migrations } = this.arranged;
    return tool !== null || migrations.length > 1;
  }

  /** What the choice of scripts calls them. */
  get title(): string {
    const { migrations } = this.arranged;
    const [first] = migrations;
    if (!this.isChain && first) return first.path;
    return `${counted(migrations.length, 'migration')} of yours`;
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
    const inTheWay = this.arranged.problems.filter(({ path }) => this.#picked.get(path) !== false);
    const [first] = inTheWay;
    if (first) {
      const more =
        inTheWay.length > 1 ? ` ${counted(inTheWay.length - 1, 'more thing')} of this kind, see the list.` : '';
      return { code: 'own-scripts', sentence: first.sentence + more, help: 'Mend it, or leave the file out.' };
    }
    if (this.taken.length > 0) return null;
    const all = counted(this.arranged.migrations.length, 'migration');
    return this.pending.every(({ status }) => status === 'applied')
      ? {
          code: 'nothing-pending',
          sentence: `This database has recorded all of the ${all} as applied: there is nothing to run.`,
          help: 'Tick those that are to be run all the same.',
        }
      : { code: 'nothing-ticked', sentence: `None of the ${all} is ticked.`, help: 'Tick those that are to be run.' };
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

  /** Takes what another database has recorded: what is pending in one may be applied in the other. */
  know(histories: readonly History[]): void {
    this.histories = histories;
  }

  /** Puts another text in the place of a file's. */
  edit(path: string, text: string): void {
    this.files = this.files.map((file) => (file.path === path ? { path, text } : file));
  }

  /** Adds files, or newer states of files that are there. */
  add(files: readonly OwnFile[]): void {
    const newer = pathsIn(files);
    this.files = [...this.files.filter(({ path }) => !newer.has(path)), ...files];
  }

  #takenOf(pending: readonly Pending[]): readonly ChainMigration[] {
    // Both are in the same order.
    return this.arranged.migrations.filter(
      ({ path }, at) => this.#picked.get(path) ?? pending[at]?.status !== 'applied',
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

/** Reads files of SQL; gives what is wrong with the first that is not text. */
export async function readOwnScripts(files: readonly File[]): Promise<Outcome<OwnScripts, Problem>> {
  const read: OwnFile[] = [];
  for (const file of files) {
    const text = await readText(file);
    if (text === null) return { ok: false, error: explainUnreadable(pathOf(file)) };
    read.push({ path: pathOf(file), text });
  }
  return { ok: true, value: new OwnScripts(read) };
}

function explainUnreadable(path: string): Problem {
  return {
    code: 'unreadable-script',
    sentence: `${path} could not be read as text, so it was not used.`,
    help: 'Save it as UTF-8 and choose it again.',
  };
}

/** The text of a file in UTF-8, or in UTF-16 that says so; null for any other, since a guess would change what runs. */
async function readText(file: File): Promise<string | null> {
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
    const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** What is to be run on the file that is open; null where all of it is recorded as applied. */
export async function scriptFor(
  engine: RemoteEngine,
  { text, textFor }: ChosenScript,
): Promise<Outcome<Script | null, Problem>> {
  if (!textFor) return { ok: true, value: text };
  const read = await engine.histories();
  if (!read.ok) return read;
  const pending = textFor(read.value);
  return { ok: true, value: pending.length === 0 ? null : pending };
}
