// What a script takes away of the data, as the account of losses has it: by statement, with the rows counted.

import { foldName, quoteIdentifier, type Database } from '../../database';
import type { Schema } from '../../schema/schema';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { Statement } from '../../script/statement';
import { ALL_COLUMNS, copiedColumns, sourcesOf } from '../../script/copiedColumns';
import { describeLoss } from '../losses/loss';
import type { Loss, StatementOutcome } from '../outcome';
import { counted } from '../../words';
import type { Found, Rule } from '../warning';

function lossRule(
  words: Pick<Rule, 'code' | 'name' | 'why' | 'safeWay'>,
  kinds: readonly Loss['kind'][],
  remedyFor: (loss: Loss, statements: readonly ParsedStatement[]) => string = () => words.safeWay,
): Rule {
  return {
    ...words,
    watch: ({ statements }) => ({
      end: ({ outcomes }) =>
        outcomes.flatMap(({ ordinal, loss }): readonly Found[] =>
          (loss ? [loss, ...(loss.also ?? [])] : [])
            .filter(({ kind }) => kinds.includes(kind))
            .map((one) => ({
              ordinal,
              severity: 'warning',
              subject: `table ${one.table}${one.column === null ? '' : `, ${one.column}`}${one.through ? ` through ${one.through}` : ''}`,
              sentence: `Statement ${ordinal} ${describeLoss({ ...one, also: [] })}.`,
              remedy: one.of
                ? 'Check the statements that copy it: they leave rows out, or change values.'
                : remedyFor(one, statements),
              fix: null,
            })),
        ),
    }),
  };
}

/** Rows that go. */
export const lostRows = lossRule(
  {
    code: 'lost-rows',
    name: 'Rows are lost',
    why: 'Rows that a DELETE, a DROP TABLE, a REPLACE or a table rebuild takes away are not in the upgraded file.',
    safeWay: 'Check that these rows are meant to go.',
  },
  ['table', 'rows', 'replaced rows', 'rebuild'],
);

/** A column that goes with its values. */
export const lostColumn = lossRule(
  {
    code: 'lost-column',
    name: 'A column is lost with its values',
    why: 'The values of a column that is dropped, or that a table rebuild leaves behind, are not in the upgraded file.',
    safeWay: 'Check that no program reads the column any more.',
  },
  ['column'],
);

/** Values that a rebuild changes. */
export const changedValues = lossRule(
  {
    code: 'changed-values',
    name: 'A table rebuild changes values',
    why: 'SQLite converts what is copied to the type of the new column: the text 0049 becomes the number 49 in an INTEGER column, and 20 digits become a rounded REAL.',
    safeWay:
      'Give the new column the type of the old one, name the columns on both sides of the copy, and write a conversion that is meant with CAST.',
  },
  ['values'],
  ({ column }, statements) => {
    const names = column?.split(', ').map(foldName) ?? [];
    const computing = names.length === 0 ? null : findComputing(names, statements);
    return computing === null
      ? 'Give the new column the type of the old one, name the columns on both sides of the copy, and write a conversion that is meant with CAST.'
      : `The SELECT of statement ${computing.ordinal} computes ${names.length === 1 ? 'this column' : 'these columns'}: check that the new values are meant.`;
  },
);

/** The statement that copies rows and computes all of these columns; null where one of them may be copied as it is. */
function findComputing(columns: readonly string[], statements: readonly ParsedStatement[]): ParsedStatement | null {
  const copies = statements.filter(
    ({ kind, text }) => kind === 'create table as' || (kind === 'insert' && /\bselect\b/i.test(text)),
  );
  const [copy, ...others] = copies.filter(({ tokens }) =>
    sourcesOf(tokens).some((source) => source.depth === 0 && copiedColumns(tokens, source).size > 0),
  );
  if (!copy || others.length > 0) return null;
  const copied = sourcesOf(copy.tokens).flatMap((source) => [...copiedColumns(copy.tokens, source).keys()]);
  return copied.includes(ALL_COLUMNS) || columns.some((column) => copied.includes(column)) ? null : copy;
}

/** Rowids that a rebuild changes. */
export const changedRowids: Rule = {
  code: 'changed-rowids',
  name: 'A table rebuild or VACUUM gives rows other rowids',
  why: 'Without an INTEGER PRIMARY KEY the rows of the new table are numbered anew; VACUUM does the same where a table has no index either. What refers to rows by rowid, such as a search index, then finds other rows.',
  safeWay: 'Copy the rowid along: INSERT INTO new (rowid, …) SELECT rowid, … FROM old.',
  watch: ({ database, before, statements }) => {
    const vacuumed: Found[] = [];
    return {
      before: (statement) => {
        if (statement.kind === 'vacuum') vacuumed.push(...findRenumbered(database, before, statement));
      },
      end: ({ complete, outcomes }) => [...rebuilt(before, statements, outcomes), ...(complete ? vacuumed : [])],
    };
  },
};

function rebuilt(
  before: Schema,
  statements: readonly Statement[],
  outcomes: readonly StatementOutcome[],
): readonly Found[] {
  return outcomes.flatMap(({ ordinal, renumbered = 0 }): readonly Found[] =>
    renumbered === 0
      ? []
      : [
          {
            ordinal,
            severity: hasKey(before, nameBefore(statements, ordinal)) ? 'note' : 'warning',
            subject: 'rowids',
            sentence: `The values stay the same, and ${counted(renumbered, 'row')} ${renumbered === 1 ? 'gets' : 'get'} another rowid in the table rebuild that ends with statement ${ordinal}.`,
            remedy:
              'If anything refers to these rows by rowid, copy the rowid along: INSERT INTO new (rowid, …) SELECT rowid, … FROM old.',
            fix: null,
          },
        ],
  );
}

/** Of larger tables no more rows are looked at. */
const ROWS_LOOKED_AT = 1_000_000;

/**
 * The tables of which a VACUUM numbers the rows anew: SQLite does so where there is neither an INTEGER PRIMARY KEY nor an index
 * (https://sqlite.org/lang_vacuum.html, and the transfer of whole tables in its insert.c).
 */
function findRenumbered(database: Database, { relations }: Schema, { ordinal }: Statement): readonly Found[] {
  return relations.flatMap(({ name, kind, withoutRowid, columns }): readonly Found[] => {
    if (kind !== 'table' || withoutRowid || /^sqlite_/i.test(name)) return [];
    if (columns.some(({ primaryKey }) => primaryKey > 0)) return [];
    const names = new Set(columns.map((column) => foldName(column.name)));
    const rowid = ['rowid', '_rowid_', 'oid'].find((one) => !names.has(one)) ?? null;
    const indexed = database.query('SELECT 1 FROM pragma_index_list(?) LIMIT 1', [name]);
    if (rowid === null || !indexed.ok || indexed.value.length > 0) return [];
    const read = database.query(
      `SELECT count(*), total(had <> gets) FROM (SELECT ${rowid} AS had, row_number() OVER (ORDER BY ${rowid}) AS gets
       FROM main.${quoteIdentifier(name)} LIMIT ${ROWS_LOOKED_AT})`,
    );
    const [rows = 0, renumbered = 0] = (read.ok ? (read.value[0] ?? []) : []).map(Number);
    if (renumbered === 0) return [];
    const atLeast = rows === ROWS_LOOKED_AT ? 'at least ' : '';
    return [
      {
        ordinal,
        severity: 'warning',
        subject: `rowids of ${name}`,
        sentence: `VACUUM gives ${atLeast}${counted(renumbered, 'row')} of ${name} another rowid: ${name} has neither an INTEGER PRIMARY KEY nor an index.`,
        remedy: `If anything refers to rows of ${name} by rowid, take the VACUUM out.`,
        fix: null,
      },
    ];
  });
}

/** The name before the script of the table that a statement drops, which may have been renamed aside. */
function nameBefore(statements: readonly Statement[], ordinal: number): string {
  const name = statements[ordinal - 1]?.name ?? '';
  const aside = statements
    .slice(0, ordinal)
    .findLast(({ kind, newName }) => kind === 'rename table' && foldName(newName ?? '') === foldName(name));
  return aside?.table ?? name;
}

/** Where rows have a key of their own, what refers to them goes by that. */
function hasKey({ relations }: Schema, table: string): boolean {
  const relation = relations.find(({ name }) => foldName(name) === foldName(table));
  return relation?.columns.some(({ primaryKey }) => primaryKey > 0) === true;
}

/** Rows that a rebuild has more than once. */
export const repeatedRows: Rule = {
  code: 'repeated-rows',
  name: 'A table rebuild has more rows than the table had',
  why: 'A copy that runs twice, or a JOIN that finds several rows for one, writes rows more than once. Only a primary key or UNIQUE would refuse that.',
  safeWay: 'Copy each row once: check the JOIN of the SELECT, and that the copy stands in the script once.',
  watch: ({ statements }) => ({
    end: ({ outcomes }) =>
      outcomes.flatMap(({ ordinal, repeated = 0 }): readonly Found[] => {
        if (repeated === 0 || bringsOthers(statements, ordinal)) return [];
        const table = nameBefore(statements, ordinal);
        return [
          {
            ordinal,
            severity: 'warning',
            subject: `table ${table}`,
            sentence: `The copy has ${counted(repeated, 'row')} more than ${table} when statement ${ordinal} drops the old table.`,
            remedy:
              'Check that each row is copied once: a JOIN may find several rows for one, and a copy may stand in the script twice.',
            fix: null,
          },
        ];
      }),
  }),
};

/** Whether the script writes other rows into the copy of a table than those of the table itself, before a statement drops that. */
function bringsOthers(statements: readonly ParsedStatement[], ordinal: number): boolean {
  const old = foldName(statements[ordinal - 1]?.name ?? '');
  const writing = statements.filter(
    ({ kind, ordinal: at }) => at < ordinal && (kind === 'insert' || kind === 'create table as'),
  );
  const reads = (statement: ParsedStatement): boolean => sourcesOf(statement.tokens).some(({ name }) => name === old);
  const copies = new Set(writing.filter(reads).map(({ name }) => foldName(name ?? '')));
  return writing.some((statement) => copies.has(foldName(statement.name ?? '')) && !reads(statement));
}
