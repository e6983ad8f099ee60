// The one file that a worker has open, and the engine that it is open for.

import type { Database, Definition, Outcome } from '../../database';
import type { Finding } from '../../file/finding';
import type { Refusal } from '../../file/identify';
import { NO_SIDECARS, type Sidecars } from '../../file/recovery';
import type { KnownFunction } from '../../functions/definitions';
import { DEFAULT_CHOICES, type Choices } from '../../migration/outcome';
import type { Schema } from '../../schema/schema';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { Statement } from '../../script/statement';
import type { EngineFacts } from '../engineFacts';
import { needsOfFile, withScript, type ChosenEngine, type Engines, type Needs } from '../engines';
import { inspect, type Inspection } from '../inspection';
import { loadLate } from '../late';
import { OpenedFile, readersFor, recoverFile } from '../openedFile';
import type { Preload } from '../pages/preload';
import { keptForCheck, type Reading } from '../pages/readCache';
import { NotOpened, readable, unreadableSchema } from '../unreadable';
import type { Defined } from './lateFunctions';

/** How many bytes of a file of a size are kept in memory at most: in this worker, and in the one that runs. */
export interface Kept {
  readonly here: (fileBytes: number) => number;
  readonly ofRuns: (fileBytes: number) => number;
}

/** A file that is open for a script. */
export interface ReadyFile {
  readonly open: OpenedFile;
  readonly facts: EngineFacts;
  readonly faults: Defined['faults'];
}

/** What gives functions and collations of an application their meaning, with the documented set. */
type Functions = typeof import('./lateFunctions') & { readonly known: readonly KnownFunction[] };

/** The file of a worker. At most one is open; that the last one was refused is remembered. */
export class FileOfWorker {
  readonly kept: Kept;
  readonly #engines: Engines;
  #opened: OpenedFile | null = null;
  /** What the open file needs of an engine, whatever the script. */
  #needs: Omit<Needs, 'script'> = { file: [], schema: [] };
  /** Why the file that was to be opened last is not. */
  #refused: Refusal | null = null;
  #known: readonly KnownFunction[] | null = null;

  constructor(engines: Engines, kept: Kept) {
    this.#engines = engines;
    this.kept = kept;
  }

  /** The open file; throws where there is none. To be called where an outcome is made: that the file was refused is one. */
  get open(): OpenedFile {
    if (this.#refused) throw new NotOpened(this.#refused);
    if (!this.#opened) throw new Error('No file is open in this engine');
    return this.#opened;
  }

  /**
   * Recovers a file with the sidecars that lie beside it, opens and inspects it; it replaces the one that was open. Which engine opens it
   * is told by its schema, before.
   */
  replace(file: Blob, name: string, sidecars: Sidecars<Blob> = NO_SIDECARS): Promise<Outcome<Inspection, Refusal>> {
    return this.#replace(file, sidecars, (opened, database, facts, findings) => {
      const { header } = opened;
      return inspect(database, opened.schemaBy(database), { name, size: file.size, header, findings }, facts);
    });
  }

  /**
   * The same, of a file of which nothing is shown: it is not inspected, which takes a while where its schema is large.
   * @param schema its schema, where that is known
   */
  take(file: Blob, sidecars: Sidecars<Blob>, schema: Schema | null): Promise<Outcome<undefined, Refusal>> {
    return this.#replace(file, sidecars, (opened) => {
      if (schema) opened.knowSchema(schema);
      return undefined;
    });
  }

  /** @param look gives what is told of the file as soon as it is open */
  async #replace<Told>(
    file: Blob,
    sidecars: Sidecars<Blob>,
    look: (opened: OpenedFile, database: Database, facts: EngineFacts, findings: readonly Finding[]) => Told,
  ): Promise<Outcome<Told, Refusal>> {
    this.#refused = null;
    const loaded = await readersFor(sidecars);
    if (!loaded.ok) {
      // What is asked next is meant for this file, not for the one before it.
      this.#refused = loaded.error;
      return loaded;
    }
    const readers = loaded.value;
    const recovered = readable(() => {
      this.#opened?.abandon();
      this.#opened = null;
      const made = recoverFile(file, { sidecars, readers }, this.kept.here(file.size));
      if (!made.ok) return made;
      const { cache, header } = made.value.recovery;
      return { ok: true, value: { ...made.value, needs: needsOfFile(cache, header) } };
    });
    const chosen = recovered.ok ? await this.#engines.choose({ ...recovered.value.needs, script: [] }) : recovered;
    const outcome = readable((): Outcome<Told, Refusal> => {
      if (!recovered.ok) return recovered;
      if (!chosen.ok) return chosen;
      const { recovery, findings, needs } = recovered.value;
      const { engine, facts } = chosen.value;
      const candidate = new OpenedFile(engine, recovery);
      return candidate.using(({ database }): Outcome<Told, Refusal> => {
        const schema = database.query('SELECT count(*) FROM sqlite_schema');
        if (!schema.ok) {
          return { ok: false, error: unreadableSchema(schema.error.message, candidate.header, file.size) };
        }
        this.#opened = candidate;
        this.#needs = needs;
        return { ok: true, value: look(candidate, database, facts, findings) };
      });
    });
    if (!outcome.ok) this.#refused = outcome.error;
    return outcome;
  }

  /**
   * Gives the open file to the engine that it and a script need together, with what stands for the functions and collations of its
   * application; what was open for another script is so no longer.
   */
  async openFor(
    statements: readonly ParsedStatement[],
    { meanings = [] }: Choices = DEFAULT_CHOICES,
  ): Promise<Outcome<ReadyFile, Refusal>> {
    const found = readable((): Outcome<OpenedFile, never> => ({ ok: true, value: this.open }));
    if (!found.ok) return found;
    const chosen = await this.chooseFor(statements, meanings);
    if (!chosen.ok) return chosen;
    const { engine, facts } = chosen.value;
    const functions = meanings.length > 0 ? await this.loadFunctions() : null;
    if (functions && !functions.ok) return functions;
    const defined = functions?.value.define(meanings, functions.value.known, engine, statements);
    const open = found.value.on(engine, defined?.definitions ?? []);
    // Another file may have been opened meanwhile: it stays.
    if (this.#opened === found.value) this.#opened = open;
    return { ok: true, value: { open, facts, faults: defined?.faults ?? [] } };
  }

  /** The engine that the open file, a script and definitions need together. */
  chooseFor(
    statements: readonly ParsedStatement[],
    definitions: readonly Pick<Definition, 'kind' | 'name'>[],
  ): Promise<Outcome<ChosenEngine, Refusal>> {
    return this.#engines.choose(withScript(this.#needs, statements, definitions));
  }

  /** What functions and collations of an application need. */
  async loadFunctions(): Promise<Outcome<Functions, Refusal>> {
    const loaded = await loadLate('knows functions of applications', () => import('./lateFunctions'));
    if (!loaded.ok) return loaded;
    this.#known ??= await loaded.value.loadKnownFunctions();
    return { ok: true, value: { ...loaded.value, known: this.#known } };
  }

  /** Where statements go through whole tables and the open file finds room in memory, it is read beforehand. */
  preloadFor(statements: readonly Statement[]): Preload | null {
    const opened = this.#refused ? null : this.#opened;
    const scans = statements.some(({ kind }) => kind === 'create index' || kind === 'insert' || kind === 'update');
    if (!opened?.isPlain || !scans) return null;
    const { size } = opened.file;
    return size <= this.kept.here(size) ? opened.preload() : null;
  }

  /**
   * Keeps of a file, or of a result, what a check of it needs. What is read as a whole, in any order, is read beforehand where all of it
   * finds room: an integrity_check of 100 MB then takes half the time.
   */
  async keepForCheck(checked: OpenedFile, reading: Reading): Promise<void> {
    const { cache, isPlain } = checked;
    const { size } = cache;
    const most = this.kept.here(size);
    const limit = keptForCheck(reading, cache, most);
    // What was read beforehand lies in long pieces: as long as a part of one is kept, all of it is in memory.
    if (cache.heldBytes > limit) checked.giveBack();
    cache.setLimit(limit);
    if (reading === 'whole' && isPlain && size <= most) await checked.preload().ended;
  }
}
