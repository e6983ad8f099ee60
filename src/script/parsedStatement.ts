// A statement with its tokens, which are read once, as the script is split. They stay where they were read: the page gets
// statements without them.
import type { Statement } from './statement';
import { TOKEN_KINDS, type Token } from './tokens';

/**
 * The tokens of one statement that mean something, as two numbers each: a script may have millions of them, and as objects
 * they would take four times the room.
 */
export class PackedTokens {
  readonly #source: string;
  readonly #origin: number;
  readonly #numbers: readonly number[];

  private constructor(source: string, origin: number, numbers: readonly number[]) {
    this.#source = source;
    this.#origin = origin;
    this.#numbers = numbers;
  }

  /** Adds a token to the numbers of its statement. */
  static pack({ kind, start, end }: Token, numbers: number[]): void {
    numbers.push(start * TOKEN_KINDS.length + TOKEN_KINDS.indexOf(kind), end);
  }

  /**
   * The tokens that were packed into `numbers`, which may be used again.
   * @param origin the offset in `source` from which their offsets are counted
   */
  static of(source: string, origin: number, numbers: readonly number[]): PackedTokens {
    return new PackedTokens(source, origin, numbers.slice());
  }

  /** The token at a place, from 0; undefined past the end. */
  at(index: number): Token | undefined {
    const [packed, end] = [this.#numbers[2 * index], this.#numbers[2 * index + 1]];
    if (packed === undefined || end === undefined) return undefined;
    const start = Math.floor(packed / TOKEN_KINDS.length);
    const kind = TOKEN_KINDS[packed % TOKEN_KINDS.length] ?? 'illegal';
    return { kind, text: this.#source.slice(start, end), start: start - this.#origin, end: end - this.#origin };
  }

  /** All of them, in order. They are made anew each time that they are asked for. */
  get tokens(): readonly Token[] {
    const tokens: Token[] = [];
    for (let token = this.at(0); token !== undefined; token = this.at(tokens.length)) tokens.push(token);
    return tokens;
  }
}

/**
 * A statement whose words can be read: an object with the fields of a statement that keeps its tokens to itself, as a copy that
 * is sent to the page has the fields alone. The offsets of its tokens are places in `text`.
 */
export type ParsedStatement = Statement & PackedTokens;

/** Puts a statement together; `tokens` becomes it. */
export function withFields(tokens: PackedTokens, fields: Statement): ParsedStatement {
  return Object.assign(tokens, fields);
}
