// The diagram as it stands: which side, what is expanded or selected, and where everything lies.

import { SvelteSet } from 'svelte/reactivity';
import { Cancelled, EngineClient } from '../../../engine/worker/client';
import type { Layout } from '../../../explore/diagram/diagramLayout';
import type { Schema } from '../../../schema/schema';
import { entitiesByName, modelOf, type DiagramModel, type Entity } from './diagramModel';
import type { Problem } from '../../state/problem';
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
  problem = $state.raw<Problem | null>(null);
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
      const described = { before: await this.#explorer.details(before), after: await this.#explorer.details(after) };
      if (question !== this.#question) return;
      if (!described.before.ok) return void (this.problem = described.before.error);
      if (!described.after.ok) return void (this.problem = described.after.error);
      const sides = {
        before: { schema: before, details: described.before.value },
        after: { schema: after, details: described.after.value },
      };
      const model = modelOf(side, sides, { suggestions, expanded });
      const boxes = model.entities.map(({ name, width, height }) => ({ name, width, height }));
      const links = model.relations.map(({ id, from, to }) => ({ id, from, to }));
      const layout = await this.#layouts.engine.layOut(boxes, links);
      if (question !== this.#question) return;
      if (!layout.ok) return void (this.problem = layout.error);
      const byName = entitiesByName(model);
      this.drawing = { ...model, layout: layout.value, byName, schemas: { before, after }, side };
      if (this.selected !== null && !byName.has(this.selected)) this.selected = null;
      this.#layouts.cancel();
    } catch (error) {
      if (question !== this.#question || error instanceof Cancelled) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.problem = {
        code: 'diagram',
        sentence: `The diagram could not be laid out (${reason}).`,
        help: 'Your file is untouched. The Schema view shows the same tables.',
      };
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
