// The stages of the work on one database and script, in the order of the page, each to be timed by itself.

import { createHash } from 'node:crypto';
import { arrangeMigrations } from '../../src/chain/folder';
import { readHistory } from '../../src/chain/history';
import { findUnmatched, tellPending } from '../../src/chain/pending';
import { compareStates } from '../../src/compare/compare';
import { factsOf } from '../../src/engine/engineFacts';
import { inspect } from '../../src/engine/inspection';
import { readSchema } from '../../src/schema/read';
import { atInstant } from '../../src/engine/instant';
import { pageChangesOf } from '../../src/engine/pages/blob';
import { Overlay } from '../../src/engine/pages/overlay';
import { loadEngine } from '../../src/engine/sqljs/sqljs';
import { declaredRelations, suggestedRelations } from '../../src/explore/diagram/relations';
import { findCauses } from '../../src/explore/schema/causes';
import { listNames, searchNames } from '../../src/explore/schema/search';
import { sourceOfBytes } from '../../src/file/byteSource';
import { readHeader } from '../../src/file/header';
import { keepLosses } from '../../src/migration/losses/lossLedger';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import { Evidence } from '../../src/migration/proofs/evidence';
import { makeProof } from '../../src/migration/proofs/makeProof';
import { PROOF_CODES } from '../../src/migration/proofs/proof';
import { watchRules } from '../../src/migration/rules/rules';
import { reportAsJson, reportAsMarkdown, type ReportSource } from '../../src/migration/report/report';
import { writeNativeScript } from '../../src/migration/report/sqlite3Script';
import { planMigration } from '../../src/migration/run/plan';
import { runMigration } from '../../src/migration/run/run';
import { compareSchemas } from '../../src/schema/compare';
import { describeSchema } from '../../src/schema/details';
import { splitScript } from '../../src/script/split';
import type { Subject } from './inputs';

const INSTANT = Date.now();
const now = <Value>(work: () => Value): Value => atInstant(INSTANT, work);

/** Times a stage under a name, and gives what it gives. */
export type Timed = <Value>(stage: string, work: () => Value) => Value;

/** The stage in which SQLite does nothing but run the statements: what grows no faster than that is not ours to mend. */
export const ALONE = 'SQLite alone, the same statements';

const engine = await loadEngine();

/** The bytes of the database of a subject. */
export function build({ database }: Subject): Uint8Array {
  return engine.build((connection) => {
    connection.execute('BEGIN');
    const split = splitScript(database);
    if (!split.ok) throw new Error(split.refusal.sentence);
    for (const { text } of split.statements) {
      const done = connection.execute(text);
      if (!done.ok) throw new Error(`${done.error.message} (in: ${text})`);
    }
    connection.execute('COMMIT');
  });
}

/** Does all the work, stage by stage. */
export function work(bytes: Uint8Array, { script }: Subject, timed: Timed): void {
  const header = readHeader(bytes);
  if (!header.ok) throw new Error('The database has no header');
  const overlayOf = (content: Uint8Array): Overlay => new Overlay(sourceOfBytes(content), header.value.pageSize);
  const database = engine.open(overlayOf(bytes));
  const file = { name: 'growth.db', size: bytes.length, header: header.value, findings: [] };
  const { schema: before } = timed('open', () => inspect(database, readSchema(database), file, factsOf(engine)));

  if (typeof script !== 'string') {
    timed('chain', () => {
      const histories = readHistory(database);
      const { migrations } = arrangeMigrations(script.map(({ name, text }) => ({ path: name, text })));
      return [tellPending(migrations, histories), findUnmatched(migrations, histories)];
    });
  }
  const split = timed('split', () => splitScript(script));
  if (!split.ok) throw new Error(split.refusal.sentence);
  const { statements } = split;
  const tools = { losses: keepLosses, now: () => performance.now(), onStatement: () => undefined };
  const plan = timed('plan', () =>
    planMigration(database, statements, DEFAULT_CHOICES, { ...tools, watch: watchRules(script) }),
  );
  database.close();
  if (plan.obstacle) throw new Error(plan.obstacle.sentence);

  const bare = engine.open(overlayOf(bytes));
  timed(ALONE, () => {
    bare.execute('BEGIN');
    for (const { text } of statements) bare.execute(text);
  });
  bare.close();

  const overlay = overlayOf(bytes);
  const running = engine.open(overlay);
  const run = timed('run', () => now(() => runMigration(running, statements, DEFAULT_CHOICES, tools)));
  if (!run.committed) throw new Error('The run was rolled back');
  running.close();
  const output = overlay.read(0, overlay.size);

  const [original, result] = [engine.open(overlayOf(bytes)), engine.open(overlayOf(output))];
  const pages = pageChangesOf(overlay);
  const evidence = new Evidence({
    ...run,
    ...{ before: original, result, input: sourceOfBytes(bytes), output: sourceOfBytes(output), header: header.value },
    ...{ pages, statements, choices: DEFAULT_CHOICES, ownTransactions: plan.ownTransactions, atInstant: now },
  });
  const proofs = PROOF_CODES.map((code) =>
    timed(`check ${code}`, () =>
      makeProof(code, evidence, { hasher: hasher(), thoroughness: 'sparing', onCheck: () => undefined }),
    ),
  );
  original.close();
  result.close();

  const source: ReportSource = {
    input: { name: 'growth.db', size: bytes.length, sha256: null, sidecars: [] },
    output: { name: 'result.db', size: output.length, sha256: null },
    ...{ script: 'growth.sql', choices: DEFAULT_CHOICES, engineVersion: engine.version, startedAt: '', findings: [] },
    ...{ milliseconds: 0, totalMilliseconds: 0, writtenBytes: 0, pages: null, notMade: [], warnings: plan.warnings },
    ...{ statements, outcomes: run.outcomes, proofs },
  };
  timed('report', () => [reportAsJson(source), reportAsMarkdown(source)]);
  timed('script for sqlite3', () =>
    writeNativeScript({
      ...{ database: 'growth.db', result: 'growth.sql', script: 'growth.sql', schemaCookie: 1, rows: new Map() },
      ...{ statements, outcomes: plan.outcomes, before, after: plan.after, choices: DEFAULT_CHOICES },
      ownTransactions: plan.ownTransactions,
    }),
  );
  timed('comparison of two states', () => compareStates(before, run.after));
  const compared = timed('schema changes', () => {
    const both = compareSchemas(before, run.after);
    const causes = findCauses(before, both, statements, run.outcomes);
    searchNames(listNames(both, causes), 'name', 30);
    return both;
  });
  const scratch = engine.memory();
  const details = timed('schema details', () => describeSchema(scratch, run.after));
  scratch.close();
  timed('relations', () => suggestedRelations(run.after, details, declaredRelations(run.after, details)));
  if (compared.length === 0) throw new Error('Nothing was compared');
}

function hasher() {
  let hash = createHash('sha256');
  return {
    algorithm: 'SHA-256',
    update: (bytes: Uint8Array) => void hash.update(bytes),
    digest: () => {
      const hex = hash.digest('hex');
      hash = createHash('sha256');
      return hex;
    },
  };
}
