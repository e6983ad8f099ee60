// The parts of an INSERT, UPDATE or DELETE from which the rows can be told that it would write.

import { TokenCursor } from './cursor';
import type { ParsedSql, Token } from './tokens';

/** What an INSERT says of its rows. */
interface InsertClauses {
  /** As named; null where none are. */
  readonly columns: readonly string[] | null;
  /** The SELECT or VALUES that gives the rows. */
  readonly source: string;
  /** It has an ON CONFLICT clause, by which rows may be passed over. */
  readonly isUpsert: boolean;
}

/** What an UPDATE says of its rows. */
interface UpdateClauses {
  /** The table by the name that its expressions know it by, as FROM has it after the table's name: ` AS x`, or nothing. */
  readonly alias: string;
  readonly values: readonly { readonly column: string; readonly value: string }[];
  readonly where: string | null;
}

/** The clauses of an INSERT; null where its rows are not written as a query (DEFAULT VALUES), or it cannot be read. */
export function readInsert({ text, tokens }: ParsedSql): InsertClauses | null {
  const cursor = new TokenCursor(tokens);
  const common = takeText(cursor, text, () => cursor.atWords('INSERT') || cursor.atWords('REPLACE'));
  cursor.take();
  if (cursor.takeWords('OR')) cursor.take();
  cursor.takeWords('INTO');
  cursor.takeQualifiedName();
  if (cursor.takeWords('AS')) cursor.takeName();
  const columns = cursor.atOperator('(') ? takeNames(cursor) : null;
  const rows = takeText(cursor, text, () => cursor.atWords('ON', 'CONFLICT') || cursor.atWords('RETURNING'));
  if (columns?.length === 0 || !/^(select|values|with)\b/i.test(rows)) return null;
  const source = common === '' ? rows : `${common}\n${rows}`;
  return { columns, source, isUpsert: cursor.atWords('ON') };
}

/** The clauses of an UPDATE; null where it reads other tables by WITH or FROM, sets several columns at once, or cannot be read. */
export function readUpdate({ text, tokens }: ParsedSql): UpdateClauses | null {
  const cursor = new TokenCursor(tokens);
  if (!cursor.takeWords('UPDATE')) return null;
  if (cursor.takeWords('OR')) cursor.take();
  cursor.takeQualifiedName();
  const alias = takeAlias(cursor);
  if (alias === null || !cursor.takeWords('SET')) return null;
  const values: { column: string; value: string }[] = [];
  const atEnd = (): boolean => ['FROM', 'WHERE', 'RETURNING'].some((word) => cursor.atWords(word));
  do {
    if (cursor.atOperator(',')) cursor.take();
    const column = cursor.takeName();
    if (column === null || !cursor.atOperator('=')) return null;
    cursor.take();
    values.push({ column, value: takeText(cursor, text, () => cursor.atOperator(',') || atEnd()) });
  } while (cursor.atOperator(','));
  return cursor.atWords('FROM') ? null : { alias, values, where: takeWhere(cursor, text) };
}

/** What an UPDATE sets, column by column, also where it reads other tables by FROM; null where it cannot be read so. */
export function readAssignments({
  tokens,
}: ParsedSql): readonly { readonly column: string; readonly tokens: readonly Token[] }[] | null {
  const cursor = new TokenCursor(tokens);
  if (!cursor.takeWords('UPDATE')) return null;
  if (cursor.takeWords('OR')) cursor.take();
  cursor.takeQualifiedName();
  if (takeAlias(cursor) === null || !cursor.takeWords('SET')) return null;
  const assigned: { column: string; tokens: readonly Token[] }[] = [];
  do {
    if (cursor.atOperator(',')) cursor.take();
    const column = cursor.takeName();
    if (column === null || !cursor.atOperator('=')) return null;
    cursor.take();
    const start = cursor.taken;
    takeText(
      cursor,
      '',
      () => cursor.atOperator(',') || ['FROM', 'WHERE', 'RETURNING'].some((word) => cursor.atWords(word)),
    );
    assigned.push({ column, tokens: tokens.slice(start, cursor.taken) });
  } while (cursor.atOperator(','));
  return assigned;
}

/** Which rows a DELETE takes; null where it reads other tables by WITH, or cannot be read. */
export function readDelete({ text, tokens }: ParsedSql): Omit<UpdateClauses, 'values'> | null {
  const cursor = new TokenCursor(tokens);
  if (!cursor.takeWords('DELETE', 'FROM')) return null;
  cursor.takeQualifiedName();
  const alias = takeAlias(cursor);
  return alias === null ? null : { alias, where: takeWhere(cursor, text) };
}

function takeAlias(cursor: TokenCursor): string | null {
  if (!cursor.takeWords('AS')) return cursor.atWords('INDEXED') || cursor.atWords('NOT') ? null : '';
  return ` AS ${cursor.take()?.text ?? ''}`;
}

function takeWhere(cursor: TokenCursor, text: string): string | null {
  return cursor.takeWords('WHERE') ? takeText(cursor, text, () => cursor.atWords('RETURNING')) : null;
}

/** Takes the tokens up to the first outside of parentheses at which `atEnd` holds, and gives their text. */
function takeText(cursor: TokenCursor, text: string, atEnd: () => boolean): string {
  let [first, last]: (Token | null)[] = [null, null];
  let depth = 0;
  while (cursor.peek() !== null && !(depth === 0 && atEnd())) {
    depth += cursor.atOperator('(') ? 1 : cursor.atOperator(')') ? -1 : 0;
    last = cursor.take();
    first ??= last;
  }
  return first && last ? text.slice(first.start, last.end) : '';
}

/** The names in `(a, b)`; none where there is anything else in it. */
function takeNames(cursor: TokenCursor): readonly string[] {
  const names: string[] = [];
  do {
    cursor.take();
    const name = cursor.takeName();
    if (name === null) return [];
    names.push(name);
  } while (cursor.atOperator(','));
  return cursor.take()?.text === ')' ? names : [];
}
