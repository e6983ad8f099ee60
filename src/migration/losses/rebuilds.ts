// What became of the rows of tables that are built anew: each is compared with its copies just before it is dropped.

import type { Database } from '../../database';
import type { Lineage, TrackedTable } from './lineage';
import { compareRows, type Difference, type Part } from './rebuildComparison';

/** Remembers the comparisons of one pass of a script. */
export class Rebuilds {
  readonly #database: Database;
  readonly #lineage: Lineage;
  readonly #compared = new Map<TrackedTable, ReadonlyMap<TrackedTable, Difference>>();

  constructor(database: Database, lineage: Lineage) {
    this.#database = database;
    this.#lineage = lineage;
  }

  /**
   * Compares a table that is about to go with all tables that hold rows of it.
   * @param as what stands for it as it is now, where the table stays and only its rows go
   * @param part which of its rows go; all, where it is left out
   */
  compare(table: TrackedTable, named: string, as: TrackedTable = table, part: Part | null = null): void {
    const old = { schema: table.temporary ? 'temp' : 'main', name: named } as const;
    const copies = this.#lineage.copiesOf(table).flatMap((copy) => {
      const difference = compareRows(this.#database, old, copy.place, copy.table.copied.get(table), part);
      return difference === null ? [] : [[copy.table, difference] as const];
    });
    this.#compared.set(as, new Map(copies));
  }

  /**
   * What `now` lacks of a dropped table: compared directly or from copy to copy, by the way that shows the least, since a
   * copy may have been filled only after the drop. Null where no comparison leads from one to the other.
   */
  between(dropped: TrackedTable, now: TrackedTable): Difference | null {
    const best = new Map<TrackedTable, Difference>();
    /** Those whose copies have to be looked at, since a better way to them was found. A set goes on to what is added meanwhile. */
    const waiting = new Set([dropped]);
    for (const table of waiting) {
      waiting.delete(table);
      const known = best.get(table);
      for (const [copy, step] of this.#compared.get(table) ?? []) {
        if (copy === dropped) continue;
        const way = known ? together(known, step) : step;
        const other = best.get(copy);
        if (other && sizeOf(other) <= sizeOf(way)) continue;
        best.set(copy, way);
        if (copy !== now) waiting.add(copy);
      }
    }
    return best.get(now) ?? null;
  }

  /** Compares copies that are still there when the script has ended, so that the way from them to `now` is known too. */
  finish(now: TrackedTable): void {
    for (const { table, place } of this.#lineage.copiesOf(now)) {
      if (!this.#compared.has(table)) this.compare(table, place.name);
    }
  }
}

function sizeOf({ lost, changed }: Difference): number {
  return lost + changed;
}

/** What two copies in a row come to. */
function together(first: Difference, then: Difference): Difference {
  return {
    lost: first.lost + then.lost,
    changed: first.changed + then.changed,
    columns: [...new Set([...first.columns, ...then.columns])],
    renumbered: Math.max(first.renumbered, then.renumbered),
    byName: first.byName && then.byName,
  };
}
