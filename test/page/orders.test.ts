// Whatever the user does, in whatever order, and whenever the engine answers or dies: what is shown is of what is chosen now, what
// is run is what was shown, and nothing of anything earlier is ever to be seen. Sequences are generated, and held against a model.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { EngineClient } from '../../src/engine/worker/client';
import { NO_SIDECARS } from '../../src/file/recovery';
import type { Choices } from '../../src/migration/outcome';
import { partsOf, type Script } from '../../src/script/statement';
import { notePath } from '../../src/ui/state/droppedFiles';
import { Workbench } from '../../src/ui/state/workbench.svelte';
import { amount } from '../amount';
import { databaseOf, scriptOf, sha256 } from './databases';
import { HeldWorkers, kill, nextTask } from './heldWorkers';

/** Sequences that are tried. */
const SEQUENCES = amount(25, 1500);
const SEED = 15;

const LEDGER = 'CREATE TABLE ledger(id INTEGER PRIMARY KEY, amount INTEGER); INSERT INTO ledger VALUES (1, 200);';
const RECORD = 'CREATE TABLE schema_migrations(version varchar(128) PRIMARY KEY);';
/** Databases that have recorded none, the first two, and all of the chain. Each has a table by which it is told from the others. */
const DATABASES = [
  { name: 'fresh.db', table: 'of_fresh', recorded: 0, sql: '' },
  {
    name: 'second.db',
    table: 'of_second',
    recorded: 2,
    sql: `${RECORD} INSERT INTO schema_migrations VALUES ('001'), ('002');`,
  },
  {
    name: 'whole.db',
    table: 'of_whole',
    recorded: 3,
    sql: `${RECORD} INSERT INTO schema_migrations VALUES ('001'), ('002'), ('003');`,
  },
] as const;
const CHAIN = [
  ['migrations/001_make.sql', 'CREATE TABLE made(a)'],
  ['migrations/002_more.sql', 'UPDATE ledger SET amount = amount * 2'],
  ['migrations/003_new.sql', "ALTER TABLE ledger ADD COLUMN at TEXT DEFAULT (datetime('now'))"],
] as const;
const SINGLE = {
  plain: 'CREATE TABLE one(a)',
  dated: "ALTER TABLE ledger ADD COLUMN dated TEXT DEFAULT (datetime('now'))",
} as const;

type Brought = keyof typeof SINGLE | 'chain';
type Step =
  | { readonly do: 'drop'; readonly database: number; readonly script: Brought | null }
  | { readonly do: 'bring'; readonly script: Brought }
  | { readonly do: 'pick'; readonly at: number; readonly taken: boolean }
  | { readonly do: 'decide'; readonly choices: Partial<Choices> }
  | { readonly do: 'die'; readonly worker: 'runs' | 'checks' | 'rehearsals' }
  | { readonly do: 'release'; readonly at: number }
  | {
      readonly do:
        | 'catalog'
        | 'own'
        | 'run'
        | 'cancel'
        | 'start over'
        | 'back'
        | 'plan again'
        | 'skip'
        | 'wait'
        | 'rehearse'
        | 'stop rehearsing'
        | 'release all';
    };

const brought = fc.constantFrom<Brought>('plain', 'dated', 'chain', 'chain', 'chain');
const drop: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('drop' as const),
  database: fc.nat(2),
  script: fc.option(brought, { nil: null }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: drop },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('bring' as const), script: brought }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pick' as const), at: fc.nat(2), taken: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      choices: fc.oneof(
        fc.record({ strict: fc.boolean() }),
        fc.record({ existingRows: fc.constantFrom<Choices['existingRows']>('null', 'upgrade time') }),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('die' as const), worker: fc.constantFrom('runs', 'checks', 'rehearsals') }),
  },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('release' as const), at: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.constant({ do: 'run' }) },
  { weight: 6, arbitrary: fc.constant({ do: 'release all' }) },
  { weight: 5, arbitrary: fc.constant({ do: 'wait' }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'catalog',
        'own',
        'cancel',
        'start over',
        'back',
        'plan again',
        'skip',
        'rehearse',
        'stop rehearsing',
      ),
    }),
  },
);
/** Nothing can go wrong before there is a file. */
const steps = fc.tuple(drop, fc.array(step, { minLength: 5, maxLength: 30 })).map(([first, rest]) => [first, ...rest]);

/** What the user has done, and nothing of how the page does it. */
class Model {
  file: number | null = null;
  script: Brought | 'catalog' = 'catalog';
  own: Brought | null = null;
  readonly picks = new Map<number, boolean>();
  choices: Choices = { existingRows: 'null', strict: false, foreignKeys: 'off' };

  bring(script: Brought): void {
    this.script = this.own = script;
    this.picks.clear();
  }

  /** The statements that are to be shown and run, by file; null where there is nothing to run, and for the catalog's own migration. */
  get wanted(): readonly string[] | null {
    if (this.file === null || this.script === 'catalog') return null;
    if (this.script !== 'chain') return [SINGLE[this.script]];
    return this.taken.length === 0 ? null : this.taken.flatMap(({ sql, record }) => [sql, ...record]);
  }

  /** The files of the chain that are run, each with the statements that record it: where the database has the table, and not the entry. */
  get taken(): readonly { readonly sql: string; readonly record: readonly string[] }[] {
    const recorded = this.file === null ? 0 : (DATABASES[this.file]?.recorded ?? 0);
    return CHAIN.flatMap(([path, sql], at) => {
      if (!(this.picks.get(at) ?? at >= recorded)) return [];
      const isNew = recorded > 0 && at >= recorded;
      const entry = `INSERT INTO "schema_migrations" (version) VALUES ('${path.slice('migrations/'.length).slice(0, 3)}')`;
      return [{ sql, record: isNew ? [entry] : [] }];
    });
  }
}

let workers: HeldWorkers;
let files: readonly File[];
let hashes: readonly string[];

beforeAll(async () => {
  const base = document.createElement('base');
  base.href = '/';
  document.head.append(base);
  workers = new HeldWorkers();
  files = await Promise.all(
    DATABASES.map(({ name, table, sql }) => databaseOf(`${LEDGER} ${sql} CREATE TABLE ${table}(a);`, name)),
  );
  hashes = await Promise.all(files.map(sha256));
  await Promise.all(files.map(readAtOnce));
}, 60_000);

afterAll(() => workers.end());

/** The page reads the beginning of a file without waiting for the disk, so that a sequence is the same each time. */
async function readAtOnce(file: File): Promise<void> {
  const bytes = await file.arrayBuffer();
  const slice = (start: number, end: number): Pick<Blob, 'arrayBuffer'> => ({
    arrayBuffer: () => Promise.resolve(bytes.slice(start, end)),
  });
  Object.defineProperty(file, 'slice', { value: slice });
}

function filesOf(script: Brought): readonly File[] {
  if (script !== 'chain') return [scriptOf(`${SINGLE[script]};`, `${script}.sql`)];
  return CHAIN.map(([path, sql]) => {
    const file = scriptOf(`${sql};`, path.split('/').at(-1));
    notePath(file, path);
    return file;
  });
}

/** A page that somebody uses, with the model of what she has done. */
class Visit {
  readonly model = new Model();
  readonly workbench: Workbench;
  readonly #living = new Map<string, Worker>();
  readonly #clients: readonly EngineClient[];
  /** What was shown when the run was begun that is on, or over and shown. */
  #running: { readonly statements: readonly string[]; readonly database: number } | null = null;

  constructor() {
    const start = (name: string): Worker => {
      const worker = workers.start(name);
      this.#living.set(name, worker);
      return worker;
    };
    const rehearsing = new EngineClient('runs', () => start('rehearsals'));
    this.#clients = [new EngineClient('runs', start), new EngineClient('checks', start), rehearsing];
    const ahead = { client: rehearsing, room: { refuses: () => null } };
    this.workbench = new Workbench(this.#clients[0], this.#clients[1], ahead);
  }

  get isRunning(): boolean {
    return this.workbench.state === 'running';
  }

  async take(step: Step): Promise<void> {
    const { workbench, model } = this;
    const { isRunning } = this;
    switch (step.do) {
      case 'drop': {
        const file = files[step.database];
        if (!file) throw new Error('There is no such database');
        void workbench.take([file, ...(step.script ? filesOf(step.script) : [])]);
        await workbench.take([]);
        if (isRunning) break;
        model.file = step.database;
        if (step.script) model.bring(step.script);
        break;
      }
      case 'bring':
        void workbench.take(filesOf(step.script));
        await workbench.take([]);
        if (!isRunning) model.bring(step.script);
        break;
      case 'pick': {
        const path = CHAIN[step.at]?.[0] ?? '';
        if (model.own !== 'chain') break;
        void workbench.changeOwn((own) => own.pick(path, step.taken));
        if (isRunning) break;
        model.script = 'chain';
        model.picks.set(step.at, step.taken);
        break;
      }
      case 'decide':
        void workbench.decide(step.choices);
        if (!isRunning) model.choices = { ...model.choices, ...step.choices };
        break;
      case 'catalog':
        void workbench.choose(workbench.scripts.catalog[0]?.id ?? '');
        if (!isRunning) model.script = 'catalog';
        break;
      case 'own':
        void workbench.useOwn();
        if (!isRunning) model.script = model.own ?? model.script;
        break;
      case 'run':
        this.#run();
        break;
      case 'cancel': {
        const stays = workbench.inspection !== null && (isRunning || workbench.planning);
        workbench.cancel();
        if (!stays) model.file = null;
        break;
      }
      case 'start over':
        if (isRunning) break;
        workbench.startOver();
        model.file = null;
        break;
      case 'back':
        void workbench.backToPlan();
        break;
      case 'plan again':
        void workbench.planAgain();
        break;
      case 'skip':
        workbench.skipProofs();
        break;
      case 'rehearse':
        workbench.rehearse();
        break;
      case 'stop rehearsing':
        workbench.stopRehearsing();
        break;
      case 'die':
        kill(this.#living.get(step.worker));
        break;
      case 'wait':
        vi.advanceTimersByTime(500);
        break;
      case 'release':
        await workers.release(step.at);
        break;
      case 'release all':
        await workers.releaseAll();
        break;
    }
    this.check();
    await nextTask();
    await workers.quiet();
    this.check();
  }

  #run(): void {
    const { workbench, model } = this;
    const { canRun, planned, rehearsal } = workbench;
    const before = workers.runs.length;
    void workbench.run();
    // What was rehearsed is not run once more.
    const takesOver = canRun && rehearsal?.problem === null;
    expect(workers.runs.length - before).toBe(canRun && !takesOver ? 1 : 0);
    const asked = workers.runs.at(-1);
    if (!canRun || !planned || !asked || model.file === null) return;
    // What is run is what was shown, on the file that was shown.
    const statements = textsOf(planned);
    expect(asked.file).toBe(files[model.file]);
    expect(asked.choices).toEqual(model.choices);
    if (model.script !== 'catalog') {
      const ran = partsOf(asked.script as Script).map(({ text }) => text.trim().replace(/;$/, ''));
      expect(ran).toEqual(statements);
    }
    this.#running = { statements, database: model.file };
  }

  /** What has to be so at any moment. */
  check(): void {
    const { workbench, model } = this;
    const { state, planned, finished, inspection, scripts, canRun } = workbench;
    const database = model.file === null ? null : DATABASES[model.file];
    expect(inspection?.name ?? database?.name).toBe(database?.name);
    if (!database) expect([state, planned, finished]).toEqual(['empty', null, null]);
    if (database && planned) {
      const shown = textsOf(planned);
      const { plan } = planned;
      if (state === 'running') expect(shown).toEqual(this.#running?.statements);
      else if (model.script === 'catalog') expect(shown).toHaveLength(53);
      else expect(shown).toEqual(model.wanted);
      if (plan.obstacle === null) {
        expect(plan.after.relations.map(({ name }) => name)).toContain(database.table);
        const isDated = shown.some((text) => text.includes('datetime'));
        expect(isDated && state !== 'running' ? model.choices.strict : false).toBe(false);
      }
    }
    if (canRun) expect([state, planned?.plan.obstacle]).toEqual(['ready', null]);
    if (state === 'ready' && canRun) expect(finished).toBeNull();
    if (finished) {
      expect(this.#running?.database).toBe(model.file);
      expect(finished.outcomes).toHaveLength(this.#running?.statements.length ?? NaN);
      expect(textsOf(planned)).toEqual(this.#running?.statements);
    }
    const { rehearsal } = workbench;
    if (rehearsal) {
      expect([state, canRun, rehearsal.planned]).toEqual(['ready', true, planned]);
      expect(rehearsal.subject.choices).toEqual(model.choices);
      expect(workers.runs.at(-1)).toMatchObject({ file: files[model.file ?? -1], choices: model.choices });
    }
    // No check of a result is shown of which nothing is left.
    const proofs = workbench.checks.proofs.filter(({ code }) => code !== 'integrity-before');
    if (!finished && !rehearsal) expect(proofs).toEqual([]);
    const { forecast } = workbench.checks;
    if (forecast) expect(forecast.statements).toHaveLength(planned?.statements.length ?? NaN);
    const tables = database ? ['ledger', 'schema_migrations', database.table] : [];
    expect([...workbench.rows.keys()].filter((table) => !tables.includes(table))).toEqual([]);
    // The panel says the same as plan and run.
    if (scripts.isOwn && model.own === 'chain' && database && scripts.own?.isRead) {
      const taken = scripts.own.taken.map(({ path }) => CHAIN.find(([one]) => one === path)?.[1]);
      expect(taken).toEqual(model.taken.map(({ sql }) => sql));
    }
  }

  /** Lets everything come to its end: then what is chosen is planned, can be run, and gives the right result. */
  async end(): Promise<void> {
    const { workbench, model } = this;
    await workers.releaseAll();
    void workbench.planAgain();
    await workers.releaseAll();
    this.check();
    if (model.file === null) return;
    expect(workbench.planning).toBe(false);
    expect(workbench.state).toBe('ready');
    const strictly = model.choices.strict && model.wanted?.some((text) => text.includes('datetime'));
    if (model.script === 'catalog') expect(workbench.planned?.plan.obstacle).not.toBeNull();
    else if (model.wanted === null) expect(workbench.scriptProblem?.code).toMatch(/^nothing-/);
    else expect(workbench.canRun).toBe(!strictly);
    if (!workbench.canRun) return;
    if (workers.runs.length % 2 === 0) {
      vi.advanceTimersByTime(500);
      await workers.releaseAll();
      this.check();
    }
    this.#run();
    await workers.releaseAll();
    this.check();
    expect([workbench.state, workbench.finished?.committed]).toEqual(['done', true]);
    const doubled = model.wanted?.some((text) => text.startsWith('UPDATE'));
    expect(await this.#amountIn(workbench.finished?.file)).toEqual(doubled ? 400 : 200);
  }

  async #amountIn(result: Blob | null | undefined): Promise<unknown> {
    const reader = new EngineClient('looks', workers.start);
    const file = reader.over({ file: result ?? new Blob(), name: 'result.db', sidecars: NO_SIDECARS });
    const asked = file.query(
      'SELECT sum(amount) FROM ledger',
      { rows: 1, cells: { text: 9, blob: 9 } },
      () => undefined,
    );
    await workers.releaseAll();
    const answer = await asked;
    reader.cancel();
    return answer.ok ? answer.value.rows[0]?.[0] : answer.error;
  }

  close(): void {
    this.workbench.startOver();
    for (const client of this.#clients) client.cancel();
  }
}

function textsOf(planned: Workbench['planned']): readonly string[] {
  return (planned?.statements ?? []).map(({ text }) => text);
}

async function follow(steps: readonly Step[]): Promise<void> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const visit = new Visit();
  try {
    await visit.workbench.scripts.loaded;
    for (const step of steps) await visit.take(step);
    await visit.end();
  } finally {
    visit.close();
    vi.useRealTimers();
  }
}

it(
  'whatever is done in whatever order, nothing is shown or run but what is chosen, on the file that is open',
  { timeout: 600_000 },
  async () => {
    await fc.assert(fc.asyncProperty(steps, follow), {
      numRuns: SEQUENCES,
      seed: SEED,
    });
    expect(await Promise.all(files.map(sha256))).toEqual(hashes);
  },
);
