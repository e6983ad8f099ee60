// What of the schema is shown: before, after or what changes between them; which relation; all of it or a statement's part.

import { findCauses, type Causes } from '../../../explore/schema/causes';
import { listNames, type NamedThing } from '../../../explore/schema/search';
import { compareSchemas, type Change, type ComparedRelation } from '../../../schema/compare';
import type { SchemaDetails } from '../../../schema/details';
import type { Problem } from '../../state/problem';
import { isInternal, type Schema } from '../../../schema/schema';
import type { Explorer } from '../look/explorer.svelte';
import { foldName } from '../../../database';
import type { Subject } from '../../../explore/schema/schemaHistory';

/** Which schema is shown: one of the two, or how they differ. */
export type SchemaMode = 'before' | 'after' | 'changes';

/** Some relations of one sort, as the list shows them. */
export interface RelationGroup {
  readonly title: string;
  readonly relations: readonly ComparedRelation[];
}

const NOTHING: Schema = { relations: [], indexes: [], triggers: [] };
const GROUPS: readonly { readonly title: string; readonly has: (compared: ComparedRelation) => boolean }[] = [
  { title: 'Tables', has: ({ relation: { kind, name } }) => kind === 'table' && !isInternal(name) },
  { title: 'Views', has: ({ relation }) => relation.kind === 'view' },
  { title: 'Virtual tables', has: ({ relation }) => relation.kind === 'virtual table' },
  { title: 'Shadow tables', has: ({ relation }) => relation.kind === 'shadow table' },
  { title: 'Kept by SQLite', has: ({ relation: { kind, name } }) => kind === 'table' && isInternal(name) },
];

/** The state of the schema view. Components read it; what the user chooses is set on it. */
export class SchemaState {
  readonly explorer: Explorer;
  /** What the user chose to see; null as long as the page chooses. */
  chosenMode = $state<SchemaMode | null>(null);
  /** Leaves out what stays as it is, where changes are shown. */
  onlyChanges = $state(true);
  /** What of the relation was looked for, to be shown to the user. */
  target = $state.raw<NamedThing | null>(null);
  detailsBefore = $state.raw<SchemaDetails | null>(null);
  detailsAfter = $state.raw<SchemaDetails | null>(null);
  /** Why what SQLite makes of the schemas is not told, where the user can ask once more. */
  problem = $state.raw<Problem | null>(null);
  /** Counts how often that was asked for. */
  #asked = $state(0);

  readonly before = $derived.by((): Schema => this.explorer.before ?? NOTHING);
  readonly after = $derived.by((): Schema => this.explorer.after ?? NOTHING);
  readonly #compared = $derived(compareSchemas(this.before, this.after));
  readonly causes: Causes = $derived.by(() => {
    const { planned, finished } = this.explorer.workbench;
    const outcomes = finished?.outcomes ?? planned?.plan.outcomes ?? [];
    return findCauses(this.before, this.#compared, planned?.statements ?? [], outcomes);
  });
  readonly changes = $derived(this.causes.changes.length > 0);
  readonly mode: SchemaMode = $derived(this.changes ? (this.chosenMode ?? 'changes') : 'before');
  readonly names = $derived(listNames(this.#compared, this.causes));
  /** The statement whose changes alone are shown. */
  readonly statement: number | null = $derived.by(() => (this.mode === 'changes' ? this.explorer.statement : null));
  readonly #ofStatement: readonly string[] | null = $derived(
    this.statement === null ? null : this.causes.by(this.statement).map((change) => foldName(change.table)),
  );
  /** All relations of what is shown. */
  readonly relations: readonly ComparedRelation[] = $derived.by(() => {
    if (this.mode === 'changes') return this.#compared;
    const schema = this.mode === 'before' ? this.before : this.after;
    return compareSchemas(schema, schema);
  });
  readonly listed: readonly ComparedRelation[] = $derived.by(() => {
    const only = this.#ofStatement;
    if (only) return this.relations.filter(({ relation }) => only.includes(foldName(relation.name)));
    if (this.mode !== 'changes' || !this.onlyChanges) return this.relations;
    return this.relations.filter(({ change }) => change !== 'same');
  });
  readonly groups: readonly RelationGroup[] = $derived(
    GROUPS.map(({ title, has }) => ({ title, relations: this.listed.filter(has) })).filter(
      ({ relations }) => relations.length > 0,
    ),
  );
  /** The relation that is shown: the chosen one where there is such a one, else the first of the list. */
  readonly shown: ComparedRelation | null = $derived.by(() => {
    const wanted = foldName(this.explorer.relation ?? '');
    const named = (all: readonly ComparedRelation[]): ComparedRelation | undefined =>
      all.find(({ relation }) => foldName(relation.name) === wanted);
    const found = named(this.listed) ?? (this.statement === null ? named(this.relations) : undefined);
    return found ?? this.groups[0]?.relations[0] ?? null;
  });

  /** Made while a component is: asks for the details of both schemas as they come. */
  constructor(explorer: Explorer) {
    this.explorer = explorer;
    $effect(() => this.#describe(this.before, (details) => (this.detailsBefore = details)));
    $effect(() => this.#describe(this.after, (details) => (this.detailsAfter = details)));
    $effect(() => {
      if (explorer.statement !== null) this.chosenMode = 'changes';
    });
  }

  /** What SQLite makes of the schema that a relation is shown of; null until it is known. */
  get details(): SchemaDetails | null {
    return this.mode === 'before' || this.shown?.change === 'removed' ? this.detailsBefore : this.detailsAfter;
  }

  /** Whether a part of a relation is to be drawn: not one that is left out for now. */
  isShown(change: Change, subject: Subject): boolean {
    if (this.statement !== null) return change !== 'same' && this.causes.of(subject).includes(this.statement);
    return this.mode !== 'changes' || !this.onlyChanges || change !== 'same' || this.shown?.change === 'same';
  }

  /** Shows a relation of the list. */
  choose(name: string): void {
    this.target = null;
    this.explorer.relation = name;
  }

  /** Shows what was found, wherever it is. */
  goTo(thing: NamedThing): void {
    this.explorer.statement = null;
    this.explorer.relation = thing.table;
    const missing = thing.change === (this.mode === 'before' ? 'added' : 'removed');
    if (this.mode !== 'changes' && missing) this.chosenMode = 'changes';
    if (this.mode === 'changes' && thing.change === 'same') this.onlyChanges = false;
    this.target = thing;
  }

  #describe(schema: Schema, take: (details: SchemaDetails | null) => void): () => void {
    let wanted = this.#asked >= 0;
    take(null);
    this.problem = null;
    if (schema !== NOTHING) {
      // Without it collations and foreign keys are not told; all else is there.
      this.explorer.details(schema).then(
        (details) => {
          if (!wanted) return;
          if (details.ok) take(details.value);
          else this.problem = { ...details.error, retry: () => this.#asked++ };
        },
        () => undefined,
      );
    }
    return () => (wanted = false);
  }
}
