// What one statement of a script is: its text, where it stands, and what kind of thing it does.

/** The kinds of statement that the plan, the run and the explanations tell apart. */
export type StatementKind =
  | 'create table'
  | 'create table as'
  | 'create virtual table'
  | 'create index'
  | 'create view'
  | 'create trigger'
  | 'add column'
  | 'rename table'
  | 'rename column'
  | 'drop column'
  | 'alter table'
  | 'drop table'
  | 'drop index'
  | 'drop view'
  | 'drop trigger'
  | 'insert'
  | 'update'
  | 'delete'
  | 'select'
  | 'begin'
  | 'commit'
  | 'rollback'
  | 'rollback to'
  | 'savepoint'
  | 'release'
  | 'pragma'
  | 'attach'
  | 'detach'
  | 'vacuum'
  | 'analyze'
  | 'reindex'
  | 'explain'
  | 'other';

/** What the words of a statement say it does, read from its tokens alone. Names are without their quotes. */
export interface StatementClass {
  readonly kind: StatementKind;
  /** `IF NOT EXISTS` or `IF EXISTS` is written. */
  readonly conditional: boolean;
  /** CREATE UNIQUE INDEX. */
  readonly unique: boolean;
  /** CREATE TEMP …, or a name qualified with `temp.` */
  readonly temporary: boolean;
  /** The schema qualifier as written (`main`, `temp`, an attached name), or null. */
  readonly schema: string | null;
  /** The object that is created, dropped, altered, written to, or the PRAGMA's name; null where there is none. */
  readonly name: string | null;
  /** The table that the statement works on: CREATE INDEX/TRIGGER … ON it, ALTER TABLE it, INSERT INTO it; or null. */
  readonly table: string | null;
  /** The column of ADD/DROP/RENAME COLUMN (its old name), or null. */
  readonly column: string | null;
  /** The name after TO in RENAME; null in every other statement. */
  readonly newName: string | null;
}

/** One statement of a script. */
export interface Statement extends StatementClass {
  /** 1 for the first statement of the script. */
  readonly ordinal: number;
  /** Name of the part of the script that it is in; null where the script is one text. Places are counted in that part. */
  readonly file: string | null;
  /** The file asks its tool to be run outside of a transaction. */
  readonly outside?: true;
  /**
   * The statement from its first token to the semicolon that ends it, without that; at the end of a file, to its last token or the
   * comment behind that. What stands before the semicolon is kept: SQLite reads it too, and stores it with an index or a view.
   */
  readonly text: string;
  /** Offset of `text` in its part of the script (in UTF-16 code units). */
  readonly start: number;
  /** Line of the first token, 1-based. */
  readonly firstLine: number;
  /** Line of the last token (the semicolon not counted), 1-based. */
  readonly lastLine: number;
}

/** Where a statement stands, for a sentence: `line 4`, `lines 4 to 7`, `V2__x.sql, line 4`. */
export function placeOf({ file, firstLine, lastLine }: Statement): string {
  const lines = firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine} to ${lastLine}`;
  return file === null ? lines : `${file}, ${lines}`;
}

/** Where a statement begins, for a sentence: `line 4`, `V2__x.sql, line 4`. */
export function startOf({ file, firstLine }: Statement): string {
  return file === null ? `line ${firstLine}` : `${file}, line ${firstLine}`;
}

/** A file of SQL, or what of it is run. */
export interface ScriptPart {
  /** What messages call it: the file's path. No two parts of a script are called the same. */
  readonly name: string;
  readonly text: string;
  /** It asks to be run outside of a transaction, by a mark of its tool. */
  readonly outside?: true;
}

/** The text of one script, or parts that run one after another. */
export type Script = string | readonly ScriptPart[];

/** The parts of a script; the only one of a plain text has no name. */
export function partsOf(
  script: Script,
): readonly (ScriptPart | { readonly name: null; readonly text: string; readonly outside?: true })[] {
  return typeof script === 'string' ? [{ name: null, text: script }] : script;
}
