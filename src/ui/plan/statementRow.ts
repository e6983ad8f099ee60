// A statement as the list shows it. A plain value: a reactive one in each of thousands of rows takes time to make and to end.

import type { StatementOutcome } from '../../migration/outcome';
import type { Statement } from '../../script/statement';
import { counted, duration } from '../../words';

/** Signs of a comment that stand inside of a string or a quoted name begin none. What is cut off ends where the text does. */
const QUOTED_OR_COMMENT =
  /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

/** One row of the list. */
export class StatementRow {
  readonly statement: Statement;
  readonly outcome: StatementOutcome;
  /** The file of a chain that begins with this statement; null for any other. */
  readonly begins: string | null;
  readonly #happened: boolean;

  /** @param happened the outcome is that of a run: its time is worth showing */
  constructor(statement: Statement, outcome: StatementOutcome, happened: boolean, begins: string | null = null) {
    this.statement = statement;
    this.outcome = outcome;
    this.#happened = happened;
    this.begins = begins;
  }

  /** The text on one line, without comments. One line is shown, so a statement of megabytes is not given whole. */
  get headline(): string {
    return this.statement.text
      .slice(0, 1000)
      .replace(QUOTED_OR_COMMENT, (text) => (/^(--|\/\*)/.test(text) ? ' ' : text))
      .replace(/\s+/g, ' ')
      .slice(0, 240);
  }

  /** The rows that it changes, its lines in the script and the time that it took: `3 rows · lines 4–7 · 2.1 ms`. */
  get figures(): string {
    const { firstLine, lastLine } = this.statement;
    const { changes, milliseconds } = this.outcome;
    return [
      ...(changes > 0 ? [counted(changes, 'row')] : []),
      firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine}–${lastLine}`,
      ...(this.#happened && milliseconds >= 1 ? [duration(milliseconds)] : []),
    ].join(' · ');
  }
}
