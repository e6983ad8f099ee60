// Compares what the page foretells of a run with what the run then takes: `npm run bench:forecast -- --sizes 10,100`.
// Databases and engine are those of the benchmark; all happens in one Node process, the speed of the machine is measured in
// it, and the file is in memory. So times are those of the engine alone, without a browser's reading.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { provideDatabase } from './databases.mjs';
import { readOptions } from './options.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const migration021 = readFileSync(`${root}public/migrations/021_otc_multiweek_real_example.sql`, 'utf8');
/** @type {readonly { name: string, script: string, existingRows?: 'upgrade time' }[]} */
const scripts = [
  { name: 'migration 021', script: migration021 },
  { name: 'migration 021, existing rows get the time', script: migration021, existingRows: 'upgrade time' },
  { name: 'an index', script: 'CREATE INDEX by_issue ON otc_raw(issue_name, week_ending)' },
  {
    name: 'table rebuild',
    script: `CREATE TABLE rebuilt(id INTEGER PRIMARY KEY, week TEXT, tier TEXT, symbol TEXT, issue TEXT, mpid TEXT, shares INT, UNIQUE(week, symbol, mpid));
      INSERT INTO rebuilt SELECT id, week_ending, tier, symbol, issue_name, mpid, share_volume FROM otc_raw;
      DROP TABLE otc_raw; ALTER TABLE rebuilt RENAME TO otc_raw; CREATE INDEX by_tier ON otc_raw(tier, week)`,
  },
  { name: 'UPDATE', script: `UPDATE otc_raw SET issue_name = issue_name || ' (checked)' WHERE tier = 'OTC'` },
  {
    name: 'INSERT … SELECT',
    script: `CREATE TABLE totals(symbol TEXT, mpid TEXT, shares INT, PRIMARY KEY(symbol, mpid)) WITHOUT ROWID;
      INSERT INTO totals SELECT symbol, mpid, sum(share_volume) FROM otc_raw GROUP BY symbol, mpid`,
  },
];

const { values } = parseArgs({ options: { sizes: { type: 'string', default: '10,100' }, dir: { type: 'string' } } });
const { sizes, folder } = readOptions([
  '--sizes',
  values.sizes,
  ...(values.dir === undefined ? [] : ['--dir', values.dir]),
]);
const server = await createServer({
  root,
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const trial = /** @type {typeof import('../test/migration/forecast/trial')} */ (
  await server.ssrLoadModule('/test/migration/forecast/trial.ts')
);
/** Milliseconds for which this thread had a processor, where the system tells: other programs do not count. */
const clock = () => {
  try {
    return Number(readFileSync(`/proc/self/task/${String(process.pid)}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return performance.now();
  }
};
/** @type {import('../src/migration/outcome').Choices} */
const DEFAULT_CHOICES = { existingRows: 'null', strict: false, foreignKeys: 'off' };
const rounded = (/** @type {number} */ value) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
console.log('| database | script | MB foretold | MB written | factor | s foretold | s taken | factor |');
console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const size of sizes) {
  const { path } = await provideDatabase(folder, size, (line) => console.error(line));
  const bytes = new Uint8Array(readFileSync(path));
  // The first plan and run of a process are slower than all others.
  if (size === sizes[0]) {
    trial.foretell(bytes, migration021, DEFAULT_CHOICES, null);
    trial.run(bytes, migration021, DEFAULT_CHOICES);
  }
  for (const { name, script, existingRows = 'null' } of scripts) {
    /** @type {import('../src/migration/outcome').Choices} */
    const choices = { ...DEFAULT_CHOICES, existingRows };
    const { forecast } = trial.foretell(bytes, script, choices, null, clock);
    const { written, milliseconds } = trial.run(bytes, script, choices, clock);
    const pairs = [
      [forecast.bytesToWrite / 1e6, written / 1e6],
      [forecast.milliseconds / 1e3, milliseconds / 1e3],
    ];
    const cells = pairs.flatMap(([told = 0, real = 0]) => [told, real, told / real].map(rounded));
    console.log(`| ${String(size)} MB | ${name} | ${cells.join(' | ')} |`);
  }
}
await server.close();
