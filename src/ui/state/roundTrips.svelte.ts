// The rehearsal of migrations up and down on one file: how far it has come, and what it came to. It has a worker of its own, so neither
// the plan nor the checks wait for it, and to give it up takes nothing else with it.

import type { Progress } from '../../engine/answers';
import { Cancelled, EngineClient, EngineFailure } from '../../engine/worker/client';
import type { Choices } from '../../migration/outcome';
import type { RoundTrip, Step } from '../../migration/roundTrip/roundTrip';
import type { ScriptPart } from '../../script/statement';
import { lookedAt, type DroppedDatabase } from './droppedFiles';
import { explainStoppedEngine, withRetry, type Problem } from './problem';
import { haveSameChoices } from './subject';
import { Turns } from './turn';

/** What is rehearsed: migrations in their order, as they are run by these choices. */
export interface Rehearsed {
  readonly steps: readonly Step[];
  readonly choices: Choices;
}

/** A rehearsal: on its way, or with what came of it. */
interface Rehearsal {
  readonly progress: Progress | null;
  readonly trips: readonly RoundTrip[] | null;
  readonly problem: Problem | null;
}

/** The latest rehearsal on a file. It is told only to whoever asks for what was rehearsed: of anything else it says nothing. */
export class RoundTrips {
  readonly #dropped: DroppedDatabase;
  #client: EngineClient | null = null;
  readonly #turns = new Turns();
  #latest = $state.raw<(Rehearsal & { readonly of: Rehearsed }) | null>(null);

  constructor(dropped: DroppedDatabase) {
    this.#dropped = dropped;
  }

  /** What is known of these migrations, by these choices; null where they were not rehearsed. */
  of(wanted: Rehearsed): Rehearsal | null {
    return this.#latest && isSame(this.#latest.of, wanted) ? this.#latest : null;
  }

  /** Goes up and down again for each migration, in place of whatever was rehearsed before. */
  async rehearse(of: Rehearsed): Promise<void> {
    this.giveUp();
    const turn = this.#turns.begin();
    const client = (this.#client = new EngineClient('checks'));
    const show = (progress: Progress | null): void => {
      if (turn.isCurrent) this.#latest = { of, progress, trips: null, problem: null };
    };
    const end = (came: Pick<Rehearsal, 'trips' | 'problem'>): void => {
      this.#latest = { of, progress: null, ...came };
    };
    const failed = (problem: Problem): void => end({ trips: null, problem });
    show(null);
    try {
      const asked = client.over(lookedAt(this.#dropped)).roundTrips(of.steps, of.choices, show);
      const answer = await turn.still(asked);
      if (answer.ok) end({ trips: answer.value, problem: null });
      else failed(withRetry(answer.error, () => void this.rehearse(of)));
    } catch (error) {
      if (error instanceof EngineFailure)
        failed(explainStoppedEngine(error.message, 'Your file was not changed. You can rehearse again.'));
      else if (!(error instanceof Cancelled)) throw error;
    } finally {
      // A worker never gives back memory that it took.
      client.cancel();
    }
  }

  /** Gives up what is on its way, unless it is a rehearsal of this. */
  keepOnly(wanted: Rehearsed): void {
    if (this.#latest?.trips === null && !isSame(this.#latest.of, wanted)) this.giveUp();
  }

  /** Gives up what is on its way; what has been found out stays. */
  giveUp(): void {
    this.#turns.end();
    this.#client?.cancel();
    this.#client = null;
    if (this.#latest?.trips === null) this.#latest = null;
  }
}

function isSame(one: Rehearsed, other: Rehearsed): boolean {
  return (
    haveSameChoices(one.choices, other.choices) &&
    one.steps.length === other.steps.length &&
    one.steps.every(({ up, down }, at) => {
      const step = other.steps[at];
      return step !== undefined && isSamePart(up, step.up) && isSamePart(down, step.down);
    })
  );
}

function isSamePart(one: ScriptPart | null, other: ScriptPart | null): boolean {
  return one?.name === other?.name && one?.text === other?.text && one?.outside === other?.outside;
}
