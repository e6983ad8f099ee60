// What is looked at beside the work: which view, which table, which side. Components read it and call its methods.

import { EngineClient, type RemoteEngine } from '../../../engine/worker/client';
import { findRelation, type Schema } from '../../../schema/schema';
import type { Workbench } from '../../state/workbench.svelte';
import { Look, Looks } from './look';

/** The views; the work itself is one of them. */
export type View = 'work' | 'schema' | 'compare' | 'diagram' | 'data' | 'query' | 'checks';

/** The database as it was dropped, or as the migration leaves it. */
export type Side = 'before' | 'after';

/** Looks that are kept apart, so that a long query does not keep the rows of a table waiting. */
export type LookPurpose = 'data' | 'column' | 'profiles' | 'query' | 'sizes' | 'checks' | 'compare' | 'rows';

/** What may look at the result of a rehearsal, before anyone has run the migration. */
const OF_REHEARSAL: ReadonlySet<LookPurpose> = new Set(['data', 'column', 'profiles', 'query']);

/** One explorer for the life of a workbench. What it shows belongs to the file that is open. */
export class Explorer {
  /** Views that were shown keep what the user did in them. */
  view = $state<View>('work');
  /** The name of the table or view that is shown, in whichever view; null for none. */
  relation = $state<string | null>(null);
  /** Ordinal of the statement whose changes are shown; null for all. */
  statement = $state<number | null>(null);
  /** A query that the console is to run on the dropped database; null once it has taken it. */
  question = $state<string | null>(null);
  /** Whether the schema is to be edited as text; false once that has begun. */
  editsSchema = $state(false);
  /** Counts how often the search over all names was asked for. */
  searches = $state(0);
  readonly workbench: Workbench;
  readonly #looks = new Looks();
  readonly #describing = new EngineClient('looks');
  readonly #details = new WeakMap<Schema, ReturnType<RemoteEngine['describe']>>();

  constructor(workbench: Workbench) {
    this.workbench = workbench;
  }

  /** The schema of the dropped database; null where none is open. */
  get before(): Schema | null {
    return this.workbench.inspection?.schema ?? null;
  }

  /** The schema that the migration gives: of the result, else of the plan; that of `before` where nothing will change. */
  get after(): Schema | null {
    const { finished, planned } = this.workbench;
    if (finished?.committed) return finished.after;
    if (planned?.plan.obstacle === null) return planned.plan.after;
    return this.before;
  }

  /** Whether there are rows to look at: of the result there are none before it is made, or rehearsed. */
  has(side: Side, purpose: LookPurpose = 'checks'): boolean {
    return this.#fileOf(side, purpose) !== null;
  }

  /** Whether the rows of after are those of a rehearsal. */
  get isRehearsed(): boolean {
    return !this.has('after') && this.has('after', 'data');
  }

  /** Shows a table or view, in a view of the explorer. */
  show(view: View, relation: string | null = this.relation): void {
    this.relation = relation;
    this.view = view;
  }

  /** Runs a query in the console, on the database as it was dropped. */
  ask(query: string): void {
    this.question = query;
    this.view = 'query';
  }

  /** Goes to the schema as text, to be edited. */
  editSchema(): void {
    this.editsSchema = true;
    this.view = 'compare';
  }

  /** Goes to the search over all names. */
  search(): void {
    if (this.before === null) return;
    this.view = 'schema';
    this.searches++;
  }

  /** The relation that is shown, of a side; null where that side has none of the name. */
  relationOf(side: Side): Schema['relations'][number] | null {
    const schema = side === 'before' ? this.before : this.after;
    return schema === null || this.relation === null ? null : (findRelation(schema, this.relation) ?? null);
  }

  /** What SQLite makes of a schema, or why it was not asked. Rejects with Cancelled or EngineFailure, as the engine's calls do. */
  details(schema: Schema): ReturnType<RemoteEngine['describe']> {
    const known = this.#details.get(schema);
    if (known) return known;
    const asked = this.#describing.engine.describe(schema);
    this.#details.set(schema, asked);
    const forget = (): unknown => this.#details.delete(schema);
    asked.then(({ ok }) => ok || forget(), forget);
    return asked;
  }

  /** The look at a side, the same one for as long as its file is; null where there is nothing to look at. */
  look(side: Side, purpose: LookPurpose): Look | null {
    return this.#looks.over(`${purpose} ${side}`, this.#fileOf(side, purpose), (file) => {
      const { dropped } = this.workbench;
      return new Look(file, dropped?.name ?? '', side === 'before' ? dropped?.sidecars : undefined);
    });
  }

  /** Ends all workers and goes back to the work: another file is wanted, or none. */
  forget(): void {
    this.#looks.end();
    this.#describing.cancel();
    this.view = 'work';
    this.relation = this.statement = this.question = null;
    this.editsSchema = false;
  }

  #fileOf(side: Side, purpose: LookPurpose): Blob | null {
    const { dropped, finished, inspection, rehearsal } = this.workbench;
    if (side === 'after') return (finished ?? (OF_REHEARSAL.has(purpose) ? rehearsal?.finished : null))?.file ?? null;
    return inspection === null ? null : (dropped?.file ?? null);
  }
}
