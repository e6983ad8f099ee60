// The text of a migration file as lines, of which some are marks of a tool, and with white space for what is not run.

import { nextToken } from '../script/tokens';

/** What of a file is run. */
export interface Sections {
  readonly tool: 'dbmate' | 'goose' | 'sql-migrate' | 'drizzle' | null;
  /** As long as the file, with the same line ends. */
  readonly up: string;
  /** It asks to be run outside of a transaction. */
  readonly outside?: true;
  /** It says itself that it leads from nothing to the whole schema. */
  readonly whole?: true;
  /** What of the file takes back what goes up, as long as the file; left out where nothing does. */
  readonly down?: { readonly text: string; readonly outside?: true };
  /** Sentences on what the marks ask for and does not happen here. */
  readonly warnings: readonly string[];
  /** Why the marks cannot be followed, with the line; the file cannot be run then. */
  readonly problem: string | null;
  /** Where goose puts variables of the environment in. */
  readonly variables?: readonly Range[];
  /** The names that dbmate puts into templates. */
  readonly templated?: readonly string[];
}

/** A part of a text by its offsets, the second of which is no part of it. */
type Range = readonly [from: number, to: number];

/** One line of a file, without its end. */
export interface Line {
  readonly text: string;
  readonly start: number;
  /** 1-based. */
  readonly number: number;
}

/** The lines of a text; a byte order mark is no part of the first. */
export function linesOf(text: string): readonly Line[] {
  let start = 0;
  return text.split('\n').map((line, at) => {
    const found = { text: line.replace(/\r$/, '').replace(/^\uFEFF/, ''), start, number: at + 1 };
    start += line.length + 1;
    return found;
  });
}

/**
 * The line of the first SQL of a text: of what is no white space, comment or semicolon, and would be lost if it was not run.
 * Null where there is none.
 */
export function firstSqlLine(text: string): number | null {
  for (let token = nextToken(text, 0); token !== null; token = nextToken(text, token.end)) {
    const openComment = token.kind === 'unterminated' && token.text.startsWith('/*');
    if (!openComment && !['space', 'comment', 'semicolon'].includes(token.kind)) {
      return text.slice(0, token.start).split('\n').length;
    }
  }
  return null;
}

/** The text with all but some ranges, which are in order, as white space. */
export function keepRanges(text: string, ranges: readonly Range[]): string {
  let kept = '';
  for (const [from, to] of ranges) kept += blank(text.slice(kept.length, from)) + text.slice(from, to);
  return kept + blank(text.slice(kept.length));
}

/** White space of the same length, with the same line ends. */
export function blank(text: string): string {
  return text.replaceAll(/[^\r\n]/g, ' ');
}
