// What one statement of a plan will read, write, sort and take, told from a sample of the rows that it works on.

import { isWord, tokenise } from '../../script/tokens';
import type { Statement } from '../../script/statement';
import { copyingCost, indexCost } from './buildingCost';
import { insertsValues } from '../../script/clauses';
import { NOTHING, sampled, scanCost, unknown, type Cost, type CostContext } from './cost';
import { bytesOf } from './entrySizes';
import { isBackfilled, type Origin } from './origins';
import { leavesAfterGrowth } from './storageModel';
import { sampleTree } from './treeSample';
import type { StatementOutcome } from '../outcome';

/** A statement with the rows of its table before and after it. */
export interface FollowedStatement {
  readonly statement: Statement;
  readonly outcome: StatementOutcome;
  readonly before: Origin | undefined;
  readonly after: Origin | undefined;
  /** B-trees that it adds to the schema. */
  readonly newTrees: number;
}

/** The cost of a statement that was applied or adapted in the plan. */
export function costOf(context: CostContext, followed: FollowedStatement): Cost {
  const { statement, outcome, before, after, newTrees } = followed;
  const { kind, text } = statement;
  switch (kind) {
    case 'create index':
      return indexCost(context, statement, before);
    case 'add column':
      if (isBackfilled(outcome)) return rewritingCost(context, before, addedBytes(context, statement));
      return readsEveryRow(text) ? scanCost(context, before) : NOTHING;
    case 'drop column':
      return rewritingCost(context, before, 0);
    case 'alter table':
      return scanCost(context, before);
    case 'drop table':
    case 'drop index':
      return droppingCost(context, statement, before);
    case 'insert':
      return insertsValues(text) && before
        ? { ...NOTHING, pagesWritten: 1 }
        : copyingCost(context, statement, before, after);
    case 'create table as':
      return copyingCost(context, statement, before, after);
    case 'update':
      return WHOLE_TABLE.some((word) => hasWord(text, word))
        ? unknown('how many rows it changes is not known before it runs')
        : {
            ...rewritingCost(context, before, 0),
            why: 'how long its rows get, and what of indexes it changes, is not known',
          };
    case 'delete':
      return unknown('how many rows it takes away is not known before it runs');
    case 'select':
      return unknown('what it reads is not known before it runs');
    case 'analyze':
    case 'reindex':
      return unknown('it reads tables and indexes as a whole');
    case 'pragma':
      return READING_PRAGMA.test(statement.name ?? '') ? unknown('it reads the file as a whole') : NOTHING;
    case 'other':
      return unknown('what it does is not known before it runs');
    default:
      return { ...NOTHING, pagesWritten: newTrees };
  }
}

/** An UPDATE without these words changes every row. */
const WHOLE_TABLE = ['WHERE', 'FROM', 'LIMIT', 'WITH', 'RETURNING'] as const;
const READING_PRAGMA = /^(integrity_check|quick_check|foreign_key_check|optimize|incremental_vacuum)$/i;

function hasWord(text: string, word: string): boolean {
  return tokenise(text).some((token) => isWord(token, word));
}

/** ADD COLUMN looks at every row for a CHECK, and for NOT NULL of a column that is computed. */
function readsEveryRow(addColumn: string): boolean {
  return hasWord(addColumn, 'CHECK') || (hasWord(addColumn, 'AS') && hasWord(addColumn, 'NULL'));
}

/** Every row is written anew, `growth` bytes longer than it was. */
function rewritingCost(context: CostContext, origin: Origin | undefined, growth: number): Cost {
  const scan = scanCost(context, origin);
  const sample = sampled(context, origin);
  if (!('tree' in sample)) return scan;
  const { tree, relation } = sample;
  const leaves = leavesAfterGrowth(tree, tree.payload, growth, context.file.usable);
  const grown = leaves - tree.leaves;
  // An UPDATE of rows that were written before writes over pages that are in memory by now.
  const again = context.rewritten.has(relation);
  context.rewritten.add(relation);
  const inPlace = again ? 0 : tree.leaves + tree.overflowPages + (grown > 0 ? tree.pages - tree.leaves : 0);
  const milliseconds = scan.milliseconds + tree.entries * context.rates.changedRow;
  return { ...scan, pagesWritten: inPlace + grown, pagesRewritten: inPlace, milliseconds };
}

/** Bytes by which the value of an added column makes each row longer. */
function addedBytes({ shadow }: CostContext, { table, column }: Statement): number {
  const read = shadow.query('SELECT dflt_value FROM pragma_table_xinfo(?) WHERE name = ? COLLATE NOCASE', [
    table,
    column,
  ]);
  const value = read.ok ? read.value[0]?.[0] : null;
  const bytes =
    typeof value === 'string' ? shadow.query(`SELECT ${bytesOf({ sql: `(${value})`, plain: false })}`) : null;
  return bytes?.ok ? Number(bytes.value[0]?.[0]) : 1;
}

/** SQLite reads the pages that it sets free, and writes hardly any. */
function droppingCost(context: CostContext, { kind, name }: Statement, origin: Origin | undefined): Cost {
  const dropped = kind === 'drop table' ? (origin?.source?.name ?? null) : name;
  const trees = context.database.query(
    `SELECT rootpage FROM main.sqlite_schema
     WHERE rootpage > 0 AND ${kind === 'drop table' ? 'tbl_name' : `type = 'index' AND name`} = ? COLLATE NOCASE`,
    [dropped],
  );
  const pages = (trees.ok ? trees.value : []).map(([root]) => {
    const tree = sampleTree(context.file, Number(root), context.pagesOfLevel, 0);
    return tree.ok ? tree.value.pages + tree.value.overflowPages : 0;
  });
  const pagesRead = pages.reduce((sum, one) => sum + one, 0);
  return { ...NOTHING, ...(origin?.source ? context.reading(origin.source, pagesRead) : { pagesRead }) };
}
