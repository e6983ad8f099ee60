// Asks the real SQLite where a statement or a token ends, so that tests of the splitter compare with something not our own.
import initSqlJs, { type Database, type SqlJsStatic } from 'sql.js';

/** What SQLite finds first in a text: a statement and the offset where it stops reading, nothing at all, or an error. */
export type FirstStatement =
  | { readonly kind: 'statement'; readonly end: number }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'error'; readonly message: string };

/** The engine as the product uses it. The type of its settings does not know all of them. */
export function loadSqlite(): Promise<SqlJsStatic> {
  const settings: { readonly locateFile?: (file: string) => string; readonly useOldExtensionFunctions: boolean } = {
    useOldExtensionFunctions: false,
  };
  return initSqlJs(settings);
}

/** A database with enough tables for the statements of the tests to compile. Nothing is run in it. */
export async function openOracle(): Promise<Oracle> {
  const engine = await loadSqlite();
  const database = new engine.Database();
  database.run('CREATE TABLE t(a, b, c); CREATE TABLE u(a, b, c); CREATE VIEW v AS SELECT a, b FROM t;');
  database.run('CREATE TABLE "semi;colon"(a, "b;c", [d\'e], `f"g`, "ünï;cödé");');
  return new Oracle(database);
}

export class Oracle {
  constructor(private readonly database: Database) {}

  /** What SQLite finds first in this text. */
  first(sql: string): FirstStatement {
    const iterator = this.database.iterateStatements(sql);
    try {
      const step = iterator.next();
      if (step.done) return { kind: 'nothing' };
      const rest = iterator.getRemainingSQL();
      step.value.free();
      if (!sql.endsWith(rest)) throw new Error(`the rest ${JSON.stringify(rest)} is no end of ${JSON.stringify(sql)}`);
      const end = sql.length - rest.length;
      // Decoding the rest from UTF-8 may have dropped a byte order mark at its beginning.
      return { kind: 'statement', end: sql.charAt(end - 1) === '\uFEFF' && rest !== '' ? end - 1 : end };
    } catch (error) {
      return { kind: 'error', message: error instanceof Error ? error.message : String(error) };
    }
  }

  /** The error that SQLite has for this text, or null. */
  error(sql: string): string | null {
    const first = this.first(sql);
    return first.kind === 'error' ? first.message : null;
  }

  /**
   * How a list of statements differs from what SQLite reads in `source`, in words; null if it does not.
   * From the start of each one on, SQLite must read exactly it, then only blanks and a semicolon; and nothing but blanks
   * and semicolons may stand between the statements. Where SQLite reports an error, it must be one that the statement has
   * by itself.
   */
  differenceInSplit(
    source: string,
    statements: readonly { readonly text: string; readonly start: number }[],
  ): string | null {
    let position = 0;
    for (const { text, start } of statements) {
      const shown = JSON.stringify(text);
      const ownEnd = start + text.length;
      if (source.slice(start, ownEnd) !== text) return `${shown} is not what stands at ${String(start)}`;
      if (!this.isNothing(source.slice(position, start))) return `SQLite reads something before ${shown}`;
      const inScript = this.first(source.slice(start));
      // A comment may stand at its end.
      const alone = this.first(`${text}\n;SELECT 42`);
      if (inScript.kind === 'nothing') return `SQLite reads nothing in ${shown}`;
      if (inScript.kind === 'error') {
        const own = [this.error(`${text};`), this.error(text)];
        if (!own.includes(inScript.message)) return `SQLite has another error for ${shown}: ${inScript.message}`;
        position = ownEnd;
      } else {
        if (alone.kind !== 'statement' || alone.end !== text.length + 2) return `SQLite does not read just ${shown}`;
        position = start + inScript.end;
        const after = source.slice(ownEnd, position);
        if (after.trim() !== '' && !after.endsWith(';') && position < source.length)
          return `SQLite stops within ${shown}`;
        if (!this.isNothing(after)) return `SQLite reads on after ${shown}`;
      }
    }
    return this.isNothing(source.slice(position)) ? null : 'SQLite reads something after the last statement';
  }

  private isNothing(sql: string): boolean {
    return this.first(sql).kind === 'nothing';
  }

  close(): void {
    this.database.close();
  }
}
