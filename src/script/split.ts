// Splits a script into its statements before any of them runs, at the places where SQLite itself would.
import { classify } from './classify';
import { Lines, type Position } from './position';
import {
  refuseLoneCarriageReturn,
  refuseNul,
  refuseShellCommand,
  refuseTrigger,
  refuseUnterminated,
  type ScriptRefusal,
} from './refusal';
import { shellLineAt, shellLineWithin } from './shell';
import type { Statement, Script } from './statement';
import { isBlank, isWord, nextToken, type Token } from './tokens';

/** Something about a script that is worth a word and does not keep it from running. */
export interface ScriptNote extends Position {
  readonly code: 'byte-order-mark';
  readonly sentence: string;
}

/** A script in parts, or the reason why taking it apart would lose some of it. */
export type SplitResult =
  | { readonly ok: true; readonly statements: readonly Statement[]; readonly notes: readonly ScriptNote[] }
  | { readonly ok: false; readonly refusal: ScriptRefusal };

/**
 * The statements of a script, in order. Every token of the script other than comments and the semicolons between
 * statements is in exactly one of them; a script of comments alone has none. Where the script cannot be split without
 * losing some of it, or holds lines that are not SQL, the first such place is refused. Whether a statement is correct is
 * left to SQLite. The rule is that of sqlite3_complete() (https://sqlite.org/c3ref/complete.html), except that a CREATE
 * TRIGGER without BEGIN ends at its first semicolon, as it does when SQLite compiles it.
 */
export function splitScript(script: Script): SplitResult {
  if (typeof script === 'string') return splitText(script);
  const statements: Statement[] = [];
  const notes: ScriptNote[] = [];
  for (const { name, text } of script) {
    const split = splitText(text);
    const within = (sentence: string): string => `${name}: ${sentence}`;
    if (!split.ok) return { ok: false, refusal: { ...split.refusal, sentence: within(split.refusal.sentence) } };
    const before = statements.length;
    for (const statement of split.statements) {
      statements.push({ ...statement, file: name, ordinal: before + statement.ordinal });
    }
    notes.push(...split.notes.map((note) => ({ ...note, sentence: within(note.sentence) })));
  }
  return { ok: true, statements, notes };
}

/** Splits one text; places are those in it. */
function splitText(source: string): SplitResult {
  const lines = new Lines(source);
  const nul = source.indexOf('\0');
  if (nul >= 0) return { ok: false, refusal: refuseNul(lines.at(nul)) };

  const statements: Statement[] = [];
  let open: OpenStatement | null = null;
  for (let token = nextToken(source, 0); token !== null; token = nextToken(source, token.end)) {
    const reason = refusalAt(source, token, open, lines);
    if (reason !== null) return { ok: false, refusal: reason };
    if (isBlank(token)) continue;
    if (open === null) {
      if (token.kind === 'semicolon') continue;
      open = new OpenStatement(token);
    } else if (token.kind === 'semicolon' && !open.isInTriggerBody()) {
      statements.push(finish(source, open, statements.length + 1, lines));
      open = null;
    } else {
      open.add(token);
    }
  }

  if (open?.isInTriggerBody() === true) return { ok: false, refusal: refuseOpenTrigger(source, open, lines) };
  if (open !== null) statements.push(finish(source, open, statements.length + 1, lines));
  return { ok: true, statements, notes: notesOn(source) };
}

/**
 * How far sqlite3_complete's machine has come in a statement. Only a trigger has a body; it ends with a semicolon, then
 * END, then a semicolon, so the END of a CASE never closes it.
 */
type Progress =
  'start' | 'explain' | 'explain query' | 'create' | 'plain' | 'trigger head' | 'body' | 'body semicolon' | 'body end';

class OpenStatement {
  readonly first: Token;
  last: Token;
  /** The last END that stood where the trigger could end, but without a semicolon after it. */
  endWithoutSemicolon: Token | null = null;
  private progress: Progress;

  constructor(first: Token) {
    this.first = first;
    this.last = first;
    this.progress = progressAfter('start', first);
  }

  add(token: Token): void {
    if (this.progress === 'body end') this.endWithoutSemicolon = this.last;
    this.progress = progressAfter(this.progress, token);
    this.last = token;
  }

  /** True where neither a semicolon nor the end of the script ends the statement. */
  isInTriggerBody(): boolean {
    return this.progress === 'body' || this.progress === 'body semicolon';
  }
}

function progressAfter(progress: Progress, token: Token): Progress {
  switch (progress) {
    case 'start':
      if (isWord(token, 'EXPLAIN')) return 'explain';
      return isWord(token, 'CREATE') ? 'create' : 'plain';
    case 'explain':
      if (isWord(token, 'QUERY')) return 'explain query';
      return isWord(token, 'CREATE') ? 'create' : 'plain';
    case 'explain query':
      if (isWord(token, 'PLAN')) return 'explain query';
      return isWord(token, 'CREATE') ? 'create' : 'plain';
    case 'create':
      if (isWord(token, 'TEMP') || isWord(token, 'TEMPORARY')) return 'create';
      return isWord(token, 'TRIGGER') ? 'trigger head' : 'plain';
    case 'plain':
      return 'plain';
    case 'trigger head':
      return isWord(token, 'BEGIN') ? 'body' : 'trigger head';
    case 'body':
      return token.kind === 'semicolon' ? 'body semicolon' : 'body';
    case 'body semicolon':
      if (token.kind === 'semicolon') return 'body semicolon';
      return isWord(token, 'END') ? 'body end' : 'body';
    case 'body end':
      return token.kind === 'semicolon' ? 'body semicolon' : 'body';
  }
}

/** What keeps the script from being split at this token, if anything. */
function refusalAt(source: string, token: Token, open: OpenStatement | null, lines: Lines): ScriptRefusal | null {
  if (token.kind === 'unterminated') return refuseUnterminated(token, lines.at(token.start));
  if (token.kind === 'comment') {
    return hidesFollowingLines(token) ? refuseLoneCarriageReturn(lines.at(token.start)) : null;
  }
  if (isBlank(token)) return null;
  const shell = open === null ? shellLineAt(source, token, lines) : shellLineWithin(source, open.last, token, lines);
  return shell === null ? null : refuseShellCommand(shell.line, shell.tool, lines.at(token.start));
}

/** True for a -- comment with a lone CR in it and, after that, a line that is neither blank nor a -- comment itself. */
function hidesFollowingLines(comment: Token): boolean {
  if (!comment.text.startsWith('--') || !comment.text.includes('\r')) return false;
  const following = comment.text.split('\r').slice(1);
  return following.some((line) => line.trim() !== '' && !line.trim().startsWith('--'));
}

function refuseOpenTrigger(source: string, open: OpenStatement, lines: Lines): ScriptRefusal {
  const end = open.endWithoutSemicolon;
  const { name } = classify(source.slice(open.first.start, open.last.end));
  return refuseTrigger(name, lines.at(open.first.start), end === null ? null : lines.at(end.start));
}

function finish(source: string, open: OpenStatement, ordinal: number, lines: Lines): Statement {
  const text = source.slice(open.first.start, open.last.end);
  return {
    ...classify(text),
    ordinal,
    file: null,
    text,
    start: open.first.start,
    firstLine: lines.at(open.first.start).line,
    lastLine: lines.at(open.last.end - 1).line,
  };
}

function notesOn(source: string): readonly ScriptNote[] {
  if (!source.startsWith('\uFEFF')) return [];
  const sentence = 'The script begins with a byte order mark. It is white space to SQLite and has no effect.';
  return [{ code: 'byte-order-mark', line: 1, column: 1, sentence }];
}
