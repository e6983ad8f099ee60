// What plain SQLite does with a script, statement by statement, is what a run does: native sqlite3 gets the same generated
// databases and scripts, and must come to the same schema text, the same rows, and the same statement that fails.
//
// DIFFERENTIAL_SEED makes other cases.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { amount } from '../../amount';
import { PROOF_CODES } from '../../../src/migration/proofs/proof';
import type { Choices, StatementOutcome } from '../../../src/migration/outcome';
import { plan, prove, runScript, verdicts, withEvidence, type ProvableRun } from '../../databases';
import { printContents, readContents, type Contents } from '../../fixtures/contents';
import { Dice } from '../generated/dice';
import { anyDatabase, type GeneratedDatabase } from '../generated/generatedSchemas';
import { anyScript } from '../generated/generatedScripts';
import type { Step } from '../generated/generatedStep';
import { runSqlite3 } from '../../sqlite3';

const RUNS = amount(40, 3000);
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 21);
/** What fails is made smaller by trying so many smaller cases, but not all that there are. */
const SMALLER_CASES = 150;

interface Case {
  readonly database: GeneratedDatabase;
  readonly steps: readonly Step[];
  readonly choices: Choices;
}

/** A folder in memory, where there is one: SQLite waits for a disk after every statement. */
const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'drydock-differential-'));
afterAll(() => rmSync(root, { recursive: true }));

function caseOf(numbers: readonly number[]): Case {
  const dice = new Dice(numbers);
  const existingRows = dice.of(['null', 'upgrade time'] as const);
  const database = anyDatabase(dice);
  const steps = anyScript(dice, database.known, existingRows === 'upgrade time');
  return { database, steps, choices: { existingRows, strict: false, foreignKeys: 'off' } };
}

/** Runs commands of the sqlite3 program; gives what it printed, and its complaints. */
function sqlite3(commands: readonly string[]): { readonly printed: string; readonly complaints: string } {
  const input = `PRAGMA synchronous = OFF;\n${commands.join('\n')}\n`;
  const { stdout, stderr } = runSqlite3(['-batch'], { cwd: root, input });
  return { printed: stdout.toString(), complaints: stderr };
}

/** Statements in a file, one on each line after `above` empty ones, so that a complaint's line says whose it is. */
function writeStatements(name: string, statements: readonly string[], above = 0): string {
  const path = join(root, name);
  writeFileSync(path, '\n'.repeat(above) + statements.map((sql) => `${sql};\n`).join(''));
  return `.read ${name}`;
}

interface NativeResult {
  /** 1-based; null where no statement fails but those that the specification skips. */
  readonly failed: number | null;
  readonly skipped: readonly number[];
  /** After the script on the database with its rows, and on the one without any; and of our own result. */
  readonly withRows: Contents | undefined;
  readonly withoutRows: Contents | undefined;
  readonly ours: Contents | undefined;
}

function makeNatively({ schema, rows }: GeneratedDatabase): Uint8Array {
  rmSync(join(root, 'case.db'), { force: true });
  rmSync(join(root, 'empty.db'), { force: true });
  const make = writeStatements('make.sql', schema);
  // Rows that break a constraint are left out.
  const fill = writeStatements('fill.sql', rows);
  sqlite3(['.open empty.db', make, '.open case.db', make, fill]);
  return new Uint8Array(readFileSync(join(root, 'case.db')));
}

const FAR_BELOW = 1000;

function runNatively(steps: readonly Step[], ours: Uint8Array): NativeResult {
  writeFileSync(join(root, 'ours.db'), ours);
  const plain = writeStatements(
    'script.sql',
    steps.map((step) => step.plain),
  );
  // Without rows there is nothing to change, and a default that is not constant is no trouble.
  const schemaOnly = writeStatements(
    'schema.sql',
    steps.map((step) => (step.aboutRows ? '' : step.sql)),
    FAR_BELOW,
  );
  const { printed, complaints } = sqlite3(
    [['.open case.db', plain], ['.open empty.db', schemaOnly], ['.open ours.db']].flatMap((commands) => [
      ...commands,
      printContents(),
    ]),
  );
  const errors = [...complaints.matchAll(/near line (\d+): (.*)/g)]
    .map(([, line, message]) => ({ ordinal: Number(line), message: message ?? '' }))
    .filter(({ ordinal }) => ordinal <= steps.length);
  const isSkip = ({ ordinal, message }: { ordinal: number; message: string }): boolean =>
    /duplicate column name/i.test(message) && /^ALTER TABLE .* ADD /.test(steps[ordinal - 1]?.sql ?? '');
  const failed = errors.find((error) => !isSkip(error))?.ordinal ?? null;
  const skipped = errors.filter(isSkip).map(({ ordinal }) => ordinal);
  const [withRows, withoutRows, result] = readContents(printed);
  return { failed, skipped, withRows, withoutRows, ours: result };
}

function ordinals(outcomes: readonly StatementOutcome[], verdict: string): readonly number[] {
  return outcomes.filter((outcome) => outcome.verdict === verdict).map(({ ordinal }) => ordinal);
}

/** Proofs that may fail for a reason: a new column can break a view, and a row can lack its parent. */
const EXCUSABLE = new Set(['views-and-triggers', 'foreign-keys']);

function failedProofs(run: ProvableRun): readonly string[] {
  return withEvidence(run, (evidence) =>
    PROOF_CODES.filter((code) => !EXCUSABLE.has(code))
      .map((code) => prove(evidence, code, 'full'))
      .filter(({ result }) => result === 'fail')
      .map(({ code, sentence }) => `${code}: ${sentence}`),
  );
}

/** Without fast-check's liking for small numbers, which here are only the first choices of each list. */
const throws = fc.noBias(fc.array(fc.nat({ max: 9999 }), { minLength: 250, maxLength: 300 }));

const seen = { failed: 0, skipped: 0, adapted: 0, complete: 0 };

function compare({ database, steps, choices }: Case): void {
  const script = steps.map(({ sql }) => `${sql};`).join('\n');
  const before = makeNatively(database);
  const planned = plan(before, script, choices).plan;
  const run = runScript(before, script, choices);
  const native = runNatively(steps, run.output);
  const [failed = null] = ordinals(run.outcomes, 'failed');
  const adapted = run.outcomes.some(({ verdict }) => verdict === 'adapted');

  expect(failed, 'the statement that fails').toBe(native.failed);
  expect(verdicts(planned.outcomes), 'the plan').toEqual(verdicts(run.outcomes));
  if (failed !== null) {
    expect(Buffer.compare(run.output, before), 'the file is as it was').toBe(0);
    seen.failed++;
    return;
  }
  expect(ordinals(run.outcomes, 'skipped'), 'what is skipped').toEqual(native.skipped);
  const asSpecified = steps.some(({ sql, plain }) => sql !== plain) ? native.withoutRows : native.withRows;
  expect(native.ours?.schema, 'the schema').toEqual(asSpecified?.schema);
  expect(native.ours?.rows, 'the rows').toEqual(native.withRows?.rows);
  expect(native.ours?.integrity, 'the soundness').toEqual(native.withRows?.integrity);
  // A default may have another type than its column; then SQLite complains of what it made itself.
  if (native.ours?.integrity[0] === 'ok') expect(failedProofs(run), 'the proofs').toEqual([]);
  seen.complete++;
  if (adapted) seen.adapted++;
  if (native.skipped.length > 0) seen.skipped++;
}

test(`A run does what native sqlite3 does by the specification, in ${RUNS} generated cases`, () => {
  let left = Infinity;
  fc.assert(
    fc.property(throws, (numbers) => {
      if (left-- <= 0) return;
      const one = caseOf(numbers);
      try {
        compare(one);
      } catch (error) {
        left = Math.min(left, SMALLER_CASES);
        const { schema, rows } = one.database;
        const made = [...schema, ...rows, '-- script', ...one.steps.map(({ sql }) => sql)].join(';\n');
        throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${made}`, { cause: error });
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
  // Cases that all fail, or never skip or adapt, would say little.
  expect(seen.complete).toBeGreaterThan(RUNS / 4);
  expect(Math.min(seen.failed, seen.skipped, seen.adapted)).toBeGreaterThan(RUNS / 50);
});
