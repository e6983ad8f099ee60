// The marks of goose, and of sql-migrate, which has the same ones by another name: what of a file goes up by them.

import { firstSqlLine, keepRanges, type Line, type Sections } from './markedText';

/**
 * https://pressly.github.io/goose/documentation/annotations: on a line of their own from its first character, in any case; and
 * https://github.com/rubenv/sql-migrate, "Writing migrations". `ENVSUBST` was goose's first name of `ENVSUB`.
 */
const MARK = /^--\s*\+(goose|migrate)\s+(.*?)\s*$/i;

/** What a line asks of the tool, in small letters; null where it is no mark. */
function markOf(line: Line): { readonly tool: 'goose' | 'sql-migrate'; readonly words: string } | null {
  const [, tool, words] = MARK.exec(line.text) ?? [];
  if (tool === undefined || words === undefined) return null;
  return { tool: /^goose$/i.test(tool) ? 'goose' : 'sql-migrate', words: words.toLowerCase().replaceAll(/\s+/g, ' ') };
}

/** Reads a file by goose's marks; null where it has none. */
export function readGooseMarks(text: string, lines: readonly Line[]): Sections | null {
  const marks = lines.flatMap((line) => {
    const mark = markOf(line);
    return mark ? [{ ...mark, line }] : [];
  });
  const [any] = marks;
  if (!any) return null;
  const prefix = any.tool === 'goose' ? '+goose' : '+migrate';
  // sql-migrate takes its two ways in any order, and any number of times (its sqlparse/sqlparse.go, ParseMigration).
  const isStrict = any.tool === 'goose';
  const kept: Record<'up' | 'down', [number, number][]> = { up: [], down: [] };
  const ends: Record<'up' | 'down', number[]> = { up: [], down: [] };
  const outside = { up: false, down: false };
  let section: 'none' | 'up' | 'down' = 'none';
  let from = 0;
  let seen = false;
  let begun: Line | null = null;
  const variables: [number, number][] = [];
  /** Where goose has begun to put variables in; null where it does not. */
  let putFrom: number | null = null;
  let problem: string | null = null;

  /** Closes the section that ends where a mark begins the next. */
  const leave = (to: number): void => {
    if (begun) problem ??= `has a "${prefix} StatementBegin" in line ${begun.number} that no StatementEnd ends`;
    const early = section === 'none' ? firstSqlLine(text.slice(0, to)) : null;
    if (early !== null) problem ??= `has SQL before "${prefix} Up", in line ${early}`;
    if (section !== 'none') kept[section].push([from, to]);
    from = to;
    begun = null;
  };
  for (const { words, line } of marks) {
    const [first = '', ...options] = words.split(' ');
    if (first === 'up') {
      leave(line.start);
      if (seen && isStrict) problem ??= `has a second "${prefix} Up" in line ${line.number}`;
      section = 'up';
      seen = true;
    } else if (first === 'down') {
      leave(line.start);
      if (!seen && isStrict) problem ??= `has "${prefix} Down" in line ${line.number} before any "${prefix} Up"`;
      section = 'down';
    } else if (first === 'statementbegin') {
      if (begun) problem ??= `has a "${prefix} StatementBegin" in line ${begun.number} that no StatementEnd ends`;
      begun = line;
    } else if (first === 'statementend') {
      if (!begun) problem ??= `has a "${prefix} StatementEnd" in line ${line.number} without its StatementBegin`;
      else if (section !== 'none') ends[section].push(line.start);
      begun = null;
    } else if (words === 'envsub on' || words === 'envsubst on') {
      putFrom ??= line.start;
    } else if (putFrom !== null && (words === 'envsub off' || words === 'envsubst off')) {
      variables.push([putFrom, line.start]);
      putFrom = null;
    }
    if (words === 'no transaction') outside.up = outside.down = true;
    else if (section !== 'none' && options.includes('notransaction')) outside[section] = true;
  }
  leave(text.length);
  if (putFrom !== null) variables.push([putFrom, text.length]);
  if (!seen) problem = `has no line "-- ${prefix} Up", so nothing in it goes up`;
  const part = (way: 'up' | 'down'): { text: string; outside?: true } => ({
    text: withEnds(keepRanges(text, kept[way]), ends[way]),
    ...(outside[way] && { outside: true }),
  });
  const { text: up, ...asks } = part('up');
  const down = kept.down.length > 0 ? { down: part('down') } : {};
  return { tool: any.tool, up, warnings: [], problem, variables, ...asks, ...down };
}

/**
 * A statement between StatementBegin and StatementEnd needs no semicolon: the mark's first character becomes one, and the rest of it
 * white space. That a block of several statements is several here, and one for goose, changes nothing.
 */
function withEnds(up: string, ends: readonly number[]): string {
  let written = '';
  for (const end of ends) {
    const mark = /^[^\r\n]*/.exec(up.slice(end))?.[0] ?? '';
    written += up.slice(written.length, end) + (mark === '' ? '' : `;${' '.repeat(mark.length - 1)}`);
  }
  return written + up.slice(written.length);
}
