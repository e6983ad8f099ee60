// The methods by which the page plans, foretells and runs scripts on the open file, and rehearses them up and down.

import type { Database, Outcome } from '../../database';
import type { Refusal } from '../../file/identify';
import type { Forecast } from '../../migration/forecast/forecast';
import type { Growth } from '../../migration/forecast/growth';
import type { ModeDifference } from '../../migration/losses/foreignKeyModes';
import type { Choices } from '../../migration/outcome';
import { DEAR_BYTES } from '../../migration/proofs/agenda';
import type { RoundTrip, Step } from '../../migration/roundTrip/roundTrip';
import { keepNoLosses } from '../../migration/run/lossAccount';
import type { Plan } from '../../migration/run/plan';
import type { ScriptRefusal } from '../../script/refusal';
import type { Script } from '../../script/statement';
import type { FinishedRun, OnProgress, PlannedScript } from '../answers';
import { atInstant } from '../instant';
import { loadLate } from '../late';
import { blobOf, pageChangesOf } from '../pages/blob';
import type { Overlay } from '../pages/overlay';
import { readable } from '../unreadable';
import type { FileOfWorker } from './fileOfWorker';
import { loadChecking, prepare, type hashersOnce } from './lateParts';
import { askForMeanings } from './meanings';

/** Part of the engine's methods. */
export function makeMigrationApi(file: FileOfWorker, loadHashersOnce: ReturnType<typeof hashersOnce>) {
  return {
    /**
     * Splits a script and plans it for the open file; gives why the script cannot be read, where it cannot.
     * @param readsAhead whether what a run would read is read as soon as the plan is made
     */
    async plan(
      script: Script,
      choices: Choices,
      readsAhead = false,
    ): Promise<Outcome<PlannedScript, ScriptRefusal | Refusal>> {
      const prepared = await prepare(script);
      if (!prepared.ok) return prepared;
      const { planning, statements, notes, losses } = prepared.value;
      const { planMigration, readAddedColumnDocumentation, summarisePlan, watchGrowth, watchRules } = planning;
      const { failureHelp: help } = planning;
      const ready = await file.openFor(statements, choices);
      if (!ready.ok) return ready;
      const { open, facts: engine } = ready.value;
      const planned = readable((): Outcome<Omit<PlannedScript, 'needs'>, never> => {
        const start = performance.now();
        let growth: Growth = { pages: [], waiting: [] };
        const watch = watchGrowth(watchRules(script), (told) => (growth = told));
        const { before, ...plan } = open.using(({ database }) =>
          planMigration(database, statements, choices, {
            losses,
            help,
            watch,
            now: () => performance.now(),
          }),
        );
        const { obstacle, outcomes, after } = plan;
        const summary = obstacle ? null : summarisePlan({ before, after, statements, outcomes });
        const milliseconds = performance.now() - start;
        const documentation = readAddedColumnDocumentation(script, statements);
        return { ok: true, value: { statements, notes, plan, summary, growth, documentation, milliseconds, engine } };
      });
      if (!planned.ok) return planned;
      // While the page draws the plan: who clicks at once need not wait for it.
      if (readsAhead && !planned.value.plan.obstacle) file.preloadFor(statements);
      const message = planned.value.plan.obstacle?.message ?? null;
      const asked = await askForMeanings(file, ready.value, { statements, choices }, message, (trial) => {
        const tools = { losses: keepNoLosses, help };
        return (
          trial.using(({ database }) => planMigration(database, statements, choices, tools)).obstacle?.message ?? null
        );
      });
      return asked.ok ? { ok: true, value: { ...planned.value, needs: asked.value } } : asked;
    },

    /** Tells what difference it makes to a planned script whether foreign keys are on while it runs; by another plan for the open file. */
    async compareForeignKeyModes(
      script: Script,
      choices: Choices,
      planned: Plan['outcomes'],
    ): Promise<Outcome<readonly ModeDifference[], ScriptRefusal | Refusal>> {
      const prepared = await prepare(script);
      if (!prepared.ok) return prepared;
      const { planning, statements, losses } = prepared.value;
      const { compareForeignKeyModes, failureHelp: help } = planning;
      const ready = await file.openFor(statements, choices);
      if (!ready.ok) return ready;
      return readable((): Outcome<readonly ModeDifference[], never> => {
        const tools = { losses, help };
        const compare = (database: Database): readonly ModeDifference[] =>
          compareForeignKeyModes(database, statements, choices, planned, tools);
        return { ok: true, value: ready.value.open.using(({ database }) => compare(database)) };
      });
    },

    /** Goes up and down again for each migration, from the open file on, and compares schema and rows; the file is not changed. */
    async roundTrips(
      steps: readonly Step[],
      choices: Choices,
      onProgress: OnProgress,
    ): Promise<Outcome<readonly RoundTrip[], Refusal>> {
      const [hashers, loaded] = await Promise.all([
        loadHashersOnce(),
        loadLate('rehearses migrations up and down', () => import('../roundTrips')),
      ]);
      if (!hashers.ok) return hashers;
      if (!loaded.ok) return loaded;
      const { rehearseRoundTrips, statementsOfSteps } = loaded.value;
      const ready = await file.openFor(statementsOfSteps(steps), choices);
      if (!ready.ok) return ready;
      const { content } = hashers.value;
      const { open } = ready.value;
      return readable(() => ({ ok: true, value: rehearseRoundTrips(open, steps, choices, content, onProgress) }));
    },

    /**
     * Foretells what a run of a planned script will take.
     * @param rows of the tables that the script names
     */
    async forecast(
      script: Script,
      { outcomes, growth }: { readonly outcomes: Plan['outcomes']; readonly growth: Growth },
      rows: readonly (readonly [string, number | null])[],
    ): Promise<Outcome<Forecast, Refusal>> {
      const loaded = await loadChecking();
      if (!loaded.ok) return loaded;
      const { forecastRun, measureRates, splitScript } = loaded.value;
      const split = splitScript(script);
      const statements = split.ok ? split.statements : [];
      const ready = await file.openFor(statements);
      if (!ready.ok) return ready;
      const { open } = ready.value;
      return readable((): Outcome<Forecast, never> => {
        const { size: fileBytes } = open.source;
        const cacheBytes = file.kept.ofRuns(fileBytes);
        const value = open.using(({ database }) => {
          const rates = measureRates(database, open.source, () => performance.now());
          const checksAll = fileBytes <= DEAR_BYTES;
          return forecastRun({ database, fileBytes, cacheBytes, statements, outcomes, growth, rows, rates, checksAll });
        });
        return { ok: true, value };
      });
    },

    /** Runs a script on the open file and puts the file to download together. */
    async run(
      script: Script,
      choices: Choices,
      onProgress: OnProgress,
    ): Promise<Outcome<FinishedRun, ScriptRefusal | Refusal>> {
      const prepared = await prepare(script);
      if (!prepared.ok) return prepared;
      const { planning, statements, losses } = prepared.value;
      const { failureHelp: help, runMigration } = planning;
      const start = performance.now();
      const preload = file.preloadFor(statements);
      if (preload) {
        const { size: total } = file.open.file;
        preload.onBytes = (done) =>
          onProgress({ stage: 'check', label: 'reading the file', done, total, pagesRead: 0 });
        await preload.ended;
      }
      const ready = await file.openFor(statements, choices);
      if (!ready.ok) return ready;
      const { open, facts: engine } = ready.value;
      const instant = Date.now();
      const startedAt = new Date(instant).toISOString();
      const ran = readable((): Outcome<FinishedRun, never> => {
        const total = statements.length;
        let ordinal = 0;
        let pagesAtStart = 0;
        const tell = ({ pagesRead, pagesWritten }: Overlay): void => {
          const pages = pagesRead + pagesWritten - pagesAtStart;
          onProgress({ stage: 'statements', ordinal, total, pages, pagesRead, pagesWritten });
        };
        return open.using((connected) => {
          const { database, overlay } = connected;
          const onStatement = (next: number): void => {
            ordinal = next;
            pagesAtStart = overlay.pagesRead + overlay.pagesWritten;
            tell(overlay);
          };
          const now = (): number => performance.now();
          const result = atInstant(instant, () =>
            runMigration(database, statements, choices, { losses, help, now, onStatement }),
          );
          if (result.committed) open.settle(connected);
          const pages = pageChangesOf(overlay);
          const file = result.committed ? blobOf(overlay, open.whole) : null;
          const totalMilliseconds = performance.now() - start;
          const { writtenBytes } = overlay;
          const specified = JSON.stringify(result.specified);
          const about = { pages, writtenBytes, startedAt, totalMilliseconds, engine };
          return { ok: true, value: { ...result, specified, file, ...about } };
        }, tell);
      });
      // The checks have workers of their own, and keep what they need themselves.
      open.giveBack();
      return ran;
    },
  };
}
