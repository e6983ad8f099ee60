// What a plan comes to, in two sentences: what it does to the schema, and what to the rows that are there; and the same by table.

import { counted } from '../../words';
import { writesTheTime } from './currentTime';
import {
  changesByTable,
  NONE,
  PARTS,
  sum,
  VERBS,
  type Amount,
  type Planned,
  type RowChanges,
  type TableChange,
} from './tableChanges';
import { amountOf, isNone } from './tableWords';

/** What a plan comes to. */
export interface PlanSummary {
  /** `Adds 6 tables, 17 columns and 30 indexes.` */
  readonly schema: string;
  /** `No row is deleted or changed.` */
  readonly rows: string;
  /** What goes, to stand on a button after “Run migration, ”: `deleting 527 rows and overwriting 3 values`; null where no data is lost. */
  readonly losing: string | null;
  /** Where it is kept: `The dropped file keeps them.`; null where no data is lost. */
  readonly kept: string | null;
  /** Whether a row may get the time of the run. */
  readonly writesTheTime: boolean;
  /** The tables and views that the script is about. */
  readonly tables: readonly TableChange[];
}

/**
 * Sums a plan up.
 * @example
 * summarisePlan({ before, after, statements, outcomes }).schema; // 'Adds 1 table and 2 indexes.'
 */
export function summarisePlan(planned: Planned): PlanSummary {
  const tables = changesByTable(planned);
  const rows = summariseRows(tables, whatIsSetOff(planned));
  return { schema: summariseSchema(tables), ...rows, writesTheTime: writesTheTime(planned), tables };
}

/** What may write rows beside the statements of a script. */
function whatIsSetOff({ before, after, statements }: Planned): string {
  const schemas = [before, after];
  const triggers =
    schemas.some((schema) => schema.triggers.length > 0) || statements.some(({ kind }) => kind === 'create trigger');
  const keys = schemas.some(({ relations }) => relations.some(({ sql }) => /\breferences\b/i.test(sql)));
  return triggers && keys ? 'Triggers or foreign keys' : triggers ? 'Triggers' : 'Foreign keys';
}

const DOES = { added: 'adds', removed: 'removes', renamed: 'renames', altered: 'alters' } as const;

function summariseSchema(tables: readonly TableChange[]): string {
  const amounts = new Map<string, number>();
  for (const { verb, part, amount } of tables.flatMap(({ parts }) => parts)) {
    amounts.set(`${verb} ${part}`, (amounts.get(`${verb} ${part}`) ?? 0) + amount);
  }
  const clauses = VERBS.flatMap((verb) => {
    const counts = PARTS.flatMap((part) => {
      const amount = amounts.get(`${verb} ${part}`) ?? 0;
      return amount === 0 ? [] : [counted(amount, part, part === 'index' ? 'indexes' : `${part}s`)];
    });
    return counts.length === 0 ? [] : [`${DOES[verb]} ${enumerate(counts)}`];
  });
  return clauses.length === 0 ? 'The schema stays as it is.' : `${capitalised(clauses.join('; '))}.`;
}

function summariseRows(tables: readonly TableChange[], setOff: string): Pick<PlanSummary, 'rows' | 'losing' | 'kept'> {
  const total = (what: keyof RowChanges): Amount => tables.map(({ rows }) => rows[what]).reduce(sum, NONE);
  const [deleted, values, changed] = [total('deleted'), total('values'), total('changed')];
  const [overwritten, others] = [total('overwritten'), total('byTriggers')];
  const gone = [
    ...(isNone(deleted) ? [] : [amountOf(deleted, 'row')]),
    ...(isNone(values) ? [] : [amountOf(values, 'value')]),
  ];
  const over = isNone(overwritten) ? null : `overwriting ${amountOf(overwritten, 'value')}`;
  const losing = [...(gone.length === 0 ? [] : [`deleting ${gone.join(' and ')}`]), ...(over ? [over] : [])];
  // Where it is not known how many rows change, neither are their values.
  const written = over ?? (changed.isExact ? 'overwriting no value' : null);
  const clauses = [
    ...(gone.length === 0 ? [] : [`deletes ${enumerate(gone)}`]),
    ...(isNone(changed) ? [] : [`changes ${amountOf(changed, 'row')}${written === null ? '' : `, ${written}`}`]),
  ];
  // What is set off may change rows that were there.
  const isAll = isNone(others);
  const rest =
    isAll && clauses.length === 0
      ? 'No row is deleted or changed.'
      : gone.length === 0
        ? 'No row is deleted.'
        : isAll && isNone(changed)
          ? 'No other row is changed.'
          : '';
  const told = [
    ...(clauses.length === 0 ? [] : [`${capitalised(clauses.join(', and '))}.`]),
    ...(rest === '' ? [] : [rest]),
    ...(isAll ? [] : [`${setOff} write ${amountOf(others, 'row')}.`]),
  ];
  return {
    rows: told.join(' '),
    losing: losing.length === 0 ? null : losing.join(' and '),
    kept: losing.length === 0 ? null : `The dropped file keeps ${over ? 'what it holds' : 'them'}.`,
  };
}

function enumerate(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
