// What a script took of the database while it was planned, and what the indexes will take that a plan does not build.

import { foldName, rowsOf, type Database } from '../../database';
import { indexesOnlyIn } from '../run/deferredIndexes';
import type { WatchScript } from '../warning';
import { sampleRows, type Sample } from './sample';

/** What a plan has found out for a forecast. */
export interface Growth {
  /** Pages that each statement that ran took into use; negative where it gave more back. */
  readonly pages: readonly number[];
  /** The indexes that it has not built: their names, folded, their tables, and SQLite's message where these cannot be sampled. */
  readonly waiting: readonly { readonly index: string; readonly table: string; readonly sample: Sample | string }[];
}

/** Watches a plan as `watch` does, and tells at its end what the script took. */
export function watchGrowth(watch: WatchScript, tell: (growth: Growth) => void): WatchScript {
  return (start) => {
    const { database } = start;
    const watcher = watch(start);
    const used: number[] = [];
    return {
      before: (statement, shadow) => {
        used.push(usedPages(database));
        watcher.before(statement, shadow);
      },
      end: (end) => {
        used.push(usedPages(database));
        const pages = used.slice(1).map((after, at) => after - (used[at] ?? 0) || 0);
        tell({ pages, waiting: end.complete ? sampleWaiting(database, end.shadow) : [] });
        return watcher.end(end);
      },
    };
  };
}

/** NaN where SQLite does not tell, for example since the script has made its schema unreadable. */
function usedPages(database: Database): number {
  const [all = NaN, free = NaN] = ['page_count', 'freelist_count'].map((name) => {
    const read = database.query(`PRAGMA main.${name}`);
    return read.ok ? Number(read.value[0]?.[0]) : NaN;
  });
  return all - free;
}

function sampleWaiting(database: Database, shadow: Database): Growth['waiting'] {
  return [...indexesOnlyIn(shadow, database).keys()].map((index) => {
    const sql = `SELECT tbl_name FROM main.sqlite_schema WHERE type = 'index' AND name = ? COLLATE NOCASE`;
    const table = foldName(String(rowsOf(shadow, sql, [index])[0]?.[0]));
    return { index, table, sample: sampleRows(database, table, index, shadow) };
  });
}
