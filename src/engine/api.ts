// What the page can ask of the engine. Runs in a worker; its type is the protocol.

import { rowsOf, type Database, type Outcome } from '../database';
import { readHeader, type Header } from '../file/header';
import { BYTES_TO_IDENTIFY, identify, type Refusal } from '../file/identify';
import { countRows } from '../migration/measurement';
import { planMigration, type Plan } from '../migration/plan';
import { runMigration, type RunProgress, type RunResult } from '../migration/run';
import { transcribe } from '../migration/transcript';
import { DEFAULT_CHOICES, type Choices } from '../migration/verdict';
import { readAddedColumnDocumentation } from '../script/documentation';
import type { ScriptRefusal } from '../script/refusal';
import { splitScript, type ScriptNote } from '../script/split';
import type { Statement } from '../script/statement';
import { blobOf, sourceOfBlob } from './blob';
import { readable, unreadableSchema } from './unreadable';
import { inspect, type Inspection } from './inspection';
import { Overlay, sourceOfBytes, type ByteSource } from './overlay';
import { ReadCache } from './readCache';
import type { Hashers } from './hashers';
import type { Engine } from './sqljs';

/** A script, read and planned for the open database. */
export interface PlannedScript {
  readonly statements: readonly Statement[];
  readonly notes: readonly ScriptNote[];
  readonly plan: Plan;
  /** Comments of the script on columns that it adds, by `table.column` in lower case. */
  readonly documentation: ReadonlyMap<string, string>;
  /** Time that planning took. */
  readonly milliseconds: number;
}

/** What a run came to, with the file to take home where there is one. */
export interface FinishedRun extends RunResult {
  /** The upgraded database; null where the script was rolled back. */
  readonly file: Blob | null;
  readonly inputSha256: string;
  /** Null where there is no result. */
  readonly outputSha256: string | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Time of everything: checks, statements, proofs, hashes. */
  readonly totalMilliseconds: number;
}

/** Progress of a run, from its statements to the hashes of both files. */
export type FinishingProgress =
  RunProgress | { readonly stage: 'hash'; readonly label: string; readonly done: number; readonly total: number };

/** The file that is open. */
interface OpenFile {
  readonly file: Blob;
  readonly source: ByteSource;
  readonly header: Header;
}

const HASH_BYTES_AT_ONCE = 4 << 20;

/**
 * The engine's methods for one worker. Expected failures come back as data; a rejected call is a bug or a dead engine.
 * @param hashers for the files, and for the values of their tables; the api alone uses them
 * @param cacheBytes how much of the open file to keep in memory at most
 */
export function makeApi(engine: Engine, { file: sha256, content }: Hashers, cacheBytes: number) {
  let opened: OpenFile | null = null;

  /** A new connection to the open file with pages of its own to write to. */
  function connect({ source, header }: OpenFile): { database: Database; overlay: Overlay } {
    const overlay = new Overlay(source, header.pageSize);
    // Without its log, a WAL database is read like any other; the mark is put back into the result.
    if (header.readVersion === 2) overlay.write(18, Uint8Array.of(1, 1));
    return { database: engine.open(overlay), overlay };
  }

  function mustBeOpen(): OpenFile {
    if (!opened) throw new Error('No file is open in this engine');
    return opened;
  }

  function hashOf(source: ByteSource, label: string, onProgress: (progress: FinishingProgress) => void): string {
    sha256.digest();
    for (let at = 0; at < source.size; at += HASH_BYTES_AT_ONCE) {
      onProgress({ stage: 'hash', label, done: at, total: source.size });
      sha256.update(source.read(at, Math.min(at + HASH_BYTES_AT_ONCE, source.size)));
    }
    return sha256.digest();
  }

  return {
    /** Identifies, opens and inspects a file; it replaces the one that was open. Refusals are data. */
    open(file: Blob, name: string): Outcome<Inspection, Refusal> {
      return readable((): Outcome<Inspection, Refusal> => {
        opened = null;
        const source = new ReadCache(sourceOfBlob(file), cacheBytes);
        const identified = identify(source.read(0, Math.min(BYTES_TO_IDENTIFY, source.size)));
        if (!identified.ok) return identified;
        const candidate: OpenFile = { file, source, header: identified.value };
        const { database } = connect(candidate);
        try {
          const schema = database.query('SELECT count(*) FROM sqlite_schema');
          if (!schema.ok)
            return { ok: false, error: unreadableSchema(schema.error.message, candidate.header, file.size) };
          opened = candidate;
          return { ok: true, value: inspect(database, name, file.size, identified.value, engine.version) };
        } finally {
          database.close();
        }
      });
    },

    /** Counts the rows of a table of the open file; null where SQLite cannot count them. */
    countRows(table: string): Outcome<number | null, Refusal> {
      return readable((): Outcome<number | null, never> => {
        const { database } = connect(mustBeOpen());
        try {
          const counted = countRows(database, table);
          return { ok: true, value: counted.ok ? counted.value : null };
        } finally {
          database.close();
        }
      });
    },

    /** Splits a script and plans it for the open file; gives why the script cannot be read, where it cannot. */
    plan(script: string, choices: Choices): Outcome<PlannedScript, ScriptRefusal | Refusal> {
      const split = splitScript(script);
      if (!split.ok) return { ok: false, error: split.refusal };
      return readable((): Outcome<PlannedScript, never> => {
        const start = performance.now();
        const { statements, notes } = split;
        const { database } = connect(mustBeOpen());
        try {
          const plan = planMigration(database, statements, choices, () => performance.now());
          const milliseconds = performance.now() - start;
          return {
            ok: true,
            value: {
              statements,
              notes,
              plan,
              documentation: readAddedColumnDocumentation(script, statements),
              milliseconds,
            },
          };
        } finally {
          database.close();
        }
      });
    },

    /** Runs a script on the open file, proves the result and puts the file to download together. */
    run(
      script: string,
      choices: Choices,
      onProgress: (progress: FinishingProgress) => void,
    ): Outcome<FinishedRun, ScriptRefusal | Refusal> {
      const split = splitScript(script);
      if (!split.ok) return { ok: false, error: split.refusal };
      return readable((): Outcome<FinishedRun, never> => {
        const start = performance.now();
        const startedAt = new Date().toISOString();
        const open = mustBeOpen();
        const inputSha256 = hashOf(open.source, 'SHA-256 of the file', onProgress);
        const before = connect(open);
        const after = connect(open);
        const restoreJournalMode = (overlay: Overlay): void => {
          if (open.header.readVersion === 2) overlay.write(18, Uint8Array.of(open.header.writeVersion, 2));
        };
        try {
          const result = runMigration(before.database, after.database, split.statements, choices, {
            hasher: content,
            reopen: () => engine.open(new Overlay(after.overlay, open.header.pageSize)),
            now: () => performance.now(),
            onProgress,
          });
          const finish = { ...result, inputSha256, startedAt };
          if (!result.committed) {
            const totalMilliseconds = performance.now() - start;
            return { ok: true, value: { ...finish, file: null, outputSha256: null, totalMilliseconds } };
          }
          restoreJournalMode(after.overlay);
          const outputSha256 = hashOf(after.overlay, 'SHA-256 of the result', onProgress);
          const file = blobOf(after.overlay, open.file);
          const totalMilliseconds = performance.now() - start;
          return { ok: true, value: { ...finish, file, outputSha256, totalMilliseconds } };
        } finally {
          before.database.close();
          after.database.close();
        }
      });
    },

    /**
     * Makes a sample database: runs `base` on an empty one, then the first `through` statements of `script`.
     * Gives the file, or the sentence of what is wrong with either script.
     */
    makeSample(base: string, script: string, through: number | 'all'): Outcome<Blob, { readonly sentence: string }> {
      const scripts = [splitScript(base), splitScript(script)] as const;
      for (const split of scripts) if (!split.ok) return { ok: false, error: split.refusal };
      const [baseStatements, allStatements] = scripts.map((split) => (split.ok ? split.statements : []));
      const first = allStatements?.slice(0, through === 'all' ? undefined : through) ?? [];
      const failures: string[] = [];
      const bytes = engine.build((database) => {
        for (const { text, firstLine } of baseStatements ?? []) {
          const made = database.execute(text);
          if (!made.ok) failures.push(`The sample could not be made: ${made.error.message} (line ${firstLine}).`);
        }
      });
      const [failure] = failures;
      if (failure !== undefined) return { ok: false, error: { sentence: failure } };
      const header = readHeader(bytes);
      if (!header.ok || first.length === 0) return { ok: true, value: new Blob([bytes as BlobPart]) };
      const overlay = new Overlay(sourceOfBytes(bytes), header.value.pageSize);
      const database = engine.open(overlay);
      try {
        const { complete, outcomes } = transcribe(database, first, DEFAULT_CHOICES, {
          rehearsing: false,
          now: () => 0,
        });
        const failed = outcomes.find(({ verdict }) => verdict === 'failed');
        if (!complete) {
          const sentence = `The sample could not be migrated: statement ${failed?.ordinal ?? 0} failed, ${failed?.failure?.message ?? ''}.`;
          return { ok: false, error: { sentence } };
        }
        rowsOf(database, 'COMMIT');
        return { ok: true, value: new Blob([overlay.read(0, overlay.size) as BlobPart]) };
      } finally {
        database.close();
      }
    },
  };
}

/** The protocol between page and worker. */
export type EngineApi = ReturnType<typeof makeApi>;
