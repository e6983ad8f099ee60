// Runs a folder of migrations from an empty or a given database through the core, as the page would, and by native sqlite3.

import { arrangeMigrations, type Arranged, type MigrationFile } from '../../src/chain/folder';
import { foreignKeyDefaultOf } from '../../src/chain/foreignKeyDefaults';
import { readHistory } from '../../src/chain/history';
import { isRunByDefault, tellPending } from '../../src/chain/pending';
import { Overlay } from '../../src/engine/pages/overlay';
import { loadEngine, type Engine } from '../../src/engine/sqljs/sqljs';
import { sourceOfBytes } from '../../src/file/byteSource';
import { readHeader } from '../../src/file/header';
import { failureHelp } from '../../src/migration/failures/failures';
import { keepLosses } from '../../src/migration/losses/lossLedger';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import { watchRules } from '../../src/migration/rules/rules';
import { planMigration } from '../../src/migration/run/plan';
import { runMigration } from '../../src/migration/run/run';
import { splitScript } from '../../src/script/split';
import { placeOf, type ScriptPart } from '../../src/script/statement';
import { nativeSchema, runNative, type NativeRun } from './nativeRun';

/** What a folder came to: `head` where all of what is to be run was run, `stops` where it did not begin or not end. */
export interface FolderRun {
  readonly folder: string;
  readonly tool: string;
  readonly verdict: 'head' | 'stops' | 'nothing to run';
  /** Where and why it stops. */
  readonly sentence: string | null;
  /** Files that are run, and the statements in them. */
  readonly files: number;
  readonly statements: number;
  readonly order: readonly string[];
  readonly leftOut: Arranged['leftOut'];
  readonly notes: readonly string[];
  /** The definitions in the result, by native sqlite3. */
  readonly schema: readonly string[];
  readonly milliseconds: { readonly arrange: number; readonly plan: number; readonly run: number };
  readonly native: (Omit<NativeRun, 'bytes'> & { readonly difference: SchemaDifference | null }) | null;
}

/** Definitions that only one side has. */
export interface SchemaDifference {
  readonly onlyHere: readonly string[];
  readonly onlyNative: readonly string[];
}

/** Runs folders one after another, all by one engine. */
export class Chains {
  private constructor(readonly engine: Engine) {}

  static async begin(): Promise<Chains> {
    return new Chains(await loadEngine());
  }

  /** @param database bytes of the database to begin with; null for an empty one */
  run(folder: string, files: readonly MigrationFile[], database: Uint8Array | null): FolderRun {
    const bytes = database ?? this.engine.build((empty) => void empty.execute('PRAGMA user_version = 0'));
    const start = performance.now();
    const arranged = arrangeMigrations(files);
    const histories = this.#using(bytes, (opened) => readHistory(opened));
    const pending = tellPending(arranged.migrations, histories);
    const taken = arranged.migrations.filter((_, at) => isRunByDefault(pending[at]?.status ?? 'unrecorded'));
    const parts: readonly ScriptPart[] = taken.map(({ path, text }) => ({ name: path, text }));
    const foreignKeys = foreignKeyDefaultOf(arranged.tool).mode;
    const choices = { ...DEFAULT_CHOICES, foreignKeys };
    const split = splitScript(parts);
    const arrange = performance.now() - start;
    const told = {
      folder,
      tool: arranged.tool ?? 'plain',
      files: taken.length,
      statements: split.ok ? split.statements.length : 0,
      order: taken.map(({ path }) => path),
      leftOut: arranged.leftOut,
      notes: arranged.migrations.flatMap(({ path, warnings }) => warnings.map((warning) => `${path}: ${warning}`)),
    };
    const native = parts.length === 0 ? null : runNative(bytes, parts, foreignKeys);
    const end = (
      sentence: string | null,
      result: Uint8Array,
      times: Omit<FolderRun['milliseconds'], 'arrange'>,
    ): FolderRun => {
      const schema = nativeSchema(result);
      return {
        ...told,
        verdict: sentence !== null ? 'stops' : parts.length === 0 ? 'nothing to run' : 'head',
        sentence,
        schema,
        milliseconds: { arrange, ...times },
        native: native && {
          stopped: native.stopped,
          milliseconds: native.milliseconds,
          version: native.version,
          difference: differenceOf(schema, nativeSchema(native.bytes)),
        },
      };
    };
    const [problem] = arranged.problems;
    if (problem) return end(problem.sentence, bytes, { plan: 0, run: 0 });
    if (!split.ok) return end(split.refusal.sentence, bytes, { plan: 0, run: 0 });

    const { statements } = split;
    const tools = { losses: keepLosses, help: failureHelp, now: () => performance.now() };
    const planStart = performance.now();
    const plan = this.#using(bytes, (opened) =>
      planMigration(opened, statements, choices, { ...tools, watch: watchRules(parts) }),
    );
    const planned = performance.now() - planStart;
    if (plan.obstacle) return end(plan.obstacle.sentence, bytes, { plan: planned, run: 0 });

    const overlay = this.#overlay(bytes);
    const opened = this.engine.open(overlay);
    try {
      const run = runMigration(opened, statements, choices, { ...tools, onStatement: () => undefined });
      if (run.committed) this.engine.settle(opened);
      const failed = run.outcomes.find(({ verdict }) => verdict === 'failed');
      const at = failed && statements[failed.ordinal - 1];
      const sentence = failed && at ? `${placeOf(at)}: ${failed.failure?.message ?? 'It failed'}.` : null;
      const result = overlay.read(0, overlay.size).slice();
      return end(sentence, result, { plan: planned, run: run.milliseconds });
    } finally {
      opened.close();
    }
  }

  #overlay(bytes: Uint8Array): Overlay {
    const header = readHeader(bytes);
    if (!header.ok) throw new Error('This is no SQLite database.');
    return new Overlay(sourceOfBytes(bytes), header.value.pageSize);
  }

  #using<Value>(bytes: Uint8Array, use: (opened: ReturnType<Engine['open']>) => Value): Value {
    const opened = this.engine.open(this.#overlay(bytes));
    try {
      return use(opened);
    } finally {
      opened.close();
    }
  }
}

function differenceOf(here: readonly string[], native: readonly string[]): SchemaDifference | null {
  const [left, right] = [new Set(here), new Set(native)];
  const onlyHere = here.filter((definition) => !right.has(definition));
  const onlyNative = native.filter((definition) => !left.has(definition));
  return onlyHere.length + onlyNative.length === 0 ? null : { onlyHere, onlyNative };
}
