// Turns offsets in a script into the line and column that a text editor shows for them.

const BYTE_ORDER_MARK = '\uFEFF';

/** A place in a script; line and column both begin at 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * The lines of a text. LF, CRLF and a lone CR each end one line, as editors have it (to SQLite a lone CR is a mere space).
 * Columns count UTF-16 code units; a byte order mark at the start of the text is invisible and not counted.
 */
export class Lines {
  private readonly starts: number[];

  constructor(private readonly source: string) {
    this.starts = [source.startsWith(BYTE_ORDER_MARK) ? 1 : 0];
    for (const lineEnd of source.matchAll(/\r\n|\n|\r/g)) this.starts.push(lineEnd.index + lineEnd[0].length);
  }

  /** Line and column of an offset in the text. */
  at(offset: number): Position {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.startOf(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: Math.max(offset - this.startOf(low), 0) + 1 };
  }

  /** The offset at which a line begins (the first is 1); that of the last one beyond it. */
  start(line: number): number {
    return this.starts[line - 1] ?? this.starts.at(-1) ?? 0;
  }

  /** The text of a line (the first is 1), without its line end; empty beyond the last one. */
  text(line: number): string {
    const start = this.starts[line - 1];
    if (start === undefined) return '';
    return this.source.slice(start, this.starts[line]).replace(/\r\n$|[\r\n]$/, '');
  }

  private startOf(index: number): number {
    return this.starts[index] ?? 0;
  }
}
