// Which engine a file or a run is given to, and why, as data and in words.

import type { Finding } from '../file/finding';
import type { Engine, EngineName } from './engine';
import type { Need } from './needs';

/** The engine of a file or a run. */
export interface EngineFacts {
  readonly name: EngineName;
  /** Version of SQLite, as it names itself. */
  readonly version: string;
  /** What it was chosen for; empty where any would do. */
  readonly chosenFor: readonly Need[];
  /** What is needed as well and only the other one has. */
  readonly lacks: readonly Need[];
  /** `3.54.1 (sqlite-wasm, for the module fts5)` */
  readonly words: string;
  /** What is said where it lacks something; null where it does not. */
  readonly apart: { readonly sentence: string; readonly help: string } | null;
}

const LIST = new Intl.ListFormat('en-GB');

/** The facts of an engine, of all that is needed of one; without needs, those of an engine that is not asked for anything in particular. */
export function factsOf({ name, version }: Engine, needs: readonly Need[] = []): EngineFacts {
  const chosenFor = needs.filter(({ engine }) => engine === name);
  const lacks = needs.filter(({ engine }) => engine !== name);
  const reasons = chosenFor.length === 0 ? '' : `, for ${LIST.format(new Set(chosenFor.map(({ what }) => what)))}`;
  const apart = lacks.length === 0 ? null : sayApart(name, lacks);
  return { name, version, chosenFor, lacks, words: `${version} (${name}${reasons})`, apart };
}

/** The finding on a file whose parts no single engine can read, if it is one. */
export function findApart({ apart }: EngineFacts): readonly Finding[] {
  return apart ? [{ code: 'engines-apart', severity: 'note', ...apart, consent: null }] : [];
}

function sayApart(name: EngineName, lacks: readonly Need[]): NonNullable<EngineFacts['apart']> {
  const places = new Map<string, Set<string>>();
  for (const { what, where } of lacks) places.set(what, (places.get(what) ?? new Set()).add(where));
  const missing = LIST.format([...places].map(([what, where]) => `${what} (for ${LIST.format(where)})`));
  return {
    sentence: `This page has two builds of SQLite, and neither has all that is needed here together. ${name} is used, which lacks ${missing}.`,
    help: 'What cannot be read here is carried over byte for byte. Run a script that needs it with the sqlite3 program.',
  };
}
