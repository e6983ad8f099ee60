// Walks over the tokens of one statement that mean something, as far as a reader of its first words needs them.
import { isWord, unquotedName, type Token } from './tokens';

/** A name as written in a statement, perhaps qualified with a schema: `main.orders`. */
export interface QualifiedName {
  readonly schema: string | null;
  readonly name: string;
}

/** Tokens without blank ones, be they a list or made when they are asked for. */
export interface Tokens {
  /** The token at a place, from 0; undefined past the end. */
  at(index: number): Token | undefined;
}

/** Reads a statement token by token. Nothing here throws. */
export class TokenCursor {
  readonly #tokens: Tokens;
  #next = 0;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  /** How many tokens have been taken. */
  get taken(): number {
    return this.#next;
  }

  /** The token `ahead` places on (0 is the next one) without taking it, or null past the end. */
  peek(ahead = 0): Token | null {
    return this.#tokens.at(this.#next + ahead) ?? null;
  }

  /** Takes the next token, or null past the end. */
  take(): Token | null {
    const token = this.peek();
    if (token !== null) this.#next += 1;
    return token;
  }

  /** True if the next tokens are these unquoted words (given in capitals), in this order. */
  atWords(...words: readonly string[]): boolean {
    return words.every((word, ahead) => isWord(this.peek(ahead), word));
  }

  /** Takes these unquoted words if they come next, all or none; says whether it did. */
  takeWords(...words: readonly string[]): boolean {
    if (!this.atWords(...words)) return false;
    this.#next += words.length;
    return true;
  }

  /** True if the next token is this operator. */
  atOperator(operator: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === 'operator' && token.text === operator;
  }

  /** Takes the next token if it can be a name, and gives the name without quotes; else null, and takes nothing. */
  takeName(): string | null {
    const token = this.peek();
    const name = token === null ? null : unquotedName(token);
    if (name !== null) this.take();
    return name;
  }

  /** Takes `name` or `schema.name`; null, and nothing taken, if no name comes next. */
  takeQualifiedName(): QualifiedName | null {
    const first = this.takeName();
    if (first === null) return null;
    if (!this.atOperator('.')) return { schema: null, name: first };
    this.take();
    const second = this.takeName();
    return second === null ? { schema: null, name: first } : { schema: first, name: second };
  }

  /** Passes over `( … )` with all parentheses inside it, or to the end if they do not balance; says if there was one. */
  skipParentheses(): boolean {
    if (!this.atOperator('(')) return false;
    let depth = 0;
    do {
      if (this.atOperator('(')) depth += 1;
      if (this.atOperator(')')) depth -= 1;
      this.take();
    } while (depth > 0 && this.peek() !== null);
    return true;
  }

  /** Passes over everything before the next unquoted `word`, and over the word; says whether it was found. */
  skipPast(word: string): boolean {
    for (let token = this.take(); token !== null; token = this.take()) if (isWord(token, word)) return true;
    return false;
  }
}
