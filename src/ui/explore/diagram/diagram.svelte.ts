// The diagram as it stands: which side, how near, what is expanded or selected, and where everything lies.

import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { Cancelled } from '../../../engine/worker/client';
import type { Areas } from '../../../explore/diagram/areas';
import type { Layout, Point } from '../../../explore/diagram/boxes';
import { layOut } from '../../../explore/diagram/diagramLayout';
import { placeFor, withMoved } from '../../../explore/diagram/moved';
import type { Schema } from '../../../schema/schema';
import {
  basisOf,
  entitiesByName,
  LEVELS,
  linksOf,
  modelOf,
  type Basis,
  type DiagramModel,
  type Entity,
  type Level,
  type Suggestions,
} from './diagramModel';
import type { Problem } from '../../state/problem';
import { pause } from '../../state/pause';
import { Turns, type Turn } from '../../state/turn';
import type { Explorer, Side } from '../look/explorer.svelte';
import { ElkWorker, Ended, NotLoaded } from './elkWorker';
import { READABLE } from './panZoom';

/** A model with the places of its parts. */
export interface Drawing extends DiagramModel {
  readonly layout: Layout;
  readonly byName: ReadonlyMap<string, Entity>;
  /** Of whose schemas it is. */
  readonly schemas: Readonly<Record<Side, Schema>>;
  readonly side: Side;
  readonly level: Level;
  /** Whether all of it can be read at once in the window for which it was made. */
  readonly fits: boolean;
  /** Whether tables were moved by hand. */
  readonly arranged: boolean;
}

/** As far as a key moves a table, in pixels of the drawing. */
const KEY_STEP = 40;

/** Beyond this many tables only the names fit a window, so nothing else is tried. */
const MANY = 80;

/** One diagram for an explorer. Layouts are made in a worker of its own, which ends when another view is shown. */
export class Diagram {
  side = $state<Side>('after');
  /** What the user chose; null where it follows from whether foreign keys are declared. */
  suggested = $state<Suggestions | null>(null);
  changesOnly = $state(false);
  areas = $state<Areas>('none');
  /** What the user chose; null for the nearest at which all of it fits the window. */
  level = $state<Level | null>(null);
  /** The entity whose relations stay lit; null for none. */
  selected = $state<string | null>(null);
  /** What is looked for among the names of tables and columns. */
  search = $state('');
  /** What is drawn; null before the first layout. */
  drawing = $state.raw<Drawing | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  /** The window that it is to fit, in pixels. */
  room = { width: 0, height: 0 };
  readonly expanded = new SvelteSet<string>();
  readonly #explorer: Explorer;
  readonly #engine = new ElkWorker();
  #basis: Basis | null = null;
  readonly #turns = new Turns();
  #declares = $state(false);
  /** Layouts in which tables were moved, each for what it shows. */
  readonly #arranged = new SvelteMap<string, Layout>();

  constructor(explorer: Explorer) {
    this.#explorer = explorer;
  }

  /** What is suggested: likely relations where no foreign key is declared at all, else none. */
  get suggestions(): Suggestions {
    return this.suggested ?? (this.#declares ? 'none' : 'strong');
  }

  /** The tables that have what is looked for in their name, or in that of a column. */
  get found(): readonly string[] {
    const wanted = this.search.trim().toLowerCase();
    if (wanted === '') return [];
    const has = ({ name }: { readonly name: string }): boolean => name.toLowerCase().includes(wanted);
    const all = this.drawing?.entities ?? [];
    const exact = ({ name }: { readonly name: string }): boolean => name.toLowerCase() === wanted;
    // The table of that very name first, then the others by their names, then by their columns.
    const named = all.filter(has).toSorted((one, other) => Number(exact(other)) - Number(exact(one)));
    return [...named, ...all.filter((one) => !has(one) && one.columns.some(has))].map(({ name }) => name);
  }

  /** Draws what is asked for now; an answer to an earlier question is dropped. */
  async draw(): Promise<void> {
    const { before, after } = this.#explorer;
    if (before === null || after === null) return;
    const turn = this.#turns.begin();
    const { side } = this;
    this.busy = true;
    this.problem = null;
    try {
      const described = {
        before: await turn.still(this.#explorer.details(before)),
        after: await turn.still(this.#explorer.details(after)),
      };
      if (!described.before.ok) return void (this.problem = described.before.error);
      if (!described.after.ok) return void (this.problem = described.after.error);
      if (this.#basis?.sides.before.schema !== before || this.#basis.sides.after.schema !== after) {
        const sides = {
          before: { schema: before, details: described.before.value },
          after: { schema: after, details: described.after.value },
        };
        this.#basis = await turn.still(basisOf(sides, pause));
        this.#arranged.clear();
      }
      this.#declares = this.#basis.declared[side].length > 0;
      const drawing = await this.#laidOut(this.#basis, turn);
      if (drawing === null) return;
      this.drawing = drawing;
      if (this.selected !== null && !drawing.byName.has(this.selected)) this.selected = null;
    } catch (error) {
      if (!turn.isCurrent || error instanceof Cancelled || error instanceof Ended) return;
      this.problem = problemOf(error);
    } finally {
      if (turn.isCurrent) this.busy = false;
    }
  }

  /** At the level that was chosen; else at the nearest one that fits the window, or the farthest. */
  async #laidOut(basis: Basis, turn: Turn): Promise<Drawing | null> {
    const { sides } = basis;
    const { side, suggestions, changesOnly, areas } = this;
    const expanded = [...this.expanded];
    const isMany = sides[side].schema.relations.length > MANY && !changesOnly;
    const levels = this.level !== null ? [this.level] : isMany ? (['names'] as const) : LEVELS.toReversed();
    let drawing: Drawing | null = null;
    for (const level of levels) {
      const model = modelOf(side, basis, { level, suggestions, expanded, changesOnly, areas });
      const byName = entitiesByName(model);
      await turn.still(pause());
      const arranged = this.#arranged.get(this.#keyOf(level));
      const layout =
        arranged ?? (await turn.still(layOut(model.entities, linksOf(model, byName), this.#engine.layOut)));
      const fits = layout.width * READABLE <= this.room.width - 24 && layout.height * READABLE <= this.room.height - 24;
      const schemas = { before: sides.before.schema, after: sides.after.schema };
      drawing = { ...model, layout, byName, schemas, side, level, fits, arranged: arranged !== undefined };
      if (fits) break;
    }
    return drawing;
  }

  /** Puts a table elsewhere; it stays there as long as the same is shown. Nothing moves while all is laid out anew. */
  async move(name: string, to: Point): Promise<void> {
    const { drawing } = this;
    if (drawing === null || this.busy) return;
    const turn = this.#turns.begin();
    try {
      const links = linksOf(drawing, drawing.byName);
      const layout = await turn.still(withMoved(drawing.layout, drawing.entities, links, name, to, pause));
      this.#arranged.set(this.#keyOf(drawing.level), layout);
      this.drawing = { ...drawing, layout, arranged: true };
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
    }
  }

  /** The same by the keyboard: a step, or as far as it takes to come past what lies there. */
  async step(name: string, across: number, down: number): Promise<void> {
    const at = this.drawing?.layout.boxes.get(name);
    if (!at || !this.drawing) return;
    const { layout, entities } = this.drawing;
    for (let steps = 1; steps < 100; steps++) {
      const to = { x: at.x + across * KEY_STEP * steps, y: at.y + down * KEY_STEP * steps };
      const place = placeFor(layout, entities, name, to);
      if (place && (place.x - at.x) * across + (place.y - at.y) * down > 0) return this.move(name, place);
    }
  }

  /** Lays out what is shown as if no table of it had been moved. */
  async layOutAgain(): Promise<void> {
    if (this.drawing) this.#arranged.delete(this.#keyOf(this.drawing.level));
    await this.draw();
  }

  #keyOf(level: Level): string {
    const { side, suggestions, changesOnly, areas, expanded } = this;
    return JSON.stringify([level, side, suggestions, changesOnly, areas, [...expanded].toSorted()]);
  }

  /** Shows all columns of a table, or the first of them again. */
  expand(name: string): void {
    if (!this.drawing?.byName.get(name)?.expandable) return;
    if (!this.expanded.delete(name)) this.expanded.add(name);
  }

  /** Ends the worker; whoever asks next starts another one. */
  rest(): void {
    this.#turns.end();
    this.busy = false;
    this.#engine.end();
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof NotLoaded) {
    return {
      code: 'not-loaded',
      sentence: 'The part of this page that lays diagrams out could not be loaded.',
      help: 'Your file is not changed. Check the connection and try again.',
    };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: 'diagram',
    sentence: `The diagram could not be laid out (${reason}).`,
    help: 'Your file is not changed. The Schema view shows the same tables.',
  };
}
