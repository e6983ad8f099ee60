// Files that are for two databases at once, with marks for the lines of one of them: those of dbutil, which Matrix bridges use
// (https://pkg.go.dev/go.mau.fi/util/dbutil, "UpgradeTable").

import { blank, linesOf, type Sections } from './markedText';

/** The first line: from which version to which it leads. From 0 on it is a whole schema. */
const HEADER = /^\uFEFF?-- (?:v(\d+) -> )?v\d+(?: \(compatible with v\d+\+\))?: \S/;
const TRANSACTION = /^-- transaction: (on|off|sqlite-fkey-off)\b/;
/** The next line, some lines, or all up to the mark of the end are for one database; those for SQLite may stand there as comments. */
const ONLY = /^\s*-- only: (postgres|sqlite)(?: for next (\d+) lines| until "(end) only")?(?: \(lines? (commented)\))?/;
const END = /^\s*-- end only (?:postgres|sqlite)$/;

/** Reads the marks of a file with such a first line, as for SQLite; null for any other. */
export function readDialectMarks(text: string): Sections | null {
  const [, from] = HEADER.exec(text) ?? [];
  if (!HEADER.test(text)) return null;
  const lines = linesOf(text);
  const raw = text.split('\n');
  const mode = TRANSACTION.exec(lines[1]?.text ?? '')?.[1];
  const start = mode === undefined ? 1 : 2;
  const found = {
    tool: null,
    problem: null,
    ...(mode === 'off' && { outside: true as const }),
    ...(from !== undefined && Number(from) === 0 && { whole: true as const }),
  };
  const [, database, count, end] = ONLY.exec(lines[start]?.text ?? '') ?? [];
  if (database === 'postgres' && count === undefined && end === undefined)
    return { ...found, up: blank(text), warnings: ['It is for PostgreSQL alone: nothing in it is run.'] };
  for (let at = start; at < lines.length; at++) {
    const [mark, only, lineCount = '1', until, commented] = ONLY.exec(lines[at]?.text ?? '') ?? [];
    if (mark === undefined) continue;
    const ends =
      until === undefined ? at + 1 + Number(lineCount) : lines.findIndex((line, no) => no > at && END.test(line.text));
    if (ends < 0) {
      const problem = `has no line "-- end only ${only ?? ''}" for what begins in line ${at + 1}`;
      return { ...found, up: blank(text), warnings: [], problem };
    }
    for (let no = at + 1; no < Math.min(ends, raw.length); no++) {
      const line = raw[no] ?? '';
      if (only === 'postgres') raw[no] = blank(line);
      else if (commented !== undefined) raw[no] = line.replace(/^--/, '  ');
    }
    at = ends - 1;
  }
  return { ...found, up: raw.join('\n'), warnings: [] };
}
