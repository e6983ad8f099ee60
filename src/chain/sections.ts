// The part of a migration file that goes up, by the marks that tools put in comments. What is not run becomes white space, so that
// every line and offset stays what it is in the file.

import { readDialectMarks } from './dialectMarks';
import { readGooseMarks } from './gooseMarks';
import { blank, firstSqlLine, keepRanges, linesOf, type Line, type Sections } from './markedText';

/** https://github.com/amacneil/dbmate, "Migration options", and its parseMigrationContents. */
const DBMATE = /^--\s*migrate:(up|down)(?:\s+(\S.*))?\s*$/;
/** https://orm.drizzle.team, "drizzle-kit generate": between statements, which may lack their semicolon then. */
const BREAKPOINT = /-->[ \t]*statement-breakpoint/g;
/** The halves of a file of the npm package sqlite, `migrate()`: a comment of this word alone, with or without a frame. */
const HALF = /^--\s*(up|down)\s*-*$/i;
/** At the beginning: https://docs.rs/sqlx/latest/sqlx/migrate; https://atlasgo.io/versioned/apply, "Transaction mode". */
const ALONE = /^\uFEFF?(?:--[^\n]*\n)*?-- (?:no-transaction|atlas:txmode none)[ \t\r]*(?:\n|$)/;

/** How any line of marks begins: a long file that has none need not be taken apart. */
const MARKED = /^\uFEFF?--\s*(?:migrate:|\+|up\b|down\b)/im;

/** Reads the marks of a file. One without any is run as it is. */
export function readSections(text: string): Sections {
  if (MARKED.test(text)) {
    const lines = linesOf(text);
    if (lines.some((line) => DBMATE.test(line.text))) return readDbmate(text, lines);
    const marked = readGooseMarks(text, lines) ?? readHalves(text, lines);
    if (marked) return marked;
  }
  const marked = readDialectMarks(text);
  if (marked) return marked;
  const found = { warnings: [], problem: null, ...(ALONE.test(text) && { outside: true as const }) };
  if (text.search(BREAKPOINT) < 0) return { ...found, tool: null, up: text };
  const up = text.replaceAll(BREAKPOINT, (mark) => `;${' '.repeat(mark.length - 1)}`);
  return { ...found, tool: 'drizzle', up };
}

function readDbmate(text: string, lines: readonly Line[]): Sections {
  const marks = lines.flatMap((line) => {
    const [, way, options = ''] = DBMATE.exec(line.text) ?? [];
    return way === undefined ? [] : [{ way, options: options.split(/\s+/), line }];
  });
  const [up, second] = marks.filter(({ way }) => way === 'up');
  const down = marks.find(({ way }) => way === 'down');
  const refuse = (problem: string): Sections => ({ tool: 'dbmate', up: blank(text), warnings: [], problem });
  if (!up) return refuse('has no line "-- migrate:up", so nothing in it goes up');
  if (second) return refuse(`has a second "-- migrate:up" in line ${second.line.number}`);
  if (down && down.line.start < up.line.start) {
    return refuse(`has "-- migrate:down" in line ${down.line.number} before its "-- migrate:up"`);
  }
  const early = firstSqlLine(text.slice(0, up.line.start));
  if (early !== null) return refuse(`has SQL before "-- migrate:up", in line ${early}`);
  return {
    tool: 'dbmate',
    up: keepRanges(text, [[up.line.start, down?.line.start ?? text.length]]),
    ...(down && {
      down: {
        text: keepRanges(text, [[down.line.start, text.length]]),
        ...(down.options.includes('transaction:false') && { outside: true as const }),
      },
    }),
    warnings: [],
    problem: null,
    templated: up.options.flatMap((option) => /^env(?:-var)?:(.+)$/.exec(option)?.[1]?.split(',') ?? []),
    ...(up.options.includes('transaction:false') && { outside: true as const }),
  };
}

/**
 * A file without a tool's marks that has `-- Up` and later `-- Down`: what follows would take back what was done. Since anyone may
 * write such comments, both have to be there, in this order and with no SQL before, and it is said.
 */
function readHalves(text: string, lines: readonly Line[]): Sections | null {
  const halves = lines.filter((line) => HALF.test(line.text));
  const [up, down] = halves;
  const wayOf = (line: Line | undefined): string | undefined => HALF.exec(line?.text ?? '')?.[1]?.toLowerCase();
  if (halves.length !== 2 || !up || !down || wayOf(up) !== 'up' || wayOf(down) !== 'down') return null;
  if (firstSqlLine(text.slice(0, up.start)) !== null) return null;
  return {
    tool: null,
    up: keepRanges(text, [[0, down.start]]),
    down: { text: keepRanges(text, [[down.start, text.length]]) },
    warnings: [`What follows "${down.text.trim()}" in line ${down.number} is not run.`],
    problem: null,
  };
}
