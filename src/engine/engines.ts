// The engines that there are, each loaded when it is needed first, and which of them a file and a script are given to.

import type { Definition, Outcome } from '../database';
import type { ByteSource } from '../file/byteSource';
import type { Refusal } from '../file/identify';
import type { Header } from '../file/header';
import { readSchemaTexts } from '../file/schemaTexts';
import type { ParsedStatement } from '../script/parsedStatement';
import { SeamMoved, type Engine, type EngineName } from './engine';
import { factsOf, type EngineFacts } from './engineFacts';
import { loadLate } from './late';
import { needsOfDefinitions, needsOfSchema, needsOfScript, type Need } from './needs';

/** A loaded engine with its facts. */
export interface ChosenEngine {
  readonly engine: Engine;
  readonly facts: EngineFacts;
}

/** How each engine is loaded. */
export type EngineLoaders = Readonly<Record<EngineName, () => Promise<Engine>>>;

/** The engines of a worker. sql.js, which loads faster, does all that no other is needed for. */
export class Engines {
  readonly #loaders: EngineLoaders;
  readonly #loaded = new Map<EngineName, Promise<Engine>>();

  constructor(loaders: EngineLoaders) {
    this.#loaders = loaders;
  }

  /** sql.js, or the other one if this sql.js cannot work on our pages. Rejects where it cannot be had. */
  async usual(): Promise<Engine> {
    try {
      return await this.#load('sql.js');
    } catch (error) {
      if (error instanceof SeamMoved) return this.#load('sqlite-wasm');
      throw error;
    }
  }

  /** The engine that has the most of what is needed. Refused where it cannot be loaded. */
  async choose(needs: Needs): Promise<Outcome<ChosenEngine, Refusal>> {
    const wanted = engineFor(needs);
    const usual = await this.usual();
    const loaded: Outcome<Engine, Refusal> =
      wanted === 'sql.js' || usual.name === wanted
        ? { ok: true, value: usual }
        : await loadLate('reads FTS5 and R-Tree tables, and knows functions of applications,', () =>
            this.#load(wanted),
          );
    if (!loaded.ok) return loaded;
    const engine = loaded.value;
    const facts = factsOf(engine, [...needs.file, ...needs.schema, ...needs.script]);
    return { ok: true, value: { engine, facts } };
  }

  #load(name: EngineName): Promise<Engine> {
    const known = this.#loaded.get(name);
    if (known) return known;
    const loading = this.#loaders[name]();
    this.#loaded.set(name, loading);
    // What failed is tried again by whoever asks next.
    loading.catch((error: unknown) => {
      if (!(error instanceof SeamMoved)) this.#loaded.delete(name);
    });
    return loading;
  }
}

/** What is asked of an engine, by who asks. */
export interface Needs {
  readonly file: readonly Need[];
  readonly schema: readonly Need[];
  readonly script: readonly Need[];
}

/** UTF-16 in the header of a file. */
const UTF16: Need = { engine: 'sql.js', what: 'texts in UTF-16', where: 'the database' };

/** What a file needs by its header and its schema, which is read without an engine. */
export function needsOfFile(
  source: ByteSource,
  header: Header,
  definitions: readonly Definition[] = [],
): Omit<Needs, 'script'> {
  const decoder = new TextDecoder(header.encoding);
  const objects = readSchemaTexts(source, header, (bytes) => decoder.decode(bytes));
  return {
    file: header.encoding === 'UTF-8' ? [] : [UTF16],
    schema: [
      ...needsOfSchema(objects.map(({ type, name, sql }) => ({ kind: type, name, sql }))),
      ...needsOfDefinitions(definitions),
    ],
  };
}

/** The same, with those of a script. */
export function withScript(
  needs: Omit<Needs, 'script'>,
  statements: readonly ParsedStatement[],
  definitions: readonly Pick<Definition, 'kind' | 'name'>[] = [],
): Needs {
  return { ...needs, script: [...needsOfScript(statements), ...needsOfDefinitions(definitions)] };
}

/**
 * Which engine has what is needed. A file in UTF-16 cannot be opened by the other one at all. Then the script counts before the
 * schema, since what a script does not touch is carried over by either; and where one list has needs of both, the usual engine takes
 * it.
 */
function engineFor({ file, schema, script }: Needs): EngineName {
  for (const needs of [file, script, schema]) {
    const engines = new Set(needs.map(({ engine }) => engine));
    const [only] = engines;
    if (engines.size > 1) return 'sql.js';
    if (only) return only;
  }
  return 'sql.js';
}
