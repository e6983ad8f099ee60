// The diagram as it stands: which side, what is expanded or selected, and where everything lies.

import { SvelteSet } from 'svelte/reactivity';
import { Cancelled, EngineClient } from '../../../engine/worker/client';
import type { Layout } from '../../../explore/diagram/diagramLayout';
import type { Schema } from '../../../schema/schema';
import { entitiesByName, modelOf, type DescribedSchema, type DiagramModel, type Entity } from './diagramModel';
import type { Explorer, Side } from '../look/explorer.svelte';

/** A model with the places of its parts. */
export interface Drawing extends DiagramModel {
  readonly layout: Layout;
  readonly byName: ReadonlyMap<string, Entity>;
  /** Of whose schemas it is. */
  readonly schemas: Readonly<Record<Side, Schema>>;
  readonly side: Side;
}

/** One diagram for an explorer. A layout is made in a worker of its own, which is gone afterwards. */
export class Diagram {
  side = $state<Side>('after');
  suggestions = $state(true);
  /** The entity whose relations are shown; null for all. */
  selected = $state<string | null>(null);
  /** What is drawn; null before the first layout. */
  drawing = $state.raw<Drawing | null>(null);
  problem = $state<string | null>(null);
  busy = $state(false);
  readonly expanded = new SvelteSet<string>();
  readonly #explorer: Explorer;
  readonly #layouts = new EngineClient('looks');
  #question = 0;

  constructor(explorer: Explorer) {
    this.#explorer = explorer;
  }

  /** Draws what is asked for now; an answer to an earlier question is dropped. */
  async draw(): Promise<void> {
    const { before, after } = this.#explorer;
    if (before === null || after === null) return;
    const question = ++this.#question;
    const { side, suggestions } = this;
    const expanded = [...this.expanded];
    this.busy = true;
    this.problem = null;
    try {
      const describe = async (schema: Schema): Promise<DescribedSchema> => {
        return { schema, details: await this.#explorer.details(schema) };
      };
      const sides = { before: await describe(before), after: await describe(after) };
      const model = modelOf(side, sides, { suggestions, expanded });
      const boxes = model.entities.map(({ name, width, height }) => ({ name, width, height }));
      const links = model.relations.map(({ id, from, to }) => ({ id, from, to }));
      const layout = await this.#layouts.engine.layOut(boxes, links);
      if (question !== this.#question) return;
      const byName = entitiesByName(model);
      this.drawing = { ...model, layout, byName, schemas: { before, after }, side };
      if (this.selected !== null && !byName.has(this.selected)) this.selected = null;
      this.#layouts.cancel();
    } catch (error) {
      if (question !== this.#question || error instanceof Cancelled) return;
      this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      if (question === this.#question) this.busy = false;
    }
  }

  /** Shows all columns of a table, or the first of them again. */
  expand(name: string): void {
    if (!this.drawing?.byName.get(name)?.expandable) return;
    if (!this.expanded.delete(name)) this.expanded.add(name);
  }

  /** Ends the worker. */
  end(): void {
    this.#question++;
    this.#layouts.cancel();
  }
}
