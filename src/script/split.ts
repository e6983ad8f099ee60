// Splits a script into its statements before any of them runs, at the places where SQLite itself would.
import { classify } from './classify';
import { PackedTokens, withFields, type ParsedStatement } from './parsedStatement';
import { Lines, type Position } from './position';
import {
  refuseLoneCarriageReturn,
  refuseNul,
  refuseShellCommand,
  refuseTrigger,
  refuseUnterminated,
  type ScriptRefusal,
} from './refusal';
import { changesNothing, shellLineAt, shellLineWithin, type ShellLine } from './shell';
import { partsOf, type Script } from './statement';
import { isBlank, isWord, nextToken, type Token } from './tokens';

/** Something about a script that is worth a word and does not keep it from running. */
export interface ScriptNote extends Position {
  readonly code: 'byte-order-mark' | 'shell-command';
  readonly sentence: string;
}

/** A script in parts, or the reason why taking it apart would lose some of it. */
export type SplitResult =
  | { readonly ok: true; readonly statements: readonly ParsedStatement[]; readonly notes: readonly ScriptNote[] }
  | { readonly ok: false; readonly refusal: ScriptRefusal };

/**
 * The statements of a script, in order. Every token of the script other than comments and the semicolons between
 * statements is in exactly one of them; a script of comments alone has none. Where the script cannot be split without
 * losing some of it, or holds lines that are not SQL, the first such place is refused. Whether a statement is correct is
 * left to SQLite. The rule is that of sqlite3_complete() (https://sqlite.org/c3ref/complete.html), except that a CREATE
 * TRIGGER without BEGIN ends at its first semicolon, as it does when SQLite compiles it.
 */
export function splitScript(script: Script): SplitResult {
  const statements: ParsedStatement[] = [];
  const notes: ScriptNote[] = [];
  for (const part of partsOf(script)) {
    const { name, text } = part;
    const within = (sentence: string): string => (name === null ? sentence : `${name}: ${sentence}`);
    const found = [...notesOn(text)];
    const refusal = splitPart(part, { statements, notes: found });
    if (refusal) return { ok: false, refusal: { ...refusal, sentence: within(refusal.sentence) } };
    notes.push(...found.map((note) => ({ ...note, sentence: within(note.sentence) })));
  }
  return { ok: true, statements, notes };
}

/** Adds the statements of one part of a script to those before it, or gives why it cannot be split. Places are those in it. */
function splitPart(
  { name: file, text: source, outside }: ReturnType<typeof partsOf>[number],
  { statements, notes }: { readonly statements: ParsedStatement[]; readonly notes: ScriptNote[] },
): ScriptRefusal | null {
  const lines = new Lines(source);
  const nul = source.indexOf('\0');
  if (nul >= 0) return refuseNul(lines.at(nul));

  /** Adds the statement that has come to its end; SQLite reads what stands before `end` as well, and keeps some of it. */
  const finish = (statement: OpenStatement, end: number): void => {
    const { first, last } = statement;
    const tokens = statement.tokensOf(source);
    const fields = {
      ...classify(tokens),
      ordinal: statements.length + 1,
      file,
      ...(outside && { outside }),
      text: source.slice(first.start, end),
      start: first.start,
      firstLine: lines.at(first.start).line,
      lastLine: lines.at(last.end - 1).line,
    };
    statements.push(withFields(tokens, fields));
  };
  let open: OpenStatement | null = null;
  let from = 0;
  let afterComment = 0;
  for (let token = nextToken(source, from); token !== null; token = nextToken(source, from)) {
    from = token.end;
    const reason = refusalOfToken(token, lines);
    if (reason !== null) return reason;
    if (token.kind === 'comment') afterComment = token.end;
    if (isBlank(token)) continue;
    const shell: ShellLine | null =
      open === null ? shellLineAt(source, token, lines) : shellLineWithin(source, open.last, token, lines);
    if (shell !== null) {
      const at = lines.at(token.start);
      if (!changesNothing(shell)) return refuseShellCommand(shell.line, shell.tool, at);
      notes.push(noteOnShell(shell, at));
      // It goes to the end of its line, whatever SQL would make of the quotes in it.
      from = endOfLine(source, token.end);
      continue;
    }
    if (open === null) {
      if (token.kind === 'semicolon') continue;
      open = new OpenStatement(token);
    } else if (token.kind === 'semicolon' && !open.isInTriggerBody()) {
      finish(open, token.start);
      open = null;
    } else {
      open.add(token);
    }
  }

  if (open?.isInTriggerBody() === true) return refuseOpenTrigger(source, open, lines);
  if (open !== null) finish(open, Math.max(open.last.end, afterComment));
  return null;
}

/**
 * How far sqlite3_complete's machine has come in a statement. Only a trigger has a body; it ends with a semicolon, then
 * END, then a semicolon, so the END of a CASE never closes it.
 */
type Progress =
  | 'start'
  | 'explain'
  | 'explain query'
  | 'create'
  | 'plain'
  | 'trigger head'
  | 'body'
  | 'body semicolon'
  | 'body end';

class OpenStatement {
  readonly first: Token;
  last: Token;
  /** The last END that stood where the trigger could end, but without a semicolon after it. */
  endWithoutSemicolon: Token | null = null;
  private progress: Progress;
  private readonly packed: number[] = [];

  constructor(first: Token) {
    this.first = first;
    this.last = first;
    PackedTokens.pack(first, this.packed);
    this.progress = progressAfter('start', first);
  }

  add(token: Token): void {
    if (this.progress === 'body end') this.endWithoutSemicolon = this.last;
    this.progress = progressAfter(this.progress, token);
    this.last = token;
    PackedTokens.pack(token, this.packed);
  }

  /** Its tokens so far. */
  tokensOf(source: string): PackedTokens {
    return PackedTokens.of(source, this.first.start, this.packed);
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

/** What in a token itself keeps the script from being split, if anything. */
function refusalOfToken(token: Token, lines: Lines): ScriptRefusal | null {
  if (token.kind === 'unterminated') return refuseUnterminated(token, lines.at(token.start));
  if (token.kind !== 'comment') return null;
  return hidesFollowingLines(token) ? refuseLoneCarriageReturn(lines.at(token.start)) : null;
}

function noteOnShell({ line, tool }: ShellLine, at: Position): ScriptNote {
  const shown = line.length > 60 ? `${line.slice(0, 59)}…` : line;
  const sentence = `Line ${at.line}, “${shown}”, is a command of ${tool} that changes nothing in the database. It is left out.`;
  return { code: 'shell-command', ...at, sentence };
}

function endOfLine(source: string, from: number): number {
  const end = source.indexOf('\n', from);
  return end < 0 ? source.length : end;
}

/** True for a -- comment with a lone CR in it and, after that, a line that is neither blank nor a -- comment itself. */
function hidesFollowingLines(comment: Token): boolean {
  if (!comment.text.startsWith('--') || !comment.text.includes('\r')) return false;
  const following = comment.text.split('\r').slice(1);
  return following.some((line) => line.trim() !== '' && !line.trim().startsWith('--'));
}

function refuseOpenTrigger(source: string, open: OpenStatement, lines: Lines): ScriptRefusal {
  const end = open.endWithoutSemicolon;
  const { name } = classify(open.tokensOf(source));
  return refuseTrigger(name, lines.at(open.first.start), end === null ? null : lines.at(end.start));
}

function notesOn(source: string): readonly ScriptNote[] {
  if (!source.startsWith('\uFEFF')) return [];
  const sentence = 'The script begins with a byte order mark. It is white space to SQLite and has no effect.';
  return [{ code: 'byte-order-mark', line: 1, column: 1, sentence }];
}
