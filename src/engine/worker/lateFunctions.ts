// A chunk of its own, which the worker loads where a script needs functions or collations of its application.

import { createMD5, createSHA1, createSHA256, createSHA512, type IHasher } from 'hash-wasm';
import type { Database, Definition } from '../../database';
import { definitionOf, type KnownFunction } from '../../functions/definitions';
import { isAggregate } from '../../functions/aggregates';
import type { Meaning } from '../../functions/meaning';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { Engine } from '../engine';
import { knownFunctions, type Hash } from './knownFunctions';

export { findMissing, needsOfMeaning } from '../../functions/missing';

/** The documented set, with its hashes loaded. */
export async function loadKnownFunctions(): Promise<readonly KnownFunction[]> {
  const makers = { md5: createMD5, sha1: createSHA1, sha256: createSHA256, sha512: createSHA512 };
  const hashes = await Promise.all(
    Object.entries(makers).map(async ([name, make]) => [name, hashOf(await make())] as const),
  );
  return knownFunctions(new Map(hashes));
}

function hashOf(hasher: IHasher): Hash {
  return (bytes) => {
    hasher.init();
    hasher.update(bytes);
    return hasher.digest('hex');
  };
}

/** One database in memory for all expressions of an engine: definitions are made anew with every plan. */
const calculators = new WeakMap<Engine, Database>();

function calculatorOf(engine: Engine): Database {
  const known = calculators.get(engine) ?? engine.memory();
  calculators.set(engine, known);
  return known;
}

/** The definitions for meanings, and what is wrong with the others. */
export interface Defined {
  readonly definitions: readonly Definition[];
  readonly faults: readonly { readonly meaning: Meaning; readonly sentence: string }[];
}

/** Makes meanings into definitions for an engine. @param statements whose calls tell what is an aggregate */
export function define(
  meanings: readonly Meaning[],
  known: readonly KnownFunction[],
  engine: Engine,
  statements: readonly ParsedStatement[],
): Defined {
  const definitions: Definition[] = [];
  const faults: { meaning: Meaning; sentence: string }[] = [];
  for (const meaning of meanings) {
    const made = definitionOf(meaning, {
      known,
      scratch: () => calculatorOf(engine),
      isAggregate: (name) => isAggregate(name, statements),
    });
    if (made.ok) definitions.push(made.value);
    else faults.push({ meaning, sentence: made.error });
  }
  return { definitions, faults };
}
