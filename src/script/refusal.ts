// The reasons for which a script is not split at all, each with a sentence that says what, where, and what to do.
import type { Position } from './position';
import type { Token } from './tokens';

type ScriptRefusalCode =
  | 'nul-character'
  | 'unterminated-string'
  | 'unterminated-identifier'
  | 'unterminated-comment'
  | 'cr-only-line-ends'
  | 'incomplete-trigger'
  | 'shell-command';

/** Why a script cannot be split so that every part of it runs, and the place where that shows. */
export interface ScriptRefusal extends Position {
  readonly code: ScriptRefusalCode;
  /** For the person who wrote the script. */
  readonly sentence: string;
}

/** SQLite stops reading at a NUL without a word: the rest of the script would not run. */
export function refuseNul(at: Position): ScriptRefusal {
  return refusal(
    'nul-character',
    at,
    `The script holds a NUL character ${place(at)}, and SQLite would silently ignore everything after it. ` +
      'Remove the character, or, if the file was saved as UTF-16, save it as UTF-8.',
  );
}

/** A token of kind `unterminated`: what it is shows in its first character. */
export function refuseUnterminated(token: Token, at: Position): ScriptRefusal {
  const first = token.text.charAt(0);
  if (first === '/') {
    return refusal(
      'unterminated-comment',
      at,
      `The comment that /* opens ${place(at)} is never closed, and SQLite would silently ignore everything after it. ` +
        'Close it with */.',
    );
  }
  if (first === "'" || first === 'x' || first === 'X') {
    const what = first === "'" ? 'string' : 'blob';
    return refusal(
      'unterminated-string',
      at,
      `The ${what} that begins ${place(at)} is never closed. Close it with a single quote, or look for one that is ` +
        'missing before it; a single quote inside a string is written twice.',
    );
  }
  return refusal(
    'unterminated-identifier',
    at,
    `The name that ${first} opens ${place(at)} is never closed. Close it with ${first === '[' ? ']' : first}.`,
  );
}

/** A `--` comment that goes on after a lone CR, with text that an editor shows as lines of SQL. */
export function refuseLoneCarriageReturn(at: Position): ScriptRefusal {
  return refusal(
    'cr-only-line-ends',
    at,
    `The line of the comment ${place(at)} ends with a carriage return (CR) alone. To SQLite the comment goes on until a ` +
      'line feed (LF), so it would silently ignore the lines that follow. Save the script with LF or CRLF line ends.',
  );
}

/** A trigger whose body is opened and never closed. `endWithoutSemicolon` is where an END stands that may be meant to close it. */
export function refuseTrigger(name: string | null, at: Position, endWithoutSemicolon: Position | null): ScriptRefusal {
  const trigger = name === null ? 'The trigger' : `The trigger ${name}`;
  return refusal(
    'incomplete-trigger',
    at,
    endWithoutSemicolon === null
      ? `${trigger} ${place(at)} never comes to its END, so the rest of the script would be read as part of it. ` +
          'Close its body with END; after the last statement in it and that statement’s own semicolon.'
      : `${trigger} ${place(at)} is not closed: the END ${place(endWithoutSemicolon)} has no semicolon after it, so the ` +
          'rest of the script would be read as part of the trigger. Write END; there.',
  );
}

/** A line that is an instruction to a shell or client program. `tool` says to which. */
export function refuseShellCommand(line: string, tool: string, at: Position): ScriptRefusal {
  const shown = line.length > 60 ? `${line.slice(0, 59)}…` : line;
  return refusal(
    'shell-command',
    at,
    `Line ${String(at.line)}, “${shown}”, is a command of ${tool} and not SQL, so SQLite cannot run it. Remove the line.`,
  );
}

function refusal(code: ScriptRefusalCode, at: Position, sentence: string): ScriptRefusal {
  return { code, line: at.line, column: at.column, sentence };
}

function place(at: Position): string {
  return `at line ${String(at.line)}, column ${String(at.column)}`;
}
