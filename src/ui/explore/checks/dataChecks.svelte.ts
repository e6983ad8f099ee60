// The data checks of the chosen migration as they run: on the database before, and on the result after.

import { SvelteMap } from 'svelte/reactivity';
import {
  applicability,
  partsFor,
  worstOf,
  type DataCheckAnswer,
  type DataCheckStatus,
  type NamedPart,
  type OffendingRows,
} from '../../../explore/checks/dataChecks';
import { loadMeaning, type DataCheck, type DataCheckPart, type Meaning } from '../../../catalog/meaning';
import type { Schema } from '../../../schema/schema';
import { readMigrationFile } from '../../state/catalogFile';
import type { Explorer, Side } from '../look/explorer.svelte';
import { Turns } from '../../state/turn';
import type { Look } from '../look/look';

/** Where a part of a check stands on one side. */
export type PartState =
  | { readonly kind: 'waiting' | 'running' | 'stopped' }
  | { readonly kind: 'not applicable'; readonly reason: string }
  | { readonly kind: 'wrong'; readonly sentence: string }
  | { readonly kind: 'answered'; readonly answer: DataCheckAnswer };

/** What is told of a check on one side, in a word. */
export type CheckWord = DataCheckStatus | 'ERROR' | 'not applicable' | 'waiting' | 'running' | 'stopped';

/** Rows to blame, or why they cannot be had; null while they are asked for. */
export type Blamed = { readonly found: OffendingRows } | { readonly sentence: string } | null;

export const SIDES: readonly Side[] = ['before', 'after'];

/** A check with those of its parts that mean something on either side. */
export interface ShownCheck {
  readonly check: DataCheck;
  readonly parts: readonly DataCheckPart[];
}

/** All of them for one explorer. Made while its view is, and follows the file, the result and the choice of the script. */
export class DataChecks {
  readonly #explorer: Explorer;
  readonly #states = new SvelteMap<string, PartState>();
  readonly #blamed = new SvelteMap<string, Blamed>();
  readonly #turns: Readonly<Record<Side, Turns>> = { before: new Turns(), after: new Turns() };
  /** What was begun last on a side, and what it is of; nothing is begun twice of the same. */
  readonly #begun: Record<Side, { readonly look: Look; readonly meaning: Meaning } | null> = {
    before: null,
    after: null,
  };
  #read = $state.raw<{
    readonly file: string;
    readonly meaning: Meaning | null;
    readonly problem: string | null;
  } | null>(null);

  constructor(explorer: Explorer) {
    this.#explorer = explorer;
  }

  /** Name of the file in which the chosen script says what its data means; null where it says nothing. */
  get file(): string | null {
    return this.#explorer.workbench.scripts.migration?.companion.meaning ?? null;
  }

  /** What the chosen script says of its data; null where it says nothing, or until that has been read. */
  get meaning(): Meaning | null {
    return this.#read !== null && this.#read.file === this.file ? this.#read.meaning : null;
  }

  /** What is wrong with the file that says it, or null. */
  get problem(): string | null {
    return this.#read !== null && this.#read.file === this.file ? this.#read.problem : null;
  }

  /** Reads what the chosen script says of its data, unless that is known. */
  async read(): Promise<void> {
    const { file } = this;
    if (file === null || this.#read?.file === file) return;
    const read = await loadMeaning(readMigrationFile, file);
    if (file !== this.file) return;
    this.#read = read.ok
      ? { file, meaning: read.value, problem: null }
      : { file, meaning: null, problem: read.error.message };
  }

  get running(): boolean {
    return [...this.#states.values()].some(isUnderWay);
  }

  /** All checks, with their parts that mean something before or after. */
  get checks(): readonly ShownCheck[] {
    const schemas = SIDES.flatMap((side) => this.#schema(side) ?? []);
    return (this.meaning?.checks ?? []).map((check) => {
      const meant = schemas.flatMap((schema) => partsFor(schema, check));
      // What no schema here has anything of would be noise, unless nothing else is left of the check.
      const useful = check.parts.filter(
        (part) => meant.includes(part) && schemas.some((schema) => applicability(schema, part).applicable),
      );
      return { check, parts: useful.length > 0 ? useful : check.parts.slice(0, 1) };
    });
  }

  /** Where a part stands on a side; null where there are no rows to look at yet. */
  state(side: Side, check: DataCheck, part: DataCheckPart): PartState | null {
    const schema = this.#schema(side);
    if (schema === null) return null;
    if (part.unless !== null && !partsFor(schema, check).includes(part)) {
      return { kind: 'not applicable', reason: 'another part takes its place' };
    }
    const applies = applicability(schema, part);
    if (!applies.applicable) return { kind: 'not applicable', reason: applies.reason };
    if (!this.#explorer.has(side)) return null;
    return this.#states.get(keyOf(side, check, part)) ?? { kind: 'waiting' };
  }

  /** A check as a whole on a side: the worst of its parts. */
  word(side: Side, { check, parts }: ShownCheck): CheckWord | null {
    const states = parts.map((part) => this.state(side, check, part));
    if (states.includes(null)) return null;
    const kinds = states.map((state) => state?.kind);
    if (kinds.includes('wrong')) return 'ERROR';
    for (const kind of ['running', 'waiting', 'stopped'] as const) if (kinds.includes(kind)) return kind;
    const statuses = states.flatMap((state) => (state?.kind === 'answered' ? state.answer.groups : []));
    return worstOf(statuses.map(({ status }) => status)) ?? 'not applicable';
  }

  /** Runs the checks of each side that has rows and was not checked yet. */
  async start(): Promise<void> {
    await Promise.all(SIDES.map((side) => this.#runSide(side)));
  }

  /** Runs all of them anew. */
  async restart(): Promise<void> {
    this.cancel();
    await this.start();
  }

  /** Ends what runs; what was found stays. */
  cancel(): void {
    for (const side of SIDES) {
      this.#turns[side].end();
      this.#begun[side] = null;
      const unfinished = [...this.#states].filter(([key, state]) => key.startsWith(side) && isUnderWay(state));
      if (unfinished.length > 0) this.#explorer.look(side, 'checks')?.cancel();
      for (const [key] of unfinished) this.#states.set(key, { kind: 'stopped' });
    }
  }

  /** Rows that a part blames, asked for when they are wanted first, and once more where they could not be had; undefined where they were not. */
  blamed(side: Side, check: DataCheck, part: DataCheckPart): Blamed | undefined {
    return this.#blamed.get(keyOf(side, check, part));
  }

  /** Asks for the rows that a part blames. */
  async blame(side: Side, check: DataCheck, part: DataCheckPart): Promise<void> {
    const look = this.#explorer.look(side, 'checks');
    const key = keyOf(side, check, part);
    const known = this.#blamed.get(key);
    if (look === null || known === null || (known && 'found' in known)) return;
    this.#blamed.set(key, null);
    const named = this.#named(check, part);
    const looked = await look.ask((engine) => engine.offendingRows(named, () => undefined));
    if (!looked.ok) this.#blamed.set(key, { sentence: looked.error.sentence });
    else if (!looked.value.ok) this.#blamed.set(key, { sentence: looked.value.error.sentence });
    else this.#blamed.set(key, { found: looked.value.value });
  }

  async #runSide(side: Side): Promise<void> {
    const { meaning } = this;
    const look = this.#explorer.look(side, 'checks');
    const schema = this.#schema(side);
    const begun = this.#begun[side];
    if (meaning === null || look === null || schema === null) return;
    if (begun?.look === look && begun.meaning === meaning) return;
    const turn = this.#turns[side].begin();
    this.#begun[side] = { look, meaning };
    this.#forget(side);
    const parts = meaning.checks.flatMap((check) =>
      partsFor(schema, check)
        .filter((part) => applicability(schema, part).applicable)
        .map((part) => ({ key: keyOf(side, check, part), named: this.#named(check, part) })),
    );
    for (const { key } of parts) this.#states.set(key, { kind: 'waiting' });
    for (const { key, named } of parts) {
      this.#states.set(key, { kind: 'running' });
      const state = await this.#runPart(look, named);
      // A newer run has what is shown for itself.
      if (!turn.isCurrent) return;
      this.#states.set(key, state);
    }
  }

  async #runPart(look: Look, named: NamedPart): Promise<PartState> {
    const looked = await look.ask((engine) => engine.checkData(named, () => undefined));
    if (!looked.ok && looked.cancelled) return { kind: 'stopped' };
    if (!looked.ok) return { kind: 'wrong', sentence: looked.error.sentence };
    const { value } = looked;
    return value.ok ? { kind: 'answered', answer: value.value } : { kind: 'wrong', sentence: value.error.sentence };
  }

  #forget(side: Side): void {
    for (const map of [this.#states, this.#blamed]) {
      for (const key of [...map.keys()]) if (key.startsWith(side)) map.delete(key);
    }
  }

  #named(check: DataCheck, part: DataCheckPart): NamedPart {
    const file = this.file ?? '';
    const plain = { ...part, needs: { ...part.needs }, unless: part.unless && { ...part.unless } };
    return { file, check: check.id, part: plain };
  }

  #schema(side: Side): Schema | null {
    return side === 'before' ? this.#explorer.before : this.#explorer.after;
  }
}

function isUnderWay({ kind }: PartState): boolean {
  return kind === 'waiting' || kind === 'running';
}

function keyOf(side: Side, check: DataCheck, part: DataCheckPart): string {
  return `${side} ${check.id} ${part.id}`;
}
