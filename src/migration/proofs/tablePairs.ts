// Which table and column after a run is which one from before it: names may have changed in between.

import { findRelation, storedColumns, type Relation, type Schema } from '../../schema/schema';
import { ownerOf } from '../../schema/virtualTables';
import { Savepoints } from '../../script/savepoints';
import type { Statement } from '../../script/statement';
import { foldName } from '../../database';

/** A table from before the run, and what it is after it. */
export interface TablePair {
  readonly before: Relation;
  /** Null where the run took the table away. */
  readonly after: Relation | null;
  /** Stored columns from before that are there after, stored or computed, under their names of either time. */
  readonly columns: readonly { readonly before: string; readonly after: string }[];
  /** Stored columns from before that are gone. */
  readonly lostColumns: readonly string[];
}

/** The tables that hold rows of their own: virtual tables keep theirs in shadow tables. */
const STORED: readonly Relation['kind'][] = ['table', 'shadow table'];

/**
 * Pairs the tables that hold rows of their own, or those of other kinds. SQLite's own tables are left out: counters have a proof of their own, and statistics are SQLite's to change.
 * @param applied the statements that were applied, by whose RENAMEs and DROPs tables and columns are followed; a table
 *   that was dropped is the one that has its name afterwards, since that is how tables are rebuilt
 */
export function pairTables(
  before: Schema,
  after: Schema,
  applied: readonly Statement[],
  kinds = STORED,
): readonly TablePair[] {
  const tables = before.relations.filter(({ kind, name }) => kinds.includes(kind) && !/^sqlite_/i.test(name));
  const traces = follow(tables, applied);
  return tables.map((relation): TablePair => {
    const trace = traces.get(relation);
    const followed = trace?.name === undefined ? undefined : findRelation(after, trace.name);
    const found = followed ?? findRelation(after, relation.name);
    const table = found?.kind === 'view' ? undefined : found;
    if (!table) return { before: relation, after: null, columns: [], lostColumns: storedColumns(relation) };
    // What was stored may be computed by now: it is still a value that can be read.
    const there = new Map(table.columns.map(({ name }) => [foldName(name), name]));
    const columns = storedColumns(relation).map((name) => {
      const traced = trace?.columns.get(foldName(name));
      // A table that was made anew has the new names of columns, or those that they had.
      const now = followed || (traced !== undefined && there.has(traced)) ? traced : foldName(name);
      return { before: name, after: now === undefined ? undefined : there.get(now) };
    });
    return {
      before: relation,
      after: table,
      columns: columns.flatMap(({ before: was, after: is }) => (is === undefined ? [] : [{ before: was, after: is }])),
      lostColumns: columns.filter((column) => column.after === undefined).map((column) => column.before),
    };
  });
}

/** Where a table and its columns have got to, in folded names; no name once it was dropped. */
interface Trace {
  readonly relation: Relation;
  readonly name: string | undefined;
  /** The name of now by the name from before. */
  readonly columns: ReadonlyMap<string, string>;
}

function follow(tables: readonly Relation[], applied: readonly Statement[]): ReadonlyMap<Relation, Trace> {
  const traces = new Map<Relation, Trace>();
  const byName = new Map<string | undefined, Set<Relation>>();
  const put = (trace: Trace): void => {
    const { relation, name } = trace;
    byName.get(traces.get(relation)?.name)?.delete(relation);
    traces.set(relation, trace);
    const others = byName.get(name);
    if (others) others.add(relation);
    else byName.set(name, new Set([relation]));
  };
  for (const relation of tables) {
    const columns = new Map(relation.columns.map(({ name }) => [foldName(name), foldName(name)]));
    put({ relation, name: foldName(relation.name), columns });
  }
  const shadows = tables.filter(({ kind }) => kind === 'shadow table');
  /** What traces were before each change, so that a ROLLBACK can go back. */
  const earlier: Trace[] = [];
  const savepoints = new Savepoints<number>(applied);
  for (const statement of applied) {
    const { kind } = statement;
    const name = foldName(statement.name ?? '');
    const back = savepoints.follow(statement, () => earlier.length);
    if (back) for (const trace of earlier.splice(back.state).reverse()) put(trace);
    if (/^(drop|rename) (table|column)$/.test(kind)) {
      // What is done to columns of a table that was made anew is done to those of the one that was dropped for it.
      const replaced = kind.endsWith('column') ? [...(byName.get(undefined) ?? [])] : [];
      const ofName = replaced.filter((relation) => foldName(relation.name) === name);
      for (const relation of [...(byName.get(name) ?? []), ...ofName]) {
        const trace = traces.get(relation);
        if (!trace) continue;
        earlier.push(trace);
        put(moved(trace, statement));
      }
      // With a virtual table go those that store it.
      for (const relation of kind.endsWith('table') ? shadows : []) {
        const trace = traces.get(relation);
        if (trace?.name === undefined || ownerOf(trace.name) !== name) continue;
        earlier.push(trace);
        const renamed = `${foldName(statement.newName ?? '')}${trace.name.slice(name.length)}`;
        put({ ...trace, name: kind === 'drop table' ? undefined : renamed });
      }
    }
  }
  return traces;
}

function moved(trace: Trace, { kind, column, newName }: Statement): Trace {
  const changed = (to: string | undefined): ReadonlyMap<string, string> =>
    new Map(
      [...trace.columns].flatMap(([was, is]): [string, string][] => {
        if (is !== foldName(column ?? '')) return [[was, is]];
        return to === undefined ? [] : [[was, to]];
      }),
    );
  switch (kind) {
    case 'drop table':
      return { ...trace, name: undefined };
    case 'rename table':
      return { ...trace, name: foldName(newName ?? '') };
    case 'rename column':
      return { ...trace, columns: changed(foldName(newName ?? '')) };
    case 'drop column':
      return { ...trace, columns: changed(undefined) };
    default:
      return trace;
  }
}
