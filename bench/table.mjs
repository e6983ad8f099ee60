// The findings of a benchmark as Markdown: one table, what it ran on, and what it says.
import { contestants } from './options.mjs';

/** @typedef {import('./contestants.mjs').Success} Success */
/** @typedef {import('./contestants.mjs').Failure} Failure */
/** @typedef {import('./options.mjs').Contestant} Contestant */

/**
 * @typedef {object} Beginning what a page is before a file is dropped
 * @property {{ renderer: number, browser: number } | null} peaks
 * @property {import('./site.mjs').WireBytes} wire
 */

/**
 * @typedef {object} Findings
 * @property {import('./machine.mjs').Machine} machine
 * @property {number | null} deviceMemory gigabytes, as the browser tells the page
 * @property {Partial<Record<Contestant, Beginning>>} beginnings
 * @property {SizeFindings[]} sizes
 */

/**
 * @typedef {object} SizeFindings
 * @property {import('./databases.mjs').BenchDatabase} database
 * @property {Partial<Record<Contestant, Success | Failure>>[]} rounds
 * @property {Partial<Record<Contestant, string>>} faults what is wrong with the results, by whose they are
 */

/** @type {Record<Contestant, string>} */
const names = {
  native: 'native `sqlite3`',
  drydock: '**Drydock**',
  'drydock 4 GB': 'Drydock, 4 GB',
  'sql.js': 'sql.js',
  'sqlite-wasm memory': 'sqlite-wasm, memory',
  'sqlite-wasm OPFS': 'sqlite-wasm, OPFS',
};

const NONE = '–';

/** @param {Findings} findings @returns {string} Markdown, not yet laid out */
export function markdownOf(findings) {
  const head = [
    'database',
    'by',
    'schema',
    'plan',
    'run',
    'total',
    'with checks',
    'memory',
    'written',
    'gzip / Brotli',
  ];
  const rows = [head, head.map(() => '---'), ...beginningRows(findings), ...findings.sizes.flatMap(sizeRows)];
  return `${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n${legend(findings)}\n`;
}

/** @param {readonly number[]} values at least one */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new Error('There is no median of nothing');
  return (low + high) / 2;
}

/** @param {Findings} findings */
function beginningRows({ beginnings }) {
  const there = contestants.flatMap((contestant) => {
    const beginning = beginnings[contestant];
    return beginning === undefined ? [] : [{ contestant, beginning }];
  });
  return there.map(({ contestant, beginning: { peaks, wire } }, index) => [
    index === 0 ? 'none yet' : '',
    names[contestant],
    ...Array.from({ length: 5 }, () => NONE),
    peaks === null ? NONE : megabytes(peaks.renderer),
    NONE,
    `${kilobytes(wire.gzip)} / ${kilobytes(wire.brotli)}`,
  ]);
}

/** @param {SizeFindings} findings @returns {string[][]} */
function sizeRows({ database, rounds, faults }) {
  return contestants
    .filter((contestant) => rounds.some((round) => round[contestant] !== undefined))
    .map((contestant, index) => {
      const label = index === 0 ? `**${megabytes(database.bytes)}**, ${counted(rounds.length, 'run')}` : '';
      return [label, names[contestant], ...figures(contestant, rounds, faults[contestant])];
    });
}

/**
 * @param {Contestant} contestant
 * @param {SizeFindings['rounds']} rounds
 * @param {string | undefined} fault
 */
function figures(contestant, rounds, fault) {
  const failure = rounds.map((round) => round[contestant]).find((outcome) => outcome?.ok === false);
  const reason = fault ?? (failure?.ok === false ? failure.reason : null);
  if (reason !== null)
    return [...Array.from({ length: 3 }, () => NONE), `fails: ${inCell(reason)}`, NONE, NONE, NONE, NONE];

  const runs = rounds.flatMap((round) => {
    const [own, native] = [round[contestant], round.native];
    return own?.ok === true && native?.ok === true ? [{ own, nativeTotal: native.times.total }] : [];
  });
  /** @param {keyof Success['times']} time */
  const ratio = (time) => {
    const ratios = runs.flatMap(({ own, nativeTotal }) => {
      const milliseconds = own.times[time];
      return milliseconds === null ? [] : [milliseconds / nativeTotal];
    });
    return ratios.length === 0 ? NONE : `${figure(median(ratios))} ×`;
  };
  const peaks = runs.flatMap(({ own }) => own.memory.peak ?? []);
  const seconds = figure(median(runs.map(({ nativeTotal }) => nativeTotal)) / 1000);
  return [
    ratio('schema'),
    ratio('plan'),
    ratio('run'),
    contestant === 'native' ? `${seconds} s = 1 ×` : `**${ratio('total')}**`,
    ratio('withProofs'),
    peaks.length === 0 ? NONE : megabytes(median(peaks)),
    megabytes(median(runs.map(({ own }) => own.writtenBytes))),
    NONE,
  ];
}

/** @param {Findings} findings */
function legend({ machine, deviceMemory, sizes }) {
  const rows = sizes.map(({ database }) => Object.values(database.rows).reduce((sum, count) => sum + count, 0));
  const last = sizes.at(-1);
  const tables = Object.entries(last?.database.rows ?? {})
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${name} ${count.toLocaleString('en-US')}`);
  const told = deviceMemory === null ? '' : ` (the browser tells the page ${String(deviceMemory)} GB)`;
  return [
    'Times are medians of multiples of what `sqlite3 copy.db < script` takes in the same round, on the same file.',
    'Schema: until it is drawn on Drydock’s page; the others only read it.',
    'Total: from the drop to a result that can be downloaded, with the plan and without the checks; the page is asked',
    'to run by a script at the moment when its plan is shown. Memory: the most that the renderer (or `sqlite3`) ever held, checks included.',
    'Drydock, 4 GB: as on a machine whose browser tells of 4 GB of memory.',
    'Written: how much larger the result is. gzip / Brotli: all that the page fetches before a file is dropped.',
    'Every result that is not said to fail has the same schema and rows as native’s, and passes native’s `quick_check`.',
    ...drydockAlone(sizes),
    '',
    `Migration 021 on ${rows.map((count) => count.toLocaleString('en-US')).join(', ')} rows; the last are ${tables.join(', ')}.`,
    '',
    `${machine.processor}, ${counted(machine.cores, 'core')}, ${figure(machine.memoryBytes / 1e9)} GB of memory${told};`,
    `${machine.system}; Node ${machine.node}, Chromium ${machine.chromium}, sqlite3 ${machine.sqlite3},`,
    `sql.js ${machine.sqlJs}, sqlite-wasm ${machine.sqliteWasm}.`,
  ].join('\n');
}

/**
 * What is felt as it is, beside native or alone.
 * @param {readonly SizeFindings[]} sizes
 */
function drydockAlone(sizes) {
  const runs = sizes.map(({ rounds }) =>
    rounds.flatMap(({ drydock }) => (drydock?.ok === true && drydock.times.plan !== null ? [drydock] : [])),
  );
  if (runs.length === 0 || runs.some((some) => some.length === 0)) return [];
  /** @param {(run: Success) => number} value */
  const medians = (value) => runs.map((some) => Math.round(median(some.map(value))).toLocaleString('en-US')).join(', ');
  return [
    '',
    `Drydock alone, medians for the sizes in their order: its schema is drawn ${medians(({ times }) => times.schema)} ms after the drop,`,
    `its plan ${medians(({ times }) => times.schema + (times.plan ?? 0))} ms after it. The longest task of its main thread,`,
    `until the checks are done, takes ${medians(({ longestTask }) => longestTask ?? 0)} ms (0: less than 50 ms).`,
    ...afterReading(runs),
  ];
}

/**
 * What passes from the click on, for who clicks at once and for who reads the plan for five seconds before.
 * @param {readonly (readonly Success[])[]} runs by size
 */
function afterReading(runs) {
  if (runs.some((some) => some.every(({ read }) => read === undefined))) return [];
  /** @param {(run: Success) => number | undefined} value */
  const medians = (value) =>
    runs.map((some) => Math.round(median(some.flatMap((run) => value(run) ?? []))).toLocaleString('en-US')).join(', ');
  /** @param {Success} run */
  const clicked = ({ times }) => times.total - times.schema - (times.plan ?? 0);
  /** @param {Success} run */
  const checked = (run) => clicked(run) + (run.times.withProofs ?? run.times.total) - run.times.total;
  return [
    '',
    `From the click to a result that can be downloaded, and to all checks that are made by themselves: ${medians(clicked)} ms`,
    `and ${medians(checked)} ms, clicked at once; ${medians(({ read }) => read?.toResult)} ms and ${medians(({ read }) => read?.toChecks)} ms,`,
    'clicked after five seconds of reading, in which files of up to 256 MB are rehearsed.',
  ];
}

/** @param {number} value shown with three digits, small ones with fewer */
function figure(value) {
  if (value < 0.0995) return String(Number(value.toPrecision(value < 0.01 ? 1 : 2)));
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

/** @param {number} bytes */
function megabytes(bytes) {
  const value = bytes / 1e6;
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US')} MB`;
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${Math.round(bytes / 1000).toLocaleString('en-US')} kB`;
}

/** @param {number} count @param {string} noun */
function counted(count, noun) {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** @param {string} text */
function inCell(text) {
  const short = text.replace(/\s+/g, ' ').trim();
  return (short.length > 90 ? `${short.slice(0, 89)}…` : short).replace(/[\\|<>*_`[\]]/g, '\\$&');
}
