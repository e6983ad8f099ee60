// Measures how the work grows with a database and a script: `npm run bench:growth`, or `node bench/growth.mjs [--quick] [--only tables]`.
//
// The core runs in Node on databases that are made for it. For each kind of size (tables, indexes, statements …) every size is
// twice the one before, and no stage may then take more than 2.3 times as long: 2.0 is linear, and a little is for what a
// larger heap costs. A stage that grows faster ends the benchmark with exit code 1. What takes less than a tenth of a second
// is not judged: it is too short to be measured. Times are of the processor and not of the clock, so that other programs on the same machine
// count less.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';

/** Twice the size may take so many times as long. */
const MOST = 2.3;
/** Stages that are shorter at the smaller of two sizes are not judged. In milliseconds. */
const SHORTEST = 100;

/** A kind with a stage that grows too fast is measured so often: other programs take the processor's caches. The least times count. */
const ROUNDS = '3';

/** @typedef {Map<string, number>} Times milliseconds by stage */

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    all: { type: 'boolean', default: false },
    rounds: { type: 'string', default: ROUNDS },
  },
});

const server = await createServer({
  root: fileURLToPath(new URL('..', import.meta.url)),
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const { KINDS } = /** @type {typeof import('./growth/inputs')} */ (
  await server.ssrLoadModule('/bench/growth/inputs.ts')
);
const { ALONE, build, work } = /** @type {typeof import('./growth/stages')} */ (
  await server.ssrLoadModule('/bench/growth/stages.ts')
);
measure();
await server.close();

function measure() {
  const names = KINDS.map(({ name }) => name);
  const wanted = values.only?.split(';') ?? names;
  if (!wanted.every((name) => names.includes(name))) throw new Error(`--only: some of ${names.join(';')}`);
  // The first work of a process is slower, since nothing is compiled yet.
  const first = KINDS[0]?.subject(200);
  if (first) work(build(first), first, (_, stage) => stage());
  let tooFast = 0;
  for (const { name, sizes, subject } of KINDS.filter((kind) => wanted.includes(kind.name))) {
    const measured = sizes.slice(0, values.quick ? 2 : sizes.length);
    /** @type {Times[]} */
    let columns = [];
    for (let round = 0; round < Number(values.rounds) && (round === 0 || countTooFast(columns) > 0); round++) {
      columns = measured.map((size, at) => least(columns[at], timesOf(subject(size))));
    }
    tooFast += countTooFast(columns);
    console.log(tableOf(name, measured, columns));
  }
  if (tooFast === 0) return;
  console.log(`\n${tooFast} of these ratios are above ${MOST}.`);
  process.exitCode = 1;
}

/** @param {import('./growth/inputs').Subject} subject @returns {Times} */
function timesOf(subject) {
  /** @type {Times} */
  const times = new Map();
  work(build(subject), subject, (stage, part) => {
    const start = process.cpuUsage();
    const value = part();
    const { user, system } = process.cpuUsage(start);
    times.set(stage, (user + system) / 1000);
    return value;
  });
  return times;
}

/** @param {Times | undefined} before @param {Times} now @returns {Times} */
function least(before, now) {
  return new Map([...now].map(([stage, time]) => [stage, Math.min(time, before?.get(stage) ?? Infinity)]));
}

/**
 * How many times as long a stage takes at a size as at the one before; null where that was too short to be measured.
 * @param {readonly Times[]} columns @param {string} stage @param {number} at
 */
function ratioOf(columns, stage, at) {
  const [before, now] = [columns[at - 1]?.get(stage) ?? 0, columns[at]?.get(stage) ?? 0];
  return before < SHORTEST ? null : now / before;
}

/** @param {readonly Times[]} columns @param {string} stage @param {number} at */
function isTooFast(columns, stage, at) {
  const ratio = ratioOf(columns, stage, at);
  return ratio !== null && stage !== ALONE && ratio > Math.max(MOST, ratioOf(columns, ALONE, at) ?? 0);
}

/** @param {readonly Times[]} columns */
function countTooFast(columns) {
  const stages = [...(columns[0]?.keys() ?? [])];
  return stages.reduce((sum, stage) => sum + columns.filter((_, at) => isTooFast(columns, stage, at)).length, 0);
}

/**
 * In Markdown; stages that are short at every size are left out.
 * @param {string} name @param {readonly number[]} sizes @param {readonly Times[]} columns
 */
function tableOf(name, sizes, columns) {
  const stages = [...(columns[0]?.keys() ?? [])].filter(
    (stage) => values.all || columns.some((column) => (column.get(stage) ?? 0) >= SHORTEST),
  );
  const lines = stages.map((stage) => {
    const cells = columns.map((column, at) => {
      const ratio = ratioOf(columns, stage, at);
      const time = `${Math.round(column.get(stage) ?? 0).toLocaleString('en-US')} ms`;
      return ratio === null
        ? time
        : `${time} (×${ratio.toFixed(1)}${isTooFast(columns, stage, at) ? ', too fast' : ''})`;
    });
    return `| ${stage} | ${cells.join(' | ')} |`;
  });
  const sum = columns.map((column) => {
    const time = [...column].reduce((total, [stage, one]) => (stage === ALONE ? total : total + one), 0);
    return `${Math.round(time).toLocaleString('en-US')} ms`;
  });
  const head = sizes.map((size) => size.toLocaleString('en-US')).join(' | ');
  const rule = sizes.map(() => '---:').join(' | ');
  return [`\n| ${name} | ${head} |`, `| --- | ${rule} |`, ...lines, `| all of it | ${sum.join(' | ')} |`].join('\n');
}
