// Which functions of an application make one value of many rows: aggregates and window functions, told by how they are called and by their names.

import { foldName } from '../database';
import type { Statement } from '../script/statement';
import { isWord, parseSql, unquotedName, type Token } from '../script/tokens';

/** What extensions and other databases call theirs; no function of one row has such a name. */
const NAMES =
  /^(?:median|mode|product|(?:upper|lower)_quartile|percentile(?:_cont|_disc|_\d+)?|stdd?ev(?:_pop|_samp)?|var(?:iance|_pop|_samp)|covar_(?:pop|samp)|corr|geomean|array_agg|jsonb?_agg|jsonb?_object_agg|listagg|bool_(?:and|or)|bit_(?:and|or|xor)|every|any_value|arg_m(?:in|ax)|first_agg|last_agg)$/i;

/** Whether a function is an aggregate or a window function, as far as its name or a call of it tells: with DISTINCT, `*`, FILTER or OVER. */
export function isAggregate(name: string, statements: readonly Pick<Statement, 'text'>[]): boolean {
  if (NAMES.test(name)) return true;
  const folded = foldName(name);
  return statements.some(({ text }) => foldName(text).includes(folded) && isCalledSo(parseSql(text).tokens, folded));
}

function isCalledSo(tokens: readonly Token[], folded: string): boolean {
  return tokens.some((token, at) => {
    const open = tokens[at + 1];
    const first = tokens[at + 2];
    if (open?.text !== '(' || !first || foldName(unquotedName(token) ?? '') !== folded) return false;
    if (isWord(first, 'DISTINCT') || first.text === '*') return true;
    let depth = 0;
    const end = tokens.findIndex((one, place) => {
      if (place > at) depth += one.text === '(' ? 1 : one.text === ')' ? -1 : 0;
      return place > at && depth === 0;
    });
    const behind = tokens[end + 1] ?? null;
    return end > 0 && (isWord(behind, 'FILTER') || isWord(behind, 'OVER'));
  });
}
