// Where rows come from and how they are arranged: a relation or a query, with the user's sort and filter.

import { quoteIdentifier, quoteText, foldName } from '../../database';
import type { Relation } from '../../schema/schema';
import { nextToken } from '../../script/tokens';

/** Where rows come from, and how they are to be arranged. Plain data, so that a new engine can begin where another was ended. */
export interface Arrangement {
  /** What stands after FROM. */
  readonly from: string;
  /** What its columns are qualified with. */
  readonly alias: string;
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** The name by which a row is found at once; null where there is none. */
  readonly rowid: string | null;
  readonly sort: { readonly column: string; readonly descending: boolean } | null;
  /** An expression of the user's; empty for none. */
  readonly where: string;
  /** Text that some column of a row has to contain; empty for none. */
  readonly contains: string;
}

/** The arrangement in which a relation lies in the file. */
export function arrangementOf(relation: Relation): Arrangement {
  const columns = relation.columns.filter(({ hidden }) => !hidden).map(({ name }) => name);
  const taken = new Set(relation.columns.map(({ name }) => foldName(name)));
  const hasRowid = /^(shadow )?table$/.test(relation.kind) && !relation.withoutRowid;
  const rowid = hasRowid ? (['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? null) : null;
  const alias = quoteIdentifier(relation.name);
  return { from: `main.${alias}`, alias, columns, rowid, sort: null, where: '', contains: '' };
}

/** Why a text cannot stand as one expression after WHERE, in a sentence; null where SQLite may judge it. */
export function refuseExpression(text: string): string | null {
  let depth = 0;
  for (let token = nextToken(text, 0); token !== null; token = nextToken(text, token.end)) {
    if (token.kind === 'semicolon') return 'A filter is one expression: it ends before the semicolon.';
    if (token.kind === 'unterminated') return `What ${token.text.slice(0, 1)} opens is never closed.`;
    if (token.text === '(') depth++;
    if (token.text === ')' && --depth < 0) return 'There is a closing parenthesis that nothing opens.';
    if (token.kind === 'variable') return `There is nothing to put in the place of ${token.text}.`;
  }
  return depth > 0 ? 'There is a parenthesis that nothing closes.' : null;
}

/** The WHERE and ORDER BY of an arrangement; rows that are equal to the sort come by their rowids where they have any. */
export function clausesOf({ alias, columns, rowid, sort, where, contains }: Arrangement): string {
  const conditions = [
    ...(where ? [`(\n${where}\n)`] : []),
    ...(contains
      ? [
          containing(
            columns.map((name) => `${alias}.${quoteIdentifier(name)}`),
            contains,
          ),
        ]
      : []),
  ];
  const order = [
    ...(sort ? [`${alias}.${quoteIdentifier(sort.column)}${sort.descending ? ' DESC' : ''}`] : []),
    ...(rowid === null ? [] : [`${alias}.${rowid}`]),
  ];
  const filter = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  return order.length > 0 ? `${filter} ORDER BY ${order.join(', ')}` : filter;
}

/** In groups, since SQLite limits the depth of an expression to 1,000. */
function containing(columns: readonly string[], text: string): string {
  // SQLite reads no further than a NUL.
  const [plain = ''] = text.split('\0');
  const pattern = quoteText(`%${plain.replace(/[\\%_]/g, '\\$&')}%`);
  const tests = columns.map((column) => `${column} LIKE ${pattern} ESCAPE '\\'`);
  const groups: string[] = [];
  for (let at = 0; at < tests.length; at += 50) groups.push(`(${tests.slice(at, at + 50).join(' OR ')})`);
  return `(${groups.join(' OR ') || '0'})`;
}
