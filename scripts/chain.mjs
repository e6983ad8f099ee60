// Runs folders of migrations through the core and by native sqlite3, and says what each came to: npm run chain -- FOLDER… [--db FILE] [--round-trip] [--json]
// Ends with 1 where one of them stops, comes to another schema than native sqlite3, or has a way down that does not lead back.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';

/** @typedef {import('./chain/folderRun').FolderRun} FolderRun */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    db: { type: 'string' },
    answer: { type: 'string', multiple: true, default: [] },
    safe: { type: 'boolean', default: false },
    'past-steps': { type: 'boolean', default: false },
    'round-trip': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    schema: { type: 'boolean', default: false },
  },
});
if (positionals.length === 0) {
  console.error(
    'npm run chain -- FOLDER… [--db FILE] [--safe] [--past-steps] [--round-trip] [--answer KIND:NAME=ANSWER]… [--json] [--schema]: see docs/chains.md.',
  );
  process.exit(2);
}
const server = await createServer({
  root: fileURLToPath(new URL('..', import.meta.url)),
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const { Chains } = /** @type {typeof import('./chain/folderRun')} */ (
  await server.ssrLoadModule('/scripts/chain/folderRun.ts')
);
const { describeRoundTrip, ROUND_TRIP_LABELS, summariseRoundTrips } =
  /** @type {typeof import('../src/migration/roundTrip/describe')} */ (
    await server.ssrLoadModule('/src/migration/roundTrip/describe.ts')
  );
const { filesOf } = /** @type {typeof import('./chain/folderFiles')} */ (
  await server.ssrLoadModule('/scripts/chain/folderFiles.ts')
);
const chains = new Chains();
const database = values.db === undefined ? null : new Uint8Array(readFileSync(values.db));
/** `kind:name=answer`, where the name has no = in it. */
const answers = new Map(
  values.answer.map(
    (given) => /** @type {const} */ ([given.slice(0, given.indexOf('=')), given.slice(given.indexOf('=') + 1)]),
  ),
);
const wanted = { answers, safe: values.safe, pastSteps: values['past-steps'], roundTrip: values['round-trip'] };
/** @type {FolderRun[]} */
const runs = [];
for (const folder of positionals) {
  const run = await chains.run(folder, readFolder(folder), database, wanted);
  if (!values.json) console.log(positionals.length === 1 ? inFull(run) : inOneLine(run));
  runs.push(run);
}
if (values.json) console.log(JSON.stringify(runs, null, 2));
await server.close();
const isFine = runs.every((run) => run.verdict === 'head' && judged(run) === 'the same schema' && leadsBack(run));
if (!isFine) process.exitCode = 1;

/**
 * Whether every way down that was rehearsed leads back.
 * @param {FolderRun} run
 */
function leadsBack({ roundTrips }) {
  return (roundTrips ?? []).every(({ result }) => result === 'back' || result === 'no way back');
}

/**
 * What the other program came to beside it.
 * @param {FolderRun} run
 */
function judged({ oracle }) {
  if (!oracle) return 'not asked';
  if (oracle.stopped) return `${oracle.program} stops in ${oracle.stopped.file}: ${oracle.stopped.message}`;
  return oracle.difference ? 'another schema' : 'the same schema';
}

/** @param {number} milliseconds */
function inTime(milliseconds) {
  return `${Math.round(milliseconds)} ms`;
}

/** @param {FolderRun} run */
function inOneLine(run) {
  const { folder, tool, files, statements, verdict, milliseconds } = run;
  const what = `${verdict}, ${judged(run)}`;
  const trips = run.roundTrips?.length ? ` ${summariseRoundTrips(run.roundTrips)}` : '';
  return `${folder} | ${tool} | ${files} files, ${statements} statements | ${what} | ${inTime(milliseconds.plan)} | ${run.sentence ?? ''}${trips}`;
}

/** @param {FolderRun} run */
function inFull(run) {
  const { oracle, milliseconds } = run;
  const lines = [
    `verdict:    ${run.verdict}${run.sentence === null ? '' : `: ${run.sentence}`}`,
    `schema:     ${run.schema.length} objects; ${judged(run)}`,
    `files:      ${run.files}, ${run.statements} statements, as of ${run.tool}`,
    `time:       arranged in ${inTime(milliseconds.arrange)}, planned in ${inTime(milliseconds.plan)}, run in ${inTime(milliseconds.run)}`,
  ];
  if (oracle) lines.push(`judge:      ${oracle.program} ran it in ${inTime(oracle.milliseconds)}`);
  for (const { kind, name, sentence, isOpen } of run.needs)
    lines.push(`${isOpen ? 'asked:     ' : 'told:      '} ${kind}:${name} ${sentence}`);
  if (run.roundTrips?.length) lines.push(`up, down:   ${summariseRoundTrips(run.roundTrips)}`);
  for (const trip of run.roundTrips ?? []) {
    lines.push(`  ${ROUND_TRIP_LABELS[trip.result].padEnd(11)} ${trip.name}: ${describeRoundTrip(trip)}`);
    for (const { sentence } of trip.remains) lines.push(`              ${sentence}`);
  }
  for (const note of run.notes) lines.push(`note:       ${note}`);
  for (const { path, why } of run.leftOut) lines.push(`left out:   ${path}: ${why}`);
  for (const definition of oracle?.difference?.onlyHere ?? []) lines.push(`only here:  ${definition}`);
  for (const definition of oracle?.difference?.onlyThere ?? []) lines.push(`only there: ${definition}`);
  if (values.schema) lines.push(...run.schema);
  return lines.join('\n');
}

/**
 * The files of a folder. Ends the program with 2 where one of them cannot be read.
 * @param {string} folder
 */
function readFolder(folder) {
  try {
    return filesOf(folder);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}
